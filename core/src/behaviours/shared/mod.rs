//! What several behaviours need to know about vessels: whether they are at anchor, are one hull, share a number, or have
//! similar names.
//!
//! What is here is used by two behaviours or more, which must not import one another.

pub(super) mod anchored;
pub(super) mod dropped;
pub(super) mod moment;
pub(super) mod names;
pub(super) mod one_hull;
pub(super) mod sharing;
pub(super) mod swing;
