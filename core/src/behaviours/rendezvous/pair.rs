//! The state of one pair of ships near each other: minutes counted by tier, under each set of settings that applies.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::rendezvous::facts::{Facts, Form, Measured, Thresholds, TierThresholds};
use crate::behaviours::rendezvous::judged::{Judged, mixed};
use crate::behaviours::rendezvous::kind::PairKind;
use crate::behaviours::rendezvous::meetings::Meetings;
use crate::behaviours::rendezvous::settings::Settings;
use crate::behaviours::rendezvous::side_by_side::SideBySide;
use crate::behaviours::runner::instant::CommonInstant;
use crate::behaviours::runner::pair_scene::PairScene;
use crate::behaviours::runner::profile::{Profile, Profiles, Standing};
use crate::behaviours::runner::tier::Parts;
use crate::behaviours::runner::vessel::Signals;
use crate::behaviours::shared::one_hull::OneHull;
use crate::behaviours::{End, Explanation, Holding, Place, minutes};
use crate::geo::LatLon;
use crate::zones::{Hit, Relation, ZoneIx};

/// Minutes near each other for the same meeting to resume within the merge window.
const RESUME_MINUTES: u32 = 5;
/// Interval at which an open meeting is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);
/// Movement of the midpoint after which zones and place are looked up again. Metres.
const REDO_METRES: f64 = 100.0;
/// How long a count is kept while one of the ships is silent.
const FORGET_AFTER: Span = Span::from_hours(2);
/// A pair that has not been near each other for this long is dropped.
const FORGET_APART: Span = Span::from_minutes(20);

/// Two ships being watched.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pair {
    /// One for each profile in force at the midpoint.
    judged: Vec<Judged>,
    /// `None` before the first instant, and after a reload.
    spot: Option<Spot>,
    /// The latest report; `None` unless a meeting is open.
    said: Option<Said>,
    /// The meeting that ended, kept until it can no longer resume.
    ended: Option<(Said, Time)>,
    /// Last instant within twice `apart_metres`, in engine time. At first a time ahead of now, so that a new pair is not dropped at once.
    last_near: Time,
    /// What two fishing vessels did before; empty for others.
    side_by_side: SideBySide,
    /// Number of meetings of the two in the 14 days before the latest one reported.
    earlier: usize,
    /// For each ship, where it was when the meeting opened, and half the farthest distance from there since: the radius of its swing in
    /// metres. `None` before a position is known.
    swing: [Option<(LatLon, f64)>; 2],
}

/// Result of the latest look-up at the midpoint.
#[derive(Serialize, Deserialize)]
struct Spot {
    /// The midpoint at the look-up.
    middle: LatLon,
    /// Shore and calm water there.
    place: Place,
    /// The zones it is in or near.
    zones: Vec<(ZoneIx, Relation)>,
}

/// Latest report about a meeting.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Said {
    /// Instant of the report; `Time::MIN` for a meeting that resumes, so that it is reported at once.
    at: Time,
    /// First counted minute of the tier that opened the meeting.
    started_at: Time,
    /// When a tier was first satisfied.
    satisfied_at: Time,
    /// Last reported instant that counted towards the form. The meeting ends then, whatever ends it: the measurements are those of the time
    /// until then.
    last_at: Time,
    /// The form reported.
    form: Form,
    /// The zones reported.
    zones: Vec<(ZoneIx, Relation)>,
    /// Whether the two were found to work one gear.
    gear: bool,
    /// Its parts, if it was resumed.
    parts: Parts,
}

impl Pair {
    /// A pair that is compared from `from` on.
    pub(super) fn new(from: Time) -> Pair {
        Pair {
            judged: Vec::new(),
            spot: None,
            said: None,
            ended: None,
            last_near: from + Span::from_minutes(20),
            side_by_side: SideBySide::default(),
            earlier: 0,
            swing: [None, None],
        }
    }

    /// Retracts what was reported, because the two prove to be one hull.
    pub(super) fn stand_down(&mut self, hull: OneHull, out: &mut Signals<'_>) {
        self.judged.clear();
        self.ended = None;
        if let Some(said) = self.said.take() {
            out.disproved(said.started_at, hull.end());
        }
    }

