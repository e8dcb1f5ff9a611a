//! The daemon as a process: its inputs and signals, the service manager, and questions over HTTP.

pub mod alerts;
mod asking;
pub mod service;
