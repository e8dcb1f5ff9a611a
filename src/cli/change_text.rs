//! A change of an alert as text, for a terminal.

use std::fmt::Write;

use crate::platform::telemetry::FromAir;
use atalaia_core::alerts::{Change, ChangeKind, Severity};

/// One change as an analyst reads it: an opening in full, any other in one line.
pub(super) fn change_text(change: &Change) -> String {
    let alert = &change.alert;
    let mut text = format!("{}  {:<8}  {}", change.at, level(alert.severity), alert.behaviour);
    let what = match change.change {
        ChangeKind::Opened => "opened",
        ChangeKind::Updated => "updated",
        ChangeKind::Ended => "ended",
        ChangeKind::Retracted => "retracted",
    };
    let names: Vec<String> = alert
        .vessels
        .iter()
        .map(|vessel| match &vessel.name {
            Some(name) => FromAir(name).to_string(),
            None => vessel.mmsi.to_string(),
        })
        .collect();
    let _ = writeln!(text, " {what}: {} ({})", names.join(" and "), FromAir(&change.reason));
    if change.change == ChangeKind::Opened {
        let _ = writeln!(text, "    {}", FromAir(&alert.summary));
        for reason in &alert.score_reasons {
            let _ = writeln!(text, "    {:>+4}  {}", reason.points, FromAir(&reason.text));
        }
        let _ = writeln!(text, "    ={:>3}  of 100\n", alert.score);
    }
    text
}

/// The severity; in capitals from medium on, so that the eye finds it in a long list.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}
