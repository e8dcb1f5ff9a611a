//! The text of a mail, laid out for reading on a telephone at night.
//!
//! Plain text, with what matters first: the marking, one or two sentences, then the rows of the sheet. In a digest, a list of all changes
//! comes before the alerts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::delivery::fields::{is_over, marking, name};
use crate::delivery::send::Delivery;
use crate::delivery::sheet::{self, CAVEAT, Row, head, stamp};
use crate::delivery::text::{clean, cut};
use atalaia_core::alerts::Change;
use atalaia_core::base::text::counted;

/// Maximum length of a list of vessel names in one line. Bytes.
/// A group may have dozens of vessels, which the alerts below name in full.
const LONGEST_NAMES: usize = 200;

/// The text for one alert, or for several with a summary list at the top.
pub(super) fn text(deliveries: &[Delivery]) -> String {
    let mut text = String::new();
    // A single change needs no list.
    if 1 < deliveries.len() {
        rows(deliveries).iter().for_each(|row| line(&mut text, row));
        line(&mut text, "");
    }
    for delivery in deliveries {
        if 1 < deliveries.len() {
            line(&mut text, &"-".repeat(72));
        }
        alert(&delivery.change, &mut text);
        line(&mut text, "");
    }
    // Once, at the end, also of a mail with many alerts.
    line(&mut text, CAVEAT);
    text
}

/// One line per change. Alerts of the same group share a line (SPEC: a group is one row).
fn rows(deliveries: &[Delivery]) -> Vec<String> {
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    for Delivery { change, .. } in deliveries {
        let group = change.alert.group_id.as_deref();
        let mates: Vec<&Change> = deliveries
            .iter()
            .map(|delivery| &*delivery.change)
            .filter(|other| group.is_some() && other.alert.group_id.as_deref() == group)
            .collect();
        if mates.len() < 2 {
            let (at, what, summary) = (stamp(change.at), head(&change.alert), clean(&change.alert.summary));
            rows.push(format!("{at}  {what}  {}: {summary}", change.change.name()));
        // Once for each group, at the place of its first change.
        } else if seen.insert(group) {
            let worst = mates.iter().map(|mate| &*mate.alert).max_by_key(|alert| alert.severity);
            let latest = mates.iter().map(|mate| mate.at).max().unwrap_or(change.at);
            let alerts: BTreeSet<&str> = mates.iter().map(|mate| mate.alert.id.as_str()).collect();
            let vessels = mates.iter().flat_map(|mate| &mate.alert.vessels);
            let vessels: BTreeMap<u32, String> = vessels.map(|vessel| (vessel.mmsi, name(vessel))).collect();
            let names = vessels.values().map(String::as_str).collect::<Vec<_>>().join(", ");
            // Only when nothing of the group goes on.
            let over = if mates.iter().all(|mate| is_over(mate)) { " (over)" } else { "" };
            rows.push(format!(
                "{}  {}  {}{over}, {}: {}",
                stamp(latest),
                head(worst.unwrap_or(&change.alert)),
                counted(alerts.len(), "linked alert"),
                counted(vessels.len(), "vessel"),
                cut(&names, LONGEST_NAMES)
            ));
        }
    }
    rows
}

/// The part for one change.
fn alert(change: &Change, text: &mut String) {
    line(text, &marking(&change.alert));
    line(text, "");
    line(text, &clean(&change.alert.summary));
    line(text, "");
    for Row { name, text: value } in sheet::rows(&change.alert, Some(change)) {
        row(text, name, &value);
    }
}

/// A name in a column of eleven characters, then its text.
fn row(text: &mut String, name: &str, value: &str) {
    line(text, &format!("{name:<11}{value}"));
}

/// Appends a line without spaces at its end, which mail programs may take for a soft line break (RFC 3676).
fn line(text: &mut String, line: &str) {
    // Writing to memory cannot fail.
    let _ = writeln!(text, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::testing::{deliveries, with};

    #[test]
    fn alerts_of_one_group_are_one_row() {
        let mate = |index: usize| with(&deliveries()[index], |change| change["alert"]["group_id"] = "g1".into());
        let grouped = [mate(0), deliveries()[2].clone(), mate(1)];
        let rows = rows(&grouped);
        assert_eq!(rows.len(), 2, "{rows:#?}");
        assert!(
            rows[0].starts_with("2026-03-01 05:00:00 UTC  CRITICAL loitering  2 linked alerts, 4 vessels: "),
            "{}",
            rows[0]
        );
        assert!(rows[1].contains("feed silent"), "{}", rows[1]);
        assert_eq!(super::rows(&deliveries()).len(), 3, "the control");
    }
}
