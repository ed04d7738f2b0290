//! The service worker: keeps the package at hand and says something sensible when the network is away.

use leptos::prelude::*;

/// Registers it once the page runs. Its address names the package's folder, so that a new build is a
/// new worker.
pub fn register() {
    Effect::new(|| {
        let Some(style) = document()
            .get_element_by_id("leptos")
            .and_then(|link| link.get_attribute("href"))
        else {
            return;
        };
        let folder = style.rsplit_once('/').map_or("/pkg", |(folder, _)| folder);
        // Absent on insecure addresses other than loopback: there the app works without it.
        if js_sys::Reflect::has(&window().navigator(), &"serviceWorker".into()).unwrap_or(false) {
            _ = window()
                .navigator()
                .service_worker()
                .register(&["/sw.js?pkg=", folder].concat());
        }
    });
}
