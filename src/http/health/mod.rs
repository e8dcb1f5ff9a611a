//! Health checks: whether the daemon can do its work, and if not, why.
//!
//! A reason means that alerts are missed, late or not delivered; a supervisor or a load balancer may act on it. A warning means that a
//! person should look, while the rest works.

mod clocks;

use std::time::Duration;

use serde::Serialize;

use super::view::{Failing, InputView, View};
use crate::platform::telemetry::FromAir;
use crate::storage::store::Backlog;
use atalaia_core::base::time::{Span, Time};

pub use clocks::{all_too_late, unused_times};

/// Age of the last view from which the main loop counts as stalled.
/// Ten missed views.
pub(super) const STALLED: Duration = Duration::from_secs(10);
/// Engine time may be behind receipt by this much, in addition to the lateness of the inputs.
const LAG: Span = Span::from_seconds(120);
/// The engine counts as lagging if lines wait for it this long.
/// A burst is worked off faster.
const WAITED: Span = Span::from_seconds(10);
/// Engine time is expected to have begun this long after the first reports have waited.
const BEGUN: Span = Span::from_seconds(5);
/// An input is included in the lag check if its last report is more recent than this.
/// An older one says nothing about whether the engine keeps up.
const HEARD: Span = Span::from_seconds(60);

/// Body of the `/readyz` response.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct Health {
    /// True if there are no reasons.
    pub(super) ready: bool,
    /// Conditions that keep the daemon from doing its work.
    pub(super) reasons: Vec<String>,
    /// Problems that do not stop its work.
    pub(super) warnings: Vec<String>,
    /// What is as it should be, and might surprise: nobody has to act.
    pub(super) notes: Vec<String>,
}

/// Evaluates a view. `age` is the time since the main loop published it.
/// Knows only the view. What waits in the outbox is added by [`Health::and_undelivered`].
pub(super) fn health(view: &View, age: Duration) -> Health {
    let mut reasons = Vec::new();
    let mut warnings = Vec::new();
    if STALLED <= age {
        reasons.push(format!("the main loop has made no progress for {} s", age.as_secs()));
    }
    if !view.ready {
        reasons.push("starting: some inputs are not ready yet".to_owned());
    }
    if let Some(store) = view.store.as_ref().filter(|store| store.now) {
        let held = match view.unstored {
            0 => "alerts are held back and not delivered".to_owned(),
            1 => "alerts are held back and not delivered, so far 1 change".to_owned(),
            changes => format!("alerts are held back and not delivered, so far {changes} changes"),
        };
        reasons.push(match store.absence {
            Some(absence) => format!("store unavailable: its file is {absence}; {held}"),
            None => format!("store failing{}: {held}", because(store)),
        });
    }
    if let Some(journal) = view.journal.as_ref().filter(|journal| journal.now) {
        reasons.push(match journal.absence {
            Some(absence) => format!("journal unavailable: its folder is {absence}; received lines are not recorded"),
            None => format!("journal failing{}: received lines are not recorded", because(journal)),
        });
    }
    let names = |is: &dyn Fn(&InputView) -> bool| -> Vec<&str> {
        view.inputs.iter().filter(|input| is(input)).map(|input| input.name.as_str()).collect()
    };
    // An input that has ended is neither up nor failing.
    let down = names(&|input| !input.up && !input.ended);
    let ended = names(&|input| input.ended);
    // Without any input nothing is watched, even if the last recording ended as planned.
    if down.len() + ended.len() == view.inputs.len() {
        let what = if down.is_empty() && !ended.is_empty() { "all inputs have ended" } else { "all inputs down" };
        reasons.push(format!("{what}: {}", [down.as_slice(), &ended].concat().join(", ")));
    } else if !down.is_empty() {
        warnings.push(format!("inputs down: {}", down.join(", ")));
    }
    warnings.extend(view.inputs.iter().filter_map(|input| silent(input, view.at)));
    let lagging = names(&|input| input.lagging);
    if !lagging.is_empty() {
        warnings.push(format!("late inputs: {}", lagging.join(", ")));
    }
    warnings.extend(view.inputs.iter().filter_map(times_off));
    warnings.extend(view.engine.too_late.as_ref().map(all_too_late));
    // Lines that wait for the engine make every alert late.
    if let Some(why) = lag(view) {
        reasons.push(why);
    }
    let down: Vec<&str> = view.sinks.iter().filter(|sink| sink.down).map(|sink| sink.name.as_str()).collect();
    if !down.is_empty() {
        warnings.push(format!("sinks down: {}", down.join(", ")));
    }
    if let Some(why) = &view.reload.unkept {
        // The files are sound: a check of them would find nothing.
        warnings.push(format!(
            "reload refused: {why}; the previous settings and zones remain in force, and the daemon tries again by itself"
        ));
    } else if !view.reload.ok {
        let problems = view.reload.problems;
        let word = if problems == 1 { "problem" } else { "problems" };
        warnings.push(format!(
            "reload refused: {problems} {word}; the previous settings and zones remain in force; atalaia check --config {} shows {}",
            FromAir(&view.reload.file.display().to_string()),
            if problems == 1 { "it" } else { "them" }
        ));
    }
    if !view.reload.waits_for_restart.is_empty() {
        warnings.push(format!("changed settings need a restart: {}", view.reload.waits_for_restart.join(", ")));
    }
    warnings.extend(view.lapsing.iter().cloned());
    match view.zone_doubts {
        0 => {}
        1 => warnings.push("1 doubt about the zones in force: atalaia check shows it".to_owned()),
        doubts => warnings.push(format!("{doubts} doubts about the zones in force: atalaia check shows them")),
    }
    warnings.extend(view.set_aside.iter().map(|file| {
        format!(
            "the store was damaged and has been set aside as {file}: users, tokens, alerts and notes that the present store lacks are only \
             there; move it to another folder once it is dealt with"
        )
    }));
    Health { ready: reasons.is_empty(), reasons, warnings, notes: no_time_yet(view).into_iter().collect() }
}

