//! The page of chat: `/` is a conversation that does not exist yet, `/c/:id` one that does. It stays in
//! place when one becomes the other.

use contract::{ConversationId, chat::Attachment};
use leptos::{ev, prelude::*, web_sys};
use leptos_router::{
    NavigateOptions,
    components::Outlet,
    hooks::{use_location, use_navigate},
};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    composer::Composer,
    desk::{Desk, use_desk},
    fact::FactPopover,
    header::MainHead,
    list::ConversationList,
    row::{ConversationMenu, MenuAt},
    screen::{First, read_first},
    state::{Outbox, offline_sentence},
    view::{ThreadBody, to_end},
};
use crate::{
    live::{Connection, Live, provide_live, use_live},
    media::{
        FactList, MiniMonitor, Monitor, Player, Track, Upload, UploadState, Uploads,
        provide_player, provide_uploads, use_player, use_uploads,
    },
    ui::{
        BannerKind, CloseInspector, Icon, InspectorPane, ListPane, MainPane, Notice, NoticeBanner,
        ToastAction, use_notice,
    },
    visitor::use_visitor,
};

#[component]
pub fn ChatPage() -> impl IntoView {
    // The frame provides them, so that sound and uploads go on while another page is looked at.
    if use_context::<Live>().is_none() {
        provide_live();
    }
    if use_context::<Player>().is_none() {
        provide_player();
    }
    if use_context::<Uploads>().is_none() {
        provide_uploads();
    }
    let desk = Desk::new(use_visitor().me.map(|me| me.id));
    provide_context(desk);
    let path = use_location().pathname.get_untracked();
    let first = Resource::new_blocking(|| (), move |()| read_first(path.clone()));
    let editing_row = RwSignal::new(None::<ConversationId>);
    let editing_head = RwSignal::new(false);
    let menu = RwSignal::new(None::<MenuAt>);
    let at_end = RwSignal::new(true);
    let dropping = RwSignal::new(false);
    let uploads = use_uploads();

    desk.screen.follow_address();
    come_alive(desk);
    announce_line(desk);
    feed_player(desk);

    view! {
        <ListPane label="Conversations">
            <ConversationList editing=editing_row menu/>
            // In a landmark, and not in the one that lies still while this pane is open over it.
            <ConversationMenu menu editing_row editing_head/>
        </ListPane>
        <MainPane
            on:dragenter=move |event| drag(&event, dropping)
            on:dragover=move |event| drag(&event, dropping)
            on:dragleave=move |event| drag_away(&event, dropping)
            on:drop=move |event| drop_files(&event, dropping, uploads)
        >
            <MainHead first editing=editing_head menu/>
            <NoticeBanner/>
            <ThreadBody first at_end/>
            <div class="jump-from">
                {move || (!at_end.get()).then(|| view! {
                    <button type="button" class="btn sm jump" on:click=move |_| to_end(desk)>
                        <Icon name="chev-d" small=true/>
                        "Latest"
                    </button>
                })}
            </div>
            <MiniMonitor/>
            <div class="composer-wrap">
                <Composer/>
            </div>
            {move || dropping.get().then(|| view! {
                <div class="drop-here" aria-hidden="true">
                    <div>
                        <Icon name="upload"/>
                        <b>"Drop to measure"</b>
                        <span>"WAV, AIFF, FLAC, MP3, M4A or OGG"</span>
                    </div>
                </div>
            })}
        </MainPane>
        <InspectorPane label="Monitor and facts">
            <header class="pane-head">
                <h2>"Monitor"</h2>
                <span class="push"></span>
                <CloseInspector/>
            </header>
            <div class="pane-body">
                <Monitor/>
                <Facts first/>
            </div>
        </InspectorPane>
        <FactPopover/>
        // The routes below show nothing of their own, but until their outlet has them the router does
        // not put the new address into the browser's.
        <Outlet/>
    }
    .into_any()
}

/// The figures that the newest card rests on.
#[component]
fn Facts(first: Resource<First>) -> impl IntoView {
    let desk = use_desk();
    let analysis = Memo::new(move |_| desk.thread().and_then(|thread| thread.analysis()));
    let facts = move || {
        analysis
            .get()
            .map(|analysis| view! { <FactList analysis/> })
    };
    let content = move || {
        Suspend::new(async move {
            desk.screen.begin(first.await);
            facts
        })
    };
    view! { <Suspense>{content}</Suspense> }
}

