//! The lines of an alert: each shows the alert as it is when the line is written.

use std::sync::Arc;

use crate::alerts::alert::{Change, ChangeKind, Status};
use crate::alerts::id::Key;
use crate::alerts::party::Party;
use crate::base::time::Time;
use crate::behaviours::{Circumstances, Tense};

use super::context::Context;
use super::entry::Entry;
use super::summary::{Surroundings, summary};
use super::{evidence, roles};

impl Entry {
    /// Publishes the alert again under a new revision, if the store has fewer revisions than were published. The old revision is not
    /// used again: a sink may have received it before the store lost it, and would take the line for a copy.
    pub(super) fn again(&mut self, at: Time, known: u32, out: &mut Vec<Change>) {
        if self.revision <= known {
            return;
        }
        self.revision += 1;
        let (change, reason) = (ChangeKind::Updated, "repeated: the store had lost it".to_owned());
        out.push(self.change(change, at, reason));
    }

    /// Publishes the next line: brings the alert up to date and appends it to `out`.
    pub(super) fn publish(
        &mut self,
        change: ChangeKind,
        at: Time,
        reason: String,
        key: &Key,
        context: &Context<'_>,
        out: &mut Vec<Change>,
    ) {
        self.look(context);
        let ended = matches!(change, ChangeKind::Ended | ChangeKind::Retracted);
        let alert = Arc::make_mut(&mut self.alert);
        alert.status = match change {
            ChangeKind::Ended => Status::Ended,
            ChangeKind::Retracted => Status::Retracted,
            ChangeKind::Opened | ChangeKind::Updated => Status::Open,
        };
        // The zones in force now; `news` compares later ones with these.
        alert.zones.clone_from(&self.inputs.zones);
        let position = alert.position;
        let circumstances = Circumstances {
            vessels: &alert.vessels,
            zones: &alert.zones,
            place: &key.place,
            started_at: alert.started_at,
            last_at: alert.last_at,
            tense: if ended { Tense::Past } else { Tense::Present },
            position,
            anchored: self.inputs.anchored,
        };
        let surroundings = Surroundings {
            shore_nm: self.shore_nm,
            night: self.inputs.night,
            confidence: alert.confidence,
            ports: &context.view.chart.ports,
        };
        (alert.summary, self.sentence) = summary(&self.facts, &circumstances, &surroundings);
        self.published_form = self.inputs.form;
        self.revision += 1;
        self.published_at = at;
        out.push(self.change(change, at, reason));
    }

    /// Updates vessels, stations, tracks and marking. Those of vessels whose track was dropped stay as they are. Called before each line,
    /// and when the behaviour stops: by the end of the merge window the picture may have dropped the vessels.
    pub(super) fn look(&mut self, context: &Context<'_>) {
        for party in &mut self.parties {
            *party = party.refreshed(context.view.tracks);
        }
        let alert = Arc::make_mut(&mut self.alert);
        let started_at = alert.started_at;
        let evidence = &mut alert.evidence;
        evidence::refresh(evidence, &self.parties, self.facts.shown_from(started_at), context.settings, context.view);
        let corroborated = evidence::is_corroborated(&self.parties, context.view).unwrap_or(self.corroborated);
        self.corroborated = corroborated;
        let small_craft = self.parties.iter().any(Party::may_be_small);
        // This is the automatic marking. The store keeps an analyst's mark and applies it over each line.
        alert.handling = context.handling.of(alert.opened_at, corroborated, small_craft);
        alert.vessels = self.parties.iter().map(|party| party.named.clone()).collect();
        roles::assign(alert.behaviour, &self.facts, &self.parties, &mut alert.vessels);
    }

    /// The change that shows the alert as it is now, under the present revision.
    fn change(&self, change: ChangeKind, at: Time, reason: String) -> Change {
        let (alert, sentence) = (Arc::clone(&self.alert), self.sentence.clone());
        Change { change, revision: self.revision, at, reason, alert, sentence, is_uncertain: self.facts.is_uncertain() }
    }
}
