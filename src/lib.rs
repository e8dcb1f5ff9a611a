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
//! ([`runtime`]) owns the engine; nothing else can touch it.
//!
//! # Who may import whom
//! Every module may import the core, which cannot import any of them.
//! A module may import the modules to the left of it, before a `<`. It may not import a module of its own step or one to its
//! right. The house test checks this.
//!
//! ```text
//! clock telemetry fault secret tls < disk nats service table net < journal store < inputs delivery http evidence < config < runtime < cli main fuzzing
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`clock`] | the only reader of the wall clock |
//! | [`fault`] | points where a test lets the process die |
//! | [`net`] | back-off, limits of a rate, and listeners that limit their connections |
//! | [`service`] | what the daemon reports to systemd, and the sockets that systemd hands over |
//! | [`secret`], [`tls`], [`nats`] | secrets by where they are kept; which authorities TLS trusts; the daemon's NATS credentials |
//! | [`disk`] | the file operations that decide what survives a power failure |
//! | [`journal`] | every line taken in, written before the engine uses it; snapshots of the engine beside it |
//! | [`store`] | every alert, its deliveries, and what analysts did with it: one SQLite file |
//! | [`table`] | what the settings of every kind of input and sink can be asked |
//! | [`inputs`], [`delivery`] | bytes in, changes out |
//! | [`http`] | metrics, health and questions as pages; the status that the loop publishes once a second |
//! | [`evidence`] | a case and everything behind it as one signed file, packed and checked |
//! | [`config`] | the settings file: read, checked, all problems reported at once |
//! | [`runtime`], [`cli`] | the loop, the commands |
//! | `fuzzing` | properties that hold for any input bytes; only in tests and in the fuzzer of `fuzz/` |
//!
//! # Where to start reading
//! `runtime.rs` (the loop: what it waits for, and what it does with each line), `delivery/dispatcher.rs` (how a change reaches the
//! sinks), and the core's `engine.rs`.

pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod disk;
pub mod evidence;
pub mod fault;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod http;
pub mod inputs;
pub mod journal;
pub mod mqtt;
pub mod nats;
pub mod net;
pub mod runtime;
pub mod secret;
pub mod service;
pub mod store;
pub mod table;
pub mod telemetry;
pub mod tls;

#[cfg(test)]
mod testing;
