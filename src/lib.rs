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
//! bytes, stamps times, stores and sends. One loop ([`runtime`]) owns the engine; nothing else can touch it.
//!
//! # Who may import whom
//! A module may import the modules to the left of it, before a `<`. It may not import a module of its own step or one to its
//! right. The house test checks this.
//!
//! ```text
//! core    time units state < text < geo < ais zones < scenario < tracks < coverage < episodes < behaviours < alerts < cases < engine < questions
//! shell   < clock telemetry fault secret tls < disk nats service table net < journal store < inputs delivery http evidence < config < runtime < cli main fuzzing
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`time`], [`units`] | UTC milliseconds; MMSI and the constants between units |
//! | [`text`] | numbers, distances and times as sentences write them; suggestions for misspelt words |
//! | [`state`] | helpers that write the state of the engine as bytes and read it back |
//! | [`geo`] | positions, the local plane, coast, ports, sun, hulls |
//! | [`ais`] | lines of NMEA, CSV and JSON in, reports out; the encoder for exercises |
//! | [`zones`] | GeoJSON zones, which vessels are inside them, calm water |
//! | [`scenario`] | simulated ships and what is received of them, for tests, benches and the demo |
//! | [`tracks`] | the picture: fixes, trails, speed made good, identities, neighbours |
//! | [`coverage`] | where vessels are usually heard, and how unlikely a silence is |
//! | [`episodes`] | halts, slow legs, kinks, port calls, vessels lying still: found once, kept by place, vessel and age |
//! | [`behaviours`] | one folder each: what vessels do that is worth an alert, and what is said about it |
//! | [`alerts`] | the alert book: lifecycle, score, evidence, summary |
//! | [`cases`] | the alerts of a vessel and its partners as one story |
//! | [`engine`] | event time, reorder buffer, lanes, timers; wires the core together |
//! | [`questions`] | what may be asked of the engine and its picture, and the answers |
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
//! # Invariants
//! 1. The core names no file, socket, environment, async runtime or clock. Time comes in with each line.
//! 2. There is no lock and no shared state: `&mut Engine` is the only way in. Inside it, each lane has the vessels of some MMSIs. It
//!    takes in their reports of one moment and asks the rules that see one vessel, in parallel with the other lanes. Rules that see
//!    pairs or the whole picture run on the merged, ordered stream, so the number of lanes has no effect on the result.
//! 3. Engine time never runs backward; `Change::at` is the time of the step that decided it, and never decreases.
//! 4. A tick at which nothing is due changes nothing; what becomes due is woken at its own moment, in order.
//! 5. Hash maps may be iterated only where the order has no effect: signals and changes are sorted where they leave.
//! 6. A behaviour says *holds* or *over*; only the alert book opens, updates, ends.
//! 7. An alert's id is derived from facts: the same lines give the same ids on every machine.
//! 8. Bad data from the air is counted by kind and dropped; decoding neither panics nor guesses.
//! 9. Memory is bounded: every map that the air can fill has a stated limit or an age.
//!
//! # Where to start reading
//! `engine.rs` (how time moves), `behaviours/loitering/` (what a behaviour is: its `rule.rs` and `words.rs`), `alerts/lifecycle.rs`
//! (how its signals become alerts).

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
pub mod mqtt;
pub mod nats;
pub mod net;
pub mod questions;
pub mod runtime;
pub mod scenario;
pub mod secret;
pub mod service;
pub mod state;
pub mod store;
pub mod table;
pub mod telemetry;
pub mod text;
pub mod time;
pub mod tls;
pub mod tracks;
pub mod units;
pub mod zones;

#[cfg(test)]
mod testing;
