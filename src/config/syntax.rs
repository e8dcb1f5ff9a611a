//! Why a text is not TOML, in our own words. The parser names what it expected; here each line is looked at for the mistake behind that.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::example::example;
use atalaia_core::base::fault::Fault;

/// Lists whose entries have names: an entry of a later file changes the earlier one of the same name, or is added.
pub(super) const LISTS: [&str; 2] = ["inputs", "sinks"];
/// Maximum number of faults looked for in one text.
const MOST_FAULTS: usize = 100;

/// The faults in `text`, one for each mistake. `table` is what could be parsed, `errors` what the parser reported.
pub(super) fn faults<'e>(
    text: &str,
    table: &DeTable<'_>,
    errors: impl Iterator<Item = (Range<usize>, &'e str)>,
) -> Vec<(Range<usize>, Fault)> {
    let mut errors: Vec<_> = errors.collect();
    errors.sort_by_key(|(span, _)| span.start);
    let mut found: Vec<(Range<usize>, Fault)> = Vec::new();
    // End of what follows from the last fault, and is none itself.
    let mut follows = 0;
    for (span, message) in errors {
        if span.start < follows {
            continue;
        }
        if found.len() == MOST_FAULTS {
            break;
        }
        let line = Line::at(text, span.start);
        // One mistake often leads to several errors in its line.
        follows = line.end;
        if message == "duplicate key" {
            let (fault, is_header) = twice(text, table, &span);
            // The keys below a duplicate header are not errors themselves.
            follows = if is_header { next_header(text, span.end) } else { span.end };
            found.push((span, fault));
        } else if let Some(open) = line.follows_open_list(message) {
            follows = text.len();
            found.push((
                open,
                Fault::new("", "not TOML: this list is not closed").advise("write ] after its last entry"),
            ));
        } else {
            if line.is_json() {
                follows = text.len();
            }
            found.push((span.clone(), line.fault(span.start, message)));
        }
    }
    found
}

/// Position of the next line that begins a table; the end of the text if there is none.
fn next_header(text: &str, from: usize) -> usize {
    text[from..].find("\n[").map_or(text.len(), |next| from + next)
}

/// A line with an error.
struct Line<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

