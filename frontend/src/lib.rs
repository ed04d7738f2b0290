//! The wasm entry point. **The rule:** `hydrate()` and nothing else; the app is in `app`.

// As in `app`: the types of whole pages are laid out here.
#![recursion_limit = "512"]

/// Brings the server-rendered page to life.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
