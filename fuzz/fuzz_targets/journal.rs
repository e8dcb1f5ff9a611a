//! Segments of the journal, damaged or made up. The check is `atalaia::fuzzing`'s of the same name.

#![no_main]

atalaia_fuzz::target!("journal");
