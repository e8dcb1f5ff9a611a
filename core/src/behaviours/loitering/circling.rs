//! Circling, one form of loitering: whether the positions of a vessel, every 5 minutes, go round in one place.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::{LatLon, wrap_degrees};
use crate::picture::tracks::{Fix, Vessel};

use crate::behaviours::Explanation;
use crate::behaviours::loitering::facts;
use crate::behaviours::loitering::settings::Settings;
use crate::behaviours::runner::vessel::VesselScene;

/// Interval between the positions that are examined.
const SLOT: Span = Span::from_minutes(5);
/// The same in hours.
const SLOT_HOURS: f64 = 1.0 / 12.0;
/// Share of `circling_path_nm` that a vessel must sail to continue circling; below it the vessel lies still. Also the
/// share of a window in which the vessel must be heard for the window to prove anything.
const LEAST_SHARE: f64 = 0.5;
/// Shortest leg of 5 minutes that has a meaningful course. Metres.
const STEADY_METRES: f64 = 100.0;
/// Largest turn between two legs that counts. Whether a larger one is to port or starboard cannot be known.
const TURNED_BACK_DEGREES: f64 = 170.0;
/// Speed above which a vessel cannot circle, so its track is not searched. Knots.
const TOO_FAST_KNOTS: f64 = 15.0;

/// Circling of one vessel under one set of settings.
#[derive(Serialize, Deserialize)]
pub(super) struct Circling {
    /// Since when the place has allowed circling; `None` while it does not.
    allowed_since: Option<Time>,
    /// Last look at which the vessel circled.
    held_at: Time,
    /// How far it has come.
    state: State,
}

/// How far circling has come.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum State {
    /// It does not circle, and no alert can resume.
    Idle,
    /// It circles. `round` is the latest window that satisfied the begin thresholds, with the start of the first.
    Open { satisfied_at: Time, round: Round },
    /// It circled. Within the merge window it may resume with the same start.
    Ended { satisfied_at: Time, round: Round, ended_at: Time },
}

/// A window in which the vessel circled.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Round {
    started_at: Time,
    /// Time in it for which the vessel was heard. Hours.
    hours: f64,
    /// Distance sailed. Nautical miles.
    path_nm: f64,
    /// Distance between its ends. Nautical miles.
    net_nm: f64,
    /// Median of the speeds over 5 minutes. Knots.
    median_knots: f64,
    /// Sum of the course changes; negative to port. Degrees.
    turn_degrees: f64,
}

/// What a later window shows about a round.
enum Standing {
    /// The vessel still circles.
    Goes,
    /// The displacement is between its begin and end thresholds, so the condition neither holds nor ends.
    Strays,
    /// The vessel no longer circles.
    Over,
}

impl Circling {
    /// Nothing is known yet.
    pub(super) fn new() -> Circling {
        Circling { allowed_since: None, held_at: Time::MIN, state: State::Idle }
    }

    /// Looks at the track; called every 5 minutes while the place allows circling. Returns the last moment at which the vessel
    /// circled, if that ended.
    pub(super) fn look(&mut self, settings: &Settings, scene: &VesselScene<'_>, fix: &Fix) -> Option<Time> {
        let vessel = &scene.vessel;
        let allowed_since = *self.allowed_since.get_or_insert(fix.at);
        let bridge = scene.settings().max_hole(vessel.satellite_only());
        match self.state {
            State::Open { satisfied_at, round } => {
                let window = satisfied_at - round.started_at;
                let walk = walked(vessel, fix, bridge, window.hours());
                match walk.stands(settings, window) {
                    Standing::Goes => {
                        self.held_at = fix.at;
                        self.state = State::Open { satisfied_at, round: walk.renews(settings, round) };
                        None
                    }
                    Standing::Strays => None,
                    Standing::Over => {
                        let ended_at = self.held_at.max(satisfied_at);
                        self.state = State::Ended { satisfied_at, round, ended_at };
                        Some(ended_at)
                    }
                }
            }
            State::Idle => {
                let round = find(settings, vessel, fix, allowed_since, bridge)?;
                self.held_at = fix.at;
                self.state = State::Open { satisfied_at: fix.at, round };
                None
            }
            State::Ended { satisfied_at, round, ended_at } => {
                let window = satisfied_at - round.started_at;
                if ended_at + scene.merge <= fix.at {
                    // Circling cannot resume any more. What came before the end does not count towards a new alert.
                    self.allowed_since = Some(ended_at);
                    self.state = State::Idle;
                } else if window <= fix.at - allowed_since
                    && let walk = walked(vessel, fix, bridge, window.hours())
                    && let Standing::Goes = walk.stands(settings, window)
                {
                    self.held_at = fix.at;
                    self.state = State::Open { satisfied_at, round: walk.renews(settings, round) };
                }
                None
            }
        }
    }