    /// Whether the pair may give way to a nearer one, because nothing was reported about it.
    pub(super) fn is_unreported(&self) -> bool {
        self.said.is_none() && self.ended.is_none()
    }

    /// Whether nothing is counted, open or able to resume.
    pub(super) fn is_done(&self, scene: &PairScene<'_>) -> bool {
        let can_come_back = self.ended.as_ref().is_some_and(|(_, at)| scene.now < *at + scene.merge);
        let silent_for = scene.now - scene.silent_since();
        let counting = self.judged.iter().any(Judged::is_counting) && silent_for <= FORGET_AFTER
            || scene.now - self.last_near <= FORGET_APART;
        self.said.is_none() && !can_come_back && !counting
    }

    /// Ends the meeting, if one is open, at the last moment it held.
    pub(super) fn close(&mut self, reason: End, out: &mut Signals<'_>) {
        if let Some(said) = &self.said {
            let ended_at = said.last_at;
            self.over(ended_at, reason, out);
        }
        self.judged.clear();
        self.last_near = Time::MIN;
    }

    /// Ends what the zones and settings in force no longer allow. Returns whether the pair is still watched.
    pub(super) fn review(
        &mut self,
        scene: &PairScene<'_>,
        profiles: &Profiles<Settings>,
        out: &mut Signals<'_>,
    ) -> bool {
        let Some(Spot { middle, .. }) = self.spot.take() else {
            self.judged.clear();
            return true;
        };
        let allowed = self.locate(scene, profiles, middle);
        match allowed.first() {
            None => {
                self.close(End::ZoneGone, out);
                false
            }
            Some(first) => {
                for judged in &mut self.judged {
                    if !allowed.contains(&judged.profile) {
                        judged.profile = *first;
                    }
                }
                self.judged.dedup_by_key(|judged| judged.profile);
                true
            }
        }
    }

    /// The conditions of the near and close tiers, at the last instant at which both were heard.
    pub(super) fn explain(
        &self,
        scene: &PairScene<'_>,
        profiles: &Profiles<Settings>,
        instant: Option<&CommonInstant>,
        meetings: &Meetings,
    ) -> Vec<Explanation> {
        let (keys, metres) = (scene.keys(), instant.map(|instant| instant.metres));
        let place = self.spot.as_ref().map(|spot| spot.place);
        if let Some(hull) = scene.one_hull() {
            let shown = Explanation::new(format!("{} and {}", keys.0, keys.1));
            return vec![shown.is("one_hull", hull.words(), "two hulls", false)];
        }
        let earlier = match self.said {
            Some(_) => self.earlier,
            None => meetings.earlier(keys, scene.now),
        };
        let kind = PairKind::of(&scene.a, &scene.b);
        let tow = self.side_by_side.tow();
        let shown = self.judged.iter().flat_map(|judged| {
            let profile = profiles.get(judged.profile);
            let settings = &profile.settings;
            [
                ("near", settings.near_metres, settings.near_minutes, &judged.near),
                ("close", settings.close_metres, settings.close_minutes, &judged.close),
            ]
            .map(|(name, within, minutes, tier)| {
                let shown = Explanation::new(format!("{name}: {} and {}", keys.0, keys.1));
                let median = (0 < tier.counted()).then(|| tier.median_knots());
                let shown = profile
                    .explain_place(shown, place.as_ref(), settings.min_shore_nm)
                    .is("one_hull", "no", "two hulls", true)
                    .at_most("distance_metres", metres, within)
                    .at_least("counted_minutes", Some(f64::from(tier.counted())), minutes)
                    .below("median_knots", median, settings.slow_knots);
                kind.explain(shown, settings, earlier, &tow)
            })
        });
        shown.collect()
    }

