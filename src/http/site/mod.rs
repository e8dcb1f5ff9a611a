//! The API and the console: a listener of their own, on a thread of its own.
//!
//! `listener` accepts connections, with TLS if the settings name a certificate, and limits their lives. `guard` has what holds for every
//! request and answer. `serve` puts both around the routes. The pages for monitoring are elsewhere, so that they answer whatever happens
//! here.

mod guard;
mod listener;
mod serve;

pub use serve::{NAME, Site};
