//! What a NATS server sends. Runs the check of the same name in `atalaia::fuzzing`.

#![no_main]

atalaia_fuzz::target!("nats");
