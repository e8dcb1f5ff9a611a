//! Payloads of AIS messages, in one sentence and in several parts. Runs the check of the same name in
//! `atalaia::fuzzing`.

#![no_main]

atalaia_fuzz::target!("payloads");
