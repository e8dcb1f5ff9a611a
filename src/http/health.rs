//! Health checks: whether the daemon can do its work, and if not, why.

use std::time::Duration;

use serde::Serialize;

use super::View;
use crate::store::Backlog;
use crate::telemetry::FromAir;
use crate::time::{Span, Time};

/// Age of the last view from which the main loop counts as stalled.
pub(super) const STALLED: Duration = Duration::from_secs(10);
/// Engine time may be behind receipt by this much, in addition to the lateness of the inputs.
const LAG: Span = Span::from_seconds(120);
/// The engine counts as lagging if lines wait for it this long.
const WAITED: Span = Span::from_seconds(10);
/// An input is included in the lag check if its last report is more recent than this.
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
}

/// Evaluates a view. `age` is the time since the main loop published it.
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
        reasons.push(match store.absence {
            Some(absence) => {
                format!("store unavailable: its file is {absence}; alerts are held back and not delivered")
            }
            None => "store failing: alerts are held back and not delivered".to_owned(),
        });
    }
    if let Some(journal) = view.journal.as_ref().filter(|journal| journal.now) {
        reasons.push(match journal.absence {
            Some(absence) => format!("journal unavailable: its folder is {absence}; received lines are not recorded"),
            None => "journal failing: received lines are not recorded".to_owned(),
        });
    }
    let names = |is: &dyn Fn(&super::InputView) -> bool| -> Vec<&str> {
        view.inputs.iter().filter(|input| is(input)).map(|input| input.name.as_str()).collect()
    };
    let down = names(&|input| !input.up && !input.ended);
    let ended = names(&|input| input.ended);
    if down.len() + ended.len() == view.inputs.len() {
        reasons.push(format!("all inputs down: {}", [down.as_slice(), &ended].concat().join(", ")));
    } else if !down.is_empty() {
        warnings.push(format!("inputs down: {}", down.join(", ")));
    }
    warnings.extend(view.inputs.iter().filter_map(|input| silent(input, view.at)));
    let lagging = names(&|input| input.lagging);
    if !lagging.is_empty() {
        warnings.push(format!("late inputs: {}", lagging.join(", ")));
    }
    if let Some(why) = lag(view) {
        reasons.push(why);
    }
    let down: Vec<&str> = view.sinks.iter().filter(|sink| sink.down).map(|sink| sink.name.as_str()).collect();
    if !down.is_empty() {
        warnings.push(format!("sinks down: {}", down.join(", ")));
    }
    if !view.reload.ok {
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
    Health { ready: reasons.is_empty(), reasons, warnings }
}

