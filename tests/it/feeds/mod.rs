//! Inputs against servers that speak the protocols of the real feeds, with their pitfalls, and the effect of a broken connection.

mod aisstream;
mod barentswatch;
mod json;
mod load;
mod mqtt;
mod nats;
mod nats_bounds;
#[cfg(feature = "serial")]
mod serial;
mod slow_peers;
mod tcp;
