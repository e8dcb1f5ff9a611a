//! Parses text into a `Config` and reports every error at once, each with its line.
//!
//! A text goes through four steps: TOML, the layers, the walk against the schema, and the structs. The walk takes out
//! what is faulty and reports it, so the structs always see a sound document, and one fault does not hide another.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::layers::{Layer, Layers};
use super::problem::Problem;
use super::settings::Config;
use super::shape::SETTINGS;
use super::walk::{Misfit, walk};
use atalaia_core::base::fault::Fault;

/// Settings as far as they could be parsed.
pub(super) struct Draft<'a> {
    /// The files, for the lines of problems.
    layers: Layers<'a>,
    /// What was written, faults included, with positions. Empty if a text is not TOML.
    table: DeTable<'a>,
    /// List entries left out because of an error: name of the list and index in the files, ascending.
    left_out: Vec<(String, usize)>,
    /// Keys with an error, by their paths in the files; further messages about them are dropped.
    faulty: Vec<String>,
    /// The parsed settings, with defaults or placeholders for keys with errors. `None` if a text is not TOML.
    pub(super) config: Option<Config>,
    /// The errors found so far.
    pub(super) problems: Vec<Problem>,
    /// Keys under a former name.
    pub(super) renamed: Vec<Problem>,
}

/// Maximum number of errors reported. A file with more is most often not a settings file at all.
const MOST_PROBLEMS: usize = 100;

/// Compares a settings text with the schema: what is unknown, missing, of another type or out of its range. How values relate to one
/// another is not compared.
pub fn misfits(text: &str) -> Vec<Problem> {
    load(&[Layer { file: "settings".to_owned(), text: text.to_owned() }]).problems
}

/// Parses the texts, each layered over the ones before it.
pub(super) fn load(files: &[Layer]) -> Draft<'_> {
    load_if(files, |_| true)
}

/// Parses only these tables; the rest only has to be valid TOML.
pub(super) fn load_tables<'a>(files: &'a [Layer], names: &[&str]) -> Draft<'a> {
    load_if(files, |name| names.contains(&name))
}

/// Parses the tables for which `wanted` is true.
fn load_if(files: &[Layer], wanted: impl Fn(&str) -> bool) -> Draft<'_> {
    let (layers, parsed) = Layers::parse(files);
    let mut loaded = Draft {
        layers,
        table: DeTable::new(),
        left_out: Vec::new(),
        faulty: Vec::new(),
        config: None,
        problems: Vec::new(),
        renamed: Vec::new(),
    };
    match parsed {
        Ok(table) => {
            loaded.table = table.into_iter().filter(|(key, _)| wanted(key.get_ref())).collect();
            loaded.understand();
        }
        Err(problems) => loaded.problems = problems,
    }
    loaded.problems.truncate(MOST_PROBLEMS);
    loaded
}

impl Draft<'_> {
    /// Compares the texts with the schema, reports every fault, and deserialises the rest.
    fn understand(&mut self) {
        let walked = walk(&SETTINGS, &self.table);
        for Misfit { span, fault, is_secret } in walked.misfits {
            self.faulty.push(fault.key.clone());
            let problem = self.layers.problem(&span, fault);
            self.problems.push(if is_secret { problem.hidden() } else { problem });
        }
        self.renamed = walked.renamed.into_iter().map(|found| self.layers.problem(&found.span, found.fault)).collect();
        self.left_out = walked.left_out;
        // The span is for errors without a position of their own.
        let rest = Spanned::new(self.layers.all(), walked.table);
        match Config::deserialize(Deserializer::from(rest)) {
            Ok(mut config) => {
                // Before the values are checked against one another, so that a conflict with the profile
                // is found too.
                if let Some(profile) = config.profile {
                    profile.apply(&mut config.behaviours, |path| self.is_written(path));
                }
                self.config = Some(config);
            }
            // What the schema cannot describe, such as a number too large for its type.
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                self.problems.push(self.layers.problem(&span, error.message().into()));
            }
        }
        self.layers.sort(&mut self.problems);
    }

    /// Whether a fault of `problems()` is about a key whose error is already reported.
    pub(super) fn is_about_faulty(&self, fault: &Fault) -> bool {
        let path = self.as_in_file(&fault.key);
        let is_within = |path: &str, whole: &str, joints: &[char]| {
            path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(joints))
        };
        // A list without its faulty entries is not what was written.
        self.faulty.iter().any(|faulty| is_within(&path, faulty, &['.', '[']) || is_within(faulty, &path, &['[']))
    }

    /// Sorts by file and line.
    pub(super) fn sort(&self, problems: &mut [Problem]) {
        self.layers.sort(problems);
    }

    /// Finds the line of a fault of `problems()`.
    pub(super) fn locate(&self, fault: Fault) -> Problem {
        let fault = Fault { key: self.as_in_file(&fault.key), ..fault };
        // A key with its default is not in the file; the other key of the fault is then the one that was written.
        let other = fault.other.as_ref().map(|other| match fault.key.rsplit_once('.') {
            Some((table, _)) => format!("{table}.{other}"),
            None => other.to_string(),
        });
        let written = other.filter(|other| !self.is_written(&fault.key) && self.is_written(other));
        match self.find(written.as_ref().unwrap_or(&fault.key)) {
            Some(span) => self.layers.problem(&span, fault),
            None => self.layers.of_all(fault),
        }
    }

    /// Converts a list index to the numbering of the files, which includes entries left out.
    fn as_in_file(&self, path: &str) -> String {
        let Some((list, rest)) = path.split_once('[') else {
            return path.to_owned();
        };
        let Some((index, rest)) = rest.split_once(']') else {
            return path.to_owned();
        };
        let mut index: usize = index.parse().unwrap_or(0);
        for (_, gap) in self.left_out.iter().filter(|(name, _)| name == list) {
            index += usize::from(*gap <= index);
        }
        format!("{list}[{index}]{rest}")
    }

    /// Whether the file sets a key; `path` may lead through tables but not lists.
    pub(super) fn is_written(&self, path: &str) -> bool {
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

    /// Position of a key in the text, or of the nearest enclosing item.
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
            let is_plain = !matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_));
            nearest = Some(if is_plain { key.span().start..value.span().end } else { key.span() });
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

#[cfg(test)]
mod tests;
