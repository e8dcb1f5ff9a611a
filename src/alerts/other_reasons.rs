//! Caps that rest on measurements: another explanation, or chance, accounts for the alert. They hold whatever the score of the
//! case; only a watchlist lifts them.

use serde_json::Value;

use crate::behaviours::Behaviour;
use crate::time::Span;
use crate::units::METRES_PER_NM;

use super::party::Party;
use super::score::{Cap, Scene, ScoreSettings};

/// A vessel last heard longer ago than this does not count as nearby.
const STALE: Span = Span::from_hours(6);

type Limit = fn(&Scene<'_>, &ScoreSettings) -> Option<Cap>;

/// All of these caps; the lowest that applies is the last line.
pub(super) const OTHER_REASONS: &[Limit] =
    &[too_many_possible, out_of_reach, usual_silence, in_place, by_chance, crowd, working_fleet];

fn cap(points: i32, code: &'static str, text: String) -> Cap {
    Cap { points, only_below: i32::MAX, code, text }
}

fn number(scene: &Scene<'_>, key: &str) -> Option<f64> {
    scene.holding.measured.get(key).and_then(Value::as_f64)
}

/// Number of silent vessels that could have come to a dark meeting; `None` for other behaviours.
pub(super) fn possible(scene: &Scene<'_>) -> Option<f64> {
    number(scene, "possible").filter(|_| scene.behaviour == Behaviour::DarkRendezvous)
}

fn stops_within_reach(scene: &Scene<'_>) -> Option<f64> {
    number(scene, "stops_within_reach").filter(|_| scene.behaviour == Behaviour::DarkRendezvous)
}

fn too_many_possible(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let text = match scene.holding.form {
        "one_of_many" => format!("{:.0} silent vessels could have come: too many to single one out", possible(scene)?),
        "many_stops" => {
            format!("Its silence leaves time for {:.0} stops: too many to single one out", stops_within_reach(scene)?)
        }
        _ => return None,
    };
    Some(cap(settings.cap_fact, "cap_fact", format!("{text}; recorded as a fact")))
}

fn out_of_reach(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let minutes = number(scene, "out_of_reach_minutes").filter(|_| scene.behaviour == Behaviour::AisGap)?;
    let minutes = Span::from_minutes(minutes as i64);
    let text = format!("Its course left the feed's coverage within {minutes}: recorded as a fact");
    Some(cap(settings.cap_fact, "cap_fact", text))
}

fn usual_silence(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    if scene.behaviour != Behaviour::AisGap {
        return None;
    }
    let of = scene.holding.measured.get("silence_usual_of").and_then(Value::as_str)?;
    let place = if of == "cell" { "in this area" } else { "on this feed" };
    let (others, hours) = (number(scene, "others_fell_silent")?, number(scene, "others_heard_hours")?);
    let text = format!(
        "{others:.0} other vessels went silent {place} in {hours:.0} vessel-hours: silence is common here, limited to low"
    );
    Some(cap(settings.cap_low, "cap_low", text))
}

fn in_place(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let nm = number(scene, "distance_nm")
        .filter(|_| scene.behaviour == Behaviour::AisGap && scene.holding.form == "in_place")?;
    let text = format!("Heard again {nm:.1} nm from where it went silent, not under way: limited to low");
    Some(cap(settings.cap_low, "cap_low", text))
}

fn by_chance(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let asynchronous = scene.behaviour == Behaviour::AsyncRendezvous && scene.holding.form == "by_chance";
    let expected = number(scene, "expected_by_chance").filter(|_| asynchronous)?;
    let text = format!("{expected:.1} such stops expected there by chance alone: recorded as a fact");
    Some(cap(settings.cap_fact, "cap_fact", text))
}

fn crowd(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let asynchronous = scene.behaviour == Behaviour::AsyncRendezvous && scene.holding.form == "crowd";
    let craft = number(scene, "craft_stopped_there").filter(|_| asynchronous)?;
    let text = format!("{craft:.0} craft stopped there since, too many to single one out: recorded as a fact");
    Some(cap(settings.cap_fact, "cap_fact", text))
}

/// A boat that collects among a fleet of its own trade. The ship that dropped does not count.
fn working_fleet(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let at = scene.holding.position.filter(|_| scene.behaviour == Behaviour::AsyncRendezvous)?;
    let boat = number(scene, "collector_mmsi")?;
    let party = scene.parties.iter().find(|party| f64::from(party.key.mmsi.0) == boat)?;
    let (kinds, word) = match party {
        party if party.fishing() => (30..=30, "fishing vessels"),
        party if Party::leisure(party) => (36..=37, "sailing and pleasure craft"),
        _ => return None,
    };
    let stale = scene.holding.last_at - STALE;
    let mut craft = 0;
    scene.view.tracks.near(at, settings.fleet_nm * METRES_PER_NM, |vessel, _| {
        let fresh = vessel.last().is_some_and(|fix| stale <= fix.at);
        craft += u32::from(fresh && vessel.ship_type().is_some_and(|kind| kinds.contains(&kind)));
    });
    let text = format!("{craft} {word} within {} nm: a fleet, limited to low", settings.fleet_nm);
    (settings.fleet_vessels < craft).then(|| cap(settings.cap_low, "cap_low", text))
}
