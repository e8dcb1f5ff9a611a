//! `atalaia check`: settings and zones before they are used, and what they would cost in alerts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;

use super::replay::{Playback, Played, play};
use super::{Failure, print};
use crate::alerts::{Change, Severity};
use crate::config::{Checked, Purpose, check};
use crate::time::Span;

/// Arguments of `atalaia check`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Recording to run through, to see how many alerts a day these settings give, by behaviour and zone
    #[arg(long, value_name = "RECORDING")]
    on: Option<PathBuf>,
}

/// Prints `ok`, or fails with every problem.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let settings = check(Some(&arguments.config), None, Purpose::Run).map_err(Failure::Settings)?;
    for warning in &settings.warnings {
        // Without a standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "atalaia: warning: {warning}");
    }
    let without = match settings.inputs.is_empty() {
        true => " (run needs at least one)",
        false => "",
    };
    let text = format!(
        "ok: {} zones ({}), {} inputs{without}, {} sinks\n",
        settings.zone_count(),
        settings.zones,
        settings.inputs.len(),
        settings.sinks.len()
    );
    print(&text)?;
    match &arguments.on {
        Some(recording) => cost(&settings, recording.clone()),
        None => Ok(()),
    }
}

/// Alerts by (behaviour, zones), and how many of them are medium or above.
#[derive(Default)]
struct Cost {
    seen: BTreeSet<String>,
    urgent: BTreeSet<String>,
    rows: BTreeMap<(&'static str, String), (u64, u64)>,
}

impl Cost {
    fn take(&mut self, change: &Change) {
        let alert = &change.alert;
        if !alert.announced {
            return;
        }
        let ids: Vec<&str> = alert.zones.iter().map(|zone| zone.id.as_str()).collect();
        let zones = match ids.is_empty() {
            true => "(no zone)".to_owned(),
            false => ids.join(", "),
        };
        let row = self.rows.entry((alert.behaviour, zones)).or_default();
        row.0 += u64::from(self.seen.insert(alert.id.clone()));
        if Severity::Medium <= alert.severity {
            row.1 += u64::from(self.urgent.insert(alert.id.clone()));
        }
    }
}

fn cost(settings: &Checked, recording: PathBuf) -> Result<(), Failure> {
    let mut cost = Cost::default();
    let playback = Playback { inputs: vec![recording], time_zone: None, pace: None, until: None };
    let Played { engine, .. } = play(settings, &playback, &mut |_| {}, &mut |changes| {
        changes.iter().for_each(|change| cost.take(change));
        Ok(())
    })?;
    let summary = engine.summary();
    let (Some(first), Some(last)) = (summary.first_at, summary.last_at) else {
        return print("the recording carries no times: rules did not run\n");
    };
    let length = last - first;
    // Of less than an hour nothing can be said about a day.
    let days = length.max(Span::from_hours(1)).hours() / 24.0;
    let mut rows: Vec<_> = cost.rows.iter().filter(|(_, (all, _))| 0 < *all).collect();
    rows.sort_by_key(|(_, (all, _))| std::cmp::Reverse(*all));
    let mut text = format!("{first} to {last} ({length}), {} vessels\n", summary.vessels);
    text.push_str("alerts a day   medium and above   behaviour             zones\n");
    for ((behaviour, zones), (all, urgent)) in rows {
        let a_day = |count: u64| count as f64 / days;
        text.push_str(&format!("{:>12.1}   {:>16.1}   {behaviour:<20}  {zones}\n", a_day(*all), a_day(*urgent)));
    }
    let budget = cost.urgent.len() as f64 / days;
    text.push_str(&format!("{:>12.1}   {budget:>16.1}   all\n", cost.seen.len() as f64 / days));
    print(&text)
}