/// In the browser: what an earlier visit left goes out, and the page goes where the desk says.
fn come_alive(desk: Desk) {
    let navigate = use_navigate();
    Effect::new(move || {
        desk.outbox.set(Outbox::new(desk.drawer.waiting()));
        desk.alive.set(true);
        desk.pump();
    });
    Effect::new(move || {
        let Some(to) = desk.go.get() else { return };
        desk.go.set(None);
        let (path, replace) = match to {
            Some(id) => (format!("/c/{id}"), false),
            None => ("/".to_owned(), true),
        };
        navigate(
            &path,
            NavigateOptions {
                replace,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    });
    let live = use_live();
    Effect::new(move || {
        if live.connection().get() == Connection::Online {
            untrack(|| desk.pump());
        }
    });
}

/// A lost line is said in one place, with what waits for it.
fn announce_line(desk: Desk) {
    let (live, notice, uploads) = (use_live(), use_notice(), use_uploads());
    let try_now = Callback::new(move |()| {
        live.retry();
        desk.pump();
    });
    let sign_in = Callback::new(move |()| {
        let here = window().location().pathname().unwrap_or_default();
        _ = window()
            .location()
            .set_href(&["/sign-in?next=", &here].concat());
    });
    Effect::new(move |ours: Option<bool>| {
        let said = if live.ended().with(Option::is_some) {
            Some(Notice {
                kind: BannerKind::Bad,
                icon: None,
                title: "Signed out.".to_owned(),
                text: "What you write is kept here. Sign in again to go on.".to_owned(),
                action: Some(ToastAction {
                    label: "Sign in".to_owned(),
                    run: sign_in,
                }),
            })
        } else if live.is_offline() {
            let under_way =
                |rows: &Vec<Upload>| rows.iter().filter(|row| is_under_way(row)).count();
            let uploads = uploads.rows().with(under_way);
            Some(Notice {
                kind: BannerKind::Bad,
                icon: Some("offline"),
                title: "Offline.".to_owned(),
                text: offline_sentence(desk.outbox.with(Outbox::waiting), uploads),
                action: Some(ToastAction {
                    label: "Try now".to_owned(),
                    run: try_now,
                }),
            })
        } else {
            None
        };
        let is_said = said.is_some();
        // Somebody else's notice is not ours to take down.
        if is_said || ours == Some(true) {
            notice.set(said);
        }
        is_said
    });
}

/// The player has the files of the conversation on the screen.
fn feed_player(desk: Desk) {
    let player = use_player();
    let files = Memo::new(move |_| -> Vec<Attachment> {
        desk.alive
            .get()
            .then(|| desk.thread())
            .flatten()
            .map(|thread| thread.attachments())
            .unwrap_or_default()
    });
    Effect::new(move || {
        let tracks: Vec<Track> = files
            .get()
            .into_iter()
            .map(|one| Track {
                side: one.side,
                asset: one.asset,
            })
            .collect();
        if !tracks.is_empty() {
            player.load(tracks);
        }
    });
}

fn drag(event: &ev::DragEvent, dropping: RwSignal<bool>) {
    let carries_files = event
        .data_transfer()
        .is_some_and(|data| data.types().includes(&JsValue::from_str("Files"), 0));
    if carries_files {
        event.prevent_default();
        if !dropping.get_untracked() {
            dropping.set(true);
        }
    }
}

fn drag_away(event: &ev::DragEvent, dropping: RwSignal<bool>) {
    let pane = event
        .current_target()
        .and_then(|pane| pane.dyn_into::<web_sys::Node>().ok());
    let to = event
        .related_target()
        .and_then(|to| to.dyn_into::<web_sys::Node>().ok());
    let stays = pane
        .zip(to)
        .is_some_and(|(pane, to)| pane.contains(Some(&to)));
    if !stays {
        dropping.set(false);
    }
}

fn drop_files(event: &ev::DragEvent, dropping: RwSignal<bool>, uploads: Uploads) {
    dropping.set(false);
    if let Some(files) = event
        .data_transfer()
        .and_then(|data| data.files())
        .filter(|files| files.length() > 0)
    {
        event.prevent_default();
        uploads.add(&files);
    }
}

fn is_under_way(upload: &Upload) -> bool {
    matches!(
        upload.state,
        UploadState::Waiting | UploadState::Sending | UploadState::Paused
    )
}
