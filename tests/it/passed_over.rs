//! What a test says when this machine lacks what it needs.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::thread;

/// What `tests/run` has installed; without it the test is passed over, and says so.
pub fn installed(variable: &str) -> Option<PathBuf> {
    let path = env::var_os(variable).map(PathBuf::from);
    if path.is_none() {
        passed_over(&format!("{variable} is not set (tests/run sets it)"));
    }
    path
}

/// Says it in the form that `tests/run` counts: not to the output of the test, of which nothing is shown while it passes.
pub fn passed_over(reason: &str) {
    // The name of a test is that of its thread.
    let thread = thread::current();
    let line = format!("passed over: {}: {reason}\n", thread.name().unwrap_or("main"));
    io::stderr().write_all(line.as_bytes()).unwrap();
}
