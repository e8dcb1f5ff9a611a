//! Examples for messages about missing keys and wrong values: from the shipped file, or made from the schema.
//!
//! The shipped file has a commented example of nearly every key, written with care, so it comes first. The schema
//! gives at least a value of the right type.

use super::settings::SHIPPED;
use super::shape::{Limits, SETTINGS, Shape};

/// How to set the key at `path`, such as `inputs[0].address`; `key` is its last name, as the example shows
/// it. An index does not matter: the keys of all shipped entries of a list are taken together, because each
/// kind shows others.
pub(super) fn example(path: &str, key: &str) -> String {
    let examples: toml::Table = toml::from_str(&with_examples(SHIPPED)).unwrap_or_default();
    let mut value = Some(&toml::Value::Table(examples)).cloned();
    for step in path.split('.') {
        let name = step.split('[').next().unwrap_or(step);
        value = value.and_then(|value| match value.get(name)? {
            toml::Value::Array(list) if step.contains('[') => {
                let mut merged = toml::Table::new();
                // In reverse, so that of several examples of one key the first in the file is shown.
                for table in list.iter().rev().filter_map(toml::Value::as_table) {
                    merged.extend(table.clone());
                }
                Some(toml::Value::Table(merged))
            }
            other => Some(other.clone()),
        });
    }
    match (shape_at(path), value) {
        // A table on lines of its own is easier to read and to extend than one in braces.
        (Some(Shape::Table(_) | Shape::Map(_)), _) => {
            format!("[{}] on a line of its own, and its keys on the lines below", without_indices(path))
        }
        (Some(Shape::List(of, _)), _) if matches!(*of, Shape::Table(_)) => {
            format!("[[{}]] on a line of its own, and its keys on the lines below", without_indices(path))
        }
        (_, Some(toml::Value::Array(list))) if list.is_empty() => from_schema(path, key),
        (_, Some(toml::Value::Table(_)) | None) => from_schema(path, key),
        (_, Some(value)) => format!("for instance {key} = {value}"),
    }
}

/// An example that only the schema gives, for a key that the shipped file leaves empty or does not have. It shows the form, not
/// a sensible value.
fn from_schema(path: &str, key: &str) -> String {
    let value = shape_at(path).map_or_else(|| "\"...\"".to_owned(), |shape| value_of(&shape));
    format!("for instance {key} = {value}")
}

/// What a key at `path` may hold; `None` if there is no such key. Indices are passed over: all entries of a list have one shape.
fn shape_at(path: &str) -> Option<Shape> {
    let mut shape = &*SETTINGS;
    for step in without_indices(path).split('.') {
        while let Shape::List(of, _) = shape {
            shape = of;
        }
        shape = match shape {
            Shape::Table(keys) | Shape::Secret(keys) => &keys.iter().find(|key| key.name == step)?.shape,
            Shape::Map(of) => of,
            _ => return None,
        };
    }
    Some(shape.clone())
}

/// A value of this shape, as it is written. A number is 1, or the nearest end of its range. A table has the keys that it needs.
fn value_of(shape: &Shape) -> String {
    let number = |limits: Option<Limits>| limits.map_or(1.0, |limits| 1.0_f64.max(limits.least).min(limits.most));
    match shape {
        Shape::Table(keys) => {
            let pairs = keys.iter().filter(|key| key.is_required);
            let pairs: Vec<String> = pairs.map(|key| format!("{} = {}", key.name, value_of(&key.shape))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Shape::Map(of) => format!("{{ a = {} }}", value_of(of)),
        Shape::Secret(keys) => {
            let first = keys.first().map(|key| format!("{} = {}", key.name, value_of(&key.shape)));
            format!("{{ {} }}", first.unwrap_or_default())
        }
        Shape::List(of, length) => format!("[{}]", vec![value_of(of); length.unwrap_or(1)].join(", ")),
        Shape::Choice(words) => format!("{:?}", words.first().map_or("", String::as_str)),
        Shape::Text | Shape::Any => "\"...\"".to_owned(),
        Shape::Path => "\"PATH\"".to_owned(),
        Shape::Boolean => "true".to_owned(),
        Shape::Whole(whole) => number(whole.limits).to_string(),
        Shape::Number(limits) => format!("{:?}", number(*limits)),
    }
}

/// The path as a header has it: `sinks.email` of `sinks[0].email`. A header names the list, and the entry above it is meant.
pub(super) fn without_indices(path: &str) -> String {
    let steps: Vec<&str> = path.split('.').map(|step| step.split('[').next().unwrap_or(step)).collect();
    steps.join(".")
}

/// The shipped file with its commented examples enabled: lines that start with `#` and no space after it.
fn with_examples(shipped: &str) -> String {
    let mut text = String::new();
    for line in shipped.lines() {
        let example = line
            .strip_prefix('#')
            .filter(|rest| rest.starts_with(|first: char| first == '[' || first.is_ascii_lowercase()));
        text.push_str(example.unwrap_or(line));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(path: &str, shape: &Shape, found: &mut Vec<(String, String)>) {
        match shape {
            Shape::Table(keys) => keys.iter().for_each(|key| {
                let path = if path.is_empty() { key.name.clone() } else { format!("{path}.{}", key.name) };
                found.push((path.clone(), key.name.clone()));
                each(&path, &key.shape, found);
            }),
            Shape::List(of, _) => each(&format!("{path}[0]"), of, found),
            _ => {}
        }
    }

    #[test]
    fn every_key_has_an_example_that_is_toml() {
        let mut keys = Vec::new();
        each("", &SETTINGS, &mut keys);
        for (path, key) in &keys {
            let example = example(path, key);
            let written = example.strip_prefix("for instance ").unwrap_or(&example);
            let written = written.split(" on a line").next().unwrap_or_default();
            assert!(toml::from_str::<toml::Table>(written).is_ok_and(|table| !table.is_empty()), "{path}: {example}");
        }
        assert!(200 < keys.len(), "{}", keys.len());
        assert_eq!(example("inputs[0].aisstream.mmsi", "mmsi"), "for instance mmsi = [1]");
        assert_eq!(
            example("sinks[0].email", "email"),
            "[sinks.email] on a line of its own, and its keys on the lines below"
        );
    }
}