    /// Handles one instant.
    pub(super) fn count(
        &mut self,
        scene: &PairScene<'_>,
        profiles: &Profiles<Settings>,
        instant: &CommonInstant,
        meetings: &mut Meetings,
        out: &mut Signals<'_>,
    ) {
        let allowed = self.locate(scene, profiles, instant.middle);
        for profile in &allowed {
            if !self.judged.iter().any(|judged| judged.profile == *profile) {
                // Most pairs have one, and it is large.
                self.judged.reserve_exact(1);
                self.judged.push(Judged::new(*profile));
            }
        }
        let Some(Spot { place, .. }) = &self.spot else {
            return;
        };
        let place = *place;
        if let Some(profile) = allowed.first().map(|profile| profiles.get(*profile))
            && PairKind::of(&scene.a, &scene.b) == PairKind::Fishing
        {
            self.side_by_side.look(instant, profile.settings.gear_metres, profile.settings.gear_knots);
        }
        let mut reason = End::Apart;
        for judged in &mut self.judged {
            let profile = profiles.get(judged.profile);
            let standing = if judged.open { Standing::Open } else { Standing::New };
            let at_sea = profile.at_sea(&place, profile.settings.min_shore_nm, standing);
            if !(allowed.contains(&judged.profile) && at_sea) {
                if judged.open {
                    reason = End::LeftZone;
                }
                *judged = Judged::new(judged.profile);
                continue;
            }
            let enough = |started_at: Time| scene.have_enough_fixes(started_at);
            judged.count(&profile.settings, instant, &place, mixed(scene), enough);
            judged.parted(&profile.settings, instant);
        }
        if instant.metres <= 2.0 * profiles_near(profiles, &self.judged) {
            self.last_near = scene.now.max(instant.at);
        }
        self.resume(scene, profiles);
        let open = self.judged.iter().any(|judged| judged.open);
        if open {
            self.say(scene, profiles, (instant, &place), meetings, out);
        } else if let Some(said) = &self.said {
            // The rule notices the end later than the ships began to move apart.
            self.over(said.last_at, reason, out);
        }
    }

    /// Resumes a meeting that returns within the merge window, after five minutes near.
    fn resume(&mut self, scene: &PairScene<'_>, profiles: &Profiles<Settings>) {
        let Some((_, ended_at)) = &self.ended else {
            return;
        };
        // By the clock of the alerts: the instant itself is minutes old, and by now the alert may be over.
        let in_time = scene.now < *ended_at + scene.merge;
        for judged in &mut self.judged {
            let settings = &profiles.get(judged.profile).settings;
            let again = judged.near.counted() >= RESUME_MINUTES && judged.near.slow(settings.slow_knots) && in_time;
            if !judged.open && again {
                judged.open = true;
            }
        }
    }