    /// Called when the vessel lies still: circling ends, and what came before no longer counts.
    pub(super) fn rest(&mut self, at: Time) {
        if let State::Open { satisfied_at, round } = self.state {
            let ended_at = self.held_at.max(satisfied_at);
            self.state = State::Ended { satisfied_at, round, ended_at };
        }
        self.allowed_since = Some(at);
    }

    /// Called when the place no longer allows circling. Returns the last moment at which the vessel circled, if it did.
    pub(super) fn leave(&mut self) -> Option<Time> {
        self.allowed_since = None;
        let State::Open { satisfied_at, round } = self.state else {
            return None;
        };
        let ended_at = satisfied_at.max(self.held_at);
        self.state = State::Ended { satisfied_at, round, ended_at };
        Some(ended_at)
    }

    /// Whether the vessel circles.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. })
    }

    /// The last look at which the vessel circled; `Time::MIN` unless it does.
    pub(super) fn held_until(&self) -> Time {
        self.satisfied_at().map_or(Time::MIN, |satisfied_at| self.held_at.max(satisfied_at))
    }

    /// Whether nothing is kept that matters later: the place does not allow circling, and no alert can resume.
    pub(super) fn is_idle(&self, merge: Span, now: Time) -> bool {
        match self.state {
            State::Idle => self.allowed_since.is_none(),
            State::Open { .. } => false,
            State::Ended { ended_at, .. } => self.allowed_since.is_none() && ended_at + merge <= now,
        }
    }

    /// When circling was first found; `None` unless it is open.
    pub(super) fn satisfied_at(&self) -> Option<Time> {
        match self.state {
            State::Open { satisfied_at, .. } => Some(satisfied_at),
            State::Idle | State::Ended { .. } => None,
        }
    }

    /// When the vessel began to circle; `Time::MIN` if it did not.
    pub(super) fn started_at(&self) -> Time {
        match self.state {
            State::Open { round, .. } => round.started_at,
            State::Ended { round, .. } => round.started_at,
            State::Idle => Time::MIN,
        }
    }

    /// What was measured of the current circling; `None` if there is none.
    pub(super) fn measured(&self) -> Option<facts::Round> {
        let State::Open { round, .. } = self.state else {
            return None;
        };
        Some(facts::Round {
            circling_hours: round.hours.into(),
            circling_path_nm: round.path_nm.into(),
            circling_net_nm: round.net_nm.into(),
            circling_median_knots: round.median_knots.into(),
            circling_turn_degrees: round.turn_degrees.abs().into(),
        })
    }
}

