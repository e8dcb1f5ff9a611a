//! One zone: what it is called, what it asks for, and when it is active.

use serde_json::{Map, Value};

use crate::time::{Span, Time};

/// What a zone is (SPEC "Zones", `kind`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A lane watched vessels use.
    Corridor,
    /// A watched area.
    Area,
    /// A port: calm water.
    Port,
    /// An anchorage: calm water.
    Anchorage,
    /// Bunkering, fishing ground, pilot station: watched, but lowers the score.
    Benign,
    /// A source region: remembered of whoever was there, and nothing else.
    Source,
}

impl Kind {
    /// Every kind, in the order the SPEC lists them.
    pub const ALL: [Kind; 6] = [Kind::Corridor, Kind::Area, Kind::Port, Kind::Anchorage, Kind::Benign, Kind::Source];

    /// The word in zone files and alerts.
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

    /// Corridor, area or benign: the kinds that make a vessel "watched".
    pub fn watched(self) -> bool {
        matches!(self, Kind::Corridor | Kind::Area | Kind::Benign)
    }

    /// The points a zone of this kind adds (watched) or subtracts (benign) unless it says otherwise.
    pub fn default_weight(self) -> i32 {
        match self {
            Kind::Corridor | Kind::Area => 15,
            Kind::Benign => 25,
            Kind::Port | Kind::Anchorage | Kind::Source => 0,
        }
    }

    /// How far "near" reaches beyond the border unless the zone says otherwise, in nautical miles.
    pub fn default_near_nm(self) -> f64 {
        match self {
            Kind::Corridor => 5.0,
            _ => 0.0,
        }
    }
}

/// The part of the UTC day in which a zone is active; wraps midnight when `from` is not before `to`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hours {
    /// First active minute of the day, 0..1440.
    pub from: u16,
    /// First minute that is not active any more, 1..=1440.
    pub to: u16,
}

impl Hours {
    /// Whether a minute of the day lies in these hours.
    pub fn hold(self, minute: u16) -> bool {
        match self.from < self.to {
            true => (self.from..self.to).contains(&minute),
            false => self.from <= minute || minute < self.to,
        }
    }
}

/// One zone as its file describes it, defaults filled in. Its geometry lives in the `ZoneSet`.
#[derive(Clone, PartialEq, Debug)]
pub struct Zone {
    /// Unique over all files: `[a-z0-9-]+`.
    pub id: String,
    /// For people.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// "Near" reaches this many nautical miles beyond the border, 0..=200.
    pub near_nm: f64,
    /// Points it adds (corridor, area) or subtracts (benign), 0..=100.
    pub weight: i32,
    /// Only these behaviours run here; all when absent.
    pub behaviours: Option<Vec<String>>,
    /// Per-behaviour overrides as written: behaviour name to an object. Checked where behaviours are known.
    pub settings: Map<String, Value>,
    /// `false`: sea behaviours run in calm water inside this zone.
    pub calm: bool,
    /// Replaces the default margin round calm water inside this zone, in nautical miles; 0 = circles only.
    pub calm_margin_nm: Option<f64>,
    /// Months it is active, bit 0 = January; all twelve when not given.
    pub months: u16,
    /// Hours it is active; the whole day when absent.
    pub hours: Option<Hours>,
    /// From then on it is not active any more: a temporary watch.
    pub expires: Option<Time>,
    /// Who watches it.
    pub owner: Option<String>,
    /// Why it is watched.
    pub reason: Option<String>,
    /// Where the zone comes from.
    pub source: Option<String>,
    /// When somebody last checked it, `YYYY-MM-DD`.
    pub reviewed: Option<String>,
    /// The file it was read from.
    pub file: String,
    /// The line of that file its feature begins in, from 1.
    pub line: usize,
}

/// Every month of the year in `Zone::months`.
pub(crate) const ALL_MONTHS: u16 = 0x0fff;

impl Zone {
    /// Corridor, area or benign: the kinds that make a vessel "watched".
    pub fn watched(&self) -> bool {
        self.kind.watched()
    }

    /// Port or anchorage.
    pub fn calm_water(&self) -> bool {
        matches!(self.kind, Kind::Port | Kind::Anchorage)
    }

    /// A source region: neither watched nor calm water, and never one of the zones around a vessel.
    pub fn source_region(&self) -> bool {
        self.kind == Kind::Source
    }

    /// The properties that mean nothing on a zone of this kind, and in brackets what the kind is.
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

    /// Whether the zone counts at this moment. Month and hour are both judged at the moment itself, in UTC.
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

    /// The zone's own settings of a behaviour, when it has some; naming a behaviour there is how a zone asks for it.
    pub fn asks(&self, behaviour: &str) -> Option<&Map<String, Value>> {
        self.settings.get(behaviour)?.as_object()
    }

    /// Whether it asks to be told of vessels along the outside of its border: of a polygon, they are looked for up to `BELT_NM` out.
    pub(super) fn asks_about_its_belt(&self) -> bool {
        self.asks("limit_hugging").is_some()
    }

    /// The first moment after `after` at which `active` changes; `None` when it never does.
    pub fn next_change(&self, after: Time) -> Option<Time> {
        let expires = self.expires.filter(|expires| after < *expires);
        if self.always() {
            return expires;
        }
        let day = Span::from_hours(24);
        let midnight = Time::from_millis(after.millis().div_euclid(day.millis()) * day.millis());
        let minutes = match self.hours {
            Some(hours) => vec![0, hours.from.min(hours.to), hours.from.max(hours.to)],
            None => vec![0],
        };
        let now = self.active(after);
        // A month that is off returns within a year, so 400 days hold every kind of change there is.
        (0..400)
            .flat_map(|days| minutes.iter().map(move |minute| (days, i64::from(*minute))))
            .map(|(days, minute)| midnight + Span::from_hours(24 * days) + Span::from_minutes(minute))
            .find(|time| after < *time && self.active(*time) != now)
            .into_iter()
            .chain(expires.filter(|_| now))
            .min()
    }

    fn always(&self) -> bool {
        self.months == ALL_MONTHS && self.hours.is_none()
    }
}
