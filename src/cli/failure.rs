//! How a command fails: the message for standard error, and the exit code that it gives the program.

use crate::config::Problem;
use crate::platform::telemetry::FromAir;

/// Why a command failed. Decides the exit code (see the help of the program).
#[derive(Debug)]
pub(super) enum Failure {
    /// An input cannot be read: exit code 65.
    Input(String),
    /// Lines of an input cannot be used, each with its file and line: exit code 65.
    Lines(Vec<String>),
    /// Settings or zones are faulty: exit code 78.
    Settings(Vec<Problem>),
    /// The arguments are wrong, or the store refused them: exit code 2.
    Usage(String),
    /// An evidence bundle differs from what was packed: exit code 1.
    Damaged(String),
    /// The bundle is intact, but the replay does not find all of its alerts again: exit code 3.
    NotFoundAgain(String),
    /// The reader of standard output closed the pipe, such as `head`. Not an error: exit code 0.
    ReaderGone,
    /// A message that is printed as it is, with its exit code.
    Shown { code: u8, text: String },
    /// Anything else, such as a full disk: exit code 1.
    Other(String),
}

impl Failure {
    /// The exit code and the message for standard error, without a line end. The message is empty if nothing is to be printed.
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
            Failure::Other(text) => (1, format!("atalaia: {text}")),
        }
    }
}
