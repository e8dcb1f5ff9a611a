//! The score of an alert: 0-100 points, explained line by line (SPEC "Points").
//!
//! The base comes from the behaviour. Each *term* adds one line or none; a *cap* limits the sum and becomes the last line. Terms and caps
//! read only the [`Ingredients`] and the settings. `total` lists them all, in the order in which alerts show them; a new one needs its
//! function, its settings and one entry there.

mod caps;
mod craft;
mod fixtures;
mod fleets;
mod habit;
mod history;
mod ingredients;
mod line;
mod place;
mod rarity;
mod settings;
mod total;

pub(super) use ingredients::{Ingredients, shore_nm};
pub use settings::ScoreSettings;
pub(super) use total::Score;
