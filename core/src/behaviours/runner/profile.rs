//! Profiles: the settings that apply to a behaviour in each zone, overrides included.
//!
//! A zone may change a behaviour's settings inside it. Where zones overlap, a vessel is judged under the settings of each; outside watched
//! zones, under the base settings or not at all, depending on the behaviour.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::fault::Fault;
use crate::base::text::advice;
use crate::base::time::Time;
use crate::behaviours::Behaviour;
use crate::zones::{Chart, Presence, Zone, ZoneIx};

use crate::behaviours::{Explanation, Place, Vicinity};

/// By how much an open condition may cross the borders of calm water and of the distance from shore. Nautical miles
/// (SPEC: 0.2 nm at every border).
const HYSTERESIS_NM: f64 = 0.2;

/// One set of settings of a behaviour, and how calm water affects it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Profile<S> {
    /// The base settings with the zone's overrides.
    pub(crate) settings: S,
    /// Whether calm water prevents behaviours at sea from opening here.
    calm: bool,
    /// Distance to keep from a built-in point or the edge of a calm zone. Nautical miles.
    margin_nm: f64,
    /// Whether the zone overrides the score.
    pub(crate) own_score: bool,
}

/// The profiles of one behaviour. Profiles are never removed, so an index stays valid when zones change.
#[derive(Serialize, Deserialize)]
pub(crate) struct Profiles<S> {
    /// Each set of settings once. Zones with the same overrides share one.
    list: Vec<Profile<S>>,
    /// Index of the profile of each zone; `None` where the behaviour does not run.
    by_zone: Vec<Option<u16>>,
    /// Index of the profile outside all watched zones: the base settings.
    anywhere: u16,
}

/// Whether a condition would be new or is already open. Borders differ by the hysteresis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not open: the borders are as set.
    New,
    /// Open: it may cross each border by `HYSTERESIS_NM` without ending.
    Open,
}

impl Standing {
    /// By how much the borders are moved outward. Nautical miles.
    fn slack(self) -> f64 {
        match self {
            Standing::New => 0.0,
            Standing::Open => HYSTERESIS_NM,
        }
    }
}

impl<S: Clone + PartialEq + Serialize + DeserializeOwned> Profiles<S> {
    /// The profiles of the base settings and of each zone of the chart.
    pub(crate) fn new(name: Behaviour, base: &S, chart: &Chart) -> Profiles<S> {
        let mut profiles = Profiles { list: Vec::new(), by_zone: Vec::new(), anywhere: 0 };
        profiles.rebuild(name, base, chart);
        profiles
    }

    /// Puts new zones or base settings into force. Indexes given out before stay valid.
    pub(crate) fn rebuild(&mut self, name: Behaviour, base: &S, chart: &Chart) {
        self.anywhere = self.intern(Profile {
            settings: base.clone(),
            calm: true,
            margin_nm: chart.calm_margin_nm,
            own_score: false,
        });
        self.by_zone =
            chart.zones.iter().map(|(_, zone)| self.of_zone(name, base, zone, chart.calm_margin_nm)).collect();
    }

    /// The profile with this index.
    pub(crate) fn get(&self, profile: u16) -> &Profile<S> {
        &self.list[usize::from(profile)]
    }

    /// Writes the profiles of those zones of `presence` that are active and watched to `out`, sorted and without repeats.
    pub(crate) fn watched(&self, chart: &Chart, presence: &Presence, now: Time, out: &mut Vec<u16>) {
        self.of_zones(chart, presence.iter().map(|(zone, _)| zone), now, out);
    }

    /// The profiles to explain for a vessel, and whether it is watched. The profiles are those in force at its place, or the base
    /// settings if there are none.
    pub(crate) fn for_explaining(&self, chart: &Chart, presence: &Presence, now: Time) -> (Vec<u16>, bool) {
        let mut profiles = Vec::new();
        self.watched(chart, presence, now, &mut profiles);
        let watched = !profiles.is_empty();
        if !watched {
            profiles.push(self.anywhere);
        }
        (profiles, watched)
    }

    /// Writes the profiles of a set of zones to `out`; if none of the zones is watched and active, that of the base settings.
    pub(crate) fn anywhere(
        &self,
        chart: &Chart,
        zones: impl Iterator<Item = ZoneIx> + Clone,
        now: Time,
        out: &mut Vec<u16>,
    ) {
        let inside = zones.clone().any(|zone| {
            let zone = chart.zones.get(zone);
            zone.watched() && zone.active(now)
        });
        match inside {
            true => self.of_zones(chart, zones, now, out),
            false => {
                out.clear();
                out.push(self.anywhere);
            }
        }
    }

    /// Whether a behaviour at sea could apply under any profile, here or half a mile further out. A cheap check before
    /// neighbours are searched.
    pub(crate) fn might_be_at_sea(&self, chart: &Chart, place: &Vicinity, min_shore_nm: impl Fn(&S) -> f64) -> bool {
        let near = |profile: &Profile<S>| {
            profile.is_at_sea(chart, place, min_shore_nm(&profile.settings) - 0.5, Standing::Open)
        };
        self.list.iter().any(near)
    }

    /// The profile of one zone, if the behaviour runs there and the zone is active.
    pub(crate) fn of(&self, chart: &Chart, zone: ZoneIx, now: Time) -> Option<&Profile<S>> {
        let profile = self.by_zone.get(usize::from(zone.0)).copied().flatten()?;
        chart.zones.get(zone).active(now).then(|| self.get(profile))
    }

