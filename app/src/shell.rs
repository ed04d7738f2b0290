//! The HTML document around the app. Written on the server only, so nothing of it weighs on wasm.

use contract::accounts::Me;
use leptos::{
    hydration::{AutoReload, HydrationScripts},
    prelude::*,
};
use leptos_meta::MetaTags;

use crate::{App, api, frame::theme, ui::Sprite};

/// What nearly every word is set in, fetched beside the style and not after it.
const FONT: &str = "/fonts/inter-latin.34d39287.woff2";

pub fn shell(options: LeptosOptions) -> impl IntoView {
    api::content_security_policy();
    let package = [
        "/",
        &options.site_pkg_dir,
        "/",
        &options.output_name,
        ".css",
    ]
    .concat();
    let csrf = use_context::<Me>().map(|me| view! { <meta name="csrf-token" content=me.csrf/> });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme::of_request().attribute()>
            <head>
                <meta charset="utf-8"/>
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
                />
                <meta name="color-scheme" content="dark light"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#080706"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#e4e2dd"/>
                <meta name="description" content="Measures your mix and says what to fix."/>
                {csrf}
                <link id="leptos" rel="stylesheet" href=package/>
                <link rel="preload" href=FONT r#as="font" r#type="font/woff2" crossorigin="anonymous"/>
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icons/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <MetaTags/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
            </head>
            <body>
                <App/>
                // Behind the app, so that hydration does not meet it.
                <Sprite/>
            </body>
        </html>
    }
}

#[cfg(test)]
mod tests {
    /// The font that is fetched early is one that the style asks for; the hash in its name changes with it.
    #[test]
    fn the_preloaded_font_is_the_one_in_use() {
        let style = include_str!("../../style/base.css");
        assert!(
            style.contains(super::FONT),
            "{} is not in base.css",
            super::FONT
        );
    }
}
