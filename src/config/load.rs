//! Text to `Config`: every fault of the text at once, each with its line.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::{Config, Problem, SHIPPED};

/// A settings file as far as it could be read.
pub(super) struct Loaded<'a> {
    file: &'a str,
    text: &'a str,
    table: DeTable<'a>,
    /// List entries left out because of a fault: list and index in the file.
    left_out: Vec<(String, usize)>,
    /// What was understood; faulty keys have their defaults. `None` when the text is no TOML.
    pub(super) config: Option<Config>,
    /// What is wrong so far.
    pub(super) problems: Vec<Problem>,
}

/// A misspelt file cannot have more faults worth reading.
const MOST_PROBLEMS: usize = 100;

/// Reads the text of `file`.
pub(super) fn load<'a>(file: &'a str, text: &'a str) -> Loaded<'a> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut loaded =
        Loaded { file, text, table: table.into_inner(), left_out: Vec::new(), config: None, problems: Vec::new() };
    if errors.is_empty() {
        loaded.understand();
    }
    for error in errors {
        let offset = error.span().map_or(0, |span| span.start);
        let text = format!("not TOML: {}", error.message().replace('\n', ", "));
        loaded.problems.push(Problem::at(file, loaded.text, offset, text));
    }
    loaded
}

impl Loaded<'_> {
    /// Takes the text as settings; what is at fault is told, left out, and the rest tried again.
    fn understand(&mut self) {
        let mut rest = self.table.clone();
        for _ in 0..MOST_PROBLEMS {
            let whole = Spanned::new(0..self.text.len(), rest.clone());
            let error = match Config::deserialize(Deserializer::from(whole)) {
                Ok(mut config) => {
                    if let Some(profile) = config.profile {
                        profile.apply(&mut config.behaviours, |path| self.is_written(path));
                    }
                    self.problems.sort_by_key(|problem| problem.line.as_ref().map(|(number, _)| *number));
                    return self.config = Some(config);
                }
                Err(error) => error,
            };
            let span = error.span().unwrap_or(0..0);
            let mut steps = Vec::new();
            find_in_table(&self.table, &span, &mut steps);
            let path = path_of(&steps);
            if !self.is_told_already(&path, error.message()) {
                let text = explain(&path, error.message());
                self.problems.push(Problem::at(self.file, self.text, span.start, text));
            }
            let Some(entry) = take_out(&mut rest, &span) else {
                return;
            };
            self.left_out.extend(entry);
        }
    }

    /// A key that is missing only because its faulty value was left out.
    fn is_told_already(&self, path: &str, message: &str) -> bool {
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        missing.is_some_and(|key| {
            let around = self.find(path);
            around != self.find(&format!("{path}.{key}"))
        })
    }

    /// Turns a sentence of `problems()`, led by its key's path, into a problem with its line.
    pub(super) fn locate(&self, sentence: &str) -> Problem {
        let in_path = |byte: u8| byte.is_ascii_alphanumeric() || b"._-[]".contains(&byte);
        let end = sentence.bytes().position(|byte| !in_path(byte)).unwrap_or(0);
        let (path, rest) = sentence.split_at(end);
        let rest = rest.trim_start_matches(':').trim_start();
        let path = self.as_in_file(path);
        let text = format!("{path}: {rest}");
        match self.find(&path) {
            Some(span) => Problem::at(self.file, self.text, span.start, text),
            None => Problem::of_file(self.file, text),
        }
    }

    /// Counts list entries as the file does, those left out included.
    fn as_in_file(&self, path: &str) -> String {
        let Some((list, rest)) = path.split_once('[') else {
            return path.to_owned();
        };
        let Some((index, rest)) = rest.split_once(']') else {
            return path.to_owned();
        };
        let mut index: usize = index.parse().unwrap_or(0);
        // Undone from the last to the first, as each index was counted after those before it had gone.
        for (_, gap) in self.left_out.iter().rev().filter(|(name, _)| name == list) {
            index += usize::from(*gap <= index);
        }
        format!("{list}[{index}]{rest}")
    }

    /// Whether the file gives a key (of tables only) a value.
    fn is_written(&self, path: &str) -> bool {
        let mut table = Some(&self.table);
        path.split('.').all(|step| {
            let entry = table.and_then(|table| table.iter().find(|(key, _)| key.get_ref() == step));
            table = match entry.map(|(_, value)| value.get_ref()) {
                Some(DeValue::Table(inner)) => Some(inner),
                _ => None,
            };
            entry.is_some()
        })
    }

    /// Where the file speaks of a key, or else of the nearest thing around it.
    fn find(&self, path: &str) -> Option<Range<usize>> {
        let mut nearest = None;
        let mut table = Some(&self.table);
        for step in path.split('.') {
            let (name, index) = match step.split_once('[') {
                Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
                None => (step, None),
            };
            let entry = table.take().and_then(|table| table.iter().find(|(key, _)| key.get_ref() == name));
            let Some((key, value)) = entry else {
                break;
            };
            nearest = Some(key.span());
            let mut value = value;
            if let (Some(index), DeValue::Array(list)) = (index, value.get_ref()) {
                let Some(element) = list.get(index) else {
                    break;
                };
                nearest = Some(element.span());
                value = element;
            }
            table = match value.get_ref() {
                DeValue::Table(inner) => Some(inner),
                _ => None,
            };
        }
        nearest
    }
}

