//! Faults of TOML syntax in plain words. The parser states what it expected; this module finds the likely mistake in the line.
//!
//! The parser goes on after an error, so one mistake may give several: in its line, or in all that follows an open
//! list. Only the first is of use, and the rest are passed over. The words of the parser serve to tell mistakes apart
//! and are never shown: they name what TOML expects, not what the operator did.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::example::example;
use atalaia_core::base::fault::Fault;

/// Lists whose entries have names: an entry of a later file changes the earlier one of the same name, or is added.
pub(super) const LISTS: [&str; 2] = ["inputs", "sinks"];
/// Maximum number of faults looked for in one text; as many as are reported.
const MOST_FAULTS: usize = 100;

/// The faults in `text` with their positions in bytes, one for each mistake, in order. `table` is what could be
/// parsed, `errors` what the parser reported.
pub(super) fn faults<'e>(
    text: &str,
    table: &DeTable<'_>,
    errors: impl Iterator<Item = (Range<usize>, &'e str)>,
) -> Vec<(Range<usize>, Fault)> {
    let mut errors: Vec<_> = errors.collect();
    errors.sort_by_key(|(span, _)| span.start);
    let mut found: Vec<(Range<usize>, Fault)> = Vec::new();
    // End of the text whose errors are consequences of the last fault.
    let mut follows = 0;
    for (span, message) in errors {
        // Errors are in order, so those up to `follows` belong to a fault that is already in the list.
        if span.start < follows {
            continue;
        }
        if found.len() == MOST_FAULTS {
            break;
        }
        let line = Line::at(text, span.start);
        // One mistake often leads to several errors in its line.
        follows = line.end;
        if message == "duplicate key" && line.is_open_header() {
            // The name of an earlier table is noticed before the missing bracket, which may be the only mistake. Its own
            // error is at the end of the line.
            follows = line.end + 1;
            found.push((line.end..line.end, line.fault(span.start, message)));
        } else if message == "duplicate key" {
            let (fault, is_header) = twice(text, table, &span);
            // The keys below a duplicate header are not errors themselves.
            follows = if is_header { next_header(text, span.end) } else { span.end };
            found.push((span, fault));
        } else if let Some(open) = line.follows_open_list(span.start, message) {
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
    /// The whole text.
    text: &'t str,
    /// Where the line begins, in bytes.
    start: usize,
    /// Where it ends, without its line feed.
    end: usize,
}

impl<'t> Line<'t> {
    /// The line that `place` is in. A place inside a character counts as the character.
    fn at(text: &'t str, place: usize) -> Line<'t> {
        let place = (0..=place.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = text[..place].rfind('\n').map_or(0, |end| end + 1);
        let end = text[place..].find('\n').map_or(text.len(), |end| place + end);
        Line { text, start, end }
    }

    /// The line without the spaces around it.
    fn shown(&self) -> &'t str {
        self.text[self.start..self.end].trim()
    }

    /// Whether the line begins a header and does not close it.
    fn is_open_header(&self) -> bool {
        self.shown().starts_with('[') && !without_comment(self.shown()).contains(']')
    }

    /// Whether this is the first line of a JSON document: nothing but comments before it.
    fn is_json(&self) -> bool {
        let is_empty = |line: &str| line.trim().is_empty() || line.trim().starts_with('#');
        self.shown().starts_with('{') && self.text[..self.start].lines().all(is_empty)
    }

    /// The key and value of the line, if it sets a key.
    fn setting(&self) -> Option<(&'t str, &'t str)> {
        let (key, value) = self.shown().split_once('=')?;
        let (key, value) = (key.trim(), value.trim());
        (is_key(key) && !key.starts_with(['"', '\''])).then_some((key, value))
    }

    /// Whether `place` is in the key of the line, or at the `=` after it. Before the `=` the key is at fault, after it the value.
    fn is_before_equals(&self, place: usize) -> bool {
        self.text[self.start..self.end].find('=').is_some_and(|at| place <= self.start + at)
    }

    /// Line that opens the list left open before this line; `None` if that is not the mistake. The parser notices
    /// only where the next key or header cannot be a value, which may be far below the list.
    fn follows_open_list(&self, place: usize, message: &str) -> Option<Range<usize>> {
        // Those after the third take a key or header for a value.
        let is_of_list = [
            "missing comma between array",
            "unexpected `=` in array",
            "unclosed array,",
            "string values must be quoted",
            "invalid boolean",
            "invalid float",
            "missing opening quote",
        ];
        if !is_of_list.iter().any(|part| message.starts_with(part)) {
            return None;
        }
        let own = self.shown();
        let begins_another = match self.setting() {
            // In the value it is a fault of the value.
            Some(_) => self.is_before_equals(place),
            // A row of a nested list begins like a header.
            None => own.is_empty() || is_header(own) || message.starts_with("unclosed array,"),
        };
        if !begins_another {
            return None;
        }
        let mut start = self.start;
        loop {
            let before = Line::at(self.text, start.checked_sub(1)?);
            if before.setting().is_some_and(|(_, value)| value.starts_with('[')) {
                return Some(before.start..before.end);
            }
            start = before.start;
        }
    }

    /// The mistake in the line; the error is at `place` in the text. From the certain signs to the vague ones: what fits nothing is a line
    /// without `=`, or a value that cannot be read.
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
        if message.starts_with("missing comma between array") && self.setting().is_none() {
            let is_first = self.text.get(self.start..place).is_none_or(|before| before.trim().is_empty());
            return wrong(
                "a comma is missing between two entries of a list",
                if is_first { "write , after the entry above" } else { "write , between them" },
            );
        }
        match own.split_once('=') {
            _ if own.starts_with('[') && !own.contains("] =") => wrong(
                "this header has too few or too many brackets",
                "write [table], or [[list]] for an entry of a list, and nothing after it",
            ),
            None if own.starts_with("//") || own.starts_with(';') => {
                wrong("a comment begins with #", "write # in place of // or ;")
            }
            _ if self.is_json() => {
                wrong("this is JSON", "write [table] on a line of its own and key = value on the lines below")
            }
            None => wrong("a line without `=`", "write key = value, or # in front of a comment"),
            Some((key, value)) => match self.is_before_equals(place) && !is_key(key.trim()) {
                true => wrong("this is not a key", "write letters, digits and _ before the `=`, without spaces"),
                false => self.fault_of_value(key.trim(), value.trim(), message),
            },
        }
    }

    /// The mistake in a value. It may be a secret, so it is not repeated. The advice is the example of the key where there is one, because
    /// the type that was meant cannot be known from a value that cannot be read.
    fn fault_of_value(&self, key: &str, value: &str, message: &str) -> Fault {
        // The example depends on the whole path: `path` of a sink is another key than that of the store.
        let path = match self.table() {
            "" => key.to_owned(),
            table => format!("{table}.{key}"),
        };
        let usual = || match example(&path, key) {
            empty if empty.ends_with("\"\"") || empty.ends_with("\"...\"") => {
                format!("write {key} = \"...\", including the quotes")
            }
            example => format!("write {example}"),
        };
        let wrong = |what: &str, advice: &str| Fault::new("", format!("not TOML: {what}")).advise(advice);
        let word = value.split('#').next().unwrap_or_default().trim();
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"+-_.".contains(&byte));
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        // Quotes, brackets and braces first: inside them anything may stand. Numbers come after words, and a
        // plain word last.
        match word {
            "" => wrong("a key without a value", &usual()),
            _ if word.starts_with(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}']) => {
                wrong("these quotes are typographic", "write straight ones: \"text\"")
            }
            _ if value.starts_with('"') => self.fault_of_text(value, message),
            _ if value.starts_with('\'') => fault_of_literal(value),
            _ if word.ends_with(['"', '\'']) => wrong("a quote is missing before the text", &usual()),
            _ if word.starts_with('[') => wrong("this list lacks a comma or is not closed", "write [\"a\", \"b\"]"),
            _ if word.starts_with('{') => wrong("this table lacks a comma or is not closed", "write { a = 1, b = 2 }"),
            _ if word.ends_with([',', ';']) => comma_after(),
            _ if ["true", "false", "yes", "no", "on", "off"].contains(&word.to_lowercase().as_str()) => {
                wrong("this is neither true nor false", "write true or false, in small letters and without quotes")
            }
            _ if (4 == digits && word[4..].starts_with('-')) || (2 == digits && word[2..].starts_with(':')) => {
                wrong("a date or time must be in quotes", &format!("write {key} = \"...\", including the quotes"))
            }
            _ if 0 < digits && word.contains(',') && number(&word.replace(',', "")) => {
                wrong("a number with a comma", "write a decimal point, and nothing between thousands")
            }
            _ if 1 < digits && word.starts_with('0') && number(word) => {
                wrong("a number has leading zeros", "remove them")
            }
            _ if number(word) => {
                wrong("this is not a number", "write digits with at most one point between them: 0.5, 1000")
            }
            _ if 0 < digits && !word[digits..].contains('.') => {
                wrong("a number is followed by something else", "write the number alone, without a unit or %")
            }
            _ if message.starts_with("string values must be quoted") => wrong("a string must be quoted", &usual()),
            _ => wrong("this value cannot be read", &usual()),
        }
    }

    /// The mistake in a text between double quotes.
    fn fault_of_text(&self, value: &str, message: &str) -> Fault {
        let wrong = |what: &str, advice: &str| Fault::new("", format!("not TOML: {what}")).advise(advice);
        let quote = if value.starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
        let mut escaped = false;
        let ends = value.char_indices().skip(quote.len()).find(|(at, c)| {
            let is_end = !escaped && value[*at..].starts_with(quote);
            escaped = *c == '\\' && !escaped;
            is_end
        });
        let inner = &value[..ends.map_or(value.len(), |(end, _)| end)];
        // The end of a text of several lines may be further down.
        let is_closed = ends.is_some() || (quote.len() == 3 && self.text[self.end..].contains(quote));
        // The quote at the end of a path such as "C:\data\" is there, but escaped.
        let is_end_escaped = !is_closed && without_comment(value).ends_with("\\\"");
        let of_escape = ["missing escaped value", "too few unicode value digits", "invalid value"];
        match ends.map(|(end, _)| without_comment(&value[end + quote.len()..])) {
            Some("," | ";") => comma_after(),
            _ if !is_closed && !is_end_escaped && quote.len() == 3 => {
                wrong("the text is not closed", "write \"\"\" after it")
            }
            _ if !is_closed && !is_end_escaped => wrong("the text is not closed", "write a quote (\") after it"),
            _ if is_end_escaped || (inner.contains('\\') && of_escape.iter().any(|part| message.starts_with(part))) => {
                wrong(
                    "a backslash between double quotes begins an escape",
                    "write / in its place, or the text between single quotes",
                )
            }
            _ if inner.chars().any(char::is_control) => wrong("the text contains a control character", "remove it"),
            _ => wrong("something follows the text", "write a line for each key, and # in front of a comment"),
        }
    }

    /// Name of the table that the line is in; empty at the top of the file.
    fn table(&self) -> &'t str {
        let header = self.text[..self.start].lines().rev().map(str::trim).find(|line| line.starts_with('['));
        header.map_or("", name_of_header)
    }
}

