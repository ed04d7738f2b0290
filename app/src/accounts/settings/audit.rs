use contract::accounts::ActView;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    act::Act,
    api::audit,
    section::{PlacePane, Section, reading, studio_only},
    state::{PAGE, Place, act_words},
};
use crate::ui::{BusyButton, Empty, Icon, StampTime};

#[component]
pub fn AuditPage() -> impl IntoView {
    view! {
        <Title text="Audit log"/>
        <PlacePane place=Place::Audit>{studio_only(|_| view! { <Log/> })}</PlacePane>
    }
}

#[component]
fn Log() -> impl IntoView {
    let read = Resource::new_blocking(|| (), |()| audit(None));
    let download = || {
        view! {
            <a class="btn sm" href="/api/v1/audit.csv" download="" rel="external">
                <Icon name="download" small=true/>
                "Download as CSV"
            </a>
        }
    };
    view! {
        <Section
            id="audit"
            title="Who did what"
            text="Sign-ins, and everything that changes an account or the studio. Newest first."
            act=download
            wide=true
        >
            {reading(read, "The audit log could not be read", move |found| view! { <Lines found/> })}
        </Section>
    }
}

#[component]
fn Lines(found: Vec<ActView>) -> impl IntoView {
    let act = Act::new();
    let is_all = RwSignal::new(found.len() < PAGE);
    let lines = RwSignal::new(found);
    let older = move |()| {
        let last = lines.with_untracked(|lines| lines.last().map(|line| line.id));
        act.run(audit(last), move |more| {
            is_all.set(more.len() < PAGE);
            lines.update(|lines| lines.extend(more));
        });
    };
    let foot = move || {
        (!is_all.get()).then(|| {
            view! {
                <div class="card-foot">
                    <BusyButton class="btn sm" label="Older" working="Reading" busy=act.busy() on_press=older/>
                </div>
            }
        })
    };
    if lines.with_untracked(Vec::is_empty) {
        let text = "What happens from now on is written down here.";
        return view! { <div class="card"><Empty icon="list" title="Nothing yet" text=text/></div> }.into_any();
    }
    view! {
        <div class="card audit">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Audit log lines">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Who"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"On what"</th>
                            <th scope="col">"From"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || lines.get() key=|line| line.id let:line>
                            <Line line/>
                        </For>
                    </tbody>
                </table>
            </div>
            {foot}
        </div>
    }
    .into_any()
}

#[component]
fn Line(line: ActView) -> impl IntoView {
    let ActView {
        at,
        user,
        name,
        act,
        target,
        note,
        address,
        user_agent,
        ..
    } = line;
    let who = match (name, user) {
        (Some(name), _) => name,
        (None, Some(_)) => "Somebody who has left".to_owned(),
        (None, None) => "Soundstage".to_owned(),
    };
    let what = match act_words(&act) {
        Some(words) => view! { <span title=act>{words}</span> }.into_any(),
        None => view! { <code>{act}</code> }.into_any(),
    };
    view! {
        <tr>
            <td class="when"><StampTime at=at/></td>
            <td class="who">{who}</td>
            <td class="what">{what} {(!note.is_empty()).then(|| view! { <small>{note}</small> })}</td>
            <td class="target"><code>{target}</code></td>
            <td class="from" title=user_agent><code>{address}</code></td>
        </tr>
    }
}
