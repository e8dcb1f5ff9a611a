//! The text of a mail, as an analyst reads it on a telephone at night.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::delivery::letter::Letter;
use crate::delivery::telling::{Named, Telling, clean, cut};
use crate::time::Time;

/// Longest list of vessels in a line. Bytes.
const LONGEST_NAMES: usize = 200;
/// Ids of a digest in one line.
const IDS_A_LINE: usize = 2;
/// What nobody may take from an alert.
const CAVEAT: &str = "AIS is what ships say of themselves. This is a lead for people to look into, not a finding.";

/// One alert, or several with a list of them before.
pub(super) fn text(letters: &[Letter]) -> String {
    let mut text = String::new();
    if 1 < letters.len() {
        rows(letters).iter().for_each(|row| line(&mut text, row));
        line(&mut text, "");
    }
    for letter in letters {
        if 1 < letters.len() {
            line(&mut text, &"-".repeat(72));
        }
        alert(Telling::of(letter), &mut text);
        line(&mut text, "");
    }
    line(&mut text, CAVEAT);
    text
}

/// A line for each change; one for all of those whose vessels hang together (SPEC: a group is one row).
fn rows(letters: &[Letter]) -> Vec<String> {
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    for told in letters.iter().map(Telling::of) {
        let group = told.word("group_id");
        let mates: Vec<Telling<'_>> = letters
            .iter()
            .map(Telling::of)
            .filter(|other| !group.is_empty() && other.word("group_id") == group)
            .collect();
        if mates.len() < 2 {
            rows.push(format!("{}  {}  {}: {}", stamp(told.at()), head(told), told.change(), told.summary()));
        } else if seen.insert(group) {
            let worst = mates.iter().copied().max_by_key(|mate| mate.severity()).unwrap_or(told);
            let latest = mates.iter().map(|mate| mate.at()).max().unwrap_or(told.at());
            let alerts: BTreeSet<&str> = mates.iter().map(|mate| mate.word("id")).collect();
            let named = mates.iter().flat_map(|mate| mate.vessels().map(|vessel| (vessel.mmsi(), vessel.name())));
            let vessels: BTreeMap<String, String> = named.collect();
            let names = vessels.values().map(String::as_str).collect::<Vec<_>>().join(", ");
            let over = if mates.iter().all(|mate| mate.is_over()) { " (over)" } else { "" };
            rows.push(format!(
                "{}  {}  {} linked alerts{over}, {} vessels: {}",
                stamp(latest),
                head(worst),
                alerts.len(),
                vessels.len(),
                cut(&names, LONGEST_NAMES)
            ));
        }
    }
    rows
}

/// The behaviour in words: `zone entry`.
pub(super) fn behaviour(told: Telling<'_>) -> String {
    clean(&told.word("behaviour").replace('_', " "))
}

fn alert(told: Telling<'_>, text: &mut String) {
    line(text, &told.marking());
    line(text, "");
    line(text, &told.summary());
    line(text, "");
    row(text, "What", &format!("{}, {} points", head(told), told.score()));
    row(
        text,
        "Change",
        &format!("{} ({}), revision {}, {}", told.change(), told.reason(), told.revision(), stamp(told.at())),
    );
    for (name, key) in [("Began", "started_at"), ("Noticed", "opened_at"), ("Latest", "last_at"), ("Ended", "ended_at")]
    {
        if let Some(at) = told.time(key) {
            row(text, name, &stamp(at));
        }
    }
    let digest = told.digest();
    let place_name = if digest.is_some() { "Latest at" } else { "Position" };
    row(text, place_name, &told.position().map_or("unknown".to_owned(), |(lat, lon)| place(lat, lon)));
    if told.word("confidence") == "low" {
        row(text, "Confidence", "low");
    }
    for (index, vessel) in told.vessels().enumerate() {
        row(text, if index == 0 { "Vessels" } else { "" }, &named(vessel));
    }
    let zones = told.alert()["zones"].as_array().into_iter().flatten();
    for (index, zone) in zones.enumerate() {
        let part = |key: &str| clean(zone[key].as_str().unwrap_or_default());
        row(
            text,
            if index == 0 { "Zones" } else { "" },
            &format!("{} {} ({})", part("relation"), part("name"), part("kind")),
        );
    }
    let reasons = told.alert()["score_reasons"].as_array().into_iter().flatten();
    for (index, reason) in reasons.enumerate() {
        let points = reason["points"].as_i64().unwrap_or_default();
        let words = clean(reason["text"].as_str().unwrap_or_default());
        row(text, if index == 0 { "Score" } else { "" }, &format!("{points:+} {words}"));
    }
    for (name, ids) in digest.iter().flat_map(|digest| digest.lists()) {
        for (index, some) in ids.chunks(IDS_A_LINE).enumerate() {
            row(text, if index == 0 { name } else { "" }, &clean(&some.join(" ")));
        }
    }
    for (name, key) in [("Alert", "id"), ("Case", "case_id"), ("Group", "group_id"), ("Replaces", "replaces")] {
        if !told.word(key).is_empty() {
            row(text, name, &clean(told.word(key)));
        }
    }
}

