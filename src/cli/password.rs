//! Reads a password from a file or from the terminal, without showing it.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::failure::Failure;
use crate::http::password_fault;

/// Shows what is typed again when it is dropped, also after an error.
struct Hidden(Termios);

impl Drop for Hidden {
    fn drop(&mut self) {
        // The terminal may be gone; there is nothing else to do then.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

/// A new password for the person: the first line of `file`, else typed twice at the terminal.
///
/// # Errors
/// If the file cannot be read, there is no terminal, the two differ, or the password is too easy.
pub(super) fn new_password(file: Option<&Path>, name: &str) -> Result<String, Failure> {
    let password = match file {
        Some(file) => {
            let text =
                fs::read_to_string(file).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        None => typed(name)?,
    };
    match password_fault(&password, name) {
        Some(fault) => Err(Failure::Usage(format!("password: {fault}"))),
        None => Ok(password),
    }
}

/// Asks for a new password twice.
fn typed(name: &str) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage("a password is typed at a terminal; else write --password-file FILE".to_owned()));
    }
    let first = line(&format!("New password of {name}: "))?;
    match line("The same again: ")? == first {
        true => Ok(first),
        false => Err(Failure::Usage("the two passwords differ".to_owned())),
    }
}

/// One line from the terminal, which does not show it.
fn line(prompt: &str) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::Other(format!("terminal: {error}"));
    let shown = tcgetattr(io::stdin()).map_err(|error| failed(error.into()))?;
    let mut quiet = shown.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    let hidden = Hidden(shown);
    tcsetattr(io::stdin(), OptionalActions::Flush, &quiet).map_err(|error| failed(error.into()))?;
    let mut text = String::new();
    // The prompt goes to standard error, so that standard output can be a file.
    write!(io::stderr(), "{prompt}").map_err(failed)?;
    let read = io::stdin().lock().read_line(&mut text);
    drop(hidden);
    writeln!(io::stderr()).map_err(failed)?;
    read.map_err(failed)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}