impl Health {
    /// Adds a warning for each sink with deliveries that were given up and must be sent again by hand, and for each removed sink with
    /// any that were not made.
    pub(super) fn and_undelivered(mut self, view: &View, backlog: &[Backlog]) -> Health {
        for Backlog { sink, pending, failed, .. } in backlog {
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

/// Describes an input that is up but sends nothing; `None` for all others.
fn silent(input: &super::InputView, now: Time) -> Option<String> {
    let since = input.silent_since.filter(|_| input.up)?;
    let since = if since.date() == now.date() { since.clock() } else { since.minute() };
    let clients = if input.clients == Some(0) { "; no client is connected" } else { "" };
    Some(format!("input {} has sent nothing since {since} UTC{clients}", input.name))
}

/// Describes how the engine lags behind its live inputs; `None` if it keeps up.
fn lag(view: &View) -> Option<String> {
    if WAITED <= view.engine.waited {
        return Some(format!("engine lagging: lines wait {} s", view.engine.waited.seconds()));
    }
    let heard = |input: &&super::InputView| {
        input.live && !input.lagging && input.reported.is_some_and(|(received, _)| view.at - received < HEARD)
    };
    let lateness = view.inputs.iter().filter(heard).map(|input| input.lateness).max()?;
    let behind = view.at - view.engine.time?;
    (lateness + LAG < behind).then(|| format!("engine lagging: its time is {:.0} s behind receipt", behind.seconds()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::view;
    use super::super::{Failing, ReloadView, SinkView};
    use super::*;
    use crate::disk::Absence;

    fn reasons(change: impl FnOnce(&mut View)) -> Vec<String> {
        let mut view = view();
        change(&mut view);
        let health = health(&view, Duration::from_secs(1));
        assert_eq!(health.ready, health.reasons.is_empty());
        health.reasons
    }

    #[test]
    fn a_condition_that_stops_the_work_is_a_reason() {
        assert_eq!(reasons(|_| {}), Vec::<String>::new());
        assert!(reasons(|view| view.ready = false)[0].starts_with("starting"));
        let failing = Some(Failing { times: 1, now: true, absence: None });
        assert!(reasons(|view| view.store.clone_from(&failing))[0].starts_with("store failing"));
        assert!(reasons(|view| view.journal = failing)[0].starts_with("journal failing"));
        let away = Some(Failing { times: 1, now: true, absence: Some(Absence::Gone) });
        assert!(reasons(|view| view.store.clone_from(&away))[0].starts_with("store unavailable: its file is gone;"));
        assert!(reasons(|view| view.journal = away)[0].starts_with("journal unavailable: its folder is gone;"));
        assert_eq!(
            reasons(|view| view.inputs.iter_mut().for_each(|input| input.up = false)),
            ["all inputs down: coast, hub"]
        );
        assert!(reasons(|view| view.engine.waited = WAITED)[0].starts_with("engine lagging"));
        let behind = |view: &mut View| view.engine.time = Some(view.at - Span::from_seconds(151));
        assert_eq!(reasons(behind), ["engine lagging: its time is 151 s behind receipt"]);
        let stalled = health(&view(), STALLED);
        assert!(!stalled.ready && stalled.reasons[0].starts_with("the main loop has made no progress for 10 s"));
    }

    #[test]
    fn deliveries_that_were_not_made_are_a_warning_also_after_their_sink_was_removed() {
        let mut view = view();
        view.sinks =
            ["partner", "mail", "map"].map(|name| SinkView { name: name.to_owned(), ..view.sinks[0].clone() }).to_vec();
        let waits = |sink: &str, failed| Backlog { sink: sink.to_owned(), pending: 3, oldest: None, failed };
        let health = health(&view, Duration::from_secs(1));
        let health =
            health.and_undelivered(&view, &[waits("partner", 4), waits("mail", 0), waits("map", 1), waits("old", 39)]);
        assert!(health.ready);
        let expected = [
            "sink partner did not get 4 alert messages: atalaia deliveries list shows why",
            "sink map did not get 1 alert message: atalaia deliveries list shows why",
            "42 undelivered for the removed sink old: atalaia deliveries list shows them",
        ];
        assert_eq!(health.warnings, expected);
    }

    #[test]
    fn a_condition_that_does_not_stop_the_work_is_a_warning() {
        let mut view = view();
        view.inputs[0].up = false;
        view.sinks[0].down = true;
        let waits_for_restart = vec!["[[inputs]] (coast)".to_owned(), "[http]".to_owned()];
        view.lapsing = vec!["inputs[0].nats.tls.ca: ca.pem expired".to_owned()];
        view.reload = ReloadView { ok: false, problems: 2, waits_for_restart, ..view.reload };
        let health = health(&view, Duration::from_secs(1));
        assert!(health.ready, "{:?}", health.reasons);
        assert_eq!(health.warnings[0], "inputs down: coast");
        assert_eq!(health.warnings[1], "sinks down: log");
        assert_eq!(
            health.warnings[2],
            "reload refused: 2 problems; the previous settings and zones remain in force; \
             atalaia check --config /etc/atalaia/atalaia.toml shows them"
        );
        assert_eq!(health.warnings[3], "changed settings need a restart: [[inputs]] (coast), [http]");
        assert_eq!(health.warnings[4], "inputs[0].nats.tls.ca: ca.pem expired");
    }

    #[test]
    fn silent_inputs_and_lagging_clocks_are_not_the_engines_fault() {
        let behind = |view: &mut View| view.engine.time = Some(view.at - Span::from_seconds(4000));
        let silent = reasons(|view| {
            behind(view);
            // Lines that are not reports do not advance engine time.
            view.inputs.iter_mut().for_each(|input| input.reported = Some((view.at - HEARD, Span::ZERO)));
        });
        assert_eq!(silent, Vec::<String>::new());
        let lagging = reasons(|view| {
            behind(view);
            view.inputs.iter_mut().for_each(|input| input.lagging = true);
        });
        assert_eq!(lagging, Vec::<String>::new());
    }
}
