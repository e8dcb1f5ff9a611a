//! The console: pages for the browser, served from the program itself.
//!
//! The files are in `web` and are served as they are, scripts without their comments. Their addresses contain a hash over all of them, so a browser may keep them for ever
//! and never mixes two versions. `index.html` is the same for every page and is never kept. Nothing is loaded from elsewhere, which the
//! content security policy states to the browser as well.

mod assets;
mod files;
mod pages;
#[cfg(test)]
mod strip;

pub(super) use pages::router;
