//! TAG blocks with right checksums, and messages of several parts. The check is `atalaia::fuzzing`'s of the same name.

#![no_main]

atalaia_fuzz::target!("tags");
