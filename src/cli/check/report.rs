//! Shows problems with their file and line, a mark under the faulty part, and what to write instead.
//!
//! The layout is that of `miette`, which compilers have made familiar. Its spans count bytes of a whole file, but a problem carries only its
//! own line, already shortened. So [`Place`] presents that line as if it were at its place in the file.

use std::collections::BTreeSet;
use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use crate::config::{Excerpt, Problem};
use crate::platform::telemetry::FromAir;
use atalaia_core::base::fault::Fault;
use atalaia_core::base::text::counted;

/// All problems and their number; coloured for a terminal if `colour`, else plain. Ends without a line end.
pub(super) fn of(problems: &[Problem], colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
    let handler = GraphicalReportHandler::new_themed(theme).with_wrap_lines(false).with_links(false);
    let mut text = String::new();
    for problem in problems {
        let shown = Rendering::new(problem);
        // The library can fail on odd spans. The problem must be shown nevertheless.
        if handler.render_report(&mut text, &shown).is_err() {
            text.push_str(&FromAir(&problem.to_string()).to_string());
        }
        text.truncate(text.trim_end().len());
        text.push_str("\n\n");
    }
    let files: BTreeSet<&str> = problems.iter().map(|problem| problem.file.as_str()).collect();
    text.push_str(&format!("atalaia: {} in {}", counted(problems.len(), "problem"), counted(files.len(), "file")));
    text
}

/// A problem in the form that the rendering library expects. Control characters from the files are made
/// visible, because a settings file may come from anywhere.
#[derive(Debug)]
struct Rendering {
    /// What is wrong, with the key; with the file if there is no line.
    what: String,
    /// What to write instead; `None` if there is no advice.
    advice: Option<String>,
    /// Where it is; `None` if the problem is about a whole file.
    place: Option<Place>,
}

/// One line of a file.
#[derive(Debug)]
struct Place {
    /// Name of the file, escaped.
    file: String,
    /// The line as it is shown, escaped, and the part of it that is marked.
    line: Excerpt,
}

impl Rendering {
    /// Escapes the texts. The marked part moves with what is escaped before it.
    fn new(problem: &Problem) -> Rendering {
        let safe = |text: &str| FromAir(text).to_string();
        let line = problem.line.as_ref().map(|line| {
            // Escapes make a text longer, so the three parts are escaped one by one.
            let (before, rest) = line.shown.split_at(line.marked.start);
            let (marked, after) = rest.split_at(line.marked.len());
            let [before, marked, after] = [before, marked, after].map(|part| safe(&part.replace('\t', " ")));
            let within = before.len()..before.len() + marked.len();
            Excerpt { shown: [before, marked, after].concat(), marked: within, ..(**line).clone() }
        });
        let Fault { key, what, advice, .. } = &problem.fault;
        let what = if key.is_empty() { safe(what) } else { safe(&format!("{key}: {what}")) };
        let what = match line {
            Some(_) => what,
            None => format!("{}: {what}", safe(&problem.file)),
        };
        Rendering {
            what,
            advice: advice.as_deref().map(safe),
            place: line.map(|line| Place { file: safe(&problem.file), line }),
        }
    }
}

impl fmt::Display for Rendering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Rendering {}

impl Diagnostic for Rendering {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.advice.as_ref().map(|advice| Box::new(advice) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| place as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let marked = self.place.as_ref()?.line.marked.clone();
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(None, marked))))
    }
}

/// One line of a file, at any line number.
impl SourceCode for Place {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.line.shown.as_str().read_span(span, before, after)?;
        // The library asks twice: for the marked part, whose column it wants, and for the whole line, which starts at
        // column 0.
        let column = if before == 0 && after == 0 { self.line.column - 1 } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            read.data(),
            *read.span(),
            self.line.number - 1,
            column,
            read.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[time]\nlatenes_seconds = 10\n\nidle_after_seconds = \"\u{1b}[31m\"\n";

    fn problems() -> Vec<Problem> {
        let unknown = Fault::new("time.latenes_seconds", "unknown key").advise("did you mean `lateness_seconds`?");
        vec![
            Problem::at("a.toml", TEXT, 7..22, unknown),
            Problem::at("a.toml", TEXT, 50..58, "is no \u{1b}number".into()),
            Problem::of_file("b.geojson", Fault::new("", "is UTF-16 text").advise("save it as UTF-8")),
        ]
    }

    #[test]
    fn each_problem_shows_its_line_a_mark_and_what_to_write() {
        let text = of(&problems(), false);
        for part in [
            "time.latenes_seconds: unknown key\n",
            "[a.toml:2:1]",
            " 2 | latenes_seconds = 10\n",
            "   : ^^^^^^^^^^^^^^^\n",
            "help: did you mean `lateness_seconds`?",
            "[a.toml:4:22]",
            "b.geojson: is UTF-16 text\n",
            "help: save it as UTF-8",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert!(text.ends_with("\natalaia: 3 problems in 2 files"), "{text}");
    }

    #[test]
    fn colour_is_for_terminals_and_control_characters_of_a_file_are_escaped() {
        assert!(!of(&problems(), false).contains('\u{1b}'));
        let coloured = of(&problems(), true);
        assert!(coloured.contains("\u{1b}[") && !coloured.contains("\u{1b}[31m\"") && !coloured.contains("\u{1b}n"));
    }
}
