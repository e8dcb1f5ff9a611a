//! The rule of `distress`.
//!
//! The class of the MMSI alone decides that something is a distress device (970, 972, 974). Its status and its safety text decide whether
//! it is a test.

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::base::units::StationClass;
use crate::behaviours::Parts;
use crate::behaviours::runner::vessel::{PerVessel, Signals, VesselRule, VesselScene};
use crate::behaviours::{self, Behaviour, End, Explanation, Holding, Interest, Step, minutes};
use crate::zones::Chart;

use super::facts::{Facts, Form, Measured};
use super::settings::Settings;

/// Navigational status of an active device (ITU-R M.1371, table 45).
pub(super) const ACTIVE: u8 = 14;
/// Interval at which a device is reported again while nothing changes.
const SAY_EVERY: Span = Span::from_minutes(1);

/// The `distress` behaviour and its state.
pub(crate) type Distress = PerVessel<DistressRule>;

/// The rule: a distress device is active, or under test.
pub(crate) struct DistressRule {
    /// The settings. Zones do not affect them.
    settings: Settings,
}

/// One device that is heard.
#[derive(Serialize, Deserialize)]
pub(crate) struct Device {
    /// When it was first heard, or when its alert began again after a safety text TEST retracted the first.
    started_at: Time,
    /// When it was last heard.
    last_at: Time,
    /// When it was last reported, and in which form; `None` before the first report.
    said: Option<(Time, Form)>,
}

impl VesselRule for DistressRule {
    type Settings = Settings;
    type State = Device;
    const BEHAVIOUR: Behaviour = Behaviour::Distress;
    const INTEREST: Interest = Interest::DISTRESS;

    fn new(settings: &Settings, _chart: &Chart) -> DistressRule {
        DistressRule { settings: settings.clone() }
    }

    fn settings(all: &behaviours::Settings) -> &Settings {
        &all.distress
    }

    fn observe(&mut self, state: &mut Option<Device>, scene: &VesselScene<'_>, step: &Step<'_>, out: &mut Signals<'_>) {
        if step.key.mmsi.station_class() != StationClass::Distress {
            return;
        }
        let device = state.get_or_insert(Device { started_at: step.at, last_at: step.at, said: None });
        device.last_at = step.at;
        let fix = step.fix;
        let said = device.said.map(|(_, said)| said);
        // A device that was active stays active: a test status does not call off the search, only a safety text does.
        let is_active = said == Some(Form::Active) || scene.vessel.status() == Some(ACTIVE);
        let form = match (scene.vessel.says_test(), is_active, scene.vessel.sends_undefined_status()) {
            (true, _, _) | (false, false, true) => Form::Test,
            (false, true, _) => Form::Active,
            (false, false, false) => Form::Unstated,
        };
        if form == Form::Test && said.is_some_and(|said| said != Form::Test) {
            out.disproved(device.started_at, End::SaysTest);
            (device.said, device.started_at) = (None, step.at);
        }
        if device.said.is_some_and(|(at, said)| said == form && step.at - at < SAY_EVERY) {
            return;
        }
        device.said = Some((step.at, form));
        let points = match form {
            Form::Active | Form::Unstated => self.settings.score,
            Form::Test => self.settings.test_score,
        };
        let smg = scene.vessel.speed_made_good().filter(|smg| !smg.over_hole);
        let measured = Measured { made_good_knots: smg.map(|smg| smg.knots.into()) };
        out.holds(Holding {
            started_at: device.started_at,
            satisfied_at: device.started_at,
            last_at: step.at,
            facts: Facts { form, measured, thresholds: (&self.settings).into() }.into(),
            position: fix.map(|fix| fix.position),
            shore_nm: fix.map(|fix| scene.chart.shore_nm(fix.position)),
            zones: step.presence.iter().collect(),
            base: vec![(form.parts()[0], points)],
            asked: None,
            anchored: false,
        });
    }

    fn explain(&self, state: Option<&Device>, scene: &VesselScene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let device = step.key.mmsi.station_class() == StationClass::Distress;
        let status = scene.vessel.status();
        let heard = state.map(|device| (scene.now - device.last_at).minutes());
        let shown = Explanation::new("").is("mmsi", step.key.mmsi.to_string(), "begins with 970, 972 or 974", device);
        let shown = shown.at_most("silent_minutes", heard, self.settings.silent_minutes);
        // A device under test opens too, with the points of a test.
        let under_test = scene.vessel.sends_undefined_status();
        let shown = shown.is("status", status.map(u64::from), "not 15 (a test)", device && !under_test);
        vec![shown.is("safety_text_test", scene.vessel.says_test(), "false (else a test)", device)]
    }

    fn close(&self, device: Device, reason: End, out: &mut Signals<'_>) {
        out.over(device.last_at, reason);
    }

    fn configure(&mut self, settings: &Settings, _chart: &Chart, _now: Time) {
        self.settings = settings.clone();
    }

    fn due(&self, device: &Device, _scene: &VesselScene<'_>) -> Option<Time> {
        Some(device.last_at + minutes(self.settings.silent_minutes))
    }

    fn wake(&mut self, state: &mut Option<Device>, _scene: &VesselScene<'_>, out: &mut Signals<'_>) {
        state.take().into_iter().for_each(|device| self.close(device, End::NoLongerTransmitting, out));
    }

    remembers! { kept {} parts {} built { settings } }
}
