//! `/shared?key=…`: a conversation that somebody lets others read. Whole on the server; nothing here needs wasm.

use contract::chat::{Author, SharedMessage, SharedView};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_query_map;

use super::api;
use crate::{
    missing::Missing,
    ui::{Avatar, BotAvatar, Logo, StampTime},
};

#[component]
pub fn SharedPage() -> impl IntoView {
    let key = use_query_map().with_untracked(|query| query.get("key"));
    let read = Resource::new_blocking(
        || (),
        move |()| api::shared(key.clone().unwrap_or_default()),
    );
    let page = move || {
        Suspend::new(async move {
            match read.await {
                Ok(view) => view! { <Conversation view/> }.into_any(),
                Err(_) => view! { <Missing/> }.into_any(),
            }
        })
    };
    view! {
        // Whoever has the link may read; that is no reason for others to find it.
        <Meta name="robots" content="noindex"/>
        <Suspense>{page}</Suspense>
    }
}

#[component]
fn Conversation(view: SharedView) -> impl IntoView {
    let SharedView {
        title,
        signed,
        shared_at,
        messages,
    } = view;
    let first = signed
        .split_whitespace()
        .next()
        .unwrap_or("Someone")
        .to_owned();
    let by = signed.clone();
    let messages = messages
        .into_iter()
        .map(|message| view! { <Said message by=by.clone() first=first.clone()/> })
        .collect_view();
    view! {
        <Title text=title.clone()/>
        <main class="shared" id="main">
            <header>
                <a class="brand" href="/" aria-label="Soundstage, home"><Logo/></a>
                <div>
                    <h1>{title}</h1>
                    <p class="dim">"Shared by " {signed} ", " <StampTime at=shared_at/></p>
                </div>
            </header>
            <div class="thread">{messages}</div>
            <footer class="faint">"Read only. What was said since is not shown here, and files are not shared."</footer>
        </main>
    }
}

#[component]
fn Said(message: SharedMessage, by: String, first: String) -> impl IntoView {
    let SharedMessage {
        author,
        created_at,
        text,
        blocks,
        model,
    } = message;
    if author == Author::Person {
        let initials = by.split_whitespace().filter_map(|word| word.chars().next());
        let initials: String = initials.take(2).flat_map(char::to_uppercase).collect();
        return view! {
            <article class="msg user">
                <Avatar initials/>
                <div class="msg-col">
                    <div class="msg-head"><h2>{first}</h2><StampTime at=created_at/></div>
                    <p class="prose typed">{text}</p>
                </div>
            </article>
        }
        .into_any();
    }
    let blocks = blocks
        .into_iter()
        .map(|html| view! { <div class="block" inner_html=html></div> })
        .collect_view();
    view! {
        <article class="msg answer">
            <BotAvatar/>
            <div class="msg-col">
                <div class="msg-head"><h2>"Soundstage"</h2><StampTime at=created_at/></div>
            </div>
            <div class="msg-col answer-text">
                <h3 class="sr">"Answer"</h3>
                <div class="answer-words">{blocks}</div>
                <footer class="answer-foot"><span>{model}</span></footer>
            </div>
        </article>
    }
    .into_any()
}
