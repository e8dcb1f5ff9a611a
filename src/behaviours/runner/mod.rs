//! What several behaviours share of how a condition is watched: one vessel's, one vessel's in zones that ask for it, a pair's.

pub(super) mod condition;
pub(super) mod crossing;
pub(super) mod instant;
pub(super) mod pair;
pub(super) mod profile;
pub(super) mod tier;
pub(super) mod vessel;
pub(super) mod zone;
