//! Caps for company that is usual: a fleet at work, a boat among a fleet of its own trade, and a fleet of yachts (SPEC "Points"). In a
//! fleet, meetings and stops are common, so each of them means little. The vessels of the alert count if they are of the
//! kind that makes the fleet.

use crate::ais::Class;
use crate::alerts::party::{Party, is_leisure};
use crate::base::time::Span;
use crate::base::units::METRES_PER_NM;
use crate::picture::tracks::Vessel;

use super::ingredients::Ingredients;
use super::line::Cap;
use super::settings::ScoreSettings;

/// Age of the last fix beyond which a yacht does not count as nearby.
const STALE_YACHT: Span = Span::from_hours(1);
/// Age of the last fix beyond which a fishing vessel or boat does not count as part of a fleet.
const STALE_BOAT: Span = Span::from_hours(6);

/// The cap for fishing vessels within a fleet of their kind: severity low. Every party must be a fishing vessel.
pub(super) fn fleet(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let at = given.holding.position.filter(|_| given.all_fishing())?;
    let mut fishing = 0;
    let stale = given.holding.last_at - STALE_BOAT;
    let metres = settings.fleet_nm * METRES_PER_NM;
    given.view.tracks.near(at, metres, |vessel, _| {
        let fresh = vessel.last().is_some_and(|fix| stale <= fix.at);
        fishing += u32::from(fresh && vessel.ship_type() == Some(30));
    });
    (settings.fleet_vessels < fishing).then(|| {
        let text =
            format!("{fishing} fishing vessels within {} nm: a fleet at work, limited to low", settings.fleet_nm);
        Cap::low(settings, text)
    })
}

/// The cap for sailing and pleasure craft in company, as in a regatta, in a rally or on an afternoon in a bay.
pub(super) fn yachts(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let leisure = !given.parties.is_empty() && given.parties.iter().all(Party::leisure);
    let at = given.holding.position.filter(|_| leisure)?;
    let stale = given.holding.last_at - STALE_YACHT;
    let mut yachts = 0;
    given.view.tracks.near(at, settings.yachts_nm * METRES_PER_NM, |vessel, _| {
        let fresh = vessel.last().is_some_and(|fix| stale <= fix.at);
        yachts += u32::from(fresh && is_yacht(&vessel));
    });
    (settings.yachts < yachts).then(|| {
        let text =
            format!("{yachts} sailing and pleasure craft within {} nm: a fleet, limited to low", settings.yachts_nm);
        Cap::low(settings, text)
    })
}

/// The cap for a collecting boat among a fleet of its own trade. The ship that dropped does not count.
pub(super) fn working_fleet(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let (at, boat) = (given.holding.position?, given.holding.facts.collector()?);
    let party = given.parties.iter().find(|party| party.key.mmsi == boat)?;
    let (kinds, word) = match party {
        party if party.fishing() => (30..=30, "fishing vessels"),
        party if Party::leisure(party) => (36..=37, "sailing and pleasure craft"),
        _ => return None,
    };
    let stale = given.holding.last_at - STALE_BOAT;
    let mut craft = 0;
    given.view.tracks.near(at, settings.fleet_nm * METRES_PER_NM, |vessel, _| {
        let fresh = vessel.last().is_some_and(|fix| stale <= fix.at);
        craft += u32::from(fresh && vessel.ship_type().is_some_and(|kind| kinds.contains(&kind)));
    });
    let text = format!("{craft} {word} within {} nm: a fleet, limited to low", settings.fleet_nm);
    (settings.fleet_vessels < craft).then(|| Cap::low(settings, text))
}

/// Whether a vessel of the picture counts as a yacht, by the same rule as a party of an alert.
fn is_yacht(vessel: &Vessel<'_>) -> bool {
    let length = vessel.identity().and_then(|identity| identity.length());
    is_leisure(vessel.ship_type(), vessel.class() == Class::B, length)
}
