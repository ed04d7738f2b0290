//! One conversation of the list, and the menu that belongs to any conversation.

use contract::{
    ConversationId,
    chat::{ConversationSummary, Shelf},
};
use leptos::{ev, html, prelude::*, web_sys};
use wasm_bindgen::JsCast;

use super::{desk::use_desk, header::TitleField, share_dialog::ShareDialog};
use crate::ui::{Icon, Lamp, LampKind, Question, time::iso, use_panels};

/// Whose menu is open, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MenuAt {
    id: ConversationId,
    /// From the head of the thread, not from the list.
    in_head: bool,
    x: f64,
    y: f64,
}

pub(super) fn open_menu(
    menu: RwSignal<Option<MenuAt>>,
    id: ConversationId,
    in_head: bool,
    event: &ev::MouseEvent,
) {
    let Some(button) = event
        .current_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    else {
        return;
    };
    let place = button.get_bounding_client_rect();
    menu.set(Some(MenuAt {
        id,
        in_head,
        x: place.right(),
        y: place.bottom(),
    }));
}

#[component]
pub(super) fn ConversationRow(
    id: ConversationId,
    /// None once it has gone.
    line: Signal<Option<(ConversationSummary, String)>>,
    editing: RwSignal<Option<ConversationId>>,
    menu: RwSignal<Option<MenuAt>>,
) -> impl IntoView {
    let desk = use_desk();
    let panels = use_panels();
    let read = move |pick: fn(&(ConversationSummary, String)) -> String| {
        line.with(|line| line.as_ref().map(pick).unwrap_or_default())
    };
    let title = move || read(|(line, _)| line.title.clone());
    let is_open = move || (desk.open.get() == Some(id)).then_some("true");
    let writing = move || line.with(|line| line.as_ref().is_some_and(|(line, _)| line.writing));
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "F2" {
            event.prevent_default();
            editing.set(Some(id));
        }
    };
    let excerpt = move || {
        let pieces = line.with(|line| {
            line.as_ref()
                .map(|(line, _)| line.found.clone())
                .unwrap_or_default()
        });
        if pieces.is_empty() {
            return read(|(line, _)| line.preview.clone()).into_any();
        }
        pieces
            .into_iter()
            .map(|piece| match piece.is_match {
                true => view! { <mark>{piece.text}</mark> }.into_any(),
                false => piece.text.into_any(),
            })
            .collect_view()
            .into_any()
    };
    let link = move || {
        view! {
            <a
                class="conv"
                href=format!("/c/{id}")
                aria-current=is_open
                on:click=move |_| panels.close()
                on:keydown=on_key
            >
                <b>{title}</b>
                <time datetime=move || line.with(|line| line.as_ref().map(|(line, _)| iso(line.updated_at)))>
                    {move || read(|(_, when)| when.clone())}
                </time>
                <p>{excerpt}</p>
                <span class="mark">
                    {move || writing().then(|| view! { <Lamp kind=LampKind::Live label="writing"/> })}
                </span>
            </a>
        }
    };
    let done = move |new: Option<String>| {
        editing.set(None);
        if let Some(new) = new {
            desk.rename(id, new);
        }
    };
    let field = move || view! { <TitleField title=title() on_done=done/> };
    let is_menu_open =
        move || menu.with(|menu| menu.is_some_and(|menu| menu.id == id && !menu.in_head));
    view! {
        <li class="conv-row" class:editing=move || editing.get() == Some(id)>
            {move || if editing.get() == Some(id) { untrack(field).into_any() } else { link().into_any() }}
            <button
                type="button"
                class="icon-btn sm conv-more"
                aria-label=move || ["More about ", &title()].concat()
                aria-haspopup="menu"
                aria-expanded=move || if is_menu_open() { "true" } else { "false" }
                on:click=move |event| open_menu(menu, id, false, &event)
            >
                <Icon name="dots" small=true/>
            </button>
        </li>
    }
    .into_any()
}

