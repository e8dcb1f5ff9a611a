//! The engine: what must hold for any feed, number of shards, clock or break, and what it makes of real recordings.

mod clock;
mod flood;
mod live;
pub mod properties;
pub mod recordings;
pub mod shards;
pub mod zones;
