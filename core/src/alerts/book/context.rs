//! What the score and the lines of an alert are made from: the settings, the memory of ended alerts, and the picture.

use crate::alerts::handling::HandlingSettings;
use crate::alerts::memory::Memory;
use crate::alerts::score::ScoreSettings;
use crate::alerts::settings::Settings;
use crate::alerts::view::View;

/// The settings that the book applies. They are not part of a snapshot: a restored book takes those of the present configuration.
pub(super) struct Policy {
    /// `[alerts]`
    pub(super) settings: Settings,
    /// `[score]`
    pub(super) score: ScoreSettings,
    /// `[handling]`
    pub(super) handling: HandlingSettings,
}

/// What an entry may read: the settings, the memory of ended alerts, and the picture. It never borrows the entries, so that the book can
/// change one of them meanwhile.
pub(super) struct Context<'a> {
    pub(super) settings: &'a Settings,
    pub(super) score: &'a ScoreSettings,
    pub(super) handling: &'a HandlingSettings,
    pub(super) memory: &'a Memory,
    pub(super) view: &'a View<'a>,
}

impl<'a> Context<'a> {
    /// The context of one call of the book.
    pub(super) fn new(policy: &'a Policy, memory: &'a Memory, view: &'a View<'a>) -> Context<'a> {
        let Policy { settings, score, handling } = policy;
        Context { settings, score, handling, memory, view }
    }
}
