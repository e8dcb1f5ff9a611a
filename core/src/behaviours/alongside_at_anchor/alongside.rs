//! The state of one pair: minutes that a small craft is alongside an anchored ship, counted for each zone that asks.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::behaviours::facts::OneForm;
use crate::behaviours::runner::instant::CommonInstant;
use crate::behaviours::runner::pair_scene::PairScene;
use crate::behaviours::runner::profile::{Profile, Profiles};
use crate::behaviours::runner::tier::{Parts, Tier, TierRule, lasting};
use crate::behaviours::runner::vessel::Signals;
use crate::behaviours::{Behaviour, End, Explanation, Holding};
use crate::geo::{LatLon, sun_altitude_degrees};
use crate::picture::tracks::TrackKey;
use crate::zones::{Hit, Relation, ZoneIx};

use super::facts::{Facts, Measured};
use super::roles::{is_known_small, is_ship_at_anchor, is_small_craft};
use super::settings::{Settings, asked_by};

/// Minutes alongside for the same visit to resume within the merge window.
const RESUME_MINUTES: u32 = 5;
/// Interval at which an open visit is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);
/// Movement of the ship after which the zones around it are looked up again. Metres.
const REDO_METRES: f64 = 100.0;
/// A pair that has not been near each other for this long is dropped.
const FORGET_APART: Span = Span::from_minutes(20);
/// Elevation of the sun below which it is night (SPEC). Degrees.
const NIGHT_DEGREES: f64 = -6.0;
/// Maximum number of visits remembered in each of the 64 parts of the pairs; the latest are kept.
const MOST_VISITS: usize = 256;

/// A ship and a small craft being watched.
#[derive(Serialize, Deserialize)]
pub(crate) struct Visit {
    /// Last instant within twice `apart_metres`, in engine time. At first a time ahead of now, so that a new pair is not dropped at once.
    last_near: Time,
    /// `None` before the first instant, and after a reload.
    spot: Option<Spot>,
    /// One for each zone around the ship that asks.
    stays: Vec<Stay>,
}

/// Result of the latest look-up at the ship's position.
#[derive(Serialize, Deserialize)]
struct Spot {
    /// Position of the ship at the look-up.
    at: LatLon,
    /// The zones that the ship was in or near.
    zones: Vec<(ZoneIx, Relation)>,
}

/// The pair in one zone that asks.
#[derive(Serialize, Deserialize)]
struct Stay {
    /// Id of the zone. An index would not survive a reload.
    zone_id: String,
    /// Minutes alongside, as counted before the visit opens and while it is open.
    tier: Tier,
    /// The visit that was reported; `None` while none is open.
    open: Option<Open>,
    /// The visit that ended, kept until it can no longer resume.
    ended: Option<(Open, Time)>,
    /// Whether any counted minute was by night.
    night: bool,
    /// Last minute at which the two were alongside. The visit ends then: the rule notices it later.
    held_at: Time,
    /// Start and number of minutes for which the two have been apart; `None` while they are not.
    away: Option<(Time, u32)>,
}

/// Latest report about a visit.
#[derive(Clone, Serialize, Deserialize)]
struct Open {
    /// Time of the latest report; `Time::MIN` before the first, so that it is due at once.
    said_at: Time,
    /// First minute alongside.
    started_at: Time,
    /// Minute at which `after_minutes` were counted. Kept if the visit resumes.
    satisfied_at: Time,
    /// Number of this visit of the craft to the ship, from 1.
    visit: u32,
    /// Its parts, if it was resumed.
    parts: Parts,
}

impl Visit {
    /// A pair that is compared from `from` on.
    pub(super) fn new(from: Time) -> Visit {
        Visit { last_near: from + FORGET_APART, spot: None, stays: Vec::new() }
    }

    /// Whether nothing is counted, open or able to resume.
    pub(super) fn is_done(&self, scene: &PairScene<'_>) -> bool {
        let idle = |stay: &Stay| {
            let can_come_back = stay.ended.as_ref().is_some_and(|(_, at)| scene.now < *at + scene.merge);
            stay.open.is_none() && !can_come_back
        };
        self.stays.iter().all(idle) && FORGET_APART < scene.now - self.last_near
    }