fn head(told: Telling<'_>) -> String {
    format!("{} {}", told.severity().name().to_uppercase(), behaviour(told))
}

fn named(vessel: Named<'_>) -> String {
    let mut words =
        vec![vessel.text("name").unwrap_or_else(|| "no name".to_owned()), format!("MMSI {}", vessel.mmsi())];
    words.extend(vessel.number("imo").map(|imo| format!("IMO {imo}")));
    words.extend(vessel.text("call_sign").map(|sign| format!("call sign {sign}")));
    words.extend(vessel.text("flag").map(|flag| format!("flag {flag}")));
    words.extend(vessel.number("ship_type").map(|kind| format!("ship type {kind}")));
    words.extend(vessel.text("role"));
    words.join(", ")
}

/// `27°54.600'S 018°13.200'W`
fn place(lat: f64, lon: f64) -> String {
    let half = |degrees: f64, width: usize, signs: [char; 2]| {
        // In thousandths of a minute, so that no rounding makes 60 minutes.
        let thousandths = (degrees.abs() * 60_000.0).round() as u64;
        let (whole, minutes) = (thousandths / 60_000, thousandths % 60_000);
        let sign = if degrees < 0.0 { signs[1] } else { signs[0] };
        format!("{whole:0width$}°{:02}.{:03}'{sign}", minutes / 1000, minutes % 1000)
    };
    format!("{} {}", half(lat, 2, ['N', 'S']), half(lon, 3, ['E', 'W']))
}

/// `2026-03-01 04:10:00 UTC`
fn stamp(at: Time) -> String {
    let (_, _, _, hour, minute, second) = at.civil();
    format!("{} {hour:02}:{minute:02}:{second:02} UTC", at.date())
}

fn row(text: &mut String, name: &str, value: &str) {
    line(text, &format!("{name:<11}{value}"));
}

fn line(text: &mut String, line: &str) {
    // Writing to memory cannot fail.
    let _ = writeln!(text, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::trial::{letters, with};

    #[test]
    fn those_that_hang_together_are_one_row() {
        let mate = |index: usize| with(&letters()[index], |change| change["alert"]["group_id"] = "g1".into());
        let grouped = [mate(0), letters()[2].clone(), mate(1)];
        let rows = rows(&grouped);
        assert_eq!(rows.len(), 2, "{rows:#?}");
        assert!(
            rows[0].starts_with("2026-03-01 05:00:00 UTC  CRITICAL loitering  2 linked alerts, 4 vessels: "),
            "{}",
            rows[0]
        );
        assert!(rows[1].contains("feed silent"), "{}", rows[1]);
        assert_eq!(super::rows(&letters()).len(), 3, "the control");
    }

    #[test]
    fn a_place_is_written_in_degrees_and_minutes() {
        assert_eq!(place(-27.91, -18.22), "27°54.600'S 018°13.200'W");
        assert_eq!(place(10.5, 180.0), "10°30.000'N 180°00.000'E");
        assert_eq!(place(0.999_999_9, 0.0), "01°00.000'N 000°00.000'E", "no sixty minutes");
    }
}
