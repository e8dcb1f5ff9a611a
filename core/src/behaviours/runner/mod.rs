//! Runners: what the rules of one kind have in common. `vessel` runs rules about one vessel. On top of it, `lone` and `case` are for a
//! single condition, and `zone` and `crossing` for zones that ask for a behaviour. `pairs` runs rules about two vessels.
//!
//! A runner keeps the state of each vessel or pair, wakes the rule, ends what is open about what is lost or forgotten, and saves all of it.
//! A rule that needs none of that implements `PictureRule` itself.

pub(super) mod case;
pub(super) mod condition;
pub(super) mod crossing;
pub(super) mod instant;
pub(super) mod lone;
pub(super) mod median;
pub(super) mod pair_rule;
pub(super) mod pair_scene;
pub(super) mod pairs;
pub(super) mod profile;
mod speeds;
pub(super) mod tier;
pub(super) mod vessel;
pub(super) mod zone;
