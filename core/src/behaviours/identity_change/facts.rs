//! The facts of `identity_change` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::facts::{self, Parts, settings_in_force};
use crate::picture::tracks::Flag;

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// What changed, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Form {
    /// A known IMO number under a new MMSI, with another name or flag.
    NewIdentity,
    /// A known IMO number under a new MMSI.
    NewMmsi,
    /// Another name.
    Renamed,
    /// Another call sign.
    CallSign,
    /// Another ship type.
    ShipType,
    /// An IMO number in use by two vessels.
    SharedImo,
    /// An IMO number with a wrong check digit.
    CheckDigit,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::NewIdentity => &["new_identity"],
            Form::NewMmsi => &["new_mmsi"],
            Form::SharedImo => &["shared_imo"],
            Form::Renamed => &["renamed"],
            Form::CallSign => &["call_sign"],
            Form::ShipType => &["ship_type"],
            Form::CheckDigit => &["check_digit"],
        }
    }

    fn is_lead(self) -> bool {
        self != Form::CheckDigit
    }
}

/// What was measured: what the vessel says, and for an IMO number the vessel that sent it before.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The name that it changed; `None` if it did not.
    #[serde(flatten)]
    pub(crate) name: Option<NewName>,
    /// The call sign that it changed; `None` if it did not.
    #[serde(flatten)]
    pub(crate) call_sign: Option<NewCallSign>,
    /// The ship type that it changed; `None` if it did not.
    #[serde(flatten)]
    pub(crate) ship_type: Option<NewShipType>,
    /// Its IMO number; `None` if that is not what was noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) imo: Option<u32>,
    /// The numbers and flags under which the IMO number was sent; `None` if its MMSI did not change.
    #[serde(flatten)]
    pub(crate) bearer: Option<NewBearer>,
    /// The names under which the IMO number was sent; `None` if it was not compared, or if `name` has them.
    #[serde(flatten)]
    pub(crate) bearer_name: Option<NewName>,
    /// When the IMO number was last heard under the old MMSI; `None` if that did not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) old_heard_at: Option<Time>,
}

impl Measured {
    /// Sets the names under which the IMO number was sent.
    pub(crate) fn rename(&mut self, name: NewName) {
        // Lines state each name once, where it was first noticed.
        let first = if self.name.is_some() { &mut self.name } else { &mut self.bearer_name };
        *first = Some(name);
    }

    /// The names before and after; `None` if they were not compared.
    pub(crate) fn names(&self) -> Option<&NewName> {
        self.name.as_ref().or(self.bearer_name.as_ref())
    }
}

/// A name before and after.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct NewName {
    /// The name before.
    pub(crate) old_name: Said,
    /// The name since.
    pub(crate) new_name: Said,
}

/// A name; `None` if none was received. Lines state it as null.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Said(pub(crate) Option<String>);

/// A call sign before and after.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct NewCallSign {
    /// The call sign before.
    pub(crate) old_call_sign: String,
    /// The call sign since.
    pub(crate) new_call_sign: String,
}

/// A ship type before and after.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct NewShipType {
    /// The type before, 1-99.
    pub(crate) old_ship_type: u8,
    /// The type since, 1-99.
    pub(crate) new_ship_type: u8,
}

/// The numbers and flags under which an IMO number is sent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct NewBearer {
    /// The MMSI before.
    pub(crate) old_mmsi: Mmsi,
    /// The MMSI since.
    pub(crate) new_mmsi: Mmsi,
    /// Flag of the MMSI before; `None` if it has none.
    pub(crate) old_flag: Option<Flag>,
    /// Flag of the MMSI since; `None` if it has none.
    pub(crate) new_flag: Option<Flag>,
}

/// What a stored alert states of a vessel's identity before and after a change: of each pair, the value before and the value since.
/// A value is `None` if it did not change, or was never received.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NewIdentity {
    /// Names.
    pub names: [Option<String>; 2],
    /// Call signs.
    pub call_signs: [Option<String>; 2],
    /// Ship types, 1-99.
    pub ship_types: [Option<u8>; 2],
    /// MMSIs under which the same IMO number was sent.
    pub mmsis: [Option<Mmsi>; 2],
    /// When the old MMSI was last heard; `None` if the MMSI did not change.
    pub old_heard_at: Option<Time>,
}

impl NewIdentity {
    /// Reads the measured values of a stored alert; `None` if they are not those of this behaviour.
    pub(crate) fn of(measured: &Map<String, Value>) -> Option<NewIdentity> {
        let measured: Measured = serde_json::from_value(Value::Object(measured.clone())).ok()?;
        let mut new = NewIdentity { old_heard_at: measured.old_heard_at, ..NewIdentity::default() };
        if let Some(NewName { old_name: Said(old), new_name: Said(since) }) = measured.names() {
            new.names = [old.clone(), since.clone()];
        }
        if let Some(NewCallSign { old_call_sign, new_call_sign }) = measured.call_sign {
            new.call_signs = [Some(old_call_sign), Some(new_call_sign)];
        }
        if let Some(NewShipType { old_ship_type, new_ship_type }) = measured.ship_type {
            new.ship_types = [Some(old_ship_type), Some(new_ship_type)];
        }
        if let Some(NewBearer { old_mmsi, new_mmsi, .. }) = measured.bearer {
            new.mmsis = [Some(old_mmsi), Some(new_mmsi)];
        }
        Some(new)
    }
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        fresh_minutes: f64,
        under_way_knots: f64,
        harbour_shore_nm: f64,
    }
}
