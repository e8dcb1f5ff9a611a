//! Estimates what settings cost in alerts: runs a recording through them, then again with one setting changed at a
//! time.
//!
//! A threshold cannot be judged by itself: what it costs depends on the traffic. So one recording is run
//! through the settings, and then once more for each change worth trying. Alerts of a day are what a watch
//! feels, so counts are per day, and alerts of medium severity and above are counted apart.

mod visits;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use self::visits::Visits;
use super::failure::Failure;
use super::output::print;
use super::replay::{Outcome, Playback, play};
use atalaia_core::alerts::{Alert, Change, Severity};

use crate::config::Checked;
use atalaia_core::base::text::counted;
use atalaia_core::base::time::Span;
use atalaia_core::behaviours::{self, Behaviour, NAMES, ZoneUse, check_overrides};
use atalaia_core::engine::Engine;
use atalaia_core::zones::{Chart, ZoneIx};

/// Number of the costliest rows whose settings are tried. Each takes up to four more runs. A run takes as
/// long as a replay of the recording.
const MOST_COSTLY: usize = 4;
/// Keys that are tried, and how far each is raised. Behaviours that lack a key are not tried with it. These
/// are durations and distances, of which more means fewer alerts.
const STEPS: [(&str, Step); 9] = [
    ("after_minutes", Step::Times(1.5)),
    ("near_minutes", Step::Times(1.5)),
    ("close_minutes", Step::Times(1.5)),
    ("watched_minutes", Step::Times(1.5)),
    ("after_hours", Step::Times(1.5)),
    ("stop_minutes", Step::Times(1.5)),
    ("kept_minutes", Step::Times(1.5)),
    ("change_metres", Step::Times(1.5)),
    ("min_shore_nm", Step::More(3.0)),
];

/// How a threshold is raised.
#[derive(Clone, Copy)]
enum Step {
    /// Multiplied by this factor.
    Times(f64),
    /// Raised by this amount, in the unit of the key.
    More(f64),
}

impl Step {
    /// The raised value, rounded to one decimal as a person would write it.
    fn from(self, now: f64) -> f64 {
        let new = match self {
            Step::Times(factor) => now * factor,
            Step::More(more) => now + more,
        };
        (new * 10.0).round() / 10.0
    }
}

/// A number of alerts, and how many of them are medium or above. Ordered by the latter first.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Count {
    /// Alerts that reached medium severity at some time.
    urgent: usize,
    /// All alerts, without facts.
    all: usize,
}

/// Alerts counted by behaviour and place. An alert counts once, whatever becomes of it.
#[derive(Default)]
struct Cost {
    /// Ids of the alerts counted.
    seen: BTreeSet<String>,
    /// Ids of those that have reached medium severity.
    urgent: BTreeSet<String>,
    /// By behaviour and all zones of the alert.
    rows: BTreeMap<(Behaviour, String), Count>,
    /// By behaviour and each zone whose settings matter to it; `None` for the settings outside zones.
    places: BTreeMap<(Behaviour, Option<ZoneIx>), Count>,
}

impl Cost {
    /// Counts an alert when it is first announced, and again when it first becomes urgent.
    fn take(&mut self, change: &Change, chart: &Chart) {
        let alert = &*change.alert;
        if !alert.announced {
            return;
        }
        let new = Count {
            urgent: usize::from(Severity::Medium <= alert.severity && self.urgent.insert(alert.id.clone())),
            all: usize::from(self.seen.insert(alert.id.clone())),
        };
        if new == Count::default() {
            return;
        }
        let ids: Vec<&str> = alert.zones.iter().map(|zone| zone.id.as_str()).collect();
        let zones = if ids.is_empty() { "(no zone)".to_owned() } else { ids.join(", ") };
        self.rows.entry((alert.behaviour, zones)).or_default().add(new);
        for place in places(alert, chart) {
            self.places.entry((alert.behaviour, place)).or_default().add(new);
        }
    }

    /// All alerts together. Not the sum of `places`, where an alert in two zones counts twice.
    fn total(&self) -> Count {
        Count { urgent: self.urgent.len(), all: self.seen.len() }
    }
}

impl Count {
    fn add(&mut self, more: Count) {
        self.urgent += more.urgent;
        self.all += more.all;
    }
}

/// The zones whose settings applied to an alert, as far as zones matter to its behaviour. `None` for the settings
/// outside zones.
fn places(alert: &Alert, chart: &Chart) -> Vec<Option<ZoneIx>> {
    let matters = |zone: &ZoneIx| {
        let zone = chart.zones.get(*zone);
        match alert.behaviour.character().zones {
            ZoneUse::Ignored => false,
            ZoneUse::Asked => zone.asks(alert.behaviour.name()).is_some(),
            ZoneUse::Settings => zone.watched(),
        }
    };
    let zones = alert.zones.iter().filter_map(|zone| chart.zones.find(&zone.id)).filter(matters);
    let zones: Vec<Option<ZoneIx>> = zones.map(Some).collect();
    if zones.is_empty() { vec![None] } else { zones }
}

