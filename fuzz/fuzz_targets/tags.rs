//! TAG blocks with valid checksums, and multi-part messages. Runs the check of the same name in `atalaia::fuzzing`.

#![no_main]

atalaia_fuzz::target!("tags");
