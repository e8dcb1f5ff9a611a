//! Acts that come over the network: on one or several alerts, on the state that the person saw, and once however often they are sent.
//!
//! They do what [`act`](super::actions::act) and [`mark`](super::mark::mark) do for commands, in one transaction for all alerts of a request.
//! Nothing is written about an alert whose act is refused.

use std::path::Path;

use rusqlite::Transaction;

use super::action::Action;
use super::actions::{Acted, act_in};
use super::connect::in_transaction;
use super::error::StoreError;
use super::items::{AlertItem, item};
use super::mark::{Lowering, Marked, mark_in};
use super::once::{Once, RequestKey, earlier, keep};
use super::stages::clear::Clearance;
use super::trail::Actor;
use atalaia_core::alerts::handling::Mark;
use atalaia_core::base::time::Time;

/// An act on an alert.
#[derive(Clone, PartialEq, Debug)]
pub enum Deed {
    /// An action that does not change the marking.
    Action(Action),
    /// A marking; at least one field is set.
    Mark(Box<Mark>),
}

/// The state of an alert that an act was decided on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Expected {
    /// Number of its last change.
    pub revision: u32,
    /// Number of acts on it.
    pub acts: u32,
}

/// A request to act.
#[derive(Clone, Debug)]
pub struct ActRequest<'a> {
    /// Full ids of the alerts.
    pub ids: &'a [String],
    /// The act.
    pub deed: &'a Deed,
    /// The states that the person may have seen; empty if any will do.
    pub expected: &'a [Expected],
    /// The author.
    pub by: Actor<'a>,
    /// The reason, if one was given.
    pub why: Option<&'a str>,
    /// What the author may see. Other alerts count as missing.
    pub clearance: &'a Clearance,
    /// Whether the author may lower a marking.
    pub lowering: Lowering,
    /// The key of the request; `None` if it must not be sent again.
    pub key: Option<RequestKey<'a>>,
}

/// What became of the act on one alert.
#[derive(Clone, PartialEq, Debug)]
pub enum ActOutcome {
    /// Done; the alert as it now stands.
    Done(Box<AlertItem>),
    /// The same was done before, by whom and when; the alert as it stands.
    Unchanged(Box<AlertItem>, String),
    /// The alert has changed since the person saw it; as it stands.
    Stale(Box<AlertItem>),
    /// There is no such alert, or the author may not see it.
    Missing,
    /// The act does not fit the state of the alert, for this reason.
    Refused(String),
    /// The author may not lower a marking.
    Lowers,
}

/// What became of the act on each alert, in the order of the request.
pub type Outcomes = Vec<(String, ActOutcome)>;

/// Acts on alerts, unless the same request was answered within 24 hours. `answer` makes the response that is kept for that; `None` keeps
/// nothing, so that a request that failed can be tried again. `now` is the wall clock.
pub fn act_once(
    path: &Path,
    request: &ActRequest<'_>,
    now: Time,
    answer: impl FnOnce(&[(String, ActOutcome)]) -> Option<(u16, String)>,
) -> Result<Once<Outcomes>, StoreError> {
    in_transaction(path, |transaction| {
        let work = || -> rusqlite::Result<Once<Outcomes>> {
            if let Some(key) = &request.key
                && let Some(earlier) = earlier(transaction, request.by.who, key, now)?
            {
                // A ceiling that was lowered since hides the answer too.
                let hidden = |id: &String| -> rusqlite::Result<bool> {
                    let any = item(transaction, id, &Clearance::everything(), now)?;
                    Ok(any.is_some_and(|any| !any.is_cleared(request.clearance)))
                };
                for id in request.ids {
                    if hidden(id)? {
                        return Ok(Once::Reused);
                    }
                }
                return Ok(earlier);
            }
            let one = |id: &String| Ok((id.clone(), act_on(transaction, id, request, now)?));
            let outcomes: Outcomes = request.ids.iter().map(one).collect::<rusqlite::Result<_>>()?;
            if let (Some(key), Some((status, body))) = (&request.key, answer(&outcomes)) {
                keep(transaction, request.by.who, key, status, &body, now)?;
            }
            Ok(Once::Done(outcomes))
        };
        work().map_err(StoreError::sqlite(path))
    })
}

/// Acts on one alert.
fn act_on(
    transaction: &Transaction<'_>,
    id: &str,
    request: &ActRequest<'_>,
    now: Time,
) -> rusqlite::Result<ActOutcome> {
    let ActRequest { deed, expected, by, why, clearance, lowering, .. } = *request;
    let Some(before) = item(transaction, id, clearance, now)? else {
        return Ok(ActOutcome::Missing);
    };
    let state = Expected { revision: before.revision, acts: before.acts };
    if !expected.is_empty() && !expected.contains(&state) {
        return Ok(ActOutcome::Stale(Box::new(before)));
    }
    match deed {
        Deed::Action(action) => match act_in(transaction, id, action, by, why, now)? {
            Acted::Done => {}
            Acted::Unchanged(text) => return Ok(ActOutcome::Unchanged(Box::new(before), text)),
            Acted::Refused(text) => return Ok(ActOutcome::Refused(text)),
        },
        Deed::Mark(said) => match mark_in(transaction, id, said, by, why.unwrap_or_default(), lowering, now)? {
            Marked::Done(_) => {}
            Marked::Refused(text) => return Ok(ActOutcome::Refused(text)),
            Marked::Lowers => return Ok(ActOutcome::Lowers),
        },
    }
    // A marking can take the alert out of the author's own sight; the author is still shown what became of it.
    let after = item(transaction, id, &Clearance::everything(), now)?;
    Ok(after.map_or(ActOutcome::Missing, |after| ActOutcome::Done(Box::new(after))))
}
