//! One thing wrong with the settings, told with file, line, key and what to write instead.

use std::fmt;

/// Prints as `FILE:LINE: key: what is wrong; write X instead`, then the line as it stands in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The file as the operator named it.
    pub file: String,
    /// Line from 1, and its text; absent when the fault is that something is not there.
    pub line: Option<(usize, String)>,
    /// The key's path, what is wrong with it, and what to write.
    pub text: String,
}

impl Problem {
    /// About a whole file.
    pub fn of_file(file: impl Into<String>, text: impl Into<String>) -> Problem {
        Problem { file: file.into(), line: None, text: text.into() }
    }

    /// About the place `offset` bytes into `whole`.
    pub fn at(file: &str, whole: &str, offset: usize, text: String) -> Problem {
        let boundary = |at: &usize| whole.is_char_boundary(*at);
        let offset = (0..=offset.min(whole.len())).rev().find(boundary).unwrap_or(0);
        let number = 1 + whole[..offset].matches('\n').count();
        let start = whole[..offset].rfind('\n').map_or(0, |end| end + 1);
        let line = whole[start..].lines().next().unwrap_or_default();
        Problem { file: file.to_owned(), line: Some((number, line.trim_end().to_owned())), text }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.line {
            Some((number, line)) => write!(f, "{}:{number}: {}\n    {}", self.file, self.text, line.trim_start()),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}
