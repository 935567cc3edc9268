//! The pages: what people see and fill in.
//!
//! A page is an async function from a [`Visit`] to a [`Page`]: it asks the API, then builds its view. Everything is
//! rendered by the server and works without script; islands add comfort. Deliberately absent: rules (they are in
//! `domain`), SQL, HTTP, and any way to data but the API.

pub mod islands;

#[cfg(feature = "ssr")]
#[macro_use]
pub mod words;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
mod visit;

#[cfg(feature = "ssr")]
pub use pages::render;
#[cfg(feature = "ssr")]
pub use visit::{Api, Ask, DemoAccount, FormState, KeptPhoto, Page, Rendered, Sending, SiteInfo, Visit};
#[cfg(feature = "ssr")]
pub use words::Lang;

/// Called by the page's start script before it wakes the islands one by one.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
