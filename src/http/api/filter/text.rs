//! The filter in the text of `q`, as in the filter box of the console.

use super::token::{Comparison, Token, tokens};
use super::value::{self, Wrong, list};
use crate::http::problem::{Place, Problem};
use crate::storage::store::AlertFilter;
use atalaia_core::base::text::advice;
use atalaia_core::base::time::Time;

/// Names of the fields in `q`.
const FIELDS: [&str; 20] = [
    "severity",
    "behaviour",
    "zone",
    "owner",
    "state",
    "status",
    "type",
    "flag",
    "mmsi",
    "imo",
    "case",
    "name",
    "score",
    "since",
    "until",
    "kind",
    "silenced",
    "facts",
    "min_severity",
    "min_score",
];
/// Most tokens in one text.
const MOST: usize = 60;

/// Adds what the text says to the filter. `me` is the name of the reader, `now` the time from which `since:6h` is counted.
pub(super) fn add(filter: &mut AlertFilter, text: &str, me: &str, now: Time) -> Result<(), Problem> {
    let place = |detail: String, first: usize, beyond: usize| Place { pointer: format!("q/{first}/{beyond}"), detail };
    let refused = |places: Vec<Place>| {
        let detail = places.first().map_or(String::new(), |place| format!("q: {}", place.detail));
        Problem::filter(detail, places)
    };
    let found = tokens(text).map_err(|(wrong, first, beyond)| refused(vec![place(wrong, first, beyond)]))?;
    if MOST < found.len() {
        return Err(Problem::parameter(format!("q: has more than {MOST} words")));
    }
    let mut wrong = Vec::new();
    for token in &found {
        if let Err(detail) = take(filter, token, me, now) {
            wrong.push(place(detail, token.first, token.beyond));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(refused(wrong)) }
}

/// Adds one token.
fn take(filter: &mut AlertFilter, token: &Token, me: &str, now: Time) -> Result<(), Wrong> {
    let Some(key) = token.key.as_deref() else {
        filter.words.push(value::words(&token.value)?);
        return Ok(());
    };
    if !FIELDS.contains(&key) {
        let unknown = format!("{}: unknown field; {}", value::shown(key), advice(key, &FIELDS));
        return Err(format!("{unknown} (in quotation marks it is searched as a text)"));
    }
    let result = match (key, token.comparison) {
        ("severity", comparison) => severity(filter, comparison, &token.value),
        ("score", comparison) => score(filter, comparison, &token.value),
        ("min_severity", Comparison::Is) => severity(filter, Comparison::AtLeast, &token.value),
        ("min_score", Comparison::Is) => score(filter, Comparison::AtLeast, &token.value),
        (_, Comparison::Is) => field(filter, key, &token.value, me, now),
        _ => Err("is compared with `:` only".to_owned()),
    };
    result.map_err(|wrong| format!("{key}: {wrong}"))
}

/// Adds a field that one of several values may match. Values of the same field add up.
pub(super) fn field(filter: &mut AlertFilter, key: &str, text: &str, me: &str, now: Time) -> Result<(), Wrong> {
    match key {
        "behaviour" => filter.behaviours.extend(list(text, value::behaviour)?),
        "severity" => filter.severities.extend(list(text, value::severity)?),
        "zone" => filter.zones.extend(list(text, value::words)?),
        "owner" => {
            let owner = |word: &str| match word {
                "me" => Ok(Some(me.to_owned())),
                "none" => Ok(None),
                name => value::words(name).map(Some),
            };
            filter.owners.extend(list(text, owner)?);
        }
        "state" => filter.states.extend(list(text, value::state)?),
        "status" => filter.statuses.extend(list(text, value::status)?),
        "kind" => filter.kinds.extend(list(text, value::kind)?),
        "type" => filter.types.extend(list(text, value::types)?.into_iter().flatten()),
        "flag" => filter.flags.extend(list(text, value::flag)?),
        "mmsi" => filter.mmsis.extend(list(text, value::mmsi)?),
        "imo" => filter.imos.extend(list(text, value::imo)?),
        "case" => filter.cases.extend(list(text, value::id)?),
        "name" => filter.names.extend(list(text, value::words)?),
        "since" => filter.since = Some(value::time(text, now)?),
        "until" => filter.until = Some(value::time(text, now)?),
        "silenced" => filter.silenced = Some(value::truth(text)?),
        "facts" => filter.facts = value::truth(text)?,
        other => return Err(format!("{} is not a field", value::shown(other))),
    }
    Ok(())
}

/// Adds `severity:low,medium`, `severity>=medium` and the like. Values and limits are kept apart, so that their order does not matter: an
/// alert must have one of the values and keep all limits.
fn severity(filter: &mut AlertFilter, comparison: Comparison, text: &str) -> Result<(), Wrong> {
    if comparison == Comparison::Is {
        filter.severities.extend(list(text, value::severity)?);
        return Ok(());
    }
    let bound = value::severity(text)?;
    let nothing = || "there is no such severity".to_owned();
    let (least, most) = match comparison {
        Comparison::Above => (Some(value::SEVERITIES.into_iter().find(|one| bound < *one).ok_or_else(nothing)?), None),
        Comparison::Is | Comparison::AtLeast => (Some(bound), None),
        Comparison::Below => {
            (None, Some(value::SEVERITIES.into_iter().rev().find(|one| *one < bound).ok_or_else(nothing)?))
        }
        Comparison::AtMost => (None, Some(bound)),
    };
    filter.min_severity = filter.min_severity.max(least);
    filter.max_severity = [filter.max_severity, most].into_iter().flatten().min();
    Ok(())
}

/// Adds `score>60` and the like.
fn score(filter: &mut AlertFilter, comparison: Comparison, text: &str) -> Result<(), Wrong> {
    let bound = value::score(text)?;
    let (least, most) = match comparison {
        Comparison::Is => (Some(bound), Some(bound)),
        Comparison::Above => (Some(bound + 1), None),
        Comparison::AtLeast => (Some(bound), None),
        Comparison::Below => (None, Some(bound - 1)),
        Comparison::AtMost => (None, Some(bound)),
    };
    filter.scores.least = filter.scores.least.max(least);
    filter.scores.most = [filter.scores.most, most].into_iter().flatten().min();
    Ok(())
}