/// The mistake in a text between single quotes.
fn fault_of_literal(value: &str) -> Fault {
    let wrong = |what: &str, advice: &str| Fault::new("", format!("not TOML: {what}")).advise(advice);
    let quote = if value.starts_with("'''") { "'''" } else { "'" };
    match value[quote.len()..].split_once(quote) {
        Some((_, rest)) if [",", ";"].contains(&without_comment(rest)) => comma_after(),
        Some((inner, _)) if inner.chars().any(|c| c.is_control() && c != '\t') => {
            wrong("the text contains a control character", "remove it")
        }
        _ => wrong(
            "text in single quotes is not closed, or contains a single quote",
            "write it in double quotes: \"it's here\"",
        ),
    }
}

/// A comma or semicolon after a value, as JSON and other languages have it.
fn comma_after() -> Fault {
    Fault::new("", "not TOML: a comma or semicolon after the value").advise("remove it")
}

/// What stands before a comment. For texts without quotes only: within them a `#` begins no comment.
fn without_comment(text: &str) -> &str {
    text.split('#').next().unwrap_or_default().trim()
}

/// Whether a line that begins with a bracket is a header, rather than a row of a nested list.
fn is_header(line: &str) -> bool {
    let name = name_of_header(line);
    let begins = line.starts_with('[') && name.starts_with(|first: char| first.is_ascii_alphabetic());
    begins && is_key(name) && !["true", "false", "inf", "nan"].contains(&name)
}

/// Whether a text may be a key or a path of keys, with quoted parts.
fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.\"'".contains(&byte))
}

/// The fault of a duplicate key, and whether it is a table header. The parser says where the second is; the first has to be found: of a
/// header by its line, of a key in what was parsed.
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
        return (Fault::new(key, format!("is given twice, {first}")).advise("leave one of the two out"), false);
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
        (_, false) => (format!("the table is given twice, {first}"), "write all its keys there".to_owned()),
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

/// Kind of a key's value, as far as the advice for a duplicate depends on it.
#[derive(Clone, Copy)]
enum Form {
    /// A single value, or a list of such.
    Plain,
    /// A table.
    Table,
    /// A list of tables.
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