    /// Ends everything at the last minute it held.
    pub(super) fn close(&mut self, keys: Keys, reason: End, visits: &mut Visits, out: &mut Signals<'_>) {
        for mut stay in self.stays.drain(..) {
            stay.end(keys, stay.held_at, reason, visits, out);
        }
        self.last_near = Time::MIN;
    }

    /// Ends what the zones and settings in force no longer allow.
    pub(super) fn review(
        &mut self,
        scene: &PairScene<'_>,
        profiles: &Profiles<Settings>,
        visits: &mut Visits,
        out: &mut Signals<'_>,
    ) {
        // The zones may have changed.
        self.spot = None;
        self.stays.retain_mut(|stay| {
            let zone = scene.chart.zones.find(&stay.zone_id);
            let keep = zone.is_some_and(|zone| {
                profiles.asked(Behaviour::AlongsideAtAnchor, scene.chart, zone, scene.now).is_some()
            });
            if !keep {
                stay.end(scene.keys(), stay.held_at, End::ZoneGone, visits, out);
            }
            keep
        });
    }

    /// The conditions in each zone that asks, at the last instant at which both were heard.
    pub(super) fn explain(
        &self,
        scene: &PairScene<'_>,
        profiles: &Profiles<Settings>,
        instant: Option<&CommonInstant>,
    ) -> Vec<Explanation> {
        let (ship, craft, keys) = (scene.a, scene.b, scene.keys());
        let metres = instant.map(|instant| instant.metres);
        let shown = self.stays.iter().filter_map(|stay| {
            let zone = scene.chart.zones.find(&stay.zone_id)?;
            let settings = &profiles.asked(Behaviour::AlongsideAtAnchor, scene.chart, zone, scene.now)?.settings;
            let small = is_small_craft(&craft, settings.small_metres);
            let host = is_ship_at_anchor(&ship, settings.small_metres);
            let about = format!("{} at {} in {}", keys.1, keys.0, stay.zone_id);
            let shown = Explanation::new(about)
                .is("ship_status", ship.status().map(u64::from), "1 or 5", ship.says_anchored())
                .is("cargo_ship_or_tanker_not_known_to_be_small", host, "true", host)
                .is("small_craft", small, "true", small)
                .at_most("distance_metres", metres, settings.alongside_metres)
                .at_least("alongside_minutes", Some(f64::from(stay.tier.counted())), settings.after_minutes);
            Some(shown)
        });
        shown.collect()
    }

    /// Whether a visit is open.
    pub(super) fn is_open(&self) -> bool {
        self.stays.iter().any(|stay| stay.open.is_some())
    }

    /// Handles one instant.
    pub(super) fn count(
        &mut self,
        scene: &PairScene<'_>,
        profiles: &Profiles<Settings>,
        instant: &CommonInstant,
        visits: &mut Visits,
        out: &mut Signals<'_>,
    ) {
        let Some(at) = scene.a.last().map(|fix| fix.position) else {
            return;
        };
        self.locate(scene, at);
        let zones = self.spot.as_ref().map(|spot| spot.zones.clone()).unwrap_or_default();
        let allowed: Vec<ZoneIx> = zones
            .iter()
            .filter(|(zone, relation)| *relation == Relation::In && asked_by(scene.chart.zones.get(*zone).kind))
            .map(|(zone, _)| *zone)
            .filter(|zone| profiles.asked(Behaviour::AlongsideAtAnchor, scene.chart, *zone, scene.now).is_some())
            .collect();
        self.stays.retain_mut(|stay| {
            let keep = allowed.iter().any(|zone| scene.chart.zones.get(*zone).id == stay.zone_id);
            if !keep {
                stay.end(scene.keys(), stay.held_at, End::LeftZone, visits, out);
            }
            keep
        });
        for zone in allowed {
            let Some(profile) = profiles.asked(Behaviour::AlongsideAtAnchor, scene.chart, zone, scene.now) else {
                continue;
            };
            if instant.metres <= 2.0 * profile.settings.apart_metres {
                self.last_near = scene.now.max(instant.at);
            }
            let zone_id = &scene.chart.zones.get(zone).id;
            let place = match self.stays.iter().position(|stay| stay.zone_id == *zone_id) {
                Some(place) => place,
                None => {
                    self.stays.push(Stay::new(zone_id));
                    self.stays.len() - 1
                }
            };
            self.stays[place].count(scene, profile, instant, &zones, visits, out);
        }
    }

