//! Lists, items and counts by connections that are kept open.

use rusqlite::Row;
use serde_json::Value;

use super::cases::{CasePage, CaseQuery, case, cases};
use super::detail::{AlertDetail, Parts, detail};
use super::filter::AlertFilter;
use super::page::{AlertPage, PageRequest, ids, item, page_of};
use super::row::AlertItem;
use super::sight::last;
use super::similar::{SimilarAlerts, similar};
use super::summary::{AlertSummary, summary_of};
use crate::storage::store::error::StoreError;
use crate::storage::store::readers::Readers;
use crate::storage::store::stages::clear::Clearance;
use atalaia_core::base::time::Time;

/// When the changes of an alert were stored, by the wall clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StoredTimes {
    /// The first change.
    pub first: Time,
    /// The last one.
    pub last: Time,
    /// Time of the first change by the clock of the alerts.
    pub at: Time,
}

impl Readers {
    /// A page of the alerts that match the filter and that the clearance allows.
    pub fn page(&self, request: &PageRequest<'_>) -> Result<AlertPage, StoreError> {
        self.read(|connection| page_of(connection, request))
    }

    /// One alert by its full id; `None` if it is not stored or the clearance does not allow it.
    pub fn item(&self, id: &str, clearance: &Clearance, now: Time) -> Result<Option<AlertItem>, StoreError> {
        self.read(|connection| item(connection, id, clearance, now))
    }

    /// When the changes of a stored alert were stored, by its full id.
    pub fn stored_times(&self, id: &str) -> Result<StoredTimes, StoreError> {
        let query = "SELECT min(stored_at), max(stored_at), min(at) FROM changes WHERE alert = ?1";
        let time = |row: &Row<'_>, column: usize| row.get(column).map(Time::from_millis);
        let times = |row: &Row<'_>| Ok(StoredTimes { first: time(row, 0)?, last: time(row, 1)?, at: time(row, 2)? });
        self.read(|connection| connection.prepare_cached(query)?.query_row([id], times))
    }

    /// One alert with its tracks and the parts that are asked for.
    pub fn detail(
        &self,
        id: &str,
        clearance: &Clearance,
        parts: Parts,
        now: Time,
    ) -> Result<Option<AlertDetail>, StoreError> {
        self.read(|connection| detail(connection, id, clearance, parts, now))
    }

    /// Several alerts by their full ids, in their order, without those that are not stored or that the clearance does not allow.
    pub fn items(&self, ids: &[String], clearance: &Clearance, now: Time) -> Result<Vec<AlertItem>, StoreError> {
        self.read(|connection| {
            let found = ids.iter().map(|id| item(connection, id, clearance, now));
            found.filter_map(Result::transpose).collect()
        })
    }

    /// Full ids of the alerts that match the filter and that the clearance allows, in the default order, at most `limit`.
    pub fn ids(
        &self,
        filter: &AlertFilter,
        clearance: &Clearance,
        limit: usize,
        now: Time,
    ) -> Result<Vec<String>, StoreError> {
        self.read(|connection| ids(connection, filter, clearance, limit, now))
    }

    /// A page of the cases that match the query and of which the clearance allows every alert.
    pub fn cases(&self, query: &CaseQuery, clearance: &Clearance, limit: usize) -> Result<CasePage, StoreError> {
        self.read(|connection| cases(connection, query, clearance, limit))
    }

    /// One case by its full id, with the ids of its alerts; `None` if it is not stored or the clearance does not allow it.
    pub fn case(&self, id: &str, clearance: &Clearance) -> Result<Option<(Value, Vec<String>)>, StoreError> {
        self.read(|connection| case(connection, id, clearance))
    }

    /// Counts over the alerts that match the filter. `at` is the time at which the last counted hour ends.
    pub fn summary(
        &self,
        filter: &AlertFilter,
        clearance: &Clearance,
        now: Time,
        at: Time,
    ) -> Result<AlertSummary, StoreError> {
        self.read(|connection| summary_of(connection, filter, clearance, now, at))
    }

    /// The alerts about one of these vessels, without the one with this id: all are counted, and the latest `limit` are returned.
    pub fn similar(
        &self,
        id: &str,
        mmsis: &[u32],
        clearance: &Clearance,
        limit: usize,
        now: Time,
    ) -> Result<SimilarAlerts, StoreError> {
        self.read(|connection| similar(connection, id, mmsis, clearance, limit, now))
    }

    /// Last entry of the log; 0 before the first.
    pub fn seq(&self) -> Result<i64, StoreError> {
        self.read(last)
    }
}
