//! One alert or fact in the book: its state, and what signals change in it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::alerts::alert::{Alert, Evidence, ScoreReason, Sentence, Severity, Status};
use crate::alerts::class::Class;
use crate::alerts::id::Key;
use crate::alerts::memory::Memory;
use crate::alerts::night::Night;
use crate::alerts::party::{Party, confidence, named};
use crate::alerts::score::{Ingredients, Score, shore_nm};
use crate::base::state::{json, shared};
use crate::base::time::{Span, Time};
use crate::behaviours::{About, AnyFacts, End, Form, Holding, Lead, Opening, Subject};
use crate::geo::LatLon;
use crate::picture::tracks::{TrackIx, Tracks};

use super::context::Context;
use super::inputs::Inputs;
use super::knowledge::Knowledge;
use super::lifecycle::{Observation, State};

/// Maximum number of news items named in one reason.
const NEWS_NAMED: usize = 4;

/// An alert with the state that the book keeps beside it. The state changes with every signal; the alert's zones and summary change only
/// when a line is published, so that a comparison with them shows what is new.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its state in the life cycle; `Absent` until it is first published.
    pub(super) state: State,
    /// When the merge window closes; `None` unless the alert is pending.
    pub(super) deadline: Option<Time>,
    /// Why it last stopped; `None` if it never did. A behaviour that resumes keeps the reason, and the next stop replaces it.
    pub(super) end: Option<End>,
    /// The alert in its present state. Zones and summary are those of the last line; vessels, stations, tracks and marking those of the
    /// last line, or of the moment when the behaviour stopped.
    /// Shared with the changes that were published, so it is copied only if it changes while one of them is still alive.
    #[serde(with = "shared")]
    pub(super) alert: Arc<Alert>,
    /// The facts of the alert, which its evidence lists by name.
    #[serde(with = "json")]
    pub(super) facts: AnyFacts,
    /// The first sentence of the summary in parts.
    pub(super) sentence: Sentence,
    /// The vessels of the alert as last known.
    pub(super) parties: Vec<Party>,
    /// The form of the behaviour at the last line.
    pub(super) published_form: Form,
    /// The inputs of the score as of the last signal.
    pub(super) inputs: Inputs,
    /// The period whose night the inputs have.
    night_over: (Time, Time),
    /// What is known of the vessels, as far as the score rests on it.
    pub(super) knowledge: Knowledge,
    /// Where it was when the alert opened; `None` without a position. The latest position is that of the alert.
    pub(super) opened_where: Option<LatLon>,
    /// Distance from shore when the score was last computed. Nautical miles; `None` without a position.
    pub(super) shore_nm: Option<f64>,
    /// Number of the last line, from 1; 0 before the first.
    pub(super) revision: u32,
    /// Engine time of the last line; `Time::MIN` before the first.
    pub(super) published_at: Time,
    /// Whether the start was moved to a later time since the last line.
    pub(super) moved: bool,
    /// Whether at least two stations had heard each of its vessels at the last line.
    pub(super) corroborated: bool,
}

impl Entry {
    /// Raises the revision to one that the store already has, so that the next one comes after it. It never falls.
    pub(super) fn at_least(&mut self, revision: u32) {
        self.revision = self.revision.max(revision);
    }

    /// An alert or fact that is not published yet.
    pub(super) fn new(key: &Key, subject: &Subject, holding: Holding, context: &Context<'_>) -> Entry {
        let view = context.view;
        let vessels = subject.vessels.iter();
        let parties: Vec<Party> = vessels.map(|(_, ix)| Party::of(view.tracks.vessel(*ix))).collect();
        let started_at = after_last(key, holding.started_at, context.memory);
        let night = night_of(&holding, (started_at, holding.last_at.max(started_at)), holding.position);
        let inputs = Inputs::of(key.behaviour, &holding, &parties, night, view);
        let night_over = holding.facts.stated(started_at, holding.last_at.max(started_at));
        let shore_nm = shore_nm(&holding, view);
        let score = score_of(key, &holding, &parties, (shore_nm, night), context);
        let knowledge = Knowledge::of(&holding, &parties, view);
        let alert = Alert {
            id: key.alert_id(started_at),
            behaviour: key.behaviour,
            kind: Class::of(key.behaviour),
            announced: context.settings.alert_from <= score.points,
            status: Status::Open,
            severity: Severity::of(score.points),
            score: score.points,
            confidence: confidence(&parties),
            started_at,
            opened_at: holding.satisfied_at.max(started_at),
            last_at: holding.last_at.max(started_at),
            ended_at: None,
            vessels: inputs.vessels.clone(),
            zones: inputs.zones.clone(),
            position: holding.position,
            group_id: None,
            case_id: None,
            replaces: None,
            handling: context.handling.of(holding.satisfied_at.max(started_at), false, false),
            summary: String::new(),
            score_reasons: score.reasons,
            evidence: Evidence {
                thresholds: holding.facts.thresholds(),
                measured: holding.facts.measured(),
                stations: Vec::new(),
                tracks: Vec::new(),
            },
        };
        Entry {
            state: State::Absent,
            deadline: None,
            end: None,
            alert: Arc::new(alert),
            published_form: holding.facts.form(),
            opened_where: holding.position,
            facts: holding.facts,
            sentence: Sentence::default(),
            parties,
            inputs,
            night_over,
            knowledge,
            shore_nm,
            revision: 0,
            published_at: Time::MIN,
            moved: false,
            corroborated: false,
        }
    }

