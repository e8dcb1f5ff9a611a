//! Combines the settings file and the drop-ins in `conf.d` into one table that remembers the position of every value.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::problem::Problem;

/// A settings file as read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Layer {
    /// Path as the operator named it or would name it.
    pub(super) file: String,
    /// The whole text.
    pub(super) text: String,
}

/// The files in order, later ones taking precedence. Positions are byte offsets into all files one after the other.
pub(super) struct Layers<'a> {
    files: &'a [Layer],
    starts: Vec<usize>,
}

/// Lists whose entries have names: an entry of a later file changes the earlier one of the same name, or is added.
pub(super) const LISTS: [&str; 2] = ["inputs", "sinks"];

impl<'a> Layers<'a> {
    /// Parses all files into one table, or reports why they are not TOML.
    pub(super) fn parse(files: &'a [Layer]) -> (Layers<'a>, Result<DeTable<'a>, Vec<Problem>>) {
        let mut layers = Layers { files, starts: Vec::with_capacity(files.len()) };
        let (mut whole, mut problems, mut start) = (DeTable::new(), Vec::new(), 0);
        for layer in files {
            layers.starts.push(start);
            let (table, errors) = DeTable::parse_recoverable(&layer.text);
            let errors = errors.iter().map(|error| (error.span().unwrap_or(0..0), error.message()));
            let told = words(&layer.text, table.get_ref(), errors);
            problems.extend(told.into_iter().map(|(span, text)| Problem::at(&layer.file, &layer.text, span, text)));
            if problems.is_empty() {
                lay_over(&mut whole, moved_table(table.into_inner(), start), &LISTS);
            }
            // One more byte, so that the end of a file differs from the beginning of the next.
            start += layer.text.len() + 1;
        }
        let whole = if problems.is_empty() { Ok(whole) } else { Err(problems) };
        (layers, whole)
    }

    /// The range of all files.
    pub(super) fn all(&self) -> Range<usize> {
        0..self.files.iter().map(|layer| layer.text.len() + 1).sum()
    }

    /// A problem at a position.
    pub(super) fn problem(&self, span: &Range<usize>, text: String) -> Problem {
        let index = self.starts.partition_point(|start| *start <= span.start).saturating_sub(1);
        match (self.files.get(index), self.starts.get(index)) {
            (Some(layer), Some(start)) => {
                Problem::at(&layer.file, &layer.text, span.start - start..span.end.saturating_sub(*start), text)
            }
            _ => Problem::of_file("settings", text),
        }
    }

    /// A problem without a position, reported for the first file, which the others extend.
    pub(super) fn of_all(&self, text: String) -> Problem {
        Problem::of_file(self.files.first().map_or("settings", |layer| layer.file.as_str()), text)
    }

    /// Sorts by file and line.
    pub(super) fn sort(&self, problems: &mut [Problem]) {
        problems.sort_by_key(|problem| {
            let file = self.files.iter().position(|layer| layer.file == problem.file);
            (file, problem.line.as_ref().map(|line| line.number))
        });
    }
}

/// Turns parser errors into sentences with advice, one for each error. `table` is what could be parsed.
fn words<'e>(
    text: &str,
    table: &DeTable<'_>,
    errors: impl Iterator<Item = (Range<usize>, &'e str)>,
) -> Vec<(Range<usize>, String)> {
    let mut told = Vec::new();
    // End of the keys below a duplicated table; they are not errors themselves.
    let mut below_twice = 0;
    for (span, message) in errors {
        let sentence = match message {
            "duplicate key" if span.start < below_twice => continue,
            "duplicate key" => {
                let (sentence, is_header) = twice(text, table, &span);
                if is_header {
                    let next = text[span.end..].find("\n[").map_or(text.len(), |next| span.end + next);
                    below_twice = next;
                }
                sentence
            }
            message if ["unicode value", "escaped value"].iter().any(|part| message.contains(part)) => {
                "not TOML: a backslash between double quotes begins an escape; write / in its place, or the text between single quotes"
                    .to_owned()
            }
            // The value may be a secret, so it is not repeated.
            message if message.starts_with("string values must be quoted") => {
                "not TOML: a string must be quoted; write for instance name = \"coast\"".to_owned()
            }
            message => format!("not TOML: {}", message.replace('\n', ", ")),
        };
        let line = |at: usize| text[..at].matches('\n').count();
        // A path has several backslashes, each an error of its own.
        let is_again = told.last().is_some_and(|(other, same): &(Range<usize>, String)| {
            *same == sentence && line(other.start) == line(span.start)
        });
        if !is_again {
            told.push((span, sentence));
        }
    }
    told
}

