//! One zone: its properties and when it is active.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::time::{Span, Time};

/// Kind of zone (SPEC "Zones", `kind`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A shipping lane in which vessels are watched.
    Corridor,
    /// A watched area.
    Area,
    /// A port: calm water.
    Port,
    /// An anchorage: calm water.
    Anchorage,
    /// Bunkering, fishing ground or pilot station: watched, but lowers the score.
    Benign,
    /// A source region: only remembered for vessels that were there, and nothing else.
    Source,
}

impl Kind {
    /// Every kind, in the order of the SPEC.
    pub const ALL: [Kind; 6] = [Kind::Corridor, Kind::Area, Kind::Port, Kind::Anchorage, Kind::Benign, Kind::Source];

    /// The word used in zone files and alerts.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Corridor => "corridor",
            Kind::Area => "area",
            Kind::Port => "port",
            Kind::Anchorage => "anchorage",
            Kind::Benign => "benign",
            Kind::Source => "source",
        }
    }

    /// Whether zones of this kind make a vessel "watched": corridor, area and benign.
    pub fn watched(self) -> bool {
        matches!(self, Kind::Corridor | Kind::Area | Kind::Benign)
    }

    /// Points that a zone of this kind adds (corridor, area) or subtracts (benign) by default.
    pub fn default_weight(self) -> i32 {
        match self {
            Kind::Corridor | Kind::Area => 15,
            Kind::Benign => 25,
            Kind::Port | Kind::Anchorage | Kind::Source => 0,
        }
    }

    /// Default distance to which "near" extends beyond the border, in nautical miles.
    pub fn default_near_nm(self) -> f64 {
        match self {
            Kind::Corridor => 5.0,
            _ => 0.0,
        }
    }
}

/// The part of the UTC day in which a zone is active; it wraps past midnight if `from` is not before `to`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hours {
    /// First active minute of the day, 0..1440.
    pub from: u16,
    /// First minute that is no longer active, 1..=1440.
    pub to: u16,
}

impl Hours {
    /// Whether a minute of the day is within these hours.
    pub fn hold(self, minute: u16) -> bool {
        match self.from < self.to {
            true => (self.from..self.to).contains(&minute),
            false => self.from <= minute || minute < self.to,
        }
    }
}

/// One zone as described in its file, with defaults filled in. Its geometry is in the [`super::ZoneSet`].
#[derive(Clone, PartialEq, Debug)]
pub struct Zone {
    /// Id, unique across all files: `[a-z0-9-]+`.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Kind of zone.
    pub kind: Kind,
    /// How far "near" extends beyond the border, in nautical miles, 0..=200.
    pub near_nm: f64,
    /// Points it adds (corridor, area) or subtracts (benign), 0..=100.
    pub weight: i32,
    /// The only behaviours that run here; `None` means all.
    pub behaviours: Option<Vec<String>>,
    /// Settings per behaviour, as written: behaviour name to an object. They are validated where the behaviours are known.
    pub settings: Map<String, Value>,
    /// Whether calm water inside this zone suppresses the sea behaviours; `false` lets them run there.
    pub calm: bool,
    /// Margin around calm water inside this zone, in nautical miles, replacing the default; 0 means only the circles themselves.
    pub calm_margin_nm: Option<f64>,
    /// Months in which it is active, bit 0 = January; all twelve by default.
    pub months: u16,
    /// Hours in which it is active; `None` means the whole day.
    pub hours: Option<Hours>,
    /// When it stops being active, for a temporary watch; `None` means never.
    pub expires: Option<Time>,
    /// Person or unit responsible for the watch.
    pub owner: Option<String>,
    /// Why it is watched.
    pub reason: Option<String>,
    /// Source of the zone's geometry.
    pub source: Option<String>,
    /// Date of the last review, `YYYY-MM-DD`.
    pub reviewed: Option<String>,
    /// Name of the file it was read from.
    pub file: String,
    /// Line of the file at which its feature begins, from 1.
    pub line: usize,
}

/// Value of [`Zone::months`] for all twelve months.
pub(crate) const ALL_MONTHS: u16 = 0x0fff;

impl Zone {
    /// Whether it makes a vessel "watched": corridor, area or benign.
    pub fn watched(&self) -> bool {
        self.kind.watched()
    }

    /// Whether it is calm water: port or anchorage.
    pub fn calm_water(&self) -> bool {
        matches!(self.kind, Kind::Port | Kind::Anchorage)
    }

    /// Whether it is a source region: neither watched nor calm water, and never one of the zones around a vessel.
    pub fn source_region(&self) -> bool {
        self.kind == Kind::Source
    }

    /// Properties without a meaning on a zone of this kind, and what the error message calls the kind.
    pub(super) fn meaningless(&self) -> (&'static [&'static str], &'static str) {
        match self.kind {
            Kind::Corridor | Kind::Area | Kind::Benign => (&[], "watched"),
            Kind::Port | Kind::Anchorage => (&["weight", "calm", "calm_margin_nm"], "calm water"),
            Kind::Source => {
                let all = &["near_nm", "weight", "behaviours", "settings", "calm", "calm_margin_nm"];
                (all, "source region")
            }
        }
    }

    /// Whether the zone is active at this time. Month and hour are both those of that moment in UTC.
    pub fn active(&self, at: Time) -> bool {
        if self.expires.is_some_and(|expires| expires <= at) {
            return false;
        }
        if self.always() {
            return true;
        }
        let (_, month, _, hour, minute, _) = at.civil();
        self.months >> (month - 1) & 1 == 1 && self.hours.is_none_or(|hours| hours.hold((hour * 60 + minute) as u16))
    }

    /// Whether the behaviour may run here.
    pub fn runs(&self, behaviour: &str) -> bool {
        match &self.behaviours {
            Some(names) => names.iter().any(|name| name == behaviour),
            None => true,
        }
    }

    /// The zone's own settings of a behaviour; `None` if it has none. Naming a behaviour in the settings is how a zone requests it.
    pub fn asks(&self, behaviour: &str) -> Option<&Map<String, Value>> {
        self.settings.get(behaviour)?.as_object()
    }

    /// The first time after `after` at which [`Zone::active`] changes; `None` if it never does.
    pub fn next_change(&self, after: Time) -> Option<Time> {
        let expires = self.expires.filter(|expires| after < *expires);
        if self.always() {
            return expires;
        }
        let day = Span::from_hours(24);
        let midnight = Time::from_millis(after.millis().div_euclid(day.millis()) * day.millis());
        // Activity can only change at midnight, where months begin, or at a limit of the hours.
        let minutes = match self.hours {
            Some(hours) => vec![0, hours.from.min(hours.to), hours.from.max(hours.to)],
            None => vec![0],
        };
        let now = self.active(after);
        // An inactive month returns within a year, so 400 days cover every kind of change.
        (0..400)
            .flat_map(|days| minutes.iter().map(move |minute| (days, i64::from(*minute))))
            .map(|(days, minute)| midnight + Span::from_hours(24 * days) + Span::from_minutes(minute))
            .find(|time| after < *time && self.active(*time) != now)
            .into_iter()
            .chain(expires.filter(|_| now))
            .min()
    }

    /// Whether months and hours never make it inactive.
    fn always(&self) -> bool {
        self.months == ALL_MONTHS && self.hours.is_none()
    }
}
