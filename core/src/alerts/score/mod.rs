//! The score of an alert.

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
