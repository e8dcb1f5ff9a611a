//! Borders crossed and not yet crossed back: the common part of `zone_entry` and `zone_exit`.
//!
//! `zones::Presence` decides when a border counts as crossed. Here a crossing becomes an alert, which stays open until the vessel crosses
//! back.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::Time;
use crate::behaviours::checks::Coherent;
use crate::behaviours::explain::or_not_asked;
use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::runner::vessel::{Signals, VesselRule, VesselScene};
use crate::behaviours::shared::moment::Moment;
use crate::behaviours::{self, AnyFacts, Behaviour, End, Explanation, Holding, Interest, Rounded, Step};
use crate::zones::{Chart, Crossing, Presence, Relation, ZoneIx};

/// Settings `[behaviours.zone_entry]` and `[behaviours.zone_exit]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs, in zones that ask for it.
    pub enabled: bool,
    /// Base points. If a zone sets its own points, they are not raised to `asked_score`.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// A zone that asks raises the score to this.
    #[schemars(range(min = 0, max = 100))]
    pub asked_score: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, score: 10, asked_score: 40 }
    }
}

impl Coherent for Settings {}

/// Direction in which a border is crossed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Into the zone.
    In,
    /// Out of the zone.
    Out,
}

/// The part that each of the two behaviours supplies.
pub(crate) trait Border: Send + 'static {
    /// The behaviour.
    const BEHAVIOUR: Behaviour;
    /// The direction that opens an alert. The other direction ends it.
    const WAY: Way;

    /// The facts of a crossing.
    fn facts(measured: Measured) -> AnyFacts;

    /// Its own table among the settings of all behaviours.
    fn table(all: &behaviours::Settings) -> &Settings;
}

/// What is measured at a crossing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Speed made good. Knots; `None` over a hole too long to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) speed_made_good_knots: Option<Rounded<1>>,
    /// The last fix before the border, if the vessel was not heard from then until it was beyond it; otherwise `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unheard_since: Option<Time>,
}

impl Measured {
    /// The period in which the border was crossed: the moment `at`, or the hole that ended then.
    pub(crate) fn stated(&self, at: Time) -> (Time, Time) {
        (self.unheard_since.unwrap_or(at).min(at), at)
    }
}

/// Open crossings of one vessel: ids of the zones, and the last fix.
#[derive(Serialize, Deserialize)]
pub(crate) struct Open {
    /// Ids of the zones. Indexes would not survive a reload.
    zones: Vec<String>,
    /// Time of the last fix, from which the vessel counts as lost.
    last_fix: Time,
    /// Whether zones were reloaded since the last check, so that a border may have moved.
    recheck: bool,
}

/// The rule about crossings in one direction.
pub(crate) struct Crossings<B> {
    /// The settings in force in each zone.
    profiles: Profiles<Settings>,
    /// The direction, known from the type alone.
    border: PhantomData<B>,
}

impl<B: Border> VesselRule for Crossings<B> {
    type Settings = Settings;
    type State = Open;
    const BEHAVIOUR: Behaviour = B::BEHAVIOUR;
    const INTEREST: Interest = Interest::CROSSED;

    fn new(settings: &Settings, chart: &Chart) -> Crossings<B> {
        Crossings { profiles: Profiles::new(B::BEHAVIOUR, settings, chart), border: PhantomData }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        B::table(all)
    }

    fn observe(&mut self, state: &mut Option<Open>, scene: &VesselScene<'_>, step: &Step<'_>, out: &mut Signals<'_>) {
        let Some(fix) = step.fix else {
            return;
        };
        if let Some(open) = state {
            open.last_fix = fix.at;
        }
        for crossing in step.crossings {
            let (zone, at, way) = match *crossing {
                Crossing::Entered { zone, relation: Relation::In, at } => (zone, at, Way::In),
                Crossing::Left { zone, relation: Relation::In, at } => (zone, at, Way::Out),
                Crossing::Entered { .. } | Crossing::Left { .. } => continue,
            };
            let zone_id = &scene.chart.zones.get(zone).id;
            if way != B::WAY {
                let end_reason = match way {
                    Way::In => End::InsideAgain,
                    Way::Out => End::OutsideAgain,
                };
                end(state, zone_id, at, end_reason, out);
            } else if let Some((score, asked)) = self.points(scene, zone)
                && scene.vessel.takes_part()
            {
                let new = || Open { zones: Vec::new(), last_fix: at.max(step.at), recheck: false };
                let open = state.get_or_insert_with(new);
                if !open.zones.iter().any(|known| known == zone_id) {
                    open.zones.push(zone_id.clone());
                }
                out.holds_in(zone_id, holding::<B>(scene, step, zone, at, score, asked));
            }
        }
        end_moved::<B>(state, scene, step, fix.at, out);
    }

    /// The conditions at each zone nearby that asks for the behaviour.
    fn explain(&self, state: Option<&Open>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let asks = |zone: ZoneIx| self.profiles.asked(B::BEHAVIOUR, scene.chart, zone, scene.now).is_some();
        let crossed = |id: &str| state.is_some_and(|open| open.zones.iter().any(|known| known.as_str() == id));
        let wanted = match B::WAY {
            Way::In => "its border crossed inward since it was first heard",
            Way::Out => "its border crossed outward since it was first heard",
        };
        let near = step.presence.iter().filter(|(zone, _)| asks(*zone)).map(|(zone, relation)| {
            let id = &scene.chart.zones.get(zone).id;
            let shown = Explanation::new(id.as_str()).takes_part(&scene.vessel);
            shown.is("relation", relation.name(), wanted, crossed(id))
        });
        let mut shown: Vec<Explanation> = near.collect();
        // A vessel that crossed outward may be far from the zone by now.
        let left = state.into_iter().flat_map(|open| &open.zones);
        for id in left.filter(|id| !shown.iter().any(|shown| shown.about == id.as_str())).cloned().collect::<Vec<_>>() {
            let gone = Explanation::new(id.as_str()).takes_part(&scene.vessel);
            shown.push(gone.is("relation", "outside", wanted, true));
        }
        or_not_asked(shown, scene.chart, &scene.vessel, step.presence)
    }

