//! The daemon as a process: its inputs and signals, the service manager, and questions over HTTP.

mod alerts;
mod asking;
mod inputs;
mod service;