    /// Looks up the zones around the ship, again after 100 m.
    fn locate(&mut self, scene: &PairScene<'_>, at: LatLon) {
        if self.spot.as_ref().is_some_and(|spot| spot.at.metres_to(at) <= REDO_METRES) {
            return;
        }
        let mut hits: Vec<Hit> = Vec::new();
        scene.chart.zones.at(at, &mut hits);
        let zones = hits.iter().filter(|hit| hit.relation != Relation::Outside);
        self.spot = Some(Spot { at, zones: zones.map(|hit| (hit.zone, hit.relation)).collect() });
    }
}

/// The keys of the ship and the craft.
type Keys = (TrackKey, TrackKey);

impl Stay {
    /// A zone in which nothing is counted yet.
    fn new(zone_id: &str) -> Stay {
        Stay {
            zone_id: zone_id.to_owned(),
            tier: Tier::new(),
            open: None,
            ended: None,
            night: false,
            held_at: Time::MIN,
            away: None,
        }
    }

    /// Handles one instant in this zone: counts it, opens or ends the visit, and reports it once a minute.
    fn count(
        &mut self,
        scene: &PairScene<'_>,
        profile: &Profile<Settings>,
        instant: &CommonInstant,
        zones: &[(ZoneIx, Relation)],
        visits: &mut Visits,
        out: &mut Signals<'_>,
    ) {
        let settings = &profile.settings;
        let (ship, craft) = (scene.a, scene.b);
        // Type and status must hold throughout.
        let small_metres = settings.small_metres;
        let fits = is_ship_at_anchor(&ship, small_metres) && is_small_craft(&craft, small_metres);
        let within = fits && instant.metres <= settings.alongside_metres;
        let away = !fits || settings.apart_metres < instant.metres;
        let rule = TierRule::new(settings.after_minutes, settings.break_minutes);
        // Once the visit is open, a break does not end it; only being apart for long enough does.
        if within || self.open.is_none() {
            self.tier.count(&rule, instant.at, within, instant.metres, instant.knots);
        }
        if self.tier.counted() == 0 {
            self.night = false;
        }
        if within {
            self.held_at = instant.at;
            self.night |= sun_altitude_degrees(instant.middle, instant.at) < NIGHT_DEGREES;
        }
        if self.open.is_none() {
            self.open = self.opening(scene, settings, instant, visits);
        }
        if lasting(&mut self.away, away, instant.at, settings.end_minutes).is_some() {
            let reason = if ship.says_anchored() { End::Apart } else { End::UnderWay };
            self.end(scene.keys(), self.held_at, reason, visits, out);
            return;
        }
        // Beyond that distance no measurement describes the visit; only the first report is sent regardless.
        let is_due = |open: &Open| match open.said_at {
            Time::MIN => true,
            said_at => within && SAY_EVERY <= instant.at - said_at,
        };
        if self.open.as_ref().is_some_and(is_due) {
            self.say(scene, profile, instant, zones, out);
        }
    }

    /// The visit that opens now: a new one, or one that ended within the merge window and resumes.
    fn opening(
        &mut self,
        scene: &PairScene<'_>,
        settings: &Settings,
        instant: &CommonInstant,
        visits: &Visits,
    ) -> Option<Open> {
        // By the clock of the alerts: the instant itself is minutes old, and by now the alert may be over.
        let again = self.ended.as_ref().is_some_and(|(_, ended_at)| scene.now < *ended_at + scene.merge);
        if again {
            let (mut open, _) = self.ended.take_if(|_| RESUME_MINUTES <= self.tier.counted())?;
            open.parts.resume();
            return Some(Open { said_at: Time::MIN, ..open });
        }
        let rule = TierRule::new(settings.after_minutes, settings.break_minutes);
        if !self.tier.satisfied(&rule) || !scene.have_enough_fixes(self.tier.since()) {
            return None;
        }
        self.ended = None;
        let within = Span::from_millis((settings.visit_days * 86_400_000.0) as i64);
        Some(Open {
            said_at: Time::MIN,
            started_at: self.tier.since(),
            satisfied_at: instant.at,
            visit: 1 + visits.before(scene.keys(), self.tier.since(), within),
            parts: Parts::default(),
        })
    }

