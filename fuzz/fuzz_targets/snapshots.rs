//! Snapshot files, and the engine state inside them. Runs the check of the same name in `atalaia::fuzzing`.

#![no_main]

atalaia_fuzz::target!("snapshots");
