//! The commands, run as a user runs them.

mod demo;
mod desk;
mod evaluate;
mod lists;
mod questions;
mod replay;
mod reports;