    /// Reports the open meeting, if its form or zones changed or a minute has passed. The first report counts it among the meetings
    /// of the two.
    fn say(
        &mut self,
        scene: &PairScene<'_>,
        profiles: &Profiles<Settings>,
        (instant, place): (&CommonInstant, &Place),
        meetings: &mut Meetings,
        out: &mut Signals<'_>,
    ) {
        let Some(judged) = self.judged.iter().find(|judged| judged.holds(instant.at)) else {
            return;
        };
        let Profile { settings, own_score, .. } = profiles.get(judged.profile);
        let form = judged.form(settings);
        let tier = judged.leading(form);
        if self.said.is_none()
            && let Some((mut said, ended_at)) = self.ended.take()
            && scene.now < ended_at + scene.merge
        {
            said.parts.resume();
            self.said = Some(Said { at: Time::MIN, ..said });
        }
        if self.said.is_none() {
            self.earlier = meetings.meet(scene.keys(), tier.since());
        }
        let zones = self.spot.as_ref().map(|spot| spot.zones.clone()).unwrap_or_default();
        let since = self.said.as_ref().map_or(tier.since(), |said| said.started_at);
        let satisfied_at = self.said.as_ref().map_or(instant.at, |said| said.satisfied_at);
        // At a minute that does not count, the meeting does not hold, though it is not over yet, and no measurement describes it.
        let last_at = tier.last();
        if last_at != instant.at && self.said.is_some() {
            return;
        }
        for (swing, vessel) in self.swing.iter_mut().zip([scene.a, scene.b]) {
            if let Some(position) = vessel.position_at(instant.at, minutes(settings.bridge_slow_minutes)) {
                let (origin, reach) = swing.get_or_insert((position, 0.0));
                *reach = reach.max(origin.metres_to(position) / 2.0);
            }
        }
        let news = self
            .said
            .as_ref()
            .is_none_or(|said| said.form != form || said.zones != zones || SAY_EVERY <= instant.at - said.at);
        if !news {
            return;
        }
        let anchored = [scene.a, scene.b].iter().zip(&self.swing).all(|(vessel, swing)| {
            let reach = swing.map_or(0.0, |(_, reach)| reach);
            vessel.says_anchored() && reach < settings.anchored_swing_nm * METRES_PER_NM
        });
        let was_gear = self.said.as_ref().is_some_and(|said| said.gear);
        let mut parts = self.said.take().map(|said| said.parts).unwrap_or_default();
        let whole = parts.count(tier);
        let kind = PairKind::of(&scene.a, &scene.b);
        let gear = kind.gear(settings, &self.side_by_side.tow(), was_gear);
        let measured = Measured {
            counted_minutes: whole.counted.into(),
            distance_metres: whole.latest.into(),
            min_distance_metres: whole.nearest.into(),
            max_distance_metres: whole.furthest.into(),
            median_knots: whole.median_knots().into(),
            shore_nm: place.shore_nm.into(),
            earlier_meetings_14_days: (0 < self.earlier).then_some(self.earlier),
            gear,
        };
        let thresholds = Thresholds {
            tier: TierThresholds::of(form, settings),
            habitual_meetings: kind.habitual_from(settings).filter(|_| 0 < self.earlier),
            gear_minutes: gear.map(|_| settings.gear_minutes.into()),
        };
        let mut base = vec![match form {
            Form::Close | Form::CloseLong => ("close", settings.close_score),
            Form::Underway => ("underway", settings.score),
            Form::Near | Form::NearLong => ("near", settings.score),
        }];
        if matches!(form, Form::NearLong | Form::CloseLong) {
            base.push(("long", settings.long_points));
        }
        out.holds(Holding {
            started_at: since,
            satisfied_at,
            last_at,
            facts: Facts { form, measured, thresholds }.into(),
            position: Some(instant.middle),
            shore_nm: Some(place.shore_nm),
            zones: zones.clone(),
            base,
            asked: (form == Form::Underway && !own_score).then_some(settings.asked_score),
            anchored,
        });
        let gear = gear.is_some();
        self.said = Some(Said { at: instant.at, started_at: since, satisfied_at, last_at, form, zones, gear, parts });
    }

    /// Ends the meeting that was reported, and keeps it in case it resumes.
    fn over(&mut self, ended_at: Time, reason: End, out: &mut Signals<'_>) {
        let Some(said) = self.said.take() else {
            return;
        };
        out.over(ended_at, reason);
        self.ended = Some((said, ended_at));
    }

    /// Looks up zones and place at the midpoint, again after 100 m. Returns the profiles in force there.
    fn locate(&mut self, scene: &PairScene<'_>, profiles: &Profiles<Settings>, middle: LatLon) -> Vec<u16> {
        let stale = self.spot.as_ref().is_none_or(|spot| !spot.middle.is_within(REDO_METRES, middle));
        if stale {
            let mut hits: Vec<Hit> = Vec::new();
            scene.chart.zones.at(middle, &mut hits);
            let zones = hits
                .iter()
                .filter(|hit| hit.relation != Relation::Outside)
                .map(|hit| (hit.zone, hit.relation))
                .collect();
            self.spot = Some(Spot { middle, place: Place::at(scene.chart, middle, scene.now), zones });
        }
        let mut allowed = Vec::new();
        if let Some(Spot { zones, .. }) = &self.spot {
            profiles.anywhere(scene.chart, zones.iter().map(|(zone, _)| *zone), scene.now, &mut allowed);
        }
        allowed
    }

    /// When the two are lost if nothing more is heard; `None` if no meeting is open.
    pub(super) fn due(&self, scene: &PairScene<'_>, profiles: &Profiles<Settings>) -> Option<Time> {
        self.said.as_ref()?;
        let judged = self.judged.iter().find(|judged| judged.open)?;
        let lost_after = minutes(profiles.get(judged.profile).settings.lost_minutes);
        Some(scene.silent_since() + lost_after + scene.lateness())
    }
}

/// Largest of the distances at which the two are apart, over all profiles. Metres.
fn profiles_near(profiles: &Profiles<Settings>, judged: &[Judged]) -> f64 {
    judged.iter().map(|judged| profiles.get(judged.profile).settings.apart_metres).fold(0.0, f64::max)
}
