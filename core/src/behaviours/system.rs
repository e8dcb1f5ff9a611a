//! Problems of the daemon itself, and the test of a sink. They have no rule: the daemon reports them in the form of alerts.

use crate::behaviours::character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, HISTORY_HOURS, RestsOn, Roles, Silence, ZoneUse, any_zone,
    never,
};

/// The character of alerts about the program itself. `problem` names the problem in texts, where no measurement does.
const fn about_the_program(title: &'static str, problem: &'static str) -> Character {
    Character {
        title,
        chapter: Chapter::Program,
        about: About::System(problem),
        zones: ZoneUse::Ignored,
        may_be_asked: any_zone,
        needs_every_fix: never,
        rests_on: RestsOn::Neither,
        is_muted: false,
        is_stop: false,
        happens_once: false,
        usual: None,
        has_habit: false,
        looks_like_fishing: false,
        silence: Silence::Apart,
        is_about_identity: false,
        weighs_chance: false,
        is_scored_alone: true,
        gains_by_meeting: false,
        roles: Roles::None,
        lead: None,
        describes: None,
        rests_on_silence: false,
        is_grouped: false,
        counts_minutes: false,
        meets: None,
        history_hours: HISTORY_HOURS,
        cap: CapCategory::Security,
        cise: CiseAnomaly::Other,
        compared: &[],
        reported: &[],
    }
}

pub(super) mod delivery_failed {
    /// A sink has not delivered alerts.
    pub(crate) const CHARACTER: super::Character = super::about_the_program("Deliveries that failed", "deliveries");
}

pub(super) mod delivery_test {
    /// Sent on request to see whether a sink works.
    pub(crate) const CHARACTER: super::Character = super::about_the_program("Test of a sink", "test of a sink");
}

pub(super) mod vessel_flood {
    /// `tracks.max_tracks` is reached, so tracks are evicted.
    pub(crate) const CHARACTER: super::Character =
        super::about_the_program("More vessels than there is room for", "more vessels than there is room for");
}
