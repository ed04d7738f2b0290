//! The wasm entry point. **The rule:** `hydrate()` and nothing else; the app is in `app`.

/// Brings the server-rendered page to life.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