    /// What the alert adds to the score of later alerts of the vessel; `None` if nothing.
    pub(super) fn lead(&self) -> Option<Lead> {
        self.alert.behaviour.character().lead.filter(|_| self.published_form.is_lead())
    }

    /// The reason for the opening, in a few words.
    pub(super) fn opened_because(&self) -> String {
        let Alert { started_at, opened_at, .. } = *self.alert;
        self.facts.opened(&Opening { started_at, opened_at })
    }

    /// Takes in that the behaviour holds. Returns what that means for the lifecycle, and the reason for a change; the reason is empty if
    /// nothing is to be published.
    ///
    /// The score is computed only if a signal changed one of its inputs, if what is known of the vessels changed, or if a line is due:
    /// most signals repeat what is known, once a minute.
    pub(super) fn hold(
        &mut self,
        now: Time,
        key: &Key,
        subject: &Subject,
        holding: Holding,
        context: &Context<'_>,
    ) -> (Observation, String) {
        // The vessels of a notice may have increased; those of other alerts are fixed by the key.
        if key.is_notice() {
            self.parties = named(std::mem::take(&mut self.parties), &subject.vessels, context.view.tracks);
        } else {
            for (party, (_, ix)) in self.parties.iter_mut().zip(&subject.vessels) {
                party.ix = Some(*ix);
                *party = party.refreshed(context.view.tracks);
            }
        }
        // Late reports may show an earlier start; the id does not change.
        let started_at = self.alert.started_at.min(after_last(key, holding.started_at, context.memory));
        let last_at = self.alert.last_at.max(holding.last_at);
        // A night takes up to a few dozen positions of the sun, and signals come once a minute.
        let stated = holding.facts.stated(started_at, last_at);
        let night = night_place(&holding, (started_at, stated.1), self.opened_where).map_or(Night::No, |place| {
            if self.inputs.night.holds(place, self.night_over, stated) {
                return self.inputs.night;
            }
            self.night_over = stated;
            Night::of(place, stated)
        });
        let inputs = Inputs::of(key.behaviour, &holding, &self.parties, night, context.view);
        let due = context.settings.update() <= now - self.published_at;
        let knowledge = Knowledge::of(&holding, &self.parties, context.view);
        let corrected = knowledge != self.knowledge;
        // The summary states it beside the position, so it is that of the same fix.
        self.shore_nm = shore_nm(&holding, context.view).or(self.shore_nm);
        let score = (due || corrected || inputs != self.inputs)
            .then(|| score_of(key, &holding, &self.parties, (self.shore_nm, night), context));
        (self.inputs, self.knowledge) = (inputs, knowledge);
        let alert = Arc::make_mut(&mut self.alert);
        (alert.started_at, alert.last_at) = (started_at, last_at);
        alert.ended_at = None;
        alert.position = holding.position.or(alert.position);
        alert.confidence = confidence(&self.parties);
        self.records(holding.facts);
        let news = self.news(score, corrected, context.settings);
        if !news.is_empty() {
            let named = news[..news.len().min(NEWS_NAMED)].join("; ");
            let more = if NEWS_NAMED < news.len() { "; and more" } else { "" };
            return (Observation::HoldsWithNews, format!("{named}{more}"));
        }
        match due {
            true => (Observation::HoldsLong, "still going on".to_owned()),
            false => (Observation::Holds, String::new()),
        }
    }

    /// Moves the start to a later time than the one assumed so far. `hold` could only move it to an earlier one.
    pub(super) fn starts_at(&mut self, started_at: Time) {
        Arc::make_mut(&mut self.alert).started_at = started_at;
        self.moved = true;
    }

    /// Takes in the final facts, once the whole behaviour is known. The score may fall, but an announced alert never becomes a fact.
    pub(super) fn settle(&mut self, key: &Key, holding: Holding, context: &Context<'_>) {
        for party in &mut self.parties {
            *party = party.refreshed(context.view.tracks);
        }
        let night = night_of(&holding, (self.alert.started_at, holding.last_at), self.opened_where);
        self.inputs = Inputs::of(key.behaviour, &holding, &self.parties, night, context.view);
        self.shore_nm = shore_nm(&holding, context.view);
        let score = score_of(key, &holding, &self.parties, (self.shore_nm, night), context);
        let alert = Arc::make_mut(&mut self.alert);
        alert.score = score.points;
        alert.severity = Severity::of(score.points);
        alert.score_reasons = score.reasons;
        alert.announced |= context.settings.alert_from <= score.points;
        self.records(holding.facts);
    }

