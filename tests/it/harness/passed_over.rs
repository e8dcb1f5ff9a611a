//! Reporting of tests that are skipped because the machine lacks something.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::thread;

/// Path of a program that `tests/run` has installed. Without it the test is reported as passed over.
pub fn installed(variable: &str) -> Option<PathBuf> {
    let path = env::var_os(variable).map(PathBuf::from);
    if path.is_none() {
        passed_over(&format!("{variable} is not set (tests/run sets it)"));
    }
    path
}

/// Reports a skipped test in the form that `tests/run` counts. It bypasses the test's own output, which is hidden while a test passes.
pub fn passed_over(reason: &str) {
    // The test's name is the name of its thread.
    let thread = thread::current();
    let line = format!("passed over: {}: {reason}\n", thread.name().unwrap_or("main"));
    io::stderr().write_all(line.as_bytes()).unwrap();
}
