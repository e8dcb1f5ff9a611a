//! The commands, run as a user runs them.

mod demo;
mod desk;
mod evaluate;
pub mod lists;
mod questions;
mod replay;
mod reports;
