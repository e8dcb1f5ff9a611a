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
//! The middle is a pure engine: the same lines give the same changes, live or replayed. Around it is a thin shell that moves
//! bytes, stamps time, stores and sends. One loop (`runtime`) owns the engine; nothing else can touch it.
//!
//! # Who may import whom
//! A module imports what stands before a `<` to its left, never its own step, never to the right; the house test checks it.
//!
//! ```text
//! core    time units state < geo < ais zones < tracks < coverage < episodes < behaviours < alerts < cases < engine
//! shell   < clock telemetry fault lobby secret tls < disk nats service < journal store < inputs delivery http evidence < config < runtime < cli main fuzzing
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`time`], [`units`] | UTC milliseconds; MMSI and the constants between units |
//! | [`state`] | what the engine knows, as bytes and back |
//! | [`geo`] | positions, the local plane, coast, ports, sun, hulls |
//! | [`ais`] | lines of NMEA, CSV and JSON in, reports out; the encoder for exercises |
//! | [`zones`] | GeoJSON zones, who is inside, calm water |
//! | [`tracks`] | the picture: fixes, trails, speed made good, identities, neighbours |
//! | [`coverage`] | who is usually heard where, and how unlikely a silence is |
//! | [`episodes`] | halts, slow legs, kinks, port calls, who lies still: found once, kept by place, vessel and age |
//! | [`behaviours`] | one file each: what vessels do that is worth an alert |
//! | [`alerts`] | the alert book: lifecycle, score, evidence, summary |
//! | [`cases`] | alerts of a vessel and its partners as one story |
//! | [`engine`] | event time, reorder buffer, intake by shards, timers; wires the core together |
//! | [`clock`] | the only reader of the wall clock |
//! | [`fault`] | points where a test lets the process die |
//! | [`lobby`] | places of a listener for connections that have not asked for anything yet |
//! | [`service`] | what systemd is told, and the sockets it hands over |
//! | [`secret`], [`tls`], [`nats`] | secrets by where they are kept; whom connections trust; who we are to NATS |
//! | [`disk`] | the file operations that decide what outlives a loss of power |
//! | [`journal`] | every line taken in, before the engine uses it; snapshots of the engine beside it |
//! | [`store`] | every alert, who was told of it, what analysts did with it: one SQLite file |
//! | [`inputs`], [`delivery`] | bytes in, changes out |
//! | [`http`] | metrics and health as pages; what the loop says of itself once a second |
//! | [`evidence`] | a case and all it came from as one signed file, packed and checked |
//! | [`config`] | the settings file: read, checked, all problems at once |
//! | [`runtime`], [`cli`] | the loop, the commands |
//! | `fuzzing` | what holds for any bytes that come in; in tests and in the fuzzer of `fuzz/` only |
//!
//! # Invariants
//! 1. The core names no file, socket, environment, async runtime or clock. Time comes in with each line.
//! 2. There is no lock and no shared state: `&mut Engine` is the only way in. Inside it the picture is cut into shards by MMSI, which
//!    take in the reports of one moment side by side; rules run on the merged, ordered stream, so that shards never show.
//! 3. Engine time never runs backward; `Change::at` is the time of the step that decided it, and never decreases.
//! 4. Ticks that nothing is due at change nothing; what becomes due is woken at its own moment, in order.
//! 5. Hash maps may be iterated only where the order cannot show: signals and changes are sorted where they leave.
//! 6. A behaviour says *holds* or *over*; only the alert book opens, updates, ends.
//! 7. An alert's id is made of facts: the same lines give the same ids on every machine.
//! 8. Bad data from the air is counted by kind and dropped; decoding neither panics nor guesses.
//! 9. Memory is bounded: every map that the air can fill has a stated limit or an age.
//!
//! # Where to start reading
//! `engine.rs` (how time moves), `behaviours/loitering.rs` (what a behaviour is), `alerts/lifecycle.rs` (what becomes of what
//! it says).

pub mod ais;
pub mod alerts;
pub mod behaviours;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod config;
pub mod coverage;
pub mod delivery;
pub mod disk;
pub mod engine;
pub mod episodes;
pub mod evidence;
pub mod fault;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod geo;
pub mod http;
pub mod inputs;
pub mod journal;
pub mod lobby;
pub mod mqtt;
pub mod nats;
pub mod runtime;
pub mod secret;
pub mod service;
pub mod state;
pub mod store;
pub mod telemetry;
pub mod time;
pub mod tls;
pub mod tracks;
pub mod units;
pub mod zones;

#[cfg(test)]
mod testing;
