//! CSV of the Danish Maritime Authority. Runs the check of the same name in `atalaia::fuzzing`.

#![no_main]

atalaia_fuzz::target!("csv_danish");
