//! The machine and the network: the clock, the disk, connections, TLS, secrets, systemd, logs.
//!
//! `clock`, `telemetry`, `fault`, `secret` and `tls` import nothing of this room; the others may import them, but not one another.
//!
//! | module | what it is |
//! |---|---|
//! | [`clock`] | the only reader of the wall clock |
//! | [`fault`] | points where a test lets the process die |
//! | [`net`] | back-off, limits of a rate, and listeners that limit their connections |
//! | [`service`] | what the daemon reports to systemd, and the sockets that systemd hands over |
//! | [`secret`], [`tls`] | secrets by where they are kept; which authorities TLS trusts |
//! | [`disk`] | the file operations that decide what survives a power failure |
//! | [`table`] | what the settings of every kind of input and sink can be asked |
//! | [`mqtt`], [`nats`] | what inputs and sinks of a broker share; the daemon's NATS credentials |
//! | [`telemetry`] | counters of inputs and sinks; the set-up of the log |

pub mod clock;
pub mod disk;
pub mod fault;
pub mod mqtt;
pub mod nats;
pub mod net;
pub mod secret;
pub mod service;
pub mod table;
pub mod telemetry;
pub mod tls;