/// The shortest window ending now in which the vessel circled.
fn find(settings: &Settings, vessel: &Vessel<'_>, fix: &Fix, since: Time, bridge: Span) -> Option<Round> {
    let shortest = Span::from_millis((settings.circling_min_hours * 3.6e6) as i64);
    let too_fast = vessel.speed_made_good().is_some_and(|smg| TOO_FAST_KNOTS < smg.knots);
    if too_fast || fix.at - since < shortest {
        return None;
    }
    let box_metres = settings.circling_box_nm * METRES_PER_NM;
    let now = Time::from_millis(fix.at.millis().div_euclid(SLOT.millis()) * SLOT.millis());
    // Most vessels are ruled out here: one that was outside the box when the shortest window began is passing.
    let then = vessel.position_at(now - shortest, bridge)?;
    if !then.is_within(1.5 * box_metres, fix.position) {
        return None;
    }
    let (mut walk, mut past) = (Walk::default(), vessel.past_positions(bridge));
    let slots = (settings.circling_max_hours / SLOT_HOURS).round() as i64;
    for slot in 0..=slots {
        let at = now - Span::from_millis(SLOT.millis() * slot);
        if at < since {
            return None;
        }
        if let Some(position) = past.at(at) {
            walk.back_to(position, at);
        } else {
            walk.hole();
        }
        // Further back the box only grows.
        if box_metres < walk.wide().max(walk.high()) {
            return None;
        }
        if settings.circling_min_hours <= walk.hours
            && let Some(round) = walk.judge(settings)
        {
            return Some(round);
        }
    }
    None
}

/// The vessel's positions over the last `hours`, as far as it was heard.
pub(super) fn walked(vessel: &Vessel<'_>, fix: &Fix, bridge: Span, hours: f64) -> Walk {
    let now = Time::from_millis(fix.at.millis().div_euclid(SLOT.millis()) * SLOT.millis());
    let (mut walk, mut past) = (Walk::default(), vessel.past_positions(bridge));
    for slot in 0..=(hours / SLOT_HOURS).round() as i64 {
        let at = now - Span::from_millis(SLOT.millis() * slot);
        match past.at(at) {
            Some(position) => walk.back_to(position, at),
            None => walk.hole(),
        }
    }
    walk
}

/// Adds the conditions on circling over a walk.
pub(super) fn explain(shown: Explanation, settings: &Settings, walk: Option<Walk>) -> Explanation {
    let walk = walk.unwrap_or_default();
    let nm = |metres: f64| Some(metres / METRES_PER_NM);
    let net = walk.newest.zip(walk.last).map(|(newest, last)| newest.metres_to(last));
    // Over a hole the vessel made good a distance that it is not known to have sailed.
    let share = net.filter(|net| 0.0 < walk.path && *net <= walk.path).map(|net| net / walk.path);
    let mut speeds = walk.speeds.clone();
    speeds.sort_unstable_by(f64::total_cmp);
    shown
        .at_least("window_hours", Some(walk.hours), settings.circling_min_hours)
        .at_least("path_nm", nm(walk.path), settings.circling_path_nm)
        .below("net_share_of_path", share, settings.circling_displacement)
        .between(
            "median_knots",
            speeds.get(speeds.len() / 2).copied(),
            settings.circling_min_knots,
            settings.circling_max_knots,
        )
        .at_most("box_nm", nm(walk.wide().max(walk.high())), settings.circling_box_nm)
        .at_least("turned_degrees", Some(walk.turn.abs()), settings.circling_turn_degrees)
}

/// A vessel's 5-minute positions, from now backwards.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Walk {
    /// The position from which the walk goes back, and from which `east` and `north` count.
    newest: Option<LatLon>,
    /// The earliest position so far.
    last: Option<LatLon>,
    /// Whether the vessel was not heard just later than the next position, so that no leg leads to it.
    after_hole: bool,
    /// Time of `last`.
    started_at: Option<Time>,
    /// Course of the later leg. Degrees; `None` after a hole, and before the first leg long enough to have one.
    course: Option<f64>,
    /// Time covered by legs. Hours.
    hours: f64,
    /// Length of the legs. Metres.
    path: f64,
    /// Sum of the course changes from earlier to later legs. Degrees.
    turn: f64,
    /// Farthest positions west and east of `newest`. Metres.
    east: (f64, f64),
    /// Farthest positions south and north of it. Metres.
    north: (f64, f64),
    /// Speed over each leg. Knots.
    speeds: Vec<f64>,
}

