//! The clock of receipt steps or gives wrong times; alerts about vessels must not change.

use std::collections::BTreeSet;

use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::Change;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::scenario::Feed;
use serde_json::Value;

use crate::harness::scenes;

const LATENESS: Span = Span::from_seconds(30);

/// Time shown by the wrong clock at a true time.
type Wrong = fn(true_now: Time) -> Time;

/// Ways in which servers' clocks have gone wrong, with the share of the feed after which the clock is right again, if it ever is.
const WAYS: [(&str, Wrong, Option<f64>); 10] = [
    ("an hour ahead", |now| now + Span::from_hours(1), None),
    ("an hour ahead, then right", |now| now + Span::from_hours(1), Some(0.7)),
    ("an hour back", |now| now - Span::from_hours(1), None),
    ("an hour back, then right", |now| now - Span::from_hours(1), Some(0.7)),
    ("a day ahead", |now| now + Span::from_hours(24), None),
    ("a day ahead, then right", |now| now + Span::from_hours(24), Some(0.7)),
    ("a day back", |now| now - Span::from_hours(24), None),
    ("a day back, then right", |now| now - Span::from_hours(24), Some(0.7)),
    ("1970", |_| Time::from_millis(0), Some(0.7)),
    ("past 2038", |now| now + Span::from_hours(24 * 366 * 14), Some(0.7)),
];

/// Runs a feed as it is received; the clock goes wrong after a third of it.
fn run(feed: &Feed, claims_times: bool, way: Option<(Wrong, Option<f64>)>) -> Vec<Change> {
    let clock =
        SourceClock { name: "feed".to_owned(), time_zone: None, live: true, recording: false, lateness: LATENESS };
    let mut engine = Engine::new(&Settings::default(), scenes::chart(), vec![clock]);
    let mut out = Vec::new();
    let at = |share: f64| feed.sent[(feed.sent.len() as f64 * share) as usize].at;
    let (since, ticks) = (at(0.33), Span::from_seconds(1));
    let says = |now: Time| match way {
        Some((wrong, until)) if since <= now && until.is_none_or(|share| now < at(share)) => wrong(now),
        _ => now,
    };
    let mut tick_at = feed.sent[0].at;
    for sent in &feed.sent {
        while tick_at <= sent.at {
            engine.tick(says(tick_at), &mut out);
            tick_at = tick_at + ticks;
        }
        let received = Some(says(sent.at + Span::from_millis(700)));
        let lines = if claims_times { sent.lines() } else { sent.sentences.join("\n") };
        for line in lines.lines() {
            engine.line(Line { source: SourceId(0), received, bytes: line.as_bytes() }, &mut out);
        }
    }
    engine.finish(&mut out);
    out
}

/// Ids of all alerts except those about the feed itself.
fn about_vessels(changes: &[Change]) -> BTreeSet<String> {
    let about = |change: &&Change| change.alert.behaviour.name() != "feed_silent";
    changes.iter().filter(about).map(|change| format!("{} {}", change.alert.behaviour, change.alert.id)).collect()
}

/// Spans in a line that are negative and must not be.
fn negative(change: &Change) -> Vec<String> {
    let line = serde_json::to_value(change).unwrap();
    let time = |key: &str| line["alert"][key].as_str().map(|text| Time::parse(text).unwrap());
    let mut negative = Vec::new();
    for (from, until) in [("started_at", "opened_at"), ("started_at", "last_at"), ("started_at", "ended_at")] {
        if let (Some(began), Some(over)) = (time(from), time(until))
            && over < began
        {
            negative.push(format!("{until} before {from}"));
        }
    }
    let spans = |(key, value): (&String, &Value)| {
        let is_span = ["seconds", "minutes", "hours", "days"].iter().any(|unit| key.ends_with(unit));
        (is_span && value.as_f64().is_some_and(|value| value < 0.0)).then(|| format!("{key} {value}"))
    };
    negative.extend(line["alert"]["evidence"]["measured"].as_object().into_iter().flatten().filter_map(spans));
    negative
}

/// The lines of this feed have their own times, so the clock of receipt must not affect vessels at all.
#[test]
fn alerts_of_a_feed_with_times_do_not_depend_on_the_clock_of_receipt() {
    let mut faults = Vec::new();
    for (name, scenario) in scenes::scenes(1) {
        let feed = scenario.feed();
        let right = about_vessels(&run(&feed, true, None));
        assert!(!right.is_empty(), "{name}");
        for (what, wrong, until) in WAYS {
            let changes = run(&feed, true, Some((wrong, until)));
            let said = about_vessels(&changes);
            let (lost, more) = (right.difference(&said).count(), said.difference(&right).count());
            if 0 < lost + more {
                faults.push(format!("{name}, {what}: of {} {lost} lost, {more} more", right.len()));
            }
            faults.extend(changes.iter().flat_map(negative).map(|fault| format!("{name}, {what}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Lines without times get the time of receipt. A step then shifts what vessels did, but must not invent alerts.
#[test]
fn a_feed_without_times_raises_no_storm_when_the_clock_steps() {
    let mut faults = Vec::new();
    for (name, scenario) in scenes::scenes(1) {
        let feed = scenario.feed();
        let right = about_vessels(&run(&feed, false, None));
        for (what, wrong, until) in WAYS {
            let changes = run(&feed, false, Some((wrong, until)));
            let vessels = feed.sent.len() / 500;
            let said = about_vessels(&changes).len();
            if 2 * right.len() + vessels.max(4) < said {
                faults.push(format!("{name}, {what}: {said} alerts in place of {}", right.len()));
            }
            faults.extend(changes.iter().flat_map(negative).map(|fault| format!("{name}, {what}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Tests the checks themselves: a line that ends before it began, and a negative span, are detected.
#[test]
fn a_negative_span_is_detected() {
    let (_, scenario) = scenes::scenes(1).remove(0);
    let mut change = run(&scenario.feed(), true, None).remove(0);
    assert_eq!(negative(&change), [""; 0]);
    let mut alert = (*change.alert).clone();
    alert.last_at = alert.started_at - Span::from_seconds(1);
    alert.evidence.measured.insert("slow_minutes".to_owned(), Value::from(-3.5));
    change.alert = alert.into();
    assert_eq!(negative(&change), ["last_at before started_at", "slow_minutes -3.5"]);
}