/// What can be done with a conversation. Deleting asks in the same place, since it cannot be taken back.
#[component]
pub(super) fn ConversationMenu(
    menu: RwSignal<Option<MenuAt>>,
    editing_row: RwSignal<Option<ConversationId>>,
    editing_head: RwSignal<bool>,
) -> impl IntoView {
    let desk = use_desk();
    let node = NodeRef::<html::Div>::new();
    let asking = RwSignal::new(false);
    let hide = move || {
        if let Some(popover) = node.get_untracked() {
            _ = popover.hide_popover();
        }
    };
    Effect::new(move || {
        let (Some(popover), Some(_)) = (node.get(), menu.get()) else {
            return;
        };
        asking.set(false);
        _ = popover.show_popover();
        request_animation_frame(move || focus_item(&popover, 0));
    });
    // Closed by Esc or a press outside: the browser gives the focus back.
    let on_toggle = move |_: ev::Event| {
        if node
            .get_untracked()
            .is_some_and(|popover| !popover.matches(":popover-open").unwrap_or(false))
        {
            menu.set(None);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" | "ArrowRight" => 1,
            "ArrowUp" | "ArrowLeft" => -1,
            // The browser closes the menu by it; the panel below is not meant.
            "Escape" => return event.stop_propagation(),
            _ => return,
        };
        event.prevent_default();
        if let Some(popover) = node.get_untracked() {
            focus_item(&popover, step);
        }
    };
    let rename = move |_| {
        let Some(at) = menu.get_untracked() else {
            return;
        };
        hide();
        if at.in_head {
            editing_head.set(true);
        } else {
            editing_row.set(Some(at.id));
        }
    };
    let ask = move |_| {
        asking.set(true);
        if let Some(popover) = node.get_untracked() {
            request_animation_frame(move || focus_item(&popover, 0));
        }
    };
    let delete = move |_| {
        let Some(at) = menu.get_untracked() else {
            return;
        };
        hide();
        desk.delete(at.id);
    };
    let shelf = move || {
        let menu = menu.get();
        menu.and_then(|menu| desk.list.with(|list| list.shelf(menu.id)))
            .unwrap_or(Shelf::List)
    };
    let shelve = move |shelf| {
        if let Some(at) = menu.get_untracked() {
            hide();
            desk.shelve(at.id, shelf);
        }
    };
    let sharing = Question::<ConversationId>::new();
    let share = move |_| {
        if let Some(at) = menu.get_untracked() {
            hide();
            sharing.ask(at.id);
        }
    };
    let export = move |form: &str| {
        let id = menu.get().map(|menu| menu.id.to_string());
        format!(
            "/api/v1/conversations/{}/export?as={form}",
            id.unwrap_or_default()
        )
    };
    let title = move || {
        let of_list = |id| desk.list.with(|list| list.title(id).map(str::to_owned));
        menu.get()
            .and_then(|menu| of_list(menu.id))
            .unwrap_or_default()
    };
    let items = move || {
        if asking.get() {
            view! {
                <p class="menu-label">
                    {["Delete “", &title(), "”? Its messages and answers go for good."].concat()}
                </p>
                <button type="button" role="menuitem" on:click=move |_| hide()>"Keep it"</button>
                <button type="button" role="menuitem" class="danger" on:click=delete>
                    <Icon name="trash" small=true/>
                    "Delete conversation"
                </button>
            }
            .into_any()
        } else {
            let (pin, pinned) = match shelf() {
                Shelf::Pinned => (Shelf::List, "Unpin"),
                Shelf::List | Shelf::Archive => (Shelf::Pinned, "Pin"),
            };
            let (put, away) = match shelf() {
                Shelf::Archive => (Shelf::List, "Bring back"),
                Shelf::List | Shelf::Pinned => (Shelf::Archive, "Archive"),
            };
            view! {
                <button type="button" role="menuitem" on:click=rename>
                    <Icon name="edit" small=true/>
                    "Rename"
                </button>
                <button type="button" role="menuitem" on:click=move |_| shelve(pin)>
                    <Icon name="pin" small=true/>
                    {pinned}
                </button>
                <button type="button" role="menuitem" on:click=share>
                    <Icon name="share" small=true/>
                    "Share"
                </button>
                <a role="menuitem" href=export("markdown") download rel="external" on:click=move |_| hide()>
                    <Icon name="download" small=true/>
                    "Export as Markdown"
                </a>
                <a role="menuitem" href=export("json") download rel="external" on:click=move |_| hide()>
                    <Icon name="download" small=true/>
                    "Export as JSON"
                </a>
                <button type="button" role="menuitem" on:click=move |_| shelve(put)>
                    <Icon name="archive" small=true/>
                    {away}
                </button>
                <button type="button" role="menuitem" on:click=ask>
                    <Icon name="trash" small=true/>
                    "Delete"
                </button>
            }
            .into_any()
        }
    };
    view! {
        <div
            class="menu pop conv-menu"
            id="conversation-menu"
            popover="auto"
            role="menu"
            aria-label="Conversation"
            style=move || menu.get().map(|at| format!("--x:{}px;--y:{}px", at.x.round(), at.y.round()))
            node_ref=node
            on:toggle=on_toggle
            on:keydown=on_key
        >
            {items}
        </div>
        {move || sharing.about().map(|id| view! { <ShareDialog id open=sharing.open/> })}
    }
    .into_any()
}

/// Moves the focus among the items by so many steps, round the ends.
fn focus_item(menu: &web_sys::HtmlElement, step: i32) {
    let Ok(items) = menu.query_selector_all("[role=menuitem]") else {
        return;
    };
    let items: Vec<web_sys::HtmlElement> = (0..items.length())
        .filter_map(|at| items.get(at)?.dyn_into().ok())
        .collect();
    let active = document().active_element();
    let at = items.iter().position(|item| {
        active
            .as_ref()
            .is_some_and(|active| item.is_same_node(Some(active)))
    });
    let next = at.map_or(0, |at| (at as i32 + step).rem_euclid(items.len() as i32));
    if let Some(item) = items.get(next as usize) {
        _ = item.focus();
    }
}
