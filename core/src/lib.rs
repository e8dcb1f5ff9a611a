//! The engine of Atalaia: lines of AIS in, changes of alerts out.
//!
//! # The flow
//! ```text
//! Line -> Report -> Step -> Episode -> Signal -> Change
//!  ais    tracks  episodes  behaviours  alerts
//! ```
//!
//! The same lines give the same changes, live or replayed. The daemon (package `atalaia`) reads the files and sockets, stamps the times,
//! stores and sends.
//!
//! # Who may import whom
//! A module may import the modules to the left of it, before a `<`. It may not import a module of its own step or one to its
//! right. The modules of `base` and `picture` have an order of their own. The house test checks both.
//!
//! ```text
//! base < geo < ais zones < scenario < picture < behaviours < alerts < engine
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`base`] | time, units, text, faults of settings, and the state of the engine as bytes |
//! | [`geo`] | positions, the local plane, coast, ports, sun, hulls |
//! | [`ais`] | lines of NMEA, CSV and JSON in, reports out; the encoder for exercises |
//! | [`zones`] | GeoJSON zones, which vessels are inside them, calm water |
//! | [`scenario`] | simulated ships and what is received of them, for tests, benches and the demo |
//! | [`picture`] | tracks, coverage and episodes: what is known of every vessel |
//! | [`behaviours`] | one folder each: what vessels do that is worth an alert, and what is said about it |
//! | [`alerts`] | the alert book: lifecycle, score, evidence, summary; `cases` has those of a vessel and its partners as one story |
//! | [`engine`] | event time, reorder buffer, lanes, timers; wires the core together; `questions` is what may be asked of it |
//!
//! # Invariants
//! 1. The core names no file, socket, environment, async runtime or clock: its dependencies have none, and Clippy refuses those of
//!    the standard library. Time comes in with each line.
//! 2. There is no lock and no shared state: `&mut Engine` is the only way in. Inside it, each lane has the vessels of some MMSIs. It
//!    takes in their reports of one moment and asks the rules that see one vessel, in parallel with the other lanes. Rules that see
//!    pairs count the minutes of all pairs in parallel as well. Rules that see the whole picture get the results in the order of the
//!    reports, so the number of lanes has no effect on the result.
//! 3. Engine time never runs backward; `Change::at` is the time of the step that decided it, and never decreases.
//! 4. A tick at which nothing is due changes nothing; what becomes due is woken at its own moment, in order.
//! 5. Hash maps may be iterated only where the order has no effect: signals and changes are sorted where they leave.
//! 6. A behaviour says *holds* or *over*; only the alert book opens, updates, ends.
//! 7. An alert's id is derived from facts: the same lines give the same ids on every machine.
//! 8. Bad data from the air is counted by kind and dropped; decoding neither panics nor guesses.
//! 9. Memory is bounded: every map that the air can fill has a stated limit or an age.
//!
//! # Where to start reading
//! `engine.rs` (how time moves), `behaviours/loitering/` (what a behaviour is: its `rule.rs` and `words.rs`),
//! `alerts/book/lifecycle.rs` (how its signals become alerts).

pub mod ais;
pub mod alerts;
pub mod base;
pub mod behaviours;
pub mod engine;
pub mod geo;
pub mod picture;
pub mod scenario;
pub mod zones;

#[cfg(test)]
mod testing;
