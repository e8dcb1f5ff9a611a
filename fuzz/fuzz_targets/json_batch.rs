//! Batches posted by AIS-catcher. Runs the check of the same name in `atalaia::fuzzing`.

#![no_main]

atalaia_fuzz::target!("json_batch");