impl<'t> Line<'t> {
    fn at(text: &'t str, place: usize) -> Line<'t> {
        let place = (0..=place.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = text[..place].rfind('\n').map_or(0, |end| end + 1);
        let end = text[place..].find('\n').map_or(text.len(), |end| place + end);
        Line { text, start, end }
    }

    fn shown(&self) -> &'t str {
        self.text[self.start..self.end].trim()
    }

    fn is_json(&self) -> bool {
        self.shown().starts_with('{')
    }

    /// The line in which a list begins that was to end before this line.
    fn follows_open_list(&self, message: &str) -> Option<Range<usize>> {
        let is_of_list = ["missing comma between array", "unclosed array,", "unexpected `=` in array"];
        let own = self.shown();
        let begins_another = own.is_empty() || own.starts_with('[') || own.contains(" =");
        if !begins_another || !is_of_list.iter().any(|part| message.starts_with(part)) {
            return None;
        }
        let mut start = self.start;
        loop {
            let before = Line::at(self.text, start.checked_sub(1)?);
            if before.shown().split_once('=').is_some_and(|(_, value)| value.trim().starts_with('[')) {
                return Some(before.start..before.end);
            }
            start = before.start;
        }
    }

    /// The mistake in the line; the error is at `place` in the text.
    fn fault(&self, place: usize, message: &str) -> Fault {
        let own = self.shown();
        let wrong = |what: &str, advice: &str| Fault::new("", format!("not TOML: {what}")).advise(advice);
        if message.starts_with("carriage return") {
            return wrong(
                "a line ends with a carriage return alone",
                "save the file with line ends of Unix or Windows",
            );
        }
        if message.contains("recur") {
            return wrong("is nested too deeply", "write [table] headers in place of braces and brackets");
        }
        match own.split_once('=') {
            _ if own.starts_with('[') && !own.contains("] =") => wrong(
                "this header has a bracket too few or too many",
                "write [table] for a table, [[list]] for an entry of a list, and nothing behind it",
            ),
            None if own.starts_with("//") || own.starts_with(';') => {
                wrong("a comment begins with #", "write # in front")
            }
            None if self.is_json() => wrong("this is JSON", "write [table] in a line, and key = value below it"),
            None => wrong("a line without `=`", "write key = value, or # in front of a comment"),
            Some((key, value)) => {
                let is_before = place <= self.text[self.start..self.end].find('=').map_or(0, |at| self.start + at);
                match is_before && !is_key(key.trim()) {
                    true => wrong("this is not a key", "write letters, digits and _ before the `=`, without spaces"),
                    false => self.fault_of_value(key.trim(), value.trim(), message),
                }
            }
        }
    }

    /// The mistake in a value. It may be a secret, so it is not repeated.
    fn fault_of_value(&self, key: &str, value: &str, message: &str) -> Fault {
        let path = match self.table() {
            "" => key.to_owned(),
            table => format!("{table}.{key}"),
        };
        let usual = || match example(&path, key) {
            empty if empty.ends_with("\"\"") => format!("write {key} = \"...\", the quotes included"),
            example => format!("write {example}"),
        };
        let wrong = |what: &str, advice: &str| Fault::new("", format!("not TOML: {what}")).advise(advice);
        let word = value.split('#').next().unwrap_or_default().trim();
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"+-_.".contains(&byte));
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        match word {
            "" => wrong("a key without a value", &usual()),
            _ if word.starts_with(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}']) => {
                wrong("these quotes are typographic", "write straight ones: \"text\"")
            }
            _ if value.starts_with('"') => self.fault_of_text(value),
            _ if value.starts_with('\'') => wrong(
                "a text in single quotes ends at the next one",
                "close it, or write it between double quotes if it holds a single one",
            ),
            _ if word.ends_with(['"', '\'']) => wrong("a quote is missing before the text", &usual()),
            _ if word.starts_with('[') => wrong("this list lacks a comma or is not closed", "write [\"a\", \"b\"]"),
            _ if word.starts_with('{') => wrong("this table lacks a comma or is not closed", "write { a = 1, b = 2 }"),
            _ if word.ends_with([',', ';']) => wrong("a comma or semicolon after the value", "leave it out"),
            _ if ["true", "false", "yes", "no", "on", "off"].contains(&word.to_lowercase().as_str()) => {
                wrong("this is neither true nor false", "write true or false, in small letters and without quotes")
            }
            _ if 4 == digits && word[4..].starts_with('-') => {
                wrong("a date or time stands in quotes", &format!("write {key} = \"...\", the quotes included"))
            }
            _ if 0 < digits && word.contains(',') && number(&word.replace(',', "")) => {
                wrong("a number with a comma", "write a decimal point, and nothing between thousands")
            }
            _ if 1 < digits && word.starts_with('0') && number(word) => {
                wrong("a number does not begin with 0", "leave the zeros in front out")
            }
            _ if number(word) => {
                wrong("this is not a number", "write digits with at most one point between them: 0.5, 1000")
            }
            _ if 0 < digits && !word[digits..].contains('.') => {
                wrong("a number with something behind it", "write the number alone; the name of the key gives the unit")
            }
            _ if message.starts_with("string values must be quoted") => wrong("a string must be quoted", &usual()),
            _ => wrong("this value cannot be read", &usual()),
        }
    }

    /// The mistake in a text between double quotes.
    fn fault_of_text(&self, value: &str) -> Fault {
        let wrong = |what: &str, advice: &str| Fault::new("", format!("not TOML: {what}")).advise(advice);
        let mut escaped = false;
        let ends = value.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            is_end
        });
        match ends {
            _ if value.contains('\\') => wrong(
                "a backslash between double quotes begins an escape",
                "write / in its place, or the text between single quotes",
            ),
            _ if value.starts_with("\"\"\"") => wrong("the text is not closed", "write \"\"\" after it"),
            None => wrong("the text is not closed", "write a quote (\") after it"),
            Some((end, _)) if value[..end].chars().any(char::is_control) => {
                wrong("the text holds a control character", "leave it out")
            }
            Some((end, _)) if [",", ";"].contains(&value[end + 1..].trim()) => {
                wrong("a comma or semicolon after the value", "leave it out")
            }
            Some(_) => wrong("something follows the text", "write a line for each key, and # in front of a comment"),
        }
    }

    /// Name of the table that the line is in; empty at the top of the file.
    fn table(&self) -> &'t str {
        let header = self.text[..self.start].lines().rev().map(str::trim).find(|line| line.starts_with('['));
        header.map_or("", name_of_header)
    }
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.\"'".contains(&byte))
}