    /// Ends all open crossings of the vessel, at its last fix.
    fn close(&self, open: Open, reason: End, out: &mut Signals<'_>) {
        open.zones.iter().for_each(|zone_id| out.over_in(zone_id, open.last_fix, reason));
    }

    fn configure(&mut self, settings: &Settings, chart: &Chart, _now: Time) {
        self.profiles.rebuild(B::BEHAVIOUR, settings, chart);
    }

    /// Ends crossings of zones that are gone, inactive or no longer ask.
    fn review(&self, state: &mut Option<Open>, scene: &VesselScene<'_>, _presence: &Presence, out: &mut Signals<'_>) {
        let Some(open) = state else {
            return;
        };
        // Whether a border moved shows only at the next fix.
        open.recheck = true;
        let zones = &scene.chart.zones;
        let asks = |id: &String| {
            let zone = zones.find(id).map(|zone| zones.get(zone));
            zone.is_some_and(|zone| zone.asks(B::BEHAVIOUR.name()).is_some() && zone.active(scene.now))
        };
        let mut gone: Vec<String> = open.zones.iter().filter(|id| !asks(id)).cloned().collect();
        gone.sort_unstable();
        gone.iter().for_each(|zone_id| end(state, zone_id, scene.now, End::ZoneGone, out));
    }

    fn due(&self, open: &Open, scene: &VesselScene<'_>) -> Option<Time> {
        Some(scene.lost_at(open.last_fix))
    }

    remembers! { kept { profiles } parts {} built { border } }
}

impl<B: Border> Crossings<B> {
    /// Base points, and the score to which the zone raises the alert; `None` unless the zone asks and is active.
    fn points(&self, scene: &VesselScene<'_>, zone: ZoneIx) -> Option<(i32, Option<i32>)> {
        scene.chart.zones.get(zone).asks(B::BEHAVIOUR.name())?;
        let profile = self.profiles.of(scene.chart, zone, scene.now)?;
        let asked = (!profile.own_score).then_some(profile.settings.asked_score);
        profile.settings.enabled.then_some((profile.settings.score, asked))
    }
}

/// Ends the crossing of one zone, if it is open.
fn end(state: &mut Option<Open>, zone_id: &str, at: Time, reason: End, out: &mut Signals<'_>) {
    let Some(open) = state else {
        return;
    };
    let Some(place) = open.zones.iter().position(|known| known == zone_id) else {
        return;
    };
    open.zones.remove(place);
    out.over_in(zone_id, at, reason);
    state.take_if(|open| open.zones.is_empty());
}

/// Ends crossings that no longer hold because the zone itself moved.
fn end_moved<B: Border>(
    state: &mut Option<Open>,
    scene: &VesselScene<'_>,
    step: &Step<'_>,
    at: Time,
    out: &mut Signals<'_>,
) {
    let Some(open) = state.as_mut().filter(|open| open.recheck) else {
        return;
    };
    open.recheck = false;
    let inside =
        |id: &String| scene.chart.zones.find(id).and_then(|zone| step.presence.relation(zone)) == Some(Relation::In);
    let moved: Vec<String> = open.zones.iter().filter(|id| inside(id) != (B::WAY == Way::In)).cloned().collect();
    moved.iter().for_each(|zone_id| end(state, zone_id, at, End::ZoneMoved, out));
}

/// The last fix before the one at `at`, which is the first beyond the border, if a hole in reception lies between them; otherwise `None`.
fn unheard_since(scene: &VesselScene<'_>, step: &Step<'_>, at: Time) -> Option<Time> {
    let vessel = &scene.vessel;
    let max_hole = scene.settings().max_hole(vessel.satellite_only());
    let is_before = |before: &Time| *before < at;
    let previous = step.previous.map(|fix| fix.at).filter(is_before);
    // The crossing may have been confirmed only by the fixes after it. A track keeps the fixes on both sides of a hole.
    let kept = || vessel.trail_since(at - scene.settings().lost_after()).map(|point| point.at).filter(is_before).last();
    previous.or_else(kept).filter(|before| max_hole < at - *before)
}

/// The facts of a crossing. A zone that the vessel left far behind in a hole is listed as near all the same, because the alert is about it.
fn holding<B: Border>(
    scene: &VesselScene<'_>,
    step: &Step<'_>,
    zone: ZoneIx,
    at: Time,
    score: i32,
    asked: Option<i32>,
) -> Holding {
    let now = step.fix.map_or(step.at, |fix| fix.at);
    let measured = Measured {
        speed_made_good_knots: step.smg.map(|smg| smg.knots.into()),
        unheard_since: unheard_since(scene, step, at),
    };
    // The place belongs to the moment that is stated. A crossing may be confirmed only by a later fix.
    let Moment { position, shore_nm, mut zones } = Moment::of(&scene.vessel, at, scene.chart);
    let relation = if B::WAY == Way::In { Relation::In } else { Relation::Near };
    match zones.iter_mut().find(|(listed, _)| *listed == zone) {
        Some(listed) => listed.1 = relation,
        None => zones.push((zone, relation)),
    }
    Holding {
        started_at: at,
        satisfied_at: now,
        last_at: now,
        facts: B::facts(measured),
        position,
        shore_nm,
        zones,
        base: vec![(B::BEHAVIOUR.name(), score)],
        asked,
        anchored: false,
    }
}
