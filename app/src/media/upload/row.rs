use contract::media::{AssetView, Side};
use leptos::prelude::*;

use super::{
    Upload, UploadState,
    state::{progress_text, share},
    use_uploads,
};
use crate::{
    media::{
        clip::{ClipBody, ClipButton, clip_info},
        pen::percent,
        player::use_player,
    },
    ui::{
        Icon, Seg, SideTag,
        number::{bytes, fixed},
    },
};

/// All files of the composer.
#[component]
pub fn UploadList() -> impl IntoView {
    let uploads = use_uploads();
    let rows = uploads.rows();
    let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    let keys = move || rows.with(|rows| rows.iter().map(|row| row.key).collect::<Vec<_>>());
    move || {
        any.get().then(|| {
            view! {
                <ul class="uploads" aria-label="Files for this message">
                    <For each=keys key=|key| *key let:key>
                        <Keyed key />
                    </For>
                </ul>
            }
        })
    }
}

#[component]
fn Keyed(key: u32) -> impl IntoView {
    let rows = use_uploads().rows();
    let first = rows.with_untracked(|rows| rows.iter().find(|row| row.key == key).cloned());
    first.map(|first| {
        // A row that has gone keeps its last state for the moment until its view goes too.
        let upload = Memo::new(move |before: Option<&Upload>| {
            let now = rows.with(|rows| rows.iter().find(|row| row.key == key).cloned());
            now.or_else(|| before.cloned())
                .unwrap_or_else(|| first.clone())
        });
        view! { <UploadRow upload=Signal::from(upload) /> }
    })
}

/// A file on its way, in the shape of the clip that it becomes.
#[component]
pub fn UploadRow(#[prop(into)] upload: Signal<Upload>) -> impl IntoView {
    let uploads = use_uploads();
    let key = upload.with_untracked(|upload| upload.key);
    let side = Signal::derive(move || upload.with(|upload| upload.side));
    let name = move || upload.with(|upload| upload.name.clone());
    let asset = Memo::new(move |_| upload.with(|upload| upload.asset().cloned()));
    let stored = Memo::new(move |_| asset.with(Option::is_some));
    let choose = Callback::new(move |chosen: usize| {
        uploads.set_side(key, if chosen == 0 { Side::A } else { Side::B });
    });
    view! {
        <li class="clip-chip upload" aria-busy=move || (!stored.get()).then_some("true")>
            {move || if stored.get() {
                view! { <Stored asset side /> }.into_any()
            } else {
                view! { <Going upload side /> }.into_any()
            }}
            <div class="choice">
                <Seg
                    label="What this file is"
                    options=vec!["Mix", "Reference"]
                    chosen=Signal::derive(move || usize::from(side.get() == Side::B))
                    on_choose=choose
                />
                <button
                    type="button"
                    class="icon-btn sm"
                    aria-label=move || ["Remove ", &name()].concat()
                    on:click=move |_| uploads.remove(key)
                >
                    <Icon name="x" small=true />
                </button>
            </div>
        </li>
    }
}

/// Stored: a clip like any other, with its measuring and then its waveform.
#[component]
fn Stored(asset: Memo<Option<AssetView>>, side: Signal<Side>) -> impl IntoView {
    let player = use_player();
    let first = asset.get_untracked();
    first.map(|first| {
        let asset = Signal::derive(move || asset.get().unwrap_or_else(|| first.clone()));
        view! {
            <ClipButton player asset side />
            <div class="meta">
                <SideTag side />
                <b>{move || asset.with(|asset| asset.name.clone())}</b>
                <span class="info">{move || asset.with(clip_info)}</span>
            </div>
            <ClipBody player asset side />
        }
    })
}

#[component]
fn Going(upload: Signal<Upload>, side: Signal<Side>) -> impl IntoView {
    let uploads = use_uploads();
    let key = upload.with_untracked(|upload| upload.key);
    let percent_sent =
        Memo::new(move |_| upload.with(|upload| share(upload.sent, upload.size).floor()));
    let failed =
        Memo::new(move |_| upload.with(|upload| matches!(upload.state, UploadState::Failed(_))));
    let refused = Memo::new(move |_| upload.with(Upload::is_refused));
    let going = Memo::new(move |_| {
        upload.with(|upload| matches!(upload.state, UploadState::Sending | UploadState::Waiting))
    });
    let label = move || upload.with(|upload| [act(&upload.state), " ", &upload.name].concat());
    view! {
        {move || if refused.get() {
            view! { <span class="play failed"><Icon name="warn" /></span> }.into_any()
        } else {
            view! {
                <button
                    type="button"
                    class="play"
                    class:failed=move || failed.get()
                    aria-label=label
                    on:click=move |_| if going.get_untracked() { uploads.pause(key) } else { uploads.resume(key) }
                >
                    {move || if going.get() {
                        view! { <Icon name="pause" /> }
                    } else {
                        view! { <Icon name="refresh" /> }
                    }}
                </button>
            }
            .into_any()
        }}
        <div class="meta">
            <SideTag side />
            <b>{move || upload.with(|upload| upload.name.clone())}</b>
            <span class="info">{move || upload.with(status)}</span>
        </div>
        <div class="w going">
            {move || if failed.get() {
                let why = move || upload.with(|upload| match &upload.state {
                    UploadState::Failed(error) => error.message.clone(),
                    _ => String::new(),
                });
                view! { <p class="why" role="alert">{why}</p> }.into_any()
            } else {
                view! {
                    <div
                        class="progress"
                        class:quiet=move || !going.get()
                        role="progressbar"
                        aria-label=move || upload.with(|upload| ["Sending ", &upload.name].concat())
                        aria-valuemin="0"
                        aria-valuemax="100"
                        aria-valuenow=move || fixed(percent_sent.get(), 0)
                        style=move || ["--v:", &percent(percent_sent.get())].concat()
                    >
                        <i></i>
                    </div>
                }
                .into_any()
            }}
        </div>
    }
}

/// What its button does.
fn act(state: &UploadState) -> &'static str {
    match state {
        UploadState::Sending | UploadState::Waiting => "Pause",
        UploadState::Failed(_) => "Try again",
        UploadState::Paused | UploadState::Finished(_) => "Resume",
    }
}

/// "64%, 12 MB/s, 0:09 left", "Paused at 412 MB of 1.2 GB"
fn status(upload: &Upload) -> String {
    match &upload.state {
        UploadState::Waiting => ["waiting, ", &bytes(upload.size)].concat(),
        UploadState::Sending if upload.sent >= upload.size && upload.size > 0 => {
            "storing".to_owned()
        }
        UploadState::Sending => progress_text(upload.sent, upload.size, upload.pace.per_second()),
        UploadState::Paused => [
            "paused at ",
            &bytes(upload.sent),
            " of ",
            &bytes(upload.size),
        ]
        .concat(),
        UploadState::Failed(_) => "not stored".to_owned(),
        UploadState::Finished(_) => bytes(upload.size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::upload::state::Pace;

    #[test]
    fn a_row_says_how_far_it_is() {
        let mut upload = Upload {
            key: 1,
            name: "Mix.wav".into(),
            size: 1_200_000_000,
            sent: 412_000_000,
            state: UploadState::Paused,
            side: Side::A,
            pace: Pace::default(),
        };
        assert_eq!(status(&upload), "paused at 412 MB of 1.2 GB");
        upload.state = UploadState::Sending;
        assert_eq!(status(&upload), "34%");
        upload.sent = upload.size;
        assert_eq!(status(&upload), "storing");
    }
}