/// The sentence for a duplicate key, and whether it is a table header.
fn twice(text: &str, table: &DeTable<'_>, span: &Range<usize>) -> (String, bool) {
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
        return (format!("{key}: stands twice, {first}; leave one of the two out"), false);
    }
    let name = name_of_header(line);
    let sentence = match (before, line.starts_with("[[")) {
        (Some((_, Form::List)), false) => {
            format!("{name}: there are several of them, {first}; write [[{name}]] in place of [{name}]")
        }
        (Some((_, Form::Table)), true) if LISTS.contains(&name) => {
            format!("{name}: is a single table {first}; write [[{name}]] there too")
        }
        (_, true) => format!("{name}: is not a list, {first}; write its keys there"),
        (_, false) => format!("{name}: the table stands twice, {first}; write all its keys there"),
    };
    (sentence, true)
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

/// Layers the keys of `over` over those of `under`, table by table. The entries of `lists` are matched by name.
fn lay_over<'a>(under: &mut DeTable<'a>, over: DeTable<'a>, lists: &[&str]) {
    for (key, mut value) in over {
        let is_list = lists.contains(&key.get_ref().as_ref());
        match (under.get_mut(key.get_ref().as_ref()).map(Spanned::get_mut), value.get_mut()) {
            (Some(DeValue::Table(below)), DeValue::Table(above)) => lay_over(below, std::mem::take(above), &[]),
            (Some(DeValue::Array(below)), DeValue::Array(above)) if is_list => {
                add_entries(below, std::mem::replace(above, DeArray::new()));
            }
            _ => {
                // The key is replaced too, because it carries the position.
                under.remove(key.get_ref().as_ref());
                under.insert(key, value);
            }
        }
    }
}

fn add_entries<'a>(below: &mut DeArray<'a>, above: DeArray<'a>) {
    let mut known: Vec<Option<String>> = below.iter().map(|entry| name_of(entry).map(str::to_owned)).collect();
    for mut entry in above {
        // Two entries of one name in one file are an error and must both stay.
        let same = name_of(&entry).and_then(|name| known.iter().position(|other| other.as_deref() == Some(name)));
        let changed = same.and_then(|index| {
            known[index] = None;
            below.get_mut(index)
        });
        match (changed.map(Spanned::get_mut), entry.get_mut()) {
            (Some(DeValue::Table(below)), DeValue::Table(above)) => lay_over(below, std::mem::take(above), &[]),
            _ => below.push(entry),
        }
    }
}

fn name_of<'v>(entry: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
    entry.get_ref().as_table()?.get("name")?.get_ref().as_str()
}

fn moved_table(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    table.into_iter().map(|(key, value)| (moved(key, by, |name, _| name), moved(value, by, moved_value))).collect()
}

fn moved_value(value: DeValue<'_>, by: usize) -> DeValue<'_> {
    match value {
        DeValue::Table(table) => DeValue::Table(moved_table(table, by)),
        DeValue::Array(list) => DeValue::Array(list.into_iter().map(|entry| moved(entry, by, moved_value)).collect()),
        plain => plain,
    }
}

fn moved<T>(spanned: Spanned<T>, by: usize, inner: impl Fn(T, usize) -> T) -> Spanned<T> {
    let span = spanned.span();
    Spanned::new(span.start + by..span.end + by, inner(spanned.into_inner(), by))
}
