//! Atalaia: AIS in, explained alerts out.
//!
//! # The flow
//! Data flows one way, and each arrow is one module:
//!
//! ```text
//! bytes -> Line -> Report -> Step -> Episode -> Signal -> Change -> delivery
//!   inputs    ais     tracks  episodes  behaviours  alerts    delivery
//! ```
//!
//! The middle is a pure engine, a package of its own: [`atalaia_core`] has its map and the invariants. The same lines give the same
//! changes, live or replayed. This package is a thin shell around it that moves bytes, stamps times, stores and sends. One loop
//! ([`daemon`]) owns the engine; nothing else can touch it.
//!
//! # Who may import whom
//! Every module may import the core, which cannot import any of them.
//! A module may import the modules to the left of it, before a `<`. It may not import a module of its own step or one to its
//! right. The modules of `platform` and `storage` have an order of their own. The house test checks both.
//!
//! ```text
//! platform < storage < inputs delivery http < config < daemon < cli main fuzzing
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`platform`] | the machine and the network: clock, disk, connections, TLS, secrets, systemd, logs |
//! | [`storage`] | the journal, the store, exports, evidence |
//! | [`inputs`], [`delivery`] | bytes in, changes out |
//! | [`http`] | metrics, health and questions as pages; the status that the loop publishes once a second |
//! | [`config`] | the settings file: read, checked, all problems reported at once |
//! | [`daemon`], [`cli`] | the loop, the commands |
//! | `fuzzing` | properties that hold for any input bytes; only in tests and in the fuzzer of `fuzz/` |
//!
//! # What holds everywhere
//! - With a store and a journal, a line is in the journal before the engine sees it, and an alert in the store before a sink sends it.
//!   So a crash loses no alert that a receiver has received.
//! - Only the loop touches the engine, and the loop waits for neither disk nor network, apart from its start and end, and the save after
//!   the journal has lost entries.
//! - An input or sink that fails is tried again or reported; it never ends the process.
//! - A setting, zone file or watchlist with a fault is refused as a whole, and what was in force stays.
//!
//! # Where to start reading
//! `daemon/main_loop.rs` (what the loop waits for, and what it does with each line), `delivery/dispatcher/mod.rs` (how a change reaches the
//! sinks), and the core's `engine.rs`.

pub mod cli;
pub mod config;
pub mod daemon;
pub mod delivery;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod http;
pub mod inputs;
pub mod platform;
pub mod storage;

#[cfg(test)]
mod testing;
