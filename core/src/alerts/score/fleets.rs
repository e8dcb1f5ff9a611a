//! Caps for company that is usual: a boat among a fleet of its own trade, and a fleet of yachts.

use crate::ais::Class;
use crate::base::time::Span;
use crate::base::units::METRES_PER_NM;
use crate::picture::tracks::Vessel;

use super::ingredients::cap_low;
use super::party::{Party, is_leisure};
use super::score::{Cap, Scene, ScoreSettings};

/// Age of the last fix beyond which a yacht does not count as nearby.
const STALE: Span = Span::from_hours(1);
/// Age of the last fix beyond which a boat does not count as part of a working fleet.
const STALE_BOAT: Span = Span::from_hours(6);

/// The cap for sailing and pleasure craft in company, as in a regatta, in a rally or on an afternoon in a bay.
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

/// The cap for a collecting boat among a fleet of its own trade. The ship that dropped does not count.
pub(super) fn working_fleet(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let (at, boat) = (scene.holding.position?, scene.holding.facts.collector()?);
    let party = scene.parties.iter().find(|party| party.key.mmsi == boat)?;
    let (kinds, word) = match party {
        party if party.fishing() => (30..=30, "fishing vessels"),
        party if Party::leisure(party) => (36..=37, "sailing and pleasure craft"),
        _ => return None,
    };
    let stale = scene.holding.last_at - STALE_BOAT;
    let mut craft = 0;
    scene.view.tracks.near(at, settings.fleet_nm * METRES_PER_NM, |vessel, _| {
        let fresh = vessel.last().is_some_and(|fix| stale <= fix.at);
        craft += u32::from(fresh && vessel.ship_type().is_some_and(|kind| kinds.contains(&kind)));
    });
    let text = format!("{craft} {word} within {} nm: a fleet, limited to low", settings.fleet_nm);
    (settings.fleet_vessels < craft).then(|| cap_low(settings, text))
}

fn is_yacht(vessel: &Vessel<'_>) -> bool {
    let length = vessel.identity().and_then(|identity| identity.length());
    is_leisure(vessel.ship_type(), vessel.class() == Class::B, length)
}
