//! Turns parser messages into sentences with advice: suggestions for misspelt words, and examples from the shipped file.

use super::SHIPPED;
use crate::units::conversion;

/// Message for a secret written in the settings; its line is not shown. Also used to detect that case.
pub(super) const NO_SECRETS: &str = "secrets do not stand in the settings";
/// How the parser's message ends if it expected a secret.
const SECRET_EXPECTED: &str = "expected enum Secret";

/// Turns a parser message into a sentence that says what to write.
pub(super) fn explain(path: &str, message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let lead = if path.is_empty() { String::new() } else { format!("{path}: ") };
    if message.starts_with("unknown field") {
        let (wrong, known) = (quoted.first().copied().unwrap_or_default(), quoted.get(1..).unwrap_or_default());
        return format!("{lead}unknown key; {}", advice(wrong, known));
    }
    if wants_secret(message) {
        return format!("{lead}{NO_SECRETS}; write {{ file = \"PATH\" }} or {{ credential = \"NAME\" }}");
    }
    if message.starts_with("unknown variant") {
        let (wrong, known) = (quoted.first().copied().unwrap_or_default(), quoted.get(1..).unwrap_or_default());
        return format!("{lead}\"{wrong}\" is not known; {}", advice(wrong, known));
    }
    if message.starts_with("missing field") {
        let key = quoted.first().copied().unwrap_or_default();
        let whole = format!("{path}.{key}");
        return format!("{lead}`{key}` is missing; write {}", example(&whole, key));
    }
    let wrong = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|rest| rest.split_once(", expected "));
    let Some((given, expected)) = wrong else {
        return format!("{lead}{message}");
    };
    let needed = match expected {
        "u8" => "a whole number (0 to 255)",
        "u16" => "a whole number (0 to 65535)",
        "u32" | "u64" | "usize" => "a whole number (0 or more)",
        "i32" | "i64" => "a whole number",
        "f64" | "f32" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    if needed == "a list" && given == "map" {
        return format!("{lead}is a single table, and there may be several; write [[{path}]] in place of [{path}]");
    }
    let key = path.rsplit('.').next().unwrap_or(path);
    // In messages such as ``floating point `0.5` `` or `string "60"`, the value alone is enough.
    let given = match given {
        "map" => "a table",
        "sequence" => "a list",
        given => quoted.first().copied().unwrap_or_else(|| given.strip_prefix("string ").unwrap_or(given)),
    };
    format!("{lead}{given} is not {needed}; write {}", example(path, key))
}

/// Whether the parser expected a secret.
pub(super) fn wants_secret(message: &str) -> bool {
    // In the settings, only a secret is a table of exactly one key.
    [SECRET_EXPECTED, "expected `file` or `credential`"].iter().any(|end| message.ends_with(end))
        || message.starts_with("wanted exactly 1 element")
}

/// What to write instead of an unknown word.
pub(super) fn advice(wrong: &str, known: &[&str]) -> String {
    // The right key in another unit is a better guess than one with similar spelling.
    let other_unit = known.iter().find_map(|name| Some((name, conversion(wrong, name)?)));
    if let Some((name, conversion)) = other_unit {
        return format!("did you mean `{name}`? ({conversion})");
    }
    // A word much longer than the key is not a typing error.
    let near = known.iter().filter(|name| wrong.len() <= 2 * name.len());
    let nearest = near
        .map(|name| (strsim::damerau_levenshtein(wrong, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4);
    // The key without its unit.
    let longer = || known.iter().find(|name| name.strip_prefix(wrong).is_some_and(|rest| rest.starts_with('_')));
    match (nearest.map(|(_, name)| name).or_else(|| longer().copied()), known) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, []) => "leave it out".to_owned(),
        (None, _) => format!("write one of: {}", known.join(", ")),
    }
}

/// Replaces the list of valid names at the end of an error by a suggestion, if there is a good one.
pub fn meant(fault: String) -> String {
    let Some((what, list)) = fault.rsplit_once("; there are ") else {
        return fault;
    };
    let known: Vec<&str> = list.split(", ").collect();
    let wrong = what.split(['`', '"']).rev().nth(1).unwrap_or_default();
    format!("{what}; {}", advice(wrong, &known))
}

/// How the shipped file sets the key.
fn example(path: &str, key: &str) -> String {
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
        Some(toml::Value::Array(_)) => format!("{key} = [...]"),
        _ => format!("{key} as in the shipped config/atalaia.toml"),
    }
}

/// The shipped file with its commented examples enabled: lines that start with `#` and no space after it.
pub(super) fn with_examples(shipped: &str) -> String {
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
