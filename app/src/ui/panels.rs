//! The areas of the shell. List and inspector stand beside the main pane where there is room, and slide
//! over it where there is not: opened by state, or before wasm runs by `#list` and `#inspector`.

use std::cell::RefCell;

use leptos::{ev, html, prelude::*, web_sys};

use super::{Icon, focus};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    List,
    Inspector,
}

/// Which panel lies over the page; from [`use_panels`].
#[derive(Clone, Copy)]
pub struct Panels {
    open: RwSignal<Option<Panel>>,
}

thread_local! {
    /// What had the focus, to give it back. Of the browser alone: an element cannot cross the server's
    /// threads, not even an absent one.
    static OPENER: RefCell<Option<web_sys::HtmlElement>> = const { RefCell::new(None) };
}

impl Panels {
    pub fn open(self, panel: Panel) {
        OPENER.set(focus::active());
        self.open.set(Some(panel));
    }

    pub fn close(self) {
        if self.open.get_untracked().is_some() {
            self.open.set(None);
            if let Some(opener) = OPENER.take() {
                // Behind the panel, it cannot take the focus before the page has come back.
                request_animation_frame(move || _ = opener.focus());
            }
        }
    }

    pub fn is(self, panel: Panel) -> bool {
        self.open.get() == Some(panel)
    }

    /// Anything lies over the page.
    pub fn any(self) -> bool {
        self.open.get().is_some()
    }
}

pub fn provide_panels() -> Panels {
    let panels = Panels {
        open: RwSignal::new(None),
    };
    provide_context(panels);
    panels
}

pub fn use_panels() -> Panels {
    expect_context::<Panels>()
}

/// What is behind a panel cannot be reached while it is open: that is the focus trap.
fn behind(panels: Panels) -> impl Fn() -> bool + Clone + Send + Sync + 'static {
    move || panels.any()
}

fn enter_when_open(panels: Panels, panel: Panel, node: NodeRef<html::Aside>) {
    Effect::new(move || {
        if panels.is(panel)
            && let Some(aside) = node.get()
        {
            // It is hidden until the class has been applied.
            request_animation_frame(move || focus::focus_first(&aside));
        }
    });
}

/// Finds things.
#[component]
pub fn ListPane(label: &'static str, children: Children) -> impl IntoView {
    let panels = use_panels();
    let node = NodeRef::new();
    enter_when_open(panels, Panel::List, node);
    view! {
        <aside
            class="pane list"
            class:open=move || panels.is(Panel::List)
            id="list"
            aria-label=label
            node_ref=node
        >
            {children()}
        </aside>
    }
}

/// The work.
#[component]
pub fn MainPane(children: Children) -> impl IntoView {
    let inert = behind(use_panels());
    view! {
        <main class="pane main" id="main" tabindex="-1" inert=inert>
            {children()}
        </main>
    }
}

/// Explains what is selected.
#[component]
pub fn InspectorPane(label: &'static str, children: Children) -> impl IntoView {
    let panels = use_panels();
    let node = NodeRef::new();
    enter_when_open(panels, Panel::Inspector, node);
    view! {
        <aside
            class="pane inspector"
            class:open=move || panels.is(Panel::Inspector)
            id="inspector"
            aria-label=label
            node_ref=node
        >
            {children()}
        </aside>
    }
}

fn opens(panels: Panels, panel: Panel) -> impl Fn(ev::MouseEvent) + 'static {
    move |event| {
        event.prevent_default();
        panels.open(panel);
    }
}

fn closes(panels: Panels) -> impl Fn(ev::MouseEvent) + 'static {
    move |event| {
        event.prevent_default();
        // Opened before wasm ran, it is open by the address, and a new address closes it.
        if window()
            .location()
            .hash()
            .is_ok_and(|hash| !hash.is_empty())
        {
            _ = window().location().set_hash("");
        }
        panels.close();
    }
}

/// First in a main pane's head; shows itself where the list slides over.
#[component]
pub fn OpenList(label: &'static str) -> impl IntoView {
    view! {
        <a class="icon-btn opens-list" href="#list" aria-label=label on:click=opens(use_panels(), Panel::List)>
            <Icon name="panel-l"/>
        </a>
    }
}

/// Last in a main pane's head; shows itself where the inspector slides over.
#[component]
pub fn OpenInspector(label: &'static str) -> impl IntoView {
    view! {
        <a
            class="icon-btn opens-inspector"
            href="#inspector"
            aria-label=label
            on:click=opens(use_panels(), Panel::Inspector)
        >
            <Icon name="panel-r"/>
        </a>
    }
}

/// In the list's head; shows itself where the list slides over.
#[component]
pub fn CloseList() -> impl IntoView {
    view! {
        <a class="icon-btn opens-list" href="#" aria-label="Close list" on:click=closes(use_panels())>
            <Icon name="x"/>
        </a>
    }
}

/// In the inspector's head; shows itself where the inspector slides over.
#[component]
pub fn CloseInspector() -> impl IntoView {
    view! {
        <a class="icon-btn opens-inspector" href="#" aria-label="Close panel" on:click=closes(use_panels())>
            <Icon name="x"/>
        </a>
    }
}

/// Dims what is behind an open panel, and closes it. Last in the shell.
#[component]
pub fn Scrim() -> impl IntoView {
    let panels = use_panels();
    view! {
        <a
            class="scrim"
            class:open=move || panels.any()
            href="#"
            aria-hidden="true"
            tabindex="-1"
            on:click=closes(panels)
        ></a>
    }
}
