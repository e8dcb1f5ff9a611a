//! How a command fails: the message for standard error, and the exit code that it gives the program.
//!
//! Scripts and systemd read the exit code, so its values are an interface. 65 and 78 are `EX_DATAERR` and
//! `EX_CONFIG` of `sysexits.h`; 2 is what clap uses for wrong arguments; the table is in the help of the
//! program and in `docs/commands.md`.
//!
//! Texts may quote names from the air, from files and from other programs. They are escaped here.
//! Texts of `Shown` are printed as they are, so their authors escape what comes from elsewhere.

use crate::config::Problem;
use crate::platform::telemetry::FromAir;

/// Why a command failed. Decides the exit code (see the help of the program).
#[derive(Debug)]
pub(super) enum Failure {
    /// An input cannot be read, or nothing in it could be used: exit code 65. The text names the file.
    Input(String),
    /// Lines of a truth or alert file cannot be used: exit code 65. One message for each line, as
    /// `file:line: what`.
    Lines(Vec<String>),
    /// Settings or zones are faulty: exit code 78.
    Settings(Vec<Problem>),
    /// The arguments are wrong, or the store refused what they ask for, such as an unknown id: exit code 2.
    /// Another attempt with the same arguments cannot succeed.
    Usage(String),
    /// An evidence bundle differs from what was packed, or is unsigned although a key was given: exit code 1.
    Damaged(String),
    /// The bundle is intact, but the replay does not find all of its alerts again: exit code 3.
    NotFoundAgain(String),
    /// The reader of standard output closed the pipe, such as `head`. Not an error: exit code 0.
    ReaderGone,
    /// A message that is printed as it is, with its exit code: reports of several lines, and failures of a
    /// second process. An empty text prints nothing.
    Shown { code: u8, text: String },
    /// Anything else, such as a full disk: exit code 1.
    Other(String),
}

impl Failure {
    /// The exit code and the message for standard error, without a line end. The message is empty if nothing
    /// is to be printed.
    pub(super) fn exit(&self) -> (u8, String) {
        match self {
            Failure::Input(text) => (65, format!("atalaia: {}", FromAir(text))),
            Failure::Lines(errors) => {
                let line = |error: &String| format!("atalaia: {}", FromAir(error));
                (65, errors.iter().map(line).collect::<Vec<_>>().join("\n"))
            }
            Failure::Settings(problems) => {
                let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
                (78, lines.join("\n"))
            }
            Failure::Usage(text) => (2, format!("atalaia: {}", FromAir(text))),
            Failure::Damaged(text) => (1, format!("atalaia: {}", FromAir(text))),
            Failure::NotFoundAgain(text) => (3, format!("atalaia: {}", FromAir(text))),
            Failure::ReaderGone => (0, String::new()),
            Failure::Shown { code, text } => (*code, text.clone()),
            Failure::Other(text) => {
                // Some texts have several lines. Only what is inside a line is escaped.
                let lines: Vec<String> = text.lines().map(|line| FromAir(line).to_string()).collect();
                (1, format!("atalaia: {}", lines.join("\n")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_passes_on_an_escape_sequence_from_a_file_name() {
        let hostile = || "cannot read a\u{1b}[2Jb: no such file\nsecond line".to_owned();
        let input = Failure::Input(hostile());
        let several = Failure::Lines(vec![hostile()]);
        let failures =
            [input, several, Failure::Usage(hostile()), Failure::Damaged(hostile()), Failure::Other(hostile())];
        for failure in failures {
            let (_, message) = failure.exit();
            assert!(!message.contains('\u{1b}') && message.contains("no such file"), "{message:?}");
        }
        assert_eq!(Failure::Other(hostile()).exit().1.lines().count(), 2);
    }
}