/// One changed setting, and the settings with it.
struct Trial {
    /// The behaviour that is changed.
    behaviour: Behaviour,
    /// Where it is changed: `settings`, or `zone` with its id.
    place: String,
    /// The change as it would be written in the file.
    words: String,
    /// The settings with the change; valid.
    settings: Checked,
}

/// Prints alerts per day by behaviour and zone, and what changes of the costliest settings would save.
///
/// # Errors
/// The recording cannot be read, or nothing in it can be used.
pub(super) fn main(settings: &Checked, recording: &Path) -> Result<(), Failure> {
    let mut visits = Visits::default();
    let (cost, played) = run(settings, recording, &mut |engine| visits.look(engine, &settings.chart, false))?;
    visits.look(&played.engine, &settings.chart, true);
    let summary = played.engine.summary();
    let (Some(first), Some(last)) = (summary.first_at, summary.last_at) else {
        return print(match summary.lines {
            0 => "the recording is empty, so behaviours could not be judged\n",
            _ => "the recording has no times, so behaviours could not be judged\n",
        });
    };
    let length = last - first;
    // Less than an hour is too short to estimate a day.
    let days = length.max(Span::from_hours(1)).hours() / 24.0;
    let a_day = |count: usize| count as f64 / days;
    let mut rows: Vec<_> = cost.rows.iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse((count.all, count.urgent)));
    let vessels = counted(usize::try_from(summary.vessels).unwrap_or(usize::MAX), "vessel");
    let lasted = if length < Span::from_minutes(1) { format!("{:.0} s", length.seconds()) } else { length.to_string() };
    let mut text = format!("{first} to {last} ({lasted}), {vessels}\n");
    text.push_str("alerts a day   medium and above   behaviour             zones\n");
    for ((behaviour, zones), count) in rows {
        let (all, urgent) = (a_day(count.all), a_day(count.urgent));
        text.push_str(&format!("{all:>12.1}   {urgent:>16.1}   {behaviour:<20}  {zones}\n"));
    }
    let total = cost.total();
    text.push_str(&format!("{:>12.1}   {:>16.1}   all\n", a_day(total.all), a_day(total.urgent)));
    text.push_str(&visits.doubts(&settings.chart));
    print(&text)?;
    // A pipe can be read only once.
    if !recording.is_file() {
        return print("\nno changes were tried: the recording must be a file\n");
    }
    let trials = trials(settings, &cost);
    if trials.is_empty() {
        print("\nno alerts, so there is no setting to change\n")?;
        let vessels = visits.vessels();
        return print(&match vessels {
            0 => "no vessel was heard in or near a watched zone, and most behaviours need one: see docs/zones.md\n"
                .to_owned(),
            _ => format!(
                "{} came to a watched zone; with these settings nothing they did raises an alert\n",
                counted(vessels, "vessel")
            ),
        });
    }
    let mut saved: Vec<(i64, i64, &Trial)> = Vec::new();
    for trial in &trials {
        let (with, _) = run(&trial.settings, recording, &mut |_| {})?;
        let with = with.total();
        let less = |before: usize, after: usize| before as i64 - after as i64;
        saved.push((less(total.urgent, with.urgent), less(total.all, with.all), trial));
    }
    saved.sort_by_key(|(urgent, all, _)| std::cmp::Reverse((*urgent, *all)));
    let mut text = format!(
        "\nwhat one change would save of all alerts together, each measured by another run ({} runs)\n\
         fewer a day   medium and above   behaviour             change\n",
        trials.len()
    );
    for (urgent, all, trial) in saved {
        let (all, urgent) = (all as f64 / days, urgent as f64 / days);
        let Trial { behaviour, place, words, .. } = trial;
        text.push_str(&format!("{all:>11.1}   {urgent:>16.1}   {behaviour:<20}  {place}: {words}\n"));
    }
    print(&text)
}

/// Runs the recording, shows the engine to `observe` after every line, and counts the alerts.
fn run(settings: &Checked, recording: &Path, observe: &mut dyn FnMut(&Engine)) -> Result<(Cost, Outcome), Failure> {
    let mut cost = Cost::default();
    let playback = Playback { inputs: vec![recording.to_owned()], time_zone: None, pace: None, until: None };
    let played = play(settings, &playback, observe, &mut |changes| {
        changes.iter().for_each(|change| cost.take(change, &settings.chart));
        Ok(())
    })?;
    Ok((cost, played))
}