/// One step of a key's path.
enum Step {
    Key(String),
    Index(usize),
}

fn path_of(steps: &[Step]) -> String {
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

/// The way to the key or value that stands exactly at `span`.
fn find_in_table(table: &DeTable<'_>, span: &Range<usize>, steps: &mut Vec<Step>) -> bool {
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

/// Removes what stands at `span`; `Some(Some(..))` names the list entry that went as a whole, `None` says nothing was found.
fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<Option<(String, usize)>> {
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

fn take_out_of_list(
    name: &str,
    list: &mut toml::de::DeArray<'_>,
    span: &Range<usize>,
) -> Option<Option<(String, usize)>> {
    if let Some(index) = list.iter().position(|element| element.span() == *span) {
        let all = std::mem::replace(list, toml::de::DeArray::new()).into_iter().enumerate();
        *list = all.filter(|(at, _)| *at != index).map(|(_, element)| element).collect();
        return Some(Some((name.to_string(), index)));
    }
    list.iter_mut().find_map(|element| match element.get_mut() {
        DeValue::Table(inner) => take_out(inner, span),
        _ => None,
    })
}

/// The parser's words as a sentence that says what to write.
fn explain(path: &str, message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let lead = if path.is_empty() { String::new() } else { format!("{path}: ") };
    if message.starts_with("unknown field") {
        let (wrong, known) = (quoted.first().copied().unwrap_or_default(), quoted.get(1..).unwrap_or_default());
        return format!("{lead}unknown key; {}", advice(wrong, known));
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
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number from 0",
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
    format!("{lead}is {given}, needs {needed}; write {}", example(path, key))
}

fn advice(wrong: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4);
    match (nearest, known) {
        (Some((_, name)), _) => format!("did you mean `{name}`?"),
        (None, []) => "leave it out".to_owned(),
        (None, _) => format!("write one of: {}", known.join(", ")),
    }
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

/// The shipped file with its commented examples in force: lines that start with `#` and no space after it.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let loaded = load("test.toml", text);
        let located = loaded.config.iter().flat_map(Config::problems);
        let located: Vec<Problem> = located.map(|sentence| loaded.locate(&sentence)).collect();
        let all = loaded.problems.iter().chain(&located);
        all.map(|problem| problem.to_string().replace("\n    ", " | ")).collect()
    }

    #[test]
    fn every_fault_is_told_at_once_with_line_and_key() {
        let text = "\
[time]
latenes_seconds = 10
idle_after_seconds = \"60\"

[[inputs]]
kind = \"tpc\"
name = \"a\"

[[inputs]]
kind = \"udp\"
name = \"b\"
address = \"nowhere\"

[[inputs]]
kind = \"udp\"
address = \"0.0.0.0:10110\"

[[inputs]]
kind = \"udp\"
name = \"b\"
address = \"0.0.0.0:10111\"
time_zone = \"Lisboa\"

[zonez]
";
        let expected = [
            "test.toml:2: time.latenes_seconds: unknown key; did you mean `lateness_seconds`? | latenes_seconds = 10",
            "test.toml:3: time.idle_after_seconds: is string \"60\", needs a whole number from 0; write for instance \
             idle_after_seconds = 60 | idle_after_seconds = \"60\"",
            "test.toml:6: inputs[0].kind: \"tpc\" is not known; did you mean `tcp`? | kind = \"tpc\"",
            "test.toml:14: inputs[2]: `name` is missing; write for instance name = \"coast-stations\" | [[inputs]]",
            "test.toml:24: zonez: unknown key; did you mean `zones`? | [zonez]",
            "test.toml:12: inputs[1].address: \"nowhere\" has no port; write host:port, for instance \"0.0.0.0:10110\" | \
             address = \"nowhere\"",
            "test.toml:22: inputs[3].time_zone: \"Lisboa\" is no time zone; write an IANA name or an offset, for instance \
             \"Europe/Lisbon\" or \"+02:00\" | time_zone = \"Lisboa\"",
            "test.toml:20: inputs[3].name: \"b\" is the name of another of the inputs; write a name of its own | name = \"b\"",
        ];
        assert_eq!(problems(text), expected);
    }
}