/// The fault of a duplicate key, and whether it is a table header.
fn twice(text: &str, table: &DeTable<'_>, span: &Range<usize>) -> (Fault, bool) {
    let key = text.get(span.clone()).unwrap_or_default();
    let start = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    let line = text[start..].lines().next().unwrap_or_default().trim();
    let is_header = line.starts_with('[');
    let mut before = None;
    if is_header {
        before = header_before(text, name_of_header(line), start);
    }
    if before.is_none() {
        latest_before(table, key.trim_matches(['"', '\'']), span.start, &mut before);
    }
    let first = match before {
        Some((at, _)) => format!("first in line {}", 1 + text[..at].matches('\n').count()),
        None => "first further up".to_owned(),
    };
    if !is_header {
        return (Fault::new(key, format!("stands twice, {first}")).advise("leave one of the two out"), false);
    }
    let name = name_of_header(line);
    let (what, advice) = match (before, line.starts_with("[[")) {
        (Some((_, Form::List)), false) => {
            (format!("there are several of them, {first}"), format!("write [[{name}]] in place of [{name}]"))
        }
        (Some((_, Form::Table)), true) if LISTS.contains(&name) => {
            (format!("is a single table {first}"), format!("write [[{name}]] there too"))
        }
        (_, true) => (format!("is not a list, {first}"), "write its keys there".to_owned()),
        (_, false) => (format!("the table stands twice, {first}"), "write all its keys there".to_owned()),
    };
    (Fault::new(name, what).advise(advice), true)
}

/// The name in a header: `sinks.email` of `[[sinks.email]]`.
fn name_of_header(line: &str) -> &str {
    line.trim_start_matches('[').split(']').next().unwrap_or_default().trim()
}

/// The first line before `place` that begins a table or list of this name.
fn header_before(text: &str, name: &str, place: usize) -> Option<(usize, Form)> {
    let mut at = 0;
    for line in text[..place].split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.starts_with('[') && name_of_header(trimmed) == name {
            return Some((at, if trimmed.starts_with("[[") { Form::List } else { Form::Table }));
        }
        at += line.len();
    }
    None
}

/// Kind of a key's value.
#[derive(Clone, Copy)]
enum Form {
    Plain,
    Table,
    List,
}

/// The last key of this name before `place`, and the kind of its value.
fn latest_before(table: &DeTable<'_>, name: &str, place: usize, found: &mut Option<(usize, Form)>) {
    for (key, value) in table {
        let form = match value.get_ref() {
            DeValue::Table(inner) => {
                latest_before(inner, name, place, found);
                Form::Table
            }
            DeValue::Array(list) => {
                list.iter().filter_map(|entry| entry.get_ref().as_table()).for_each(|inner| {
                    latest_before(inner, name, place, found);
                });
                let is_of_tables = list.iter().any(|entry| entry.get_ref().as_table().is_some());
                if is_of_tables { Form::List } else { Form::Plain }
            }
            _ => Form::Plain,
        };
        let at = key.span().start;
        if key.get_ref() == name && at < place && found.is_none_or(|(latest, _)| latest < at) {
            *found = Some((at, form));
        }
    }
}
