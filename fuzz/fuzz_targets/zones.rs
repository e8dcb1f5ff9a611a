//! Zone files. The check is `atalaia::fuzzing`'s of the same name.

#![no_main]

atalaia_fuzz::target!("zones");
