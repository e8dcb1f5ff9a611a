//! Code shared by the fuzz targets. The checks themselves are in `atalaia::fuzzing`, and a unit test runs them too.

use std::env;
use std::path::Path;

use atalaia::fuzzing::Target;

/// A folder into which a target writes its seeds before it begins, if it is set.
const SEEDS: &str = "ATALAIA_FUZZ_SEEDS";

/// The fuzz target of this name.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(init: $crate::prepare($name), |bytes: &[u8]| $crate::check($name, bytes));
    };
}

/// Writes the seeds, if they are asked for.
pub fn prepare(name: &str) {
    if let Some(folder) = env::var_os(SEEDS) {
        Target::named(name).write_seeds(Path::new(&folder)).expect("a folder that can be written to");
    }
}

/// Checks one input.
pub fn check(name: &str, bytes: &[u8]) {
    Target::named(name).check(bytes);
}
