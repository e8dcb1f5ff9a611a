//! The `atalaia` binary: calls `cli`, turns the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    atalaia::cli::main()
}
