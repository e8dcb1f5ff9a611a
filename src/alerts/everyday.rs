//! Caps for everyday company: two vessels that keep meeting, two boats working one gear, a fleet of yachts.

use crate::ais::Class;
use crate::time::Span;
use crate::tracks::Vessel;
use crate::units::METRES_PER_NM;

use super::ingredients::cap_low;
use super::party::{Party, is_leisure};
use super::score::{Cap, Scene, ScoreSettings};
use super::summary::{decimals, number, ordinal};

/// A yacht last heard longer ago than this does not count as nearby.
const STALE: Span = Span::from_hours(1);

/// Two vessels that meet for at least the `habitual_meetings`-th time within 14 days. The behaviour sets the number: the third time
/// by default, the second for two fishing vessels.
pub(super) fn habitual(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let earlier = number(&scene.holding.measured, "earlier_meetings_14_days")?;
    let from = number(&scene.holding.thresholds, "habitual_meetings")?;
    (from <= earlier + 1.0).then(|| {
        let text = format!("Their {} meeting within 14 days: habitual, limited to low", ordinal(earlier + 1.0));
        cap_low(settings, text)
    })
}

/// Two fishing vessels that tow or set one gear together.
pub(super) fn one_gear(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    number(&scene.holding.thresholds, "gear_minutes")?;
    let measured = |key| number(&scene.holding.measured, key);
    let minutes = measured("side_by_side_minutes")?;
    let (metres, knots) = (measured("side_by_side_metres")?, measured("side_by_side_knots")?);
    Some(Cap {
        points: settings.cap_fact,
        only_below: i32::MAX,
        code: "cap_fact",
        text: format!(
            "Fished side by side for {} within 3 h, {metres:.0} m apart at {} kn: working one gear, recorded as a fact",
            Span::from_minutes(minutes as i64),
            decimals(knots)
        ),
    })
}

/// Sailing and pleasure craft in company, such as a regatta, a rally or an afternoon in a bay.
pub(super) fn yachts(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let leisure = !scene.parties.is_empty() && scene.parties.iter().all(Party::leisure);
    let at = scene.holding.position.filter(|_| leisure)?;
    let stale = scene.holding.last_at - STALE;
    let mut yachts = 0;
    scene.view.tracks.near(at, settings.yachts_nm * METRES_PER_NM, |vessel, _| {
        let fresh = vessel.last().is_some_and(|fix| stale <= fix.at);
        yachts += u32::from(fresh && is_yacht(&vessel));
    });
    (settings.yachts < yachts).then(|| {
        let text =
            format!("{yachts} sailing and pleasure craft within {} nm: a fleet, limited to low", settings.yachts_nm);
        cap_low(settings, text)
    })
}

fn is_yacht(vessel: &Vessel<'_>) -> bool {
    let length = vessel.identity().and_then(|identity| identity.length());
    is_leisure(vessel.ship_type(), vessel.class() == Class::B, length)
}
