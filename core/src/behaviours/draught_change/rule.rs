//! The rule of `draught_change`.
//!
//! A draught is entered by hand, so one report may be a slip. The rule waits for the report that repeats it; a change that is taken back
//! before that leaves nothing.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::state::remembers;
use crate::base::time::Time;
use crate::behaviours::runner::vessel::{PerVessel, Signals, VesselRule, VesselScene};
use crate::behaviours::shared::moment::Moment;
use crate::behaviours::{self, Behaviour, End, Explanation, Holding, Interest, Step, minutes, number};
use crate::picture::episodes::Hole;
use crate::picture::tracks::Fields;
use crate::zones::Chart;

use super::facts::{Facts, Form, Measured};
use super::settings::Settings;

/// The `draught_change` behaviour and its state.
pub(crate) type DraughtChange = PerVessel<DraughtRule>;

/// The rule: a draught differs, is confirmed by a second report, and no port call explains it.
pub(crate) struct DraughtRule {
    /// The settings. Zones do not affect them.
    settings: Settings,
}

/// A change received once so far.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    /// The draught before the change. Decimetres.
    before: u8,
    /// When the new value was first received.
    at: Time,
    /// The last silence before that; `None` if none is known.
    hole: Option<Hole>,
}

impl DraughtRule {
    /// Whether the change happened at sea, without a port call that would explain it.
    fn at_sea(&self, scene: &VesselScene<'_>, step: &Step<'_>, pending: &Pending) -> bool {
        let settle = minutes(self.settings.settle_hours * 60.0);
        // Without a position it may be in port.
        let calm = step.place.is_none_or(|place| place.in_calm());
        !calm && !scene.is_in_port() && !scene.was_in_port(pending.at - settle, step.at)
    }

    /// The facts of a change to `after` decimetres, with the silence before it if that may be the reason.
    fn holding(&self, scene: &VesselScene<'_>, step: &Step<'_>, pending: &Pending, after: u8) -> Holding {
        let settings = &self.settings;
        // The change is believed at its second report, but the sentence states the first.
        let Moment { position, shore_nm, zones } = Moment::of(&scene.vessel, pending.at, scene.chart);
        let metres = |dm: u8| f64::from(dm) / 10.0;
        let mut base = vec![(Behaviour::DraughtChange.name(), settings.score)];
        let lookback = minutes(settings.lookback_hours * 60.0);
        // A silence between the first report of the new draught and the second did not bring it about.
        let before = |hole: &Hole| hole.to <= pending.at && pending.at - hole.to <= lookback;
        let silent = pending.hole.filter(|hole| minutes(settings.gap_hours * 60.0) <= hole.length() && before(hole));
        if silent.is_some() {
            base.push(("after_gap", settings.gap_points));
        }
        let measured = Measured {
            draught_before_metres: metres(pending.before).into(),
            draught_after_metres: metres(after).into(),
            change_metres: (metres(after) - metres(pending.before)).into(),
            silent_hours: silent.map(|hole| hole.length().hours().into()),
        };
        let form = if pending.before < after { Form::Deeper } else { Form::LessDeep };
        Holding {
            started_at: pending.at,
            satisfied_at: step.at,
            last_at: step.at,
            facts: Facts { form, measured, thresholds: settings.into() }.into(),
            position,
            shore_nm,
            zones,
            base,
            asked: None,
            anchored: false,
        }
    }
}

impl VesselRule for DraughtRule {
    type Settings = Settings;
    type State = Pending;
    const BEHAVIOUR: Behaviour = Behaviour::DraughtChange;
    const INTEREST: Interest = Interest::LEARNED;

    fn new(settings: &Settings, _chart: &Chart) -> DraughtRule {
        DraughtRule { settings: settings.clone() }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.draught_change
    }

    fn observe(
        &mut self,
        state: &mut Option<Pending>,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        out: &mut Signals<'_>,
    ) {
        let Some(learned) = step.learned else {
            return;
        };
        let vessel = scene.vessel;
        let now = vessel.identity().and_then(|identity| identity.draught_dm);
        // Under a shared number, draughts of several ships alternate.
        let (Some(after), true) = (now, vessel.takes_part() && !learned.shared) else {
            return;
        };
        if learned.changed.meets(Fields::DRAUGHT)
            && let Some(before) = learned.before.draught_dm
        {
            // A change received once and then replaced by another counts from the draught before both.
            let pending = state.take().unwrap_or(Pending { before, at: step.at, hole: scene.hole() });
            *state = (pending.before != after).then_some(pending);
        }
        if !learned.repeated.meets(Fields::DRAUGHT) {
            return;
        }
        let Some(pending) = state.take() else {
            return;
        };
        let change_dm = (f64::from(after) - f64::from(pending.before)).abs();
        // Draughts are whole decimetres; half of one allows for rounding of the setting.
        if change_dm + 0.5 < self.settings.change_metres * 10.0 || !self.at_sea(scene, step, &pending) {
            return;
        }
        out.holds(self.holding(scene, step, &pending, after));
        out.over(step.at, End::SingleEvent);
    }

    fn explain(&self, pending: Option<&Pending>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let draught = scene.vessel.identity().and_then(|identity| identity.draught_dm);
        let metres = |dm: u8| f64::from(dm) / 10.0;
        let change = pending.zip(draught).map(|(pending, now)| (metres(now) - metres(pending.before)).abs());
        let settle = minutes(self.settings.settle_hours * 60.0);
        let in_port = scene.is_in_port()
            || scene.was_in_port(step.at - settle, step.at)
            || step.place.is_some_and(|place| place.in_calm());
        let shown = Explanation::new("")
            .takes_part(&scene.vessel)
            .is(
                "draught_metres",
                draught.map_or(Value::Null, |dm| number(metres(dm), 1)),
                "reported",
                draught.is_some(),
            )
            .at_least("change_metres", change, self.settings.change_metres)
            .is("in_port_lately", in_port, "false", !in_port)
            .is("said_again", false, "true: it opens when a second report confirms the change", false);
        vec![shown]
    }

    fn close(&self, _pending: Pending, _reason: End, _out: &mut Signals<'_>) {}

    fn configure(&mut self, settings: &Settings, _chart: &Chart, _now: Time) {
        self.settings = settings.clone();
    }

    fn follows(_pending: &Pending) -> bool {
        false
    }

    remembers! { kept {} parts {} built { settings } }
}
