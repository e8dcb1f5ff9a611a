//! Summarises what a check has read, for comparison with what was intended.
//!
//! A settings file without faults can still be the wrong one, or read other zones than intended. The summary
//! says what was found where.

use std::collections::BTreeSet;

use crate::config::Checked;
use crate::platform::telemetry::FromAir;
use atalaia_core::base::time::Time;

/// A count with its noun: `1 row`, `2 rows`. Enough for the nouns of this program.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = match (number, what.strip_suffix('y')) {
        (1, _) => what.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{what}s"),
    };
    format!("{number} {plural}")
}

/// The `ok` line, then zones, lists, inputs, sinks and the store. `now` decides which zones and
/// rows are active.
pub(super) fn of(settings: &Checked, now: Time) -> String {
    let profile = settings.profile.map_or(String::new(), |profile| format!(", profile {}", profile.name()));
    let drop_ins = match settings.drop_ins {
        0 => String::new(),
        number => format!(", {}", count(number, "drop-in")),
    };
    let mut text = format!(
        "ok: {} ({}), {}, {}{profile}{drop_ins}\n",
        count(settings.zone_count(), "zone"),
        FromAir(&settings.zones.to_string()),
        count(settings.inputs.len(), "input"),
        count(settings.sinks.len(), "sink"),
    );
    let mut line = |what: &str, value: String| text += &format!("  {what:<8} {}\n", FromAir(&value));
    line("zones", zones(settings, now));
    if settings.watchlists.is_some() {
        line("lists", lists(settings, now));
    }
    let inputs = settings.inputs.iter().map(|input| {
        let place = input.address.clone().or_else(|| input.path.as_ref().map(|path| path.display().to_string()));
        let place = place.map_or(String::new(), |place| format!(" {place}"));
        format!("{} ({}{place})", input.name, input.kind.name())
    });
    line("inputs", inputs.collect::<Vec<_>>().join(", "));
    let sinks = settings.sinks.iter().map(|sink| format!("{} ({})", sink.name, sink.kind.name()));
    line("sinks", sinks.collect::<Vec<_>>().join(", "));
    match &settings.store {
        Some(store) => line("store", store.display().to_string()),
        None => line("store", "none: alerts are in memory, and gone with the daemon".to_owned()),
    }
    text
}

/// Numbers of files and zones, and how many of the zones do not apply at present.
fn zones(settings: &Checked, now: Time) -> String {
    let zones = settings.chart.zones.zones();
    let files: BTreeSet<&str> = zones.iter().map(|zone| zone.file.as_str()).collect();
    let over = zones.iter().filter(|zone| zone.expires.is_some_and(|expires| expires <= now)).count();
    // Expired zones are not active either, but they are no longer meant to be.
    let resting = zones.iter().filter(|zone| !zone.active(now)).count() - over;
    let mut text = format!("{}, {}", count(files.len(), "file"), count(zones.len(), "zone"));
    if 0 < over {
        text += &format!(", {over} expired");
    }
    if 0 < resting {
        text += &format!(", {resting} not active now");
    }
    text
}

/// Numbers of watchlists and rows, and how many rows have expired.
fn lists(settings: &Checked, now: Time) -> String {
    let lists = &settings.chart.watchlists;
    let files = settings.list_texts.as_ref().map_or(0, |texts| texts.len());
    let expired = match lists.expired(now) {
        0 => String::new(),
        number => format!(", {number} expired"),
    };
    format!("{}, {}{expired}", count(files, "list"), count(lists.len(), "row"))
}
