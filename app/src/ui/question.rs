use leptos::prelude::*;

use super::{BusyButton, Dialog, DialogFoot};

/// Something that a dialog asks about: none until it is asked for the first time, so that pages do not
/// carry dialogs that nobody opens.
pub struct Question<T: Send + Sync + 'static> {
    about: RwSignal<Option<T>>,
    pub open: RwSignal<bool>,
}

impl<T: Send + Sync + 'static> Clone for Question<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Question<T> {}

impl<T: Clone + Send + Sync + 'static> Question<T> {
    #[expect(
        clippy::new_without_default,
        reason = "it makes signals: one per place that asks"
    )]
    pub fn new() -> Self {
        Self {
            about: RwSignal::new(None),
            open: RwSignal::new(false),
        }
    }

    pub fn ask(self, about: T) {
        self.about.set(Some(about));
        self.open.set(true);
    }

    /// The browser then gives the focus back to whoever asked.
    pub fn close(self) {
        self.open.try_set(false);
    }

    /// What is asked about; each asking makes the dialog anew.
    pub fn about(self) -> Option<T> {
        self.about.get()
    }
}

/// A dialog that says what is about to happen, and waits for a yes.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    /// The outcome, as a verb.
    #[prop(into)]
    yes: String,
    /// While it is being done.
    working: &'static str,
    /// It cannot be taken back.
    #[prop(optional)]
    danger: bool,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] on_yes: Callback<()>,
) -> impl IntoView {
    let class = if danger { "btn danger" } else { "btn primary" };
    view! {
        <Dialog open title>
            <p class="dim">{text}</p>
            <DialogFoot open autofocus=true>
                <BusyButton class=class label=yes working=working busy=busy on_press=on_yes/>
            </DialogFoot>
        </Dialog>
    }
}