impl Health {
    /// Adds a warning for each sink with deliveries that were given up and must be sent again by hand, or that the failing store cannot
    /// record, and for each removed sink with any that were not made. Adds a note for each with deliveries that are held on purpose.
    pub(super) fn and_undelivered(mut self, view: &View, backlog: &[Backlog]) -> Health {
        for sink in &view.sinks {
            let unrecorded = view.unrecorded(&sink.name);
            if 0 < unrecorded {
                self.warnings.push(format!(
                    "sink {}: {} made, and the failing store cannot record it: a restart would repeat {}",
                    sink.name,
                    if unrecorded == 1 { "1 delivery was".to_owned() } else { format!("{unrecorded} deliveries were") },
                    if unrecorded == 1 { "it" } else { "them" }
                ));
            }
        }
        for Backlog { sink, pending, failed, held, held_until, .. } in backlog {
            if let Some(until) = held_until {
                let deliveries = if *held == 1 { "delivery waits" } else { "deliveries wait" };
                self.notes.push(format!(
                    "sink {sink}: {held} {deliveries} for a digest or for the pace of the sink, as set; the next is due at {}",
                    at(*until, view.at)
                ));
            }
            let is_removed = view.sinks.iter().all(|known| known.name != *sink);
            let undelivered = if is_removed { pending + failed } else { *failed };
            if undelivered == 0 {
                continue;
            }
            let messages = if undelivered == 1 { "message" } else { "messages" };
            self.warnings.push(match is_removed {
                true => {
                    format!("{undelivered} undelivered for the removed sink {sink}: atalaia deliveries list shows them")
                }
                false => {
                    format!("sink {sink} did not get {undelivered} alert {messages}: atalaia deliveries list shows why")
                }
            });
        }
        self
    }
}

/// Why writing fails, in brackets; empty if that is not known.
fn because(failing: &Failing) -> String {
    failing.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"))
}

/// Describes an input that is up but sends nothing; `None` for all others.
fn silent(input: &InputView, now: Time) -> Option<String> {
    let since = input.silent_since.filter(|_| input.up)?;
    let clients = if input.clients == Some(0) { "; no client is connected" } else { "" };
    Some(format!("input {} has sent nothing since {}{clients}", input.name, at(since, now)))
}

/// A time to the minute, with the date only if it is on another day than `now`.
fn at(time: Time, now: Time) -> String {
    format!("{} UTC", if time.date() == now.date() { time.clock() } else { time.minute() })
}

/// Describes an input whose times disagree with the clock; `None` for all others.
fn times_off(input: &InputView) -> Option<String> {
    let late = || clocks::times_behind(input.lag().filter(|_| input.lagging)?);
    let what = input.clock_fault.as_ref().map(unused_times).or_else(late)?;
    Some(format!("input {}: {what}", input.name))
}

/// Says why there is no engine time, and so no alert, and until when; `None` once there is.
fn no_time_yet(view: &View) -> Option<String> {
    if view.engine.time.is_some() || view.inputs.is_empty() {
        return None;
    }
    let heard = || view.inputs.iter().filter(|input| input.heard.is_some());
    let why = match (view.engine.begins_at, heard().next().is_some()) {
        (Some(begins_at), true) if view.at <= begins_at + BEGUN => {
            format!("the first reports wait for late ones (lateness_seconds) until about {begins_at}")
        }
        // Once a live input is heard, recordings play no part.
        (None, true) if heard().all(|input| !input.live) => {
            "it begins once the times in the recording have passed the first one by lateness_seconds".to_owned()
        }
        (_, true) => "no line so far had a report that can be used".to_owned(),
        (_, false) => "no line has come in".to_owned(),
    };
    Some(format!("no engine time yet, and so no alerts: {why}"))
}

/// Describes how the engine lags behind its live inputs; `None` if it keeps up.
fn lag(view: &View) -> Option<String> {
    if WAITED <= view.engine.waited {
        return Some(format!("engine lagging: lines wait {} s", view.engine.waited.seconds()));
    }
    let heard = |input: &&InputView| {
        input.live && !input.lagging && input.reported.is_some_and(|(received, _)| view.at - received < HEARD)
    };
    let lateness = view.inputs.iter().filter(heard).map(|input| input.lateness).max()?;
    let behind = view.at - view.engine.time?;
    let length = match behind.seconds() {
        seconds @ ..600.0 => format!("{seconds:.0} s"),
        _ => clocks::length(behind),
    };
    (lateness + LAG < behind).then(|| format!("engine lagging: its time is {length} behind receipt"))
}

#[cfg(test)]
mod tests;
