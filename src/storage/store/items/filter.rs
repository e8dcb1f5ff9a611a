//! The filter of a list of alerts.

use crate::storage::store::work_state::WorkState;
use atalaia_core::alerts::{Class, Severity, Status};
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::Behaviour;
use atalaia_core::geo::Bounds;

/// A filter for alerts. They must match every field that is set; of the values in one field, any. Empty lists and `None` match all.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AlertFilter {
    /// One of these alerts, by full id. Facts are then included: a reader who names an alert means it.
    pub ids: Vec<String>,
    /// Whether to include facts, which were never announced.
    pub facts: bool,
    /// Alerts about vessels, or those about the daemon.
    pub kinds: Vec<Class>,
    /// How far analysts are with it. An expired acknowledgement counts as new.
    pub states: Vec<WorkState>,
    /// Open, ended or retracted.
    pub statuses: Vec<Status>,
    /// One of these severities.
    pub severities: Vec<Severity>,
    /// This severity or a higher one.
    pub min_severity: Option<Severity>,
    /// This severity or a lower one.
    pub max_severity: Option<Severity>,
    /// One of these behaviours.
    pub behaviours: Vec<Behaviour>,
    /// In or near one of these zones, by id.
    pub zones: Vec<String>,
    /// With one of these vessels, also one that a later change no longer names.
    pub mmsis: Vec<u32>,
    /// With one of these IMO numbers.
    pub imos: Vec<u32>,
    /// With one of these texts in the name or call sign of a vessel.
    pub names: Vec<String>,
    /// With a vessel of one of these ship types (0-99).
    pub types: Vec<u8>,
    /// With a vessel of one of these flag states (ISO 3166 alpha-2).
    pub flags: Vec<String>,
    /// In one of these cases, by full id.
    pub cases: Vec<String>,
    /// Assigned to one of these people; `None` stands for alerts that are assigned to nobody.
    pub owners: Vec<Option<String>>,
    /// Scores in points.
    pub scores: Range,
    /// Only alerts that still held at or after this time (event time).
    pub since: Option<Time>,
    /// Only alerts that are open, or still held at or after this time (event time).
    pub open_or_since: Option<Time>,
    /// Only alerts that began before this time (event time).
    pub until: Option<Time>,
    /// Only alerts that changed, or were acted on, after this time (wall clock).
    pub changed_after: Option<Time>,
    /// Only alerts in this area.
    pub bbox: Option<Bounds>,
    /// Only alerts that a silence in force covers, or only others.
    pub silenced: Option<bool>,
    /// With all of these texts in behaviour, summary, vessels or zones.
    pub words: Vec<String>,
}

impl AlertFilter {
    /// What a reader may know about the number of alerts above the ceilings: by state, never by name, place or time. With a filter that
    /// names a vessel, the number would say that there is an alert about it.
    pub(super) fn anonymous(&self) -> AlertFilter {
        AlertFilter {
            facts: self.facts,
            kinds: self.kinds.clone(),
            states: self.states.clone(),
            statuses: self.statuses.clone(),
            ..AlertFilter::default()
        }
    }
}

/// A range of points, both ends included; `None` for no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Range {
    /// The least.
    pub least: Option<i64>,
    /// The most.
    pub most: Option<i64>,
}