    /// Adopts the latest facts, and lists them in the evidence by name.
    fn records(&mut self, facts: AnyFacts) {
        let evidence = &mut Arc::make_mut(&mut self.alert).evidence;
        evidence.measured = facts.measured();
        evidence.thresholds = facts.thresholds();
        self.facts = facts;
    }

    /// Sets when and why the behaviour stopped, without a merge window.
    pub(super) fn ended(&mut self, ended_at: Time, end: End) {
        let alert = Arc::make_mut(&mut self.alert);
        let ended_at = ended_at.max(alert.started_at);
        alert.ended_at = Some(ended_at);
        alert.last_at = ended_at;
        self.end = Some(end);
    }

    /// Takes in that the behaviour stopped. Returns whether it stopped for good or may still resume.
    pub(super) fn stop(&mut self, now: Time, ended_at: Time, end: End, merge: Span) -> Observation {
        let for_good = end.is_final();
        // It ended when it first stopped; a further stop can only close the merge window.
        if self.state == State::Pending {
            return match for_good {
                true => Observation::StoppedForGood,
                false => Observation::Stopped,
            };
        }
        let alert = Arc::make_mut(&mut self.alert);
        let ended_at = ended_at.max(alert.started_at);
        alert.ended_at = Some(ended_at);
        alert.last_at = ended_at;
        self.end = Some(end);
        // The window is counted from the last time it held, not from the signal, which may come late.
        let deadline = ended_at + merge;
        if for_good || deadline <= now {
            return Observation::StoppedForGood;
        }
        self.deadline = Some(deadline);
        Observation::Stopped
    }

    /// How late the reports of its vessels may be: the largest lateness of the inputs that last heard them. Zero for inputs that
    /// hold time back, and if no track is left.
    pub(super) fn lateness(&self, tracks: &Tracks) -> Span {
        let late = self.parties.iter().filter_map(|party| party.ix).map(|ix| tracks.lateness(ix));
        late.max().unwrap_or(Span::ZERO)
    }

    /// Records the alert that this one supersedes.
    pub(super) fn replaces(&mut self, id: &str) {
        Arc::make_mut(&mut self.alert).replaces.get_or_insert_with(|| id.to_owned());
    }

    /// Gives way to a stronger alert: ends at the last time at which it held, with its score limited to `score` if that has
    /// a lower severity.
    pub(super) fn give_way(&mut self, score: i32) {
        let alert = Arc::make_mut(&mut self.alert);
        alert.ended_at.get_or_insert(alert.last_at);
        let severity = Severity::of(score);
        if severity < alert.severity {
            let text = "Limited to the severity of the alert that replaces it".to_owned();
            alert.score_reasons.push(ScoreReason { code: "superseded".to_owned(), points: score - alert.score, text });
            (alert.score, alert.severity) = (score, severity);
        }
        self.end = Some(End::Superseded);
    }

    /// Puts the alert into a group.
    pub(super) fn join(&mut self, group: &str) {
        Arc::make_mut(&mut self.alert).group_id = Some(group.to_owned());
    }

    /// Removes a vessel's index, which may now belong to another vessel.
    pub(super) fn forget(&mut self, vessel: TrackIx) {
        for party in &mut self.parties {
            party.ix = party.ix.filter(|ix| *ix != vessel);
        }
    }
}

/// The start of an alert, moved if necessary to after the end of the last alert of the same key, so that their ids differ.
fn after_last(key: &Key, started_at: Time, memory: &Memory) -> Time {
    match memory.last_end(key) {
        Some(end) => started_at.max(end + Span::from_millis(1)),
        None => started_at,
    }
}

/// How much of what the sentence states is at night, if the alert lasts over this period.
fn night_of(holding: &Holding, (from, to): (Time, Time), opened_where: Option<LatLon>) -> Night {
    let stated = holding.facts.stated(from, to);
    night_place(holding, (from, stated.1), opened_where).map_or(Night::No, |place| Night::of(place, stated))
}

/// From where the sun is looked at. What is over (`until`) when the alert begins (`from`) is seen from where it opened, because the vessel may
/// be far away by now. `None` without a position, and for a receiver, which knows no night.
fn night_place(holding: &Holding, (from, until): (Time, Time), opened_where: Option<LatLon>) -> Option<LatLon> {
    if matches!(holding.facts.form().behaviour().character().about, About::System(_)) {
        return None;
    }
    if until <= from { opened_where.or(holding.position) } else { holding.position.or(opened_where) }
}

/// The score of what holds now, with what the book remembers of its vessels.
fn score_of(
    key: &Key,
    holding: &Holding,
    parties: &[Party],
    around: (Option<f64>, Night),
    context: &Context<'_>,
) -> Score {
    let Context { score: settings, memory, view, .. } = *context;
    Score::of(&Ingredients::of(key, holding, parties, around, memory, view, settings), settings)
}
