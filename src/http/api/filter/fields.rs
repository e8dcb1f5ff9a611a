//! The fields of the filter: the one list from which parameters, the words of `q` and the description follow.

use super::basis::Basis;
use super::token::Comparison;
use super::value::{self, Wrong, list};
use crate::http::api::bounds::area;
use crate::storage::store::AlertFilter;

/// A field of the filter.
pub(super) struct Field {
    /// Its name.
    pub(super) name: &'static str,
    /// What it means as a parameter of a request; `None` if it is a word of `q` only.
    pub(super) meaning: Option<&'static str>,
    /// Whether it is a word of `q`.
    pub(super) in_text: bool,
    /// Whether it may be compared with `>` and the like, and not only with `:`.
    pub(super) is_ordered: bool,
    /// Adds a value to the filter. Values of the same field add up.
    pub(super) read: fn(&mut AlertFilter, Comparison, &str, &Basis<'_>) -> Result<(), Wrong>,
}

impl Field {
    /// A field that is a parameter and a word of `q`.
    const fn of(
        name: &'static str,
        meaning: &'static str,
        read: fn(&mut AlertFilter, Comparison, &str, &Basis<'_>) -> Result<(), Wrong>,
    ) -> Field {
        Field { name, meaning: Some(meaning), in_text: true, is_ordered: false, read }
    }

    /// The same as a parameter only.
    const fn outside_text(self) -> Field {
        Field { in_text: false, ..self }
    }

    /// The same with `>` and the like.
    const fn ordered(self) -> Field {
        Field { is_ordered: true, ..self }
    }
}

/// All fields.
pub(super) const FIELDS: [Field; 22] = [
    Field::of("state", "new, acknowledged, closed", |filter, _, text, _| {
        extend(&mut filter.states, list(text, value::state))
    }),
    Field::of("status", "open, ended, retracted", |filter, _, text, _| {
        extend(&mut filter.statuses, list(text, value::status))
    }),
    Field::of("severity", "info, low, medium, high, critical", severity).ordered(),
    Field::of("min_severity", "One of these or a higher one", |filter, _, text, _| {
        severity_bound(filter, Comparison::AtLeast, text)
    }),
    Field::of("behaviour", "Names of behaviours", |filter, _, text, _| {
        extend(&mut filter.behaviours, list(text, value::behaviour))
    }),
    Field::of("zone", "Ids of zones", |filter, _, text, _| extend(&mut filter.zones, list(text, value::words))),
    Field::of("mmsi", "Nine digits each", |filter, _, text, _| extend(&mut filter.mmsis, list(text, value::mmsi))),
    Field::of("imo", "Seven digits each", |filter, _, text, _| extend(&mut filter.imos, list(text, value::imo))),
    Field::of("name", "Text in the name or call sign of a vessel", |filter, _, text, _| {
        extend(&mut filter.names, list(text, value::words))
    }),
    Field::of("type", "Ship type: tanker, 80 or 80-89", |filter, _, text, _| {
        extend(&mut filter.types, list(text, value::types).map(|all| all.into_iter().flatten().collect()))
    }),
    Field::of("flag", "Two letters each", |filter, _, text, _| extend(&mut filter.flags, list(text, value::flag))),
    Field::of("case", "Full ids of cases", |filter, _, text, _| extend(&mut filter.cases, list(text, value::id))),
    Field::of("owner", "Names of people, me or none", |filter, _, text, basis| {
        extend(&mut filter.owners, list(text, |word| owner(word, basis)))
    }),
    Field::of("min_score", "0 to 100", |filter, _, text, basis| score(filter, Comparison::AtLeast, text, basis)),
    Field { name: "score", meaning: None, in_text: true, is_ordered: true, read: score },
    Field::of("since", "Still held then or later: a time, or how long ago as 6h", |filter, _, text, basis| {
        set(&mut filter.since, value::time(text, basis.at))
    }),
    Field::of("until", "Began before then", |filter, _, text, basis| {
        set(&mut filter.until, value::time(text, basis.at))
    }),
    Field::of("changed_after", "Changed or acted on after then, by the wall clock", |filter, _, text, basis| {
        set(&mut filter.changed_after, value::time(text, basis.now))
    })
    .outside_text(),
    Field::of("bbox", "west,south,east,north in degrees", |filter, _, text, _| set(&mut filter.bbox, area(text)))
        .outside_text(),
    Field::of("facts", "true includes facts, which were never announced", |filter, _, text, _| {
        value::truth(text).map(|facts| filter.facts = facts)
    }),
    Field::of("silenced", "true or false", |filter, _, text, _| set(&mut filter.silenced, value::truth(text))),
    Field::of("kind", "vessel, system", |filter, _, text, _| extend(&mut filter.kinds, list(text, value::kind))),
];

/// Names of the parameters that make a filter.
pub(in crate::http::api) fn keys() -> impl Iterator<Item = &'static str> {
    described().map(|(name, _)| name)
}

/// The parameters that make a filter, with their meaning.
pub(in crate::http::api) fn described() -> impl Iterator<Item = (&'static str, &'static str)> {
    let q = "The filter as one text: `severity>=medium behaviour:ais_gap zone:c07 owner:me score>60 since:6h words`";
    let fields = FIELDS.iter().filter_map(|field| Some((field.name, field.meaning?)));
    std::iter::once(("q", q)).chain(fields)
}

/// Adds values to a field of which an alert must have one.
fn extend<T>(field: &mut Vec<T>, values: Result<Vec<T>, Wrong>) -> Result<(), Wrong> {
    values.map(|values| field.extend(values))
}

/// Sets a field that has one value.
fn set<T>(field: &mut Option<T>, value: Result<T, Wrong>) -> Result<(), Wrong> {
    value.map(|value| *field = Some(value))
}

/// A person's name, `me` or `none`.
fn owner(word: &str, basis: &Basis<'_>) -> Result<Option<String>, Wrong> {
    match word {
        "me" => Ok(Some(basis.me.to_owned())),
        "none" => Ok(None),
        name => value::words(name).map(Some),
    }
}

/// Adds `severity:low,medium`, `severity>=medium` and the like. Values and limits are kept apart, so that their order does not matter: an
/// alert must have one of the values and keep all limits.
fn severity(filter: &mut AlertFilter, comparison: Comparison, text: &str, _: &Basis<'_>) -> Result<(), Wrong> {
    match comparison {
        Comparison::Is => extend(&mut filter.severities, list(text, value::severity)),
        _ => severity_bound(filter, comparison, text),
    }
}

/// Adds a limit of severities.
fn severity_bound(filter: &mut AlertFilter, comparison: Comparison, text: &str) -> Result<(), Wrong> {
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
fn score(filter: &mut AlertFilter, comparison: Comparison, text: &str, _: &Basis<'_>) -> Result<(), Wrong> {
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