    /// The profile of a zone that asks for the behaviour, if the zone is active.
    pub(crate) fn asked(&self, name: Behaviour, chart: &Chart, zone: ZoneIx, now: Time) -> Option<&Profile<S>> {
        chart.zones.get(zone).asks(name.name())?;
        self.of(chart, zone, now)
    }

    /// Index of the profile of one zone, as for `of`.
    pub(crate) fn index_of(&self, chart: &Chart, zone: ZoneIx, now: Time) -> Option<u16> {
        let profile = self.by_zone.get(usize::from(zone.0)).copied().flatten()?;
        chart.zones.get(zone).active(now).then_some(profile)
    }

    /// Writes the profiles of the watched and active zones among `zones` to `out`, sorted and without repeats.
    fn of_zones(&self, chart: &Chart, zones: impl Iterator<Item = ZoneIx>, now: Time, out: &mut Vec<u16>) {
        out.clear();
        for ix in zones {
            let zone = chart.zones.get(ix);
            if !zone.watched() || !zone.active(now) {
                continue;
            }
            if let Some(profile) = self.by_zone.get(usize::from(ix.0)).copied().flatten()
                && !out.contains(&profile)
            {
                out.push(profile);
            }
        }
        out.sort_unstable();
    }

    /// Index of a zone's profile; `None` where the behaviour does not run: it is disabled or not asked for there.
    fn of_zone(&mut self, name: Behaviour, base: &S, zone: &Zone, margin_nm: f64) -> Option<u16> {
        if !zone.runs(name.name()) {
            return None;
        }
        let own = zone.asks(name.name());
        let settings = match own {
            // `check` and the zone loader reject overrides that do not fit, so the fallback is never used.
            Some(own) => overridden(base, own).unwrap_or_else(|_| base.clone()),
            None => base.clone(),
        };
        Some(self.intern(Profile {
            settings,
            calm: zone.calm,
            margin_nm: zone.calm_margin_nm.unwrap_or(margin_nm),
            own_score: own.is_some_and(|own| own.contains_key("score")),
        }))
    }

    /// Index of this profile, which is added if no equal one exists.
    fn intern(&mut self, profile: Profile<S>) -> u16 {
        if let Some(known) = self.list.iter().position(|other| *other == profile) {
            return known as u16;
        }
        self.list.push(profile);
        self.list.len() as u16 - 1
    }
}

impl<S> Profile<S> {
    /// Adds the conditions on the place, as `at_sea` checks them before something opens.
    pub(crate) fn explain_place(&self, shown: Explanation, place: Option<&Place>, min_shore_nm: f64) -> Explanation {
        let shown = shown.at_least("shore_nm", place.map(|place| place.shore_nm), min_shore_nm);
        if !self.calm {
            return shown.is("calm_water", "does not matter here", "any", true);
        }
        let shown = shown.is(
            "in_calm_water",
            place.map(|place| place.calm.inside),
            "false",
            place.is_some_and(|place| !place.calm.inside),
        );
        shown.at_least("calm_water_nm", place.map(|place| place.calm.nearest_nm), self.margin_nm)
    }

    /// Whether a behaviour at sea may apply here: far enough from shore, and outside calm water and its margin.
    pub(crate) fn at_sea(&self, place: &Place, min_shore_nm: f64, standing: Standing) -> bool {
        let slack = standing.slack();
        if place.shore_nm < min_shore_nm - slack {
            return false;
        }
        if !self.calm {
            return true;
        }
        !place.calm.inside && self.margin_nm - slack <= place.calm.nearest_nm
    }

    /// Like `at_sea`, but decided by bounds of the distances where possible.
    pub(crate) fn is_at_sea(&self, chart: &Chart, place: &Vicinity, min_shore_nm: f64, standing: Standing) -> bool {
        let slack = standing.slack();
        let off_calm = || !place.in_calm() && place.is_off_calm(chart, self.margin_nm - slack);
        place.is_off_shore(chart, min_shore_nm - slack) && (!self.calm || off_calm())
    }
}

/// Base settings with a zone's overrides. The error names the faulty key and the reason.
pub(crate) fn overridden<S: Serialize + DeserializeOwned>(base: &S, own: &Map<String, Value>) -> Result<S, Vec<Fault>> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(base) else {
        return Err(vec![Fault::new("", "these settings cannot be overridden")]);
    };
    let mut faults = Vec::new();
    for (key, value) in own {
        let Some(usual) = all.get(key).cloned() else {
            let known: Vec<&str> = all.keys().map(String::as_str).collect();
            faults.push(Fault::new(key, "unknown setting").advise(advice(key, &known)));
            continue;
        };
        all.insert(key.clone(), value.clone());
        if serde_json::from_value::<S>(Value::Object(all.clone())).is_err() {
            let what = format!("{value} is not {}", needed(&usual));
            faults.push(Fault::new(key, what).advise(format!("write for instance {usual}")));
            all.insert(key.clone(), usual);
        }
    }
    let unreadable = |error: serde_json::Error| vec![Fault::new("", error.to_string())];
    if faults.is_empty() { serde_json::from_value(Value::Object(all)).map_err(unreadable) } else { Err(faults) }
}

/// What a setting with this usual value may hold, in words.
fn needed(usual: &Value) -> &'static str {
    match usual {
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "a whole number",
        Value::Array(_) => "a list",
        Value::String(_) | Value::Object(_) | Value::Null => "text",
    }
}
