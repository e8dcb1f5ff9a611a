//! What several behaviours ask about vessels: whether they lie at anchor, are one hull, share a number, or have like names.

pub(super) mod anchored;
pub(super) mod dropped;
pub(super) mod names;
pub(super) mod one_hull;
pub(super) mod sharing;
pub(super) mod swing;