impl Walk {
    /// Goes back to the next earlier position, one slot before.
    fn back_to(&mut self, position: LatLon, at: Time) {
        let newest = *self.newest.get_or_insert(position);
        let (east, north) = newest.plane(position);
        self.east = (self.east.0.min(east), self.east.1.max(east));
        self.north = (self.north.0.min(north), self.north.1.max(north));
        if let Some(last) = self.last.filter(|_| !self.after_hole) {
            let metres = position.metres_to(last);
            self.path += metres;
            self.hours += SLOT_HOURS;
            self.speeds.push(metres / METRES_PER_NM / SLOT_HOURS);
            if STEADY_METRES <= metres {
                let (east, north) = position.plane(last);
                let course = east.atan2(north).to_degrees();
                let turn = self.course.map_or(0.0, |later| wrap_degrees(later - course));
                if turn.abs() < TURNED_BACK_DEGREES {
                    self.turn += turn;
                }
                self.course = Some(course);
            }
        }
        self.after_hole = false;
        self.last = Some(position);
        self.started_at = Some(at);
    }

    /// Notes that the vessel was not heard in this slot. Time and course do not go on over it.
    fn hole(&mut self) {
        self.after_hole = true;
        self.course = None;
    }

    /// Width of the box, from west to east. Metres.
    fn wide(&self) -> f64 {
        self.east.1 - self.east.0
    }

    /// Height of the box, from south to north. Metres.
    fn high(&self) -> f64 {
        self.north.1 - self.north.0
    }

    /// State of a round, judged over a later window of the same length.
    fn stands(&self, settings: &Settings, window: Span) -> Standing {
        let net = self.newest.zip(self.last).map_or(0.0, |(newest, last)| newest.metres_to(last));
        let wide = settings.circling_box_nm * METRES_PER_NM < self.wide().max(self.high());
        if wide || settings.circling_end_displacement * self.path < net {
            return Standing::Over;
        }
        if self.hours < LEAST_SHARE * window.hours() || settings.circling_displacement * self.path < net {
            return Standing::Strays;
        }
        // A vessel that hardly moves any more lies still.
        match self.path < LEAST_SHARE * settings.circling_path_nm * METRES_PER_NM {
            true => Standing::Over,
            false => Standing::Goes,
        }
    }

    /// What to tell of a vessel that still circles: this window if it satisfies the begin thresholds, otherwise the earlier one.
    fn renews(&self, settings: &Settings, earlier: Round) -> Round {
        self.judge(settings).map_or(earlier, |now| Round { started_at: earlier.started_at, ..now })
    }

    /// The walk as a window; `None` if it has no leg.
    fn round(&self, net: f64) -> Option<Round> {
        let mut speeds = self.speeds.clone();
        speeds.sort_unstable_by(f64::total_cmp);
        Some(Round {
            started_at: self.started_at?,
            hours: self.hours,
            path_nm: self.path / METRES_PER_NM,
            net_nm: net / METRES_PER_NM,
            median_knots: *speeds.get(speeds.len() / 2)?,
            turn_degrees: self.turn,
        })
    }

    /// The walk as a window, if it satisfies the begin thresholds. Its length and box are checked by the caller.
    fn judge(&self, settings: &Settings) -> Option<Round> {
        let net = self.newest?.metres_to(self.last?);
        let goes_round = settings.circling_path_nm * METRES_PER_NM <= self.path
            && net < settings.circling_displacement * self.path
            && settings.circling_turn_degrees <= self.turn.abs();
        if !goes_round {
            return None;
        }
        let steady = settings.circling_min_knots..=settings.circling_max_knots;
        self.round(net).filter(|round| steady.contains(&round.median_knots))
    }
}
