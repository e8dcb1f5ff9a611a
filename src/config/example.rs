//! Examples from the shipped file, for messages about missing keys and wrong values.

use super::SHIPPED;

/// How the shipped file sets the key at `path`; `key` is its name in the example.
pub(super) fn example(path: &str, key: &str) -> String {
    let examples: toml::Table = toml::from_str(&with_examples(SHIPPED)).unwrap_or_default();
    let mut value = Some(&toml::Value::Table(examples)).cloned();
    for step in path.split('.') {
        let name = step.split('[').next().unwrap_or(step);
        value = value.and_then(|value| match value.get(name)? {
            toml::Value::Array(list) if step.contains('[') => {
                let mut merged = toml::Table::new();
                for table in list.iter().rev().filter_map(toml::Value::as_table) {
                    merged.extend(table.clone());
                }
                Some(toml::Value::Table(merged))
            }
            other => Some(other.clone()),
        });
    }
    match value {
        Some(toml::Value::String(text)) => format!("for instance {key} = \"{text}\""),
        Some(toml::Value::Integer(number)) => format!("for instance {key} = {number}"),
        Some(toml::Value::Float(number)) => format!("for instance {key} = {number:?}"),
        Some(toml::Value::Boolean(truth)) => format!("for instance {key} = {truth}"),
        Some(toml::Value::Array(list)) if list.is_empty() => format!("{key} as in the shipped config/atalaia.toml"),
        Some(list @ toml::Value::Array(_)) => format!("for instance {key} = {list}"),
        _ => format!("{key} as in the shipped config/atalaia.toml"),
    }
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