    /// Reports the open visit.
    fn say(
        &mut self,
        scene: &PairScene<'_>,
        profile: &Profile<Settings>,
        instant: &CommonInstant,
        zones: &[(ZoneIx, Relation)],
        out: &mut Signals<'_>,
    ) {
        let Profile { settings, own_score, .. } = profile;
        let Some(open) = &mut self.open else {
            return;
        };
        open.said_at = instant.at;
        let whole = open.parts.count(&self.tier);
        let measured = Measured {
            counted_minutes: whole.counted.into(),
            distance_metres: whole.latest.into(),
            min_distance_metres: whole.nearest.into(),
            max_distance_metres: whole.furthest.into(),
            visit: open.visit.into(),
            craft_size_unknown: (![scene.a, scene.b]
                .iter()
                .any(|vessel| is_known_small(vessel, settings.small_metres)))
            .then_some(true),
        };
        let mut base = vec![(Behaviour::AlongsideAtAnchor.name(), settings.score)];
        if self.night {
            base.push(("night", settings.night_points));
        }
        if 1 < open.visit {
            base.push(("second_visit", settings.second_visit_points));
        }
        out.holds_in(
            &self.zone_id,
            Holding {
                started_at: open.started_at,
                satisfied_at: open.satisfied_at,
                last_at: self.held_at,
                facts: Facts { form: OneForm, measured, thresholds: settings.into() }.into(),
                position: Some(instant.middle),
                shore_nm: Some(scene.chart.shore_nm(instant.middle)),
                zones: zones.to_vec(),
                base,
                asked: (!own_score).then_some(settings.asked_score),
                anchored: false,
            },
        );
    }

    /// Ends the visit, if one is open, and remembers it for `visit_days`. The count begins again in any case.
    fn end(&mut self, keys: Keys, ended_at: Time, reason: End, visits: &mut Visits, out: &mut Signals<'_>) {
        self.tier = Tier::new();
        self.night = false;
        let Some(open) = self.open.take() else {
            return;
        };
        let ended_at = ended_at.max(open.started_at);
        visits.add(keys, open.started_at, ended_at);
        out.over_in(&self.zone_id, ended_at, reason);
        self.ended = Some((open, ended_at));
    }
}

/// Visits that have ended, by ship and craft, with start and end. At most `MOST_VISITS`; the oldest are dropped first.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Visits {
    /// Start and end of the visits of each pair, in the order in which they ended.
    ended: FxHashMap<(TrackKey, TrackKey), Vec<(Time, Time)>>,
    /// The pair of each visit in `ended`, oldest first.
    order: VecDeque<(TrackKey, TrackKey)>,
}

impl Visits {
    /// Remembers a visit. The same visit seen in two zones, or resumed after a break, counts once.
    fn add(&mut self, pair: (TrackKey, TrackKey), started_at: Time, ended_at: Time) {
        // A pair may be in two zones that ask, and each of them reports the end of the visit.
        let known = self.ended.entry(pair).or_default();
        if let Some((_, end)) = known.iter_mut().find(|(start, end)| started_at <= *end && *start <= ended_at) {
            *end = ended_at.max(*end);
            return;
        }
        known.push((started_at, ended_at));
        self.order.push_back(pair);
        if MOST_VISITS < self.order.len()
            && let Some(oldest) = self.order.pop_front()
            && let Some(known) = self.ended.get_mut(&oldest)
        {
            known.remove(0);
            if known.is_empty() {
                self.ended.remove(&oldest);
            }
        }
    }

    /// Number of visits of this craft to this ship that ended within `within` before `started_at`.
    fn before(&self, pair: (TrackKey, TrackKey), started_at: Time, within: Span) -> u32 {
        let known = self.ended.get(&pair).into_iter().flatten();
        known.filter(|(_, end)| *end < started_at && started_at - *end <= within).count() as u32
    }
}
