//! The state of one pair of ships under one set of settings: its tiers, and whether the ships have parted.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;

use crate::behaviours::Place;
use crate::behaviours::rendezvous::facts::Form;
use crate::behaviours::rendezvous::settings::Settings;
use crate::behaviours::runner::instant::CommonInstant;
use crate::behaviours::runner::pair_scene::PairScene;
use crate::behaviours::runner::tier::{Tier, TierRule, lasting};

/// State of one pair under one set of settings.
#[derive(Serialize, Deserialize)]
pub(super) struct Judged {
    /// Index of the settings.
    pub(super) profile: u16,
    /// Minutes within `near_metres`.
    pub(super) near: Tier,
    /// Minutes within `close_metres`.
    pub(super) close: Tier,
    /// Minutes in company under way. Counts nothing unless a zone asks.
    pub(super) underway: Tier,
    /// Whether the meeting was ever close. It then counts as close to its end.
    was_close: bool,
    /// Whether the meeting was ever long. It then counts as long to its end.
    was_long: bool,
    /// Last minute at which the ships are known to have been neither apart nor fast.
    held_at: Time,
    /// Start and number of minutes for which the ships have been further apart than allowed.
    far: Option<(Time, u32)>,
    /// Start and number of minutes for which the ships have been further apart than allowed, or one of them too fast.
    away: Option<(Time, u32)>,
    /// Whether a tier was satisfied and the ships have not parted since.
    pub(super) open: bool,
}

impl Judged {
    /// A pair of which nothing is counted.
    pub(super) fn new(profile: u16) -> Judged {
        Judged {
            profile,
            near: Tier::new(),
            close: Tier::new(),
            underway: Tier::new(),
            was_close: false,
            was_long: false,
            held_at: Time::MIN,
            far: None,
            away: None,
            open: false,
        }
    }

    /// Counts one instant in each tier, and opens the meeting once a tier is satisfied. `enough` returns whether both ships have
    /// enough fixes since a time.
    pub(super) fn count(
        &mut self,
        settings: &Settings,
        instant: &CommonInstant,
        place: &Place,
        mixed: Mixed,
        enough: impl Fn(Time) -> bool,
    ) {
        let near = TierRule::new(settings.near_minutes, settings.near_break_minutes);
        let close = TierRule::new(settings.close_minutes, settings.close_break_minutes);
        let (metres, speeds) = (instant.metres, instant.knots);
        // A break does not end an open meeting; only being apart or fast for long enough does.
        let open = self.open;
        let count = |tier: &mut Tier, rule: &TierRule, within: bool| {
            if within || !open {
                tier.count(rule, instant.at, within, metres, speeds);
            }
        };
        count(&mut self.near, &near, metres <= settings.near_metres);
        count(&mut self.close, &close, metres <= settings.close_metres);
        let slow = |tier: &Tier, rule: &TierRule| {
            tier.satisfied(rule) && tier.slow(settings.slow_knots) && enough(tier.since())
        };
        self.open |= slow(&self.near, &near) || slow(&self.close, &close);
        self.was_close |= self.open && self.is_close(settings);
        self.was_long |= self.open && self.is_long(settings);
        if !settings.underway || mixed == Mixed::NotForUnderway {
            return;
        }
        let underway = TierRule::new(settings.underway_minutes, settings.near_break_minutes);
        let in_step = metres <= settings.underway_metres
            && speeds
                .iter()
                .all(|knots| settings.underway_min_knots <= *knots && *knots <= settings.underway_max_knots)
            && instant.course_apart <= settings.underway_course_degrees
            && settings.underway_min_shore_nm <= place.shore_nm;
        count(&mut self.underway, &underway, in_step);
        self.open |= self.underway.satisfied(&underway) && enough(self.underway.since());
    }

