//! Dark, light, or as the system has it. Kept in a cookie, so that the server writes the document with
//! the right one and nothing flashes.

use leptos::{prelude::*, web_sys};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Theme {
    #[default]
    System,
    Dark,
    Light,
}

pub const COOKIE: &str = "theme";

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Dark, Self::Light];

    /// For `<html data-theme>`; the system's choice needs none.
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Dark => Some("dark"),
            Self::Light => Some("light"),
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Dark => "Dark",
            Self::Light => "Light",
        }
    }

    /// From the text of a `Cookie` header or of `document.cookie`.
    pub fn of_cookies(cookies: &str) -> Self {
        cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .map_or(Self::System, |(_, value)| match value {
                "dark" => Self::Dark,
                "light" => Self::Light,
                _ => Self::System,
            })
    }

    /// What to write into `document.cookie`: for a year, or gone.
    fn cookie(self) -> String {
        match self.attribute() {
            Some(value) => [
                COOKIE,
                "=",
                value,
                "; Path=/; Max-Age=31536000; SameSite=Lax",
            ]
            .concat(),
            None => [COOKIE, "=; Path=/; Max-Age=0; SameSite=Lax"].concat(),
        }
    }

    /// Puts it on the page and keeps it. In the browser only.
    pub fn apply(self) {
        use wasm_bindgen::JsCast;
        if let Some(root) = document().document_element() {
            _ = match self.attribute() {
                Some(value) => root.set_attribute("data-theme", value),
                None => root.remove_attribute("data-theme"),
            };
        }
        if let Ok(page) = document().dyn_into::<web_sys::HtmlDocument>() {
            _ = page.set_cookie(&self.cookie());
        }
    }
}

/// The theme of this page, for everything that lets it be chosen; from [`use_theme`].
#[derive(Clone, Copy)]
pub struct Chosen(RwSignal<Theme>);

impl Chosen {
    pub fn get(self) -> Theme {
        self.0.get()
    }

    pub fn get_untracked(self) -> Theme {
        self.0.get_untracked()
    }

    /// In the browser only.
    pub fn choose(self, theme: Theme) {
        theme.apply();
        self.0.set(theme);
    }
}

pub(super) fn provide_theme(theme: Theme) {
    provide_context(Chosen(RwSignal::new(theme)));
}

pub fn use_theme() -> Chosen {
    expect_context::<Chosen>()
}

/// The theme that this request's cookie asks for.
#[cfg(feature = "ssr")]
pub fn of_request() -> Theme {
    use_context::<axum::http::request::Parts>()
        .and_then(|parts| {
            Some(Theme::of_cookies(
                parts
                    .headers
                    .get(axum::http::header::COOKIE)?
                    .to_str()
                    .ok()?,
            ))
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_as_browsers_send_them() {
        assert_eq!(
            Theme::of_cookies("soundstage=abc; theme=light"),
            Theme::Light
        );
        assert_eq!(Theme::of_cookies("theme=dark"), Theme::Dark);
        assert_eq!(Theme::of_cookies("mytheme=dark; theme=pink"), Theme::System);
        assert_eq!(Theme::of_cookies(""), Theme::System);
    }

    #[test]
    fn the_system_theme_leaves_no_cookie() {
        assert!(Theme::System.cookie().contains("Max-Age=0"));
        assert!(Theme::Dark.cookie().starts_with("theme=dark;"));
    }
}
