//! Payloads of AIS messages, in one sentence and in parts. The check is `atalaia::fuzzing`'s of the same name.

#![no_main]

atalaia_fuzz::target!("payloads");
