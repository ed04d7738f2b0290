use leptos::prelude::*;

use super::Icon;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BannerKind {
    #[default]
    Note,
    Good,
    Bad,
}

impl BannerKind {
    const fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Note => ("banner", "status", "warn"),
            Self::Good => ("banner ok", "status", "check"),
            Self::Bad => ("banner bad", "alert", "warn"),
        }
    }
}

/// A condition that lasts. Its text comes as children, what can be done about it as `action`.
#[component]
pub fn Banner(
    #[prop(optional)] kind: BannerKind,
    /// Instead of the usual drawing.
    #[prop(optional)]
    icon: Option<&'static str>,
    #[prop(optional, into)] action: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    let (class, role, usual) = kind.parts();
    view! {
        <div class=class role=role>
            <Icon name=icon.unwrap_or(usual)/>
            <p>{children()}</p>
            {action.map(|action| view! { <span class="push">{action.run()}</span> })}
        </div>
    }
}