    /// Handles one instant. The meeting is no longer open once the ships have been apart, or one of them fast, for long enough. Ships in
    /// company under way are fast anyway, so only distance ends their meeting.
    pub(super) fn parted(&mut self, settings: &Settings, instant: &CommonInstant) {
        // A ship that arrives fast has not left, so only what follows the first counted minute can end a count.
        if !self.open && self.near.counted() <= 1 && self.underway.counted() <= 1 {
            self.away = None;
            self.far = None;
        }
        let far = settings.apart_metres < instant.metres;
        let fast = instant.knots.iter().any(|knots| settings.moving_knots < *knots);
        // Both counts go on at every instant, because a count that is not called keeps its start over a break.
        let far_since = lasting(&mut self.far, far, instant.at, settings.end_minutes);
        let away_since = lasting(&mut self.away, far || fast, instant.at, settings.end_minutes);
        // In company under way, speed does not part the two.
        let in_step = self.open && self.form(settings) == Form::Underway;
        if !(far || (fast && !in_step)) {
            self.held_at = instant.at;
        }
        if far_since.is_some() {
            *self = Judged::new(self.profile);
            return;
        }
        if away_since.is_none() {
            return;
        }
        self.near = Tier::new();
        self.close = Tier::new();
        if in_step {
            return;
        }
        self.open = false;
        self.was_close = false;
        self.was_long = false;
    }

    /// Whether the meeting is open and the ships are together at `at`, so that the measurements describe the meeting.
    pub(super) fn holds(&self, at: Time) -> bool {
        self.open && self.held_at == at
    }

    /// Whether any tier counts minutes.
    pub(super) fn is_counting(&self) -> bool {
        [&self.near, &self.close, &self.underway].iter().any(|tier| 0 < tier.counted())
    }

    /// The form of the meeting by what is counted so far.
    pub(super) fn form(&self, settings: &Settings) -> Form {
        let rule = |minutes: f64, pause: f64| TierRule::new(minutes, pause);
        let close = self.was_close || self.is_close(settings);
        let long = self.was_long || self.is_long(settings);
        let near = self.near.satisfied(&rule(settings.near_minutes, settings.near_break_minutes))
            && self.near.slow(settings.slow_knots);
        let underway = self.underway.satisfied(&rule(settings.underway_minutes, settings.near_break_minutes));
        match (close, long, near, underway) {
            (true, true, _, _) => Form::CloseLong,
            (true, false, _, _) => Form::Close,
            (false, true, _, _) => Form::NearLong,
            (false, false, false, true) => Form::Underway,
            (false, false, _, _) => Form::Near,
        }
    }

    /// Whether the close tier is satisfied by what is counted now.
    fn is_close(&self, settings: &Settings) -> bool {
        let rule = TierRule::new(settings.close_minutes, settings.close_break_minutes);
        self.close.satisfied(&rule) && self.close.slow(settings.slow_knots)
    }

    /// Whether the near tier has lasted for `long_minutes` by what is counted now. Company under way is near as well, but not slow.
    fn is_long(&self, settings: &Settings) -> bool {
        let rule = TierRule::new(settings.long_minutes, settings.near_break_minutes);
        self.near.satisfied(&rule) && self.near.slow(settings.slow_knots)
    }

    /// The tier whose figures describe a form.
    pub(super) fn leading(&self, form: Form) -> &Tier {
        match form {
            Form::Close if 0 < self.close.counted() => &self.close,
            Form::Underway => &self.underway,
            _ => &self.near,
        }
    }
}

/// Whether two ships may be a pair of the underway tier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mixed {
    /// Neither.
    Fits,
    /// Both are fishing, or one is a tug with a tow.
    NotForUnderway,
}

/// Whether the two may be a pair of the underway tier, by their reported types.
pub(super) fn mixed(scene: &PairScene<'_>) -> Mixed {
    let types = [scene.a, scene.b].map(|vessel| vessel.ship_type());
    let fishing = types.iter().all(|kind| *kind == Some(30));
    let towing = types.iter().any(|kind| matches!(kind, Some(31 | 32 | 52)));
    if fishing || towing { Mixed::NotForUnderway } else { Mixed::Fits }
}
