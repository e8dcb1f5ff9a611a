//! A problem in a settings, zone or list file: a fault, and where it is.
//!
//! Settings hold references to secrets, but operators also paste secrets where they do not belong. So the line of a
//! problem is shown only if nothing in it looks like one; logs and pages then never have it.

use std::fmt;
use std::ops::Range;

use atalaia_core::base::fault::Fault;

/// Prints as `FILE:LINE: key: what is wrong; write X instead`, followed by the line from the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The file as the operator named it.
    pub file: String,
    /// The line concerned; `None` if the file as a whole is.
    pub line: Option<Box<Excerpt>>,
    /// The key path, what is wrong, and what to write instead. The key is that of the settings; in a zone file it begins with the zone.
    pub fault: Fault,
}

/// A line of a file, shortened around the error if it is long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Excerpt {
    /// Line number, from 1.
    pub number: usize,
    /// Column where the error begins, in characters from 1.
    pub column: usize,
    /// The line without its end, or the part around the error if the line is longer than that.
    pub shown: String,
    /// Byte range of the error in `shown`.
    pub marked: Range<usize>,
}

/// Characters shown before the error, and in all; a file may consist of one long line.
const BEFORE: usize = 60;
/// See [`BEFORE`].
const MOST: usize = 160;
/// Bytes kept of the beginning and of the end of a key, of what is wrong, and of the advice; each may quote something very long.
const KEY: [usize; 2] = [80, 40];
/// See [`KEY`].
const WHAT: [usize; 2] = [300, 100];
/// See [`KEY`]. Longer, because advice lists the words that a key may hold.
const ADVICE: [usize; 2] = [700, 100];

impl Problem {
    /// A problem of a whole file.
    pub fn of_file(file: impl Into<String>, fault: impl Into<Fault>) -> Problem {
        Problem { file: file.into(), line: None, fault: shortened(fault.into()) }
    }

    /// A problem of the bytes `span` of the text `whole`.
    pub fn at(file: &str, whole: &str, span: Range<usize>, fault: Fault) -> Problem {
        let line = Excerpt::at(whole, span);
        // The line as it would be shown is judged, not the whole line: only what is shown can leak.
        let is_secret = names_a_password(&line.shown) || gives_a_secret(&line.shown);
        let line = if is_secret { line.masked() } else { line };
        Problem { file: file.to_owned(), line: Some(Box::new(line)), fault: shortened(fault) }
    }

    /// The same problem with the value on its line hidden, for a key that holds a secret under any name.
    pub(super) fn hidden(self) -> Problem {
        Problem { line: self.line.map(|line| Box::new(line.masked())), ..self }
    }

    /// A problem of line `number` of `whole`, from 1; of the whole file if it has no such line.
    pub fn of_line(file: &str, whole: &str, number: usize, fault: Fault) -> Problem {
        let start: usize = whole.split_inclusive('\n').take(number.saturating_sub(1)).map(str::len).sum();
        let Some(line) = whole[start..].lines().next() else {
            return Problem::of_file(file, fault);
        };
        let first = start + line.len() - line.trim_start().len();
        Problem::at(file, whole, first..first + line.trim().len(), fault)
    }
}

/// Whether the line has a URL with a user name or password.
fn names_a_password(line: &str) -> bool {
    line.split("://")
        .skip(1)
        .any(|rest| rest.split(['"', '\'', '/', ' ']).next().is_some_and(|host| host.contains('@')))
}

/// Whether the line sets a secret directly instead of naming where it is stored.
fn gives_a_secret(line: &str) -> bool {
    let Some((key, value)) = line.split_once('=') else {
        return false;
    };
    let is_named = ["password", "secret", "token", "bearer"].iter().any(|name| key.trim().ends_with(name));
    is_named && !value.trim_start().starts_with('{')
}

impl Excerpt {
    /// Hides everything after the first key.
    fn masked(self) -> Excerpt {
        let key = self.shown.split('=').next().unwrap_or_default().to_owned();
        let shown = format!("{key}= ***");
        Excerpt { marked: shown.len() - 3..shown.len(), shown, ..self }
    }

