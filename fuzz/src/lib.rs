//! Code shared by the fuzz targets. The checks themselves are in `atalaia::fuzzing`, where a unit test runs them too.

use std::env;
use std::path::Path;

use atalaia::fuzzing::Target;

/// Environment variable. If it names a folder, each target writes its seeds there before it starts.
const SEEDS: &str = "ATALAIA_FUZZ_SEEDS";

/// Defines the fuzz target of this name.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(init: $crate::prepare($name), |bytes: &[u8]| $crate::check($name, bytes));
    };
}

/// Writes the seeds of a target if `SEEDS` is set.
pub fn prepare(name: &str) {
    if let Some(folder) = env::var_os(SEEDS) {
        Target::named(name).write_seeds(Path::new(&folder)).expect("a folder that can be written to");
    }
}

/// Runs the check of a target on one input.
pub fn check(name: &str, bytes: &[u8]) {
    Target::named(name).check(bytes);
}
