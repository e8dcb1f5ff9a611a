//! The commands, run as a user runs them.

mod demo;
mod desk;
mod evaluate;
mod lanes;
mod lists;
mod questions;
mod replay;
mod reports;
