//! What the rules of one kind share: of one vessel (`vessel`, with `lone` and `case` for one condition, `zone` and `crossing` for zones that
//! ask), and of a pair.

pub(super) mod case;
pub(super) mod condition;
pub(super) mod crossing;
pub(super) mod instant;
pub(super) mod lone;
pub(super) mod pairs;
pub(super) mod profile;
pub(super) mod tier;
pub(super) mod vessel;
pub(super) mod zone;
