//! Message formats of the sinks, as pure functions of a change.

pub(super) mod alertmanager;
pub(super) mod cap;
pub(super) mod cise;
pub(super) mod events;
mod evidence;
mod fields;
#[cfg(test)]
mod testing;
mod xml;
