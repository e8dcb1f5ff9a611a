//! The command line.

pub mod zones;

use std::process::ExitCode;

/// Runs the program; returns its exit code (SPEC "Command line").
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
