//! Combines the settings file and the drop-ins in `conf.d` into one table that remembers the position of every value.
//!
//! Positions survive the merging, so a fault in a value is reported at the line of the drop-in that set it, also when
//! the value it replaced was sound.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::problem::Problem;
use super::syntax::{self, LISTS};
use atalaia_core::base::fault::Fault;

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
    /// The files, in order.
    files: &'a [Layer],
    /// Offset at which each file begins, in bytes. As long as the files that were parsed.
    starts: Vec<usize>,
}

impl<'a> Layers<'a> {
    /// Parses all files into one table, or reports why they are not TOML.
    pub(super) fn parse(files: &'a [Layer]) -> (Layers<'a>, Result<DeTable<'a>, Vec<Problem>>) {
        let mut layers = Layers { files, starts: Vec::with_capacity(files.len()) };
        let (mut whole, mut problems, mut start) = (DeTable::new(), Vec::new(), 0);
        for layer in files {
            layers.starts.push(start);
            let (table, errors) = DeTable::parse_recoverable(&layer.text);
            let errors = errors.iter().map(|error| (error.span().unwrap_or(0..0), error.message()));
            let faults = syntax::faults(&layer.text, table.get_ref(), errors);
            problems.extend(faults.into_iter().map(|(span, fault)| Problem::at(&layer.file, &layer.text, span, fault)));
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

    /// A problem at a position, with its file and line.
    pub(super) fn problem(&self, span: &Range<usize>, fault: Fault) -> Problem {
        let index = self.starts.partition_point(|start| *start <= span.start).saturating_sub(1);
        match (self.files.get(index), self.starts.get(index)) {
            (Some(layer), Some(start)) => {
                Problem::at(&layer.file, &layer.text, span.start - start..span.end.saturating_sub(*start), fault)
            }
            _ => Problem::of_file("settings", fault),
        }
    }

    /// A problem without a position, reported for the first file, which the others extend.
    pub(super) fn of_all(&self, fault: Fault) -> Problem {
        Problem::of_file(self.files.first().map_or("settings", |layer| layer.file.as_str()), fault)
    }

    /// Sorts by file and line.
    pub(super) fn sort(&self, problems: &mut [Problem]) {
        problems.sort_by_key(|problem| {
            let file = self.files.iter().position(|layer| layer.file == problem.file);
            (file, problem.line.as_ref().map(|line| line.number))
        });
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

/// Layers entries of a list over those below: an entry with a known name changes that one, any other is added at the
/// end. So a drop-in can change the address of one input and need not repeat the others.
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

/// The name of an entry of a list; `None` if it has none, which is reported elsewhere.
fn name_of<'v>(entry: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
    entry.get_ref().as_table()?.get("name")?.get_ref().as_str()
}

/// A table with all its positions moved by `by` bytes.
fn moved_table(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    table.into_iter().map(|(key, value)| (moved(key, by, |name, _| name), moved(value, by, moved_value))).collect()
}

/// A value with the positions of what it holds moved.
fn moved_value(value: DeValue<'_>, by: usize) -> DeValue<'_> {
    match value {
        DeValue::Table(table) => DeValue::Table(moved_table(table, by)),
        DeValue::Array(list) => DeValue::Array(list.into_iter().map(|entry| moved(entry, by, moved_value)).collect()),
        plain => plain,
    }
}

/// One item with its position moved, and what is inside it by `inner`.
fn moved<T>(spanned: Spanned<T>, by: usize, inner: impl Fn(T, usize) -> T) -> Spanned<T> {
    let span = spanned.span();
    Spanned::new(span.start + by..span.end + by, inner(spanned.into_inner(), by))
}