    /// The line in which `span` begins. Positions inside a character or beyond the text are moved back to the
    /// nearest one before.
    fn at(whole: &str, span: Range<usize>) -> Excerpt {
        let boundary = |at: usize| (0..=at.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        let (from, to) = (boundary(span.start), boundary(span.end.max(span.start)));
        let start = whole[..from].rfind('\n').map_or(0, |end| end + 1);
        let line = whole[start..].lines().next().unwrap_or_default().trim_end();
        // The error may begin after the last character, and span several lines.
        let (from, to) = ((from - start).min(line.len()), (to - start).min(line.len()));
        let column = 1 + line[..from].chars().count();
        let byte = |skip: usize| line.char_indices().nth(skip).map_or(line.len(), |(at, _)| at);
        let first = column.saturating_sub(BEFORE + 1);
        let (left, right) = (byte(first), byte(first + MOST));
        let lead = if 0 < left { "... " } else { "" };
        let tail = if right < line.len() { " ..." } else { "" };
        let shown = format!("{lead}{}{tail}", &line[left..right]);
        let marked = lead.len() + from - left..lead.len() + to.min(right) - left;
        Excerpt { number: 1 + memchr::memchr_iter(b'\n', &whole.as_bytes()[..start]).count(), column, shown, marked }
    }
}

/// The fault with overlong parts cut in their middle: beginning and end are what identifies a quoted text.
fn shortened(fault: Fault) -> Fault {
    let shorter = |text: String, [first, last]: [usize; 2]| {
        if text.len() <= first + last {
            return text;
        }
        let boundary = |at: usize| (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        format!("{} ... {}", &text[..boundary(first)], &text[boundary(text.len() - last)..])
    };
    let Fault { key, what, advice, other } = fault;
    let advice = advice.map(|advice| shorter(advice, ADVICE));
    Fault { key: shorter(key, KEY), what: shorter(what, WHAT), advice, other }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.line {
            Some(line) => write!(f, "{}:{}: {}\n    {}", self.file, line.number, self.fault, line.shown.trim_start()),
            None => write!(f, "{}: {}", self.file, self.fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_secret_in_it_is_not_shown() {
        let shown = |whole: &str, text: &str| {
            let problem = Problem::at("a.toml", whole, 0..whole.len(), text.into());
            problem.line.expect("a line").shown
        };
        assert_eq!(shown("password = \"canary\"", "odd"), "password = ***");
        let hidden = Problem::at("a.toml", "key = \"canary\"", 6..14, "odd".into()).hidden();
        assert_eq!(hidden.line.expect("a line").shown, "key = ***");
        assert_eq!(shown("user.password = hunter2", "not TOML"), "user.password = ***");
        assert_eq!(shown("bearer = { file = \"a\" }", "odd"), "bearer = { file = \"a\" }");
        assert_eq!(shown("mqtt = { url = \"mqtt://me:canary@broker\" }", "odd"), "mqtt = ***");
        assert_eq!(shown("url = \"mqtt://broker/a\" # me@home", "odd"), "url = \"mqtt://broker/a\" # me@home");
    }

    fn marked(whole: &str, span: Range<usize>) -> (usize, usize, String) {
        let line = Excerpt::at(whole, span);
        (line.number, line.column, line.shown[line.marked].to_owned())
    }

    #[test]
    fn the_fault_is_marked_within_its_line() {
        let text = "a = 1\r\n  bö = \"x\"\nc = [\n1]\n";
        assert_eq!(marked(text, 0..1), (1, 1, "a".to_owned()));
        assert_eq!(marked(text, 9..18), (2, 3, "bö = \"x\"".to_owned()));
        assert_eq!(marked(text, 23..28), (3, 5, "[".to_owned()), "to the end of its line");
        assert_eq!(marked(text, text.len()..text.len()), (5, 1, String::new()));
        assert_eq!(marked("", 0..7), (1, 1, String::new()));
        assert_eq!(marked("é", 1..2), (1, 1, "é".to_owned()), "no half characters");
    }

    #[test]
    fn a_long_line_is_shown_around_the_error() {
        let text = format!("{}KEY = 1{}", "x".repeat(9_000), "y".repeat(10_000_000));
        let line = Excerpt::at(&text, 9_000..9_003);
        assert_eq!((line.column, &line.shown[line.marked.clone()]), (9_001, "KEY"));
        assert!(line.shown.len() < 200 && line.shown.starts_with("... x") && line.shown.ends_with("y ..."));
        let line = Excerpt::at(&text, 0..1);
        assert!(line.shown.starts_with("xx") && line.shown[line.marked] == *"x");
    }

    #[test]
    fn a_huge_key_is_shortened_and_its_advice_kept() {
        let fault = Fault::new("ö".repeat(1_000_000), "unknown key").advise("leave it out");
        let problem = Problem::of_file("f", fault);
        assert!(problem.to_string().len() < 1200 && problem.to_string().ends_with("; leave it out"), "{problem}");
    }

    #[test]
    fn a_missing_line_is_reported_for_the_whole_file() {
        assert_eq!(Problem::of_line("f", "a\n", 9, "b".into()), Problem::of_file("f", "b"));
        let problem = Problem::of_line("f", "a\n  b \n", 2, "c".into());
        assert_eq!(problem.to_string(), "f:2: c\n    b");
    }
}
