//! The score: points that add up line by line, from the base of the behaviour to the cap.

use crate::alerts::alert::ScoreReason;
use crate::behaviours::{LiftedBy, Site};

use super::ingredients::Ingredients;
use super::line::{Cap, line};
use super::settings::ScoreSettings;
use super::{caps, craft, fixtures, fleets, habit, history, place, rarity};

/// A function that returns one score line; `None` if it does not apply.
type Term = fn(&Ingredients<'_>, &ScoreSettings) -> Option<ScoreReason>;
/// A function that returns one cap; `None` if it does not apply.
type Limit = fn(&Ingredients<'_>, &ScoreSettings) -> Option<Cap>;

/// All score lines except base and caps, in order. The order has no effect on the score; alerts list the lines like this.
const TERMS: &[Term] = &[
    place::watched_zone,
    place::shore,
    place::night,
    craft::merchant_with_small_craft,
    history::after_meeting,
    history::gap_lately,
    history::draught_lately,
    history::new_identity,
    history::repeat,
    habit::habit,
    history::source_region,
    rarity::rarity,
    craft::unassigned_mmsi,
    craft::like_fishing,
    craft::both_fishing,
    craft::usual_traffic,
    craft::anchored,
    place::benign_zone,
    craft::satellite_only,
];

/// All caps that a grave case or a watchlist lifts (SPEC "Points"). The lowest that applies is the last line of the score.
const CAPS: &[Limit] =
    &[caps::at_anchor_near_shore, caps::on_duty, fleets::fleet, caps::circles_by_trade, fleets::yachts];

/// All caps that only a watchlist lifts.
const FIRM_CAPS: &[Limit] = &[fixtures::gear, fixtures::held, fleets::working_fleet];

/// A score and its lines, which always add up to it.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::alerts) struct Score {
    /// The score, 0-100.
    pub(in crate::alerts) points: i32,
    /// Its lines, in order; none has 0 points.
    pub(in crate::alerts) reasons: Vec<ScoreReason>,
    /// The lowest limit that the behaviour itself calls for and that lowers the score. Points; `None` if no such limit does.
    pub(in crate::alerts) own_limit: Option<i32>,
}

impl Score {
    /// The score of an alert: base and terms, raised to what a zone asks for, then limited by the lowest cap and to 0-100.
    pub(in crate::alerts) fn of(given: &Ingredients<'_>, settings: &ScoreSettings) -> Score {
        let mut reasons = base(given);
        // The urgency of a distress call, a silent receiver or a watchlist hit does not depend on place, time or vessel.
        let as_it_is = given.character().is_scored_alone;
        if !as_it_is {
            for term in TERMS {
                reasons.extend(term(given, settings));
            }
        }
        reasons.retain(|reason| reason.points != 0);
        let mut score = Score { points: reasons.iter().map(|reason| reason.points).sum(), reasons, own_limit: None };
        if let Some(asked) = given.holding.asked {
            let text = format!("Raised to {asked}, because the zone asks for alerts of this kind");
            score.raise_to(asked, "asked", text);
        }
        let exempt = as_it_is || given.is_exempt(settings);
        let listed = as_it_is || given.is_listed();
        let case = CAPS.iter().filter(|_| !exempt).filter_map(|cap| cap(given, settings));
        let firm = FIRM_CAPS.iter().filter(|_| !listed).filter_map(|cap| cap(given, settings));
        let own_case = caps::own_caps(given, settings, LiftedBy::Case).into_iter().filter(|_| !exempt);
        let own_firm = caps::own_caps(given, settings, LiftedBy::Watchlist).into_iter().filter(|_| !listed);
        let points = score.points;
        let applies = |cap: &Cap| points < cap.only_below;
        let own: Vec<Cap> = own_case.chain(own_firm).filter(applies).collect();
        // A cap for slight scores only does not lower a score that was higher.
        let always = own.iter().filter(|cap| cap.only_below == i32::MAX).map(|cap| cap.points);
        score.own_limit = always.min().filter(|limit| *limit < points);
        let cap = case.chain(firm).filter(applies).chain(own).min_by_key(|cap| cap.points);
        match cap {
            Some(cap) if cap.points < score.points => score.set(cap.points, cap.code, cap.text),
            _ => score.set(score.points.min(100), "clamp", "Scores end at 100".to_owned()),
        }
        score.raise_to(0, "clamp", "Scores begin at 0".to_owned());
        score
    }

    /// Whether the behaviour itself calls for a limit below this many points.
    pub(in crate::alerts) fn limits(&self, points: i32) -> bool {
        self.own_limit.is_some_and(|limit| limit < points)
    }

    /// Raises the score to `points` if it is lower.
    fn raise_to(&mut self, points: i32, code: &'static str, text: String) {
        self.set(self.points.max(points), code, text);
    }

    /// Brings the score to `points` by adding one line, unless it is there already.
    fn set(&mut self, points: i32, code: &'static str, text: String) {
        if points != self.points {
            self.reasons.push(ScoreReason { code: code.to_owned(), points: points - self.points, text });
            self.points = points;
        }
    }
}

/// The base score, line by line as the behaviour gave it.
fn base(given: &Ingredients<'_>) -> Vec<ScoreReason> {
    let holding = given.holding;
    let site = Site {
        position: holding.position,
        shore_nm: given.shore_nm,
        at: holding.last_at,
        zones: &holding.zones,
        chart: given.view.chart,
    };
    let base = holding.base.iter();
    let text = |code| holding.facts.line(code, &site);
    base.map(|(code, points)| line(code, *points, text(code))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_adjustment_is_a_line_and_the_lines_add_up() {
        let mut score = Score { points: 0, reasons: Vec::new(), own_limit: None };
        score.set(120, "base", String::new());
        score.set(39, "cap_low", String::new());
        score.raise_to(10, "asked", String::new());
        let points: Vec<i32> = score.reasons.iter().map(|reason| reason.points).collect();
        assert_eq!(points, [120, -81]);
        assert_eq!(score.points, 39);
    }
}