/// The changes worth trying, for the costliest pairs of behaviour and place: the behaviour switched off, and its
/// thresholds raised.
fn trials(settings: &Checked, cost: &Cost) -> Vec<Trial> {
    let mut costly: Vec<_> = cost.places.iter().collect();
    costly.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let costly = costly.into_iter().take(MOST_COSTLY);
    costly.flat_map(|((behaviour, place), _)| changes(settings, *behaviour, *place)).collect()
}

/// The changes of one behaviour in one place: off, and each of its thresholds raised. Changes that would not
/// be valid are left out.
fn changes(settings: &Checked, behaviour: Behaviour, place: Option<ZoneIx>) -> Vec<Trial> {
    // Plain numbers and words cannot fail to serialise.
    let all = serde_json::to_value(&settings.engine.behaviours).unwrap_or_default();
    let base = &all[behaviour.name()];
    let zone = place.map(|place| settings.chart.zones.get(place));
    let own = zone.and_then(|zone| zone.asks(behaviour.name()));
    let place_name = zone.map_or("settings".to_owned(), |zone| format!("zone {}", zone.id));
    let trial = |words, settings| Trial { behaviour, place: place_name.clone(), words, settings };
    let mut trials = vec![match place {
        None => {
            let off = with_setting(settings, behaviour.name(), "enabled", false.into());
            off.map(|off| trial(format!("behaviours.{behaviour}.enabled = false"), off))
        }
        // Zones that must ask for a behaviour and zones that can only refuse it are written differently.
        Some(place) => {
            let words = match behaviour.character().zones == ZoneUse::Asked {
                true => format!("\"settings\" without \"{behaviour}\""),
                false => format!("\"behaviours\" without \"{behaviour}\""),
            };
            Some(trial(words, without(settings, behaviour.name(), place)))
        }
    }];
    for (key, step) in STEPS {
        let now = own.and_then(|own| own.get(key)).or(base.get(key)).and_then(Value::as_f64);
        let Some(now) = now else {
            continue;
        };
        let new = step.from(now);
        let changed = match place {
            None => with_setting(settings, behaviour.name(), key, new.into()),
            Some(place) => with_override(settings, behaviour.name(), place, key, new),
        };
        let words = match place {
            None => format!("behaviours.{behaviour}.{key} = {new} (now {now})"),
            Some(_) => format!("\"settings\": {{\"{behaviour}\": {{\"{key}\": {new}}}}} (now {now})"),
        };
        trials.push(changed.map(|changed| trial(words, changed)));
    }
    trials.into_iter().flatten().collect()
}

/// The settings with one key changed; `None` if the result is not valid.
fn with_setting(settings: &Checked, behaviour: &str, key: &str, value: Value) -> Option<Checked> {
    let mut all = serde_json::to_value(&settings.engine.behaviours).ok()?;
    all[behaviour][key] = value;
    let changed: behaviours::Settings = serde_json::from_value(all).ok()?;
    let mut settings = settings.clone();
    settings.engine.behaviours = changed;
    settings.engine.behaviours.problems().is_empty().then_some(settings)
}

/// The settings with one key of a zone changed; `None` if the result is not valid.
fn with_override(settings: &Checked, behaviour: &str, place: ZoneIx, key: &str, value: f64) -> Option<Checked> {
    let mut own: Map<String, Value> = settings.chart.zones.get(place).asks(behaviour).cloned().unwrap_or_default();
    own.insert(key.to_owned(), value.into());
    let sound = check_overrides(&settings.engine.behaviours, behaviour, &own).is_empty();
    sound.then(|| {
        with_zone(settings, place, |zone| {
            zone.settings.insert(behaviour.to_owned(), Value::Object(own));
        })
    })
}

/// The settings with a behaviour switched off in one zone.
fn without(settings: &Checked, behaviour: &str, place: ZoneIx) -> Checked {
    with_zone(settings, place, |zone| {
        let all = || NAMES.iter().map(|name| (*name).to_owned()).collect();
        zone.behaviours.get_or_insert_with(all).retain(|name| name != behaviour);
        zone.settings.remove(behaviour);
    })
}

/// The settings with one zone changed. The chart is copied, because other trials share it.
fn with_zone(settings: &Checked, place: ZoneIx, change: impl FnOnce(&mut atalaia_core::zones::Zone)) -> Checked {
    let zones = settings.chart.zones.with(place, change);
    Checked { chart: Arc::new(Chart { zones, ..(*settings.chart).clone() }), ..settings.clone() }
}
