//! The rules of the source, the pages users read, and the packages.

mod behaviour_pages;
mod container;
mod docs;
mod package;
mod rules;
mod source;
