//! Why an alert opened, in a few words whose minutes agree with the displayed times, and the names of the forms of behaviours.

use serde_json::{Map, Value};

use crate::behaviours::Behaviour;
use crate::time::Span;

use super::super::alert::Alert;
use super::super::named;
use super::{decimals, distance, elapsed, number};
use crate::units::METRES_PER_NM;

const MINUTE: Span = Span::from_minutes(1);

/// The reason for the opening. Durations run from the start that the alert shows to its opening.
pub(in super::super) fn opened_because(alert: &Alert, form: &str) -> String {
    let limits = &alert.evidence.thresholds;
    let held = held(alert);
    let slow = || match number(limits, "slow_knots") {
        Some(knots) => format!("below {} kn", decimals(knots)),
        None => "slow".to_owned(),
    };
    match (alert.behaviour, form) {
        (Behaviour::Rendezvous, form) => meeting(alert, form),
        (Behaviour::Loitering, "circling") => format!("circling for {}", whole(alert)),
        (Behaviour::Loitering | Behaviour::SmallCraftStop, _) => format!("{} {held}", slow()),
        (Behaviour::DarkRendezvous, _) => "stopped within reach of a silent vessel".to_owned(),
        (Behaviour::AsyncRendezvous, _) => "stopped where another ship had slowed or turned".to_owned(),
        (Behaviour::Slowdown, "hole") => {
            "little distance made good without a report, under way before and after".to_owned()
        }
        (Behaviour::Slowdown, _) => format!("{} {held}, after hours under way", slow()),
        (Behaviour::Drift, _) => format!("drifting {held}"),
        (Behaviour::AisGap, "out_of_reach") => {
            format!("silent for {}, on a course out of the feed's coverage", whole(alert))
        }
        (Behaviour::AisGap, _) => format!("silent for {}, in an area with good reception", whole(alert)),
        (Behaviour::FeedSilent, _) => format!("silent for {}", whole(alert)),
        (Behaviour::OutAndBack, _) => "returned after a stop in open water".to_owned(),
        (Behaviour::FishingOutOfPlace, _) => format!("stopped {held}, after a long straight passage"),
        (Behaviour::ZoneEntry, _) => "entered the zone".to_owned(),
        (Behaviour::ZoneExit, _) => "left the zone".to_owned(),
        (Behaviour::ZoneSpeed, "too_slow") => format!("below the zone's minimum speed {held}"),
        (Behaviour::ZoneSpeed, _) => format!("above the zone's limit {held}"),
        (Behaviour::LimitHugging, _) => format!("{} outside the limit {held}", slow()),
        (Behaviour::AlongsideAtAnchor, _) => format!("alongside {}", minutes(alert)),
        (Behaviour::DraughtChange, _) => "draught changed (confirmed by a second report)".to_owned(),
        (Behaviour::VoyageAnomaly, "short_calls") => "short port calls without a change of draught".to_owned(),
        (Behaviour::VoyageAnomaly, _) => "destination changed".to_owned(),
        (Behaviour::Distress, "test") => "distress device under test".to_owned(),
        (Behaviour::Distress, _) => "distress device active".to_owned(),
        (behaviour, _) => match named::opened_because(behaviour, form) {
            Some(because) => because.to_owned(),
            None => format!("{} {held}", behaviour.name().replace('_', " ")),
        },
    }
}

/// The name of a form of a behaviour in a reason.
pub(in super::super) fn form_words(behaviour: Behaviour, form: &str, limits: &Map<String, Value>) -> String {
    let words = |part: &str| match (behaviour, part) {
        (Behaviour::Rendezvous, "near") => "near each other".to_owned(),
        (Behaviour::Rendezvous, "close") => "close together".to_owned(),
        (Behaviour::Rendezvous, "underway") => "in company under way".to_owned(),
        (Behaviour::Rendezvous, "long") => match number(limits, "long_minutes") {
            Some(minutes) => format!("for at least {}", Span::from_minutes(minutes as i64)),
            None => "for hours".to_owned(),
        },
        (Behaviour::AisGap, "long_silent") => match number(limits, "long_hours") {
            Some(hours) => format!("silent for more than {} h", decimals(hours)),
            None => "silent for hours".to_owned(),
        },
        (Behaviour::AisGap, "out_of_reach") => "on a course out of the feed's coverage".to_owned(),
        (Behaviour::AisGap, "in_place") => "heard again where it went silent".to_owned(),
        (Behaviour::AsyncRendezvous, "by_chance") => "no more than chance would bring".to_owned(),
        (Behaviour::AsyncRendezvous, "crowd") => "one of many craft that stopped there".to_owned(),
        (Behaviour::DarkRendezvous, "one_of_many") => "one of many silent vessels".to_owned(),
        (Behaviour::DarkRendezvous, "many_stops") => "one of many stops within reach".to_owned(),
        (Behaviour::IdentityConflict, "shared") => "a number shared by several transmitters".to_owned(),
        (Behaviour::Watchlist, "entered") => "in a watched zone".to_owned(),
        (Behaviour::Watchlist, "takes_part") => "part of another alert".to_owned(),
        (_, part) => part.replace('_', " "),
    };
    form.split('+').map(words).collect::<Vec<_>>().join(" and ")
}

/// The time from the start to the opening, as the displayed times give it.
fn whole(alert: &Alert) -> Span {
    elapsed(alert.started_at, alert.opened_at)
}

/// `for 1 h 02 min`; if holes were not counted, `for 1 h 00 min of the 1 h 15 min since 05:53 UTC`.
fn held(alert: &Alert) -> String {
    let whole = whole(alert);
    let counted = number(&alert.evidence.measured, "counted_minutes");
    let counted = counted.map(|minutes| Span::from_millis((minutes * 60_000.0) as i64));
    match counted.filter(|counted| *counted + MINUTE <= whole - MINUTE) {
        Some(counted) => format!("for {counted} of the {whole} since {} UTC", alert.started_at.clock()),
        None => format!("for {whole}"),
    }
}

/// Two ships are compared at whole minutes, and each minute counts: `in each of the 10 minutes from 07:27 to 07:36 UTC`, or `in
/// 30 of the 36 minutes from 03:40 to 04:15 UTC`.
fn minutes(alert: &Alert) -> String {
    let all = whole(alert) + MINUTE;
    let all = all.millis() / MINUTE.millis();
    let counted = number(&alert.evidence.measured, "counted_minutes").unwrap_or(all as f64);
    let (from, to) = (alert.started_at.clock(), alert.opened_at.clock());
    match counted {
        counted if counted < all as f64 => format!("in {counted:.0} of the {all} minutes from {from} to {to} UTC"),
        _ => format!("in each of the {all} minutes from {from} to {to} UTC"),
    }
}

fn meeting(alert: &Alert, form: &str) -> String {
    let (key, words) = match form {
        "underway" => ("underway_metres", "under way together"),
        // A long meeting counts the minutes of the near tier.
        "close" => ("close_metres", "close together"),
        _ => ("near_metres", "near each other"),
    };
    let within = match number(&alert.evidence.thresholds, key) {
        Some(metres) => format!("{words}, within {},", distance(metres / METRES_PER_NM)),
        None => words.to_owned(),
    };
    format!("{within} {}", minutes(alert))
}
