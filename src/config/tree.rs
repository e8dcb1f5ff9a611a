//! The parsed tree of the settings: finds, removes and replaces the items at a position.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// One step of a key path.
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// Formats a path such as `inputs[0].address`.
pub(super) fn path_of(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path.extend([".", key]),
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// Finds the key or value whose position is exactly `span`, and adds the path to it to `steps`.
pub(super) fn find_in_table(table: &DeTable<'_>, span: &Range<usize>, steps: &mut Vec<Step>) -> bool {
    for (key, value) in table {
        steps.push(Step::Key(key.get_ref().to_string()));
        if key.span() == *span || find_in_value(value, span, steps) {
            return true;
        }
        steps.pop();
    }
    false
}

fn find_in_value(value: &Spanned<DeValue<'_>>, span: &Range<usize>, steps: &mut Vec<Step>) -> bool {
    match value.get_ref() {
        DeValue::Table(table) if find_in_table(table, span, steps) => return true,
        DeValue::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                steps.push(Step::Index(index));
                if find_in_value(element, span, steps) {
                    return true;
                }
                steps.pop();
            }
        }
        _ => {}
    }
    value.span() == *span
}

/// Position of the table with the key at `span`.
pub(super) fn span_around(table: &DeTable<'_>, span: &Range<usize>) -> Option<Range<usize>> {
    table.iter().find_map(|(_, value)| around(value, span))
}

fn around(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<Range<usize>> {
    match value.get_ref() {
        DeValue::Table(inner) if inner.iter().any(|(key, _)| key.span() == *span) => Some(value.span()),
        DeValue::Table(inner) => span_around(inner, span),
        DeValue::Array(list) => list.iter().find_map(|entry| around(entry, span)),
        _ => None,
    }
}

/// Removes the item at `span`. `Some(Some(..))` names the list entry removed as a whole; `None` means nothing was found.
pub(super) fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<Option<(String, usize)>> {
    let mut gone = None;
    for (key, value) in table.iter_mut() {
        if key.span() == *span {
            gone = Some(key.clone());
            break;
        }
        let whole = value.span() == *span;
        let inside = match value.get_mut() {
            DeValue::Table(inner) => take_out(inner, span),
            DeValue::Array(list) => take_out_of_list(key.get_ref(), list, span),
            _ => None,
        };
        if inside.is_some() {
            return inside;
        }
        if whole {
            gone = Some(key.clone());
            break;
        }
    }
    table.remove(&gone?).map(|_| None)
}

/// Adds a key to the table at `span`; returns whether there is one.
pub(super) fn put_in(table: &mut DeTable<'_>, span: &Range<usize>, key: &str, value: DeValue<'static>) -> bool {
    match value_at(table, span) {
        Some(DeValue::Table(found)) => {
            found.insert(Spanned::new(span.clone(), key.to_owned().into()), Spanned::new(span.clone(), value));
            true
        }
        _ => false,
    }
}

/// Replaces the value at `span`; returns whether there is one.
pub(super) fn replace(table: &mut DeTable<'_>, span: &Range<usize>, value: DeValue<'static>) -> bool {
    value_at(table, span).map(|found| *found = value).is_some()
}

fn value_at<'t, 'a>(table: &'t mut DeTable<'a>, span: &Range<usize>) -> Option<&'t mut DeValue<'a>> {
    table.iter_mut().find_map(|(_, value)| value_within(value, span))
}

fn value_within<'t, 'a>(value: &'t mut Spanned<DeValue<'a>>, span: &Range<usize>) -> Option<&'t mut DeValue<'a>> {
    if value.span() == *span {
        return Some(value.get_mut());
    }
    match value.get_mut() {
        DeValue::Table(inner) => value_at(inner, span),
        DeValue::Array(list) => list.iter_mut().find_map(|entry| value_within(entry, span)),
        _ => None,
    }
}

fn take_out_of_list(name: &str, list: &mut DeArray<'_>, span: &Range<usize>) -> Option<Option<(String, usize)>> {
    if let Some(index) = list.iter().position(|element| element.span() == *span) {
        let all = std::mem::replace(list, DeArray::new()).into_iter().enumerate();
        *list = all.filter(|(at, _)| *at != index).map(|(_, element)| element).collect();
        return Some(Some((name.to_string(), index)));
    }
    list.iter_mut().find_map(|element| match element.get_mut() {
        DeValue::Table(inner) => take_out(inner, span),
        _ => None,
    })
}
