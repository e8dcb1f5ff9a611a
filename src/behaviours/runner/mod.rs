//! Common machinery for conditions: of one vessel, of one vessel in zones that ask for it, and of a pair.

pub(super) mod condition;
pub(super) mod crossing;
pub(super) mod instant;
pub(super) mod pair;
pub(super) mod profile;
pub(super) mod tier;
pub(super) mod vessel;
pub(super) mod zone;
