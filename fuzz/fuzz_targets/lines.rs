//! Streams of bytes, cut into lines and decoded. The check is `atalaia::fuzzing`'s of the same name.

#![no_main]

atalaia_fuzz::target!("lines");
