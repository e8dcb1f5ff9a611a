//! The engine: what must hold for any feed, number of shards, clock or break, and what it makes of real recordings.

mod clock;
mod flood;
mod live;
mod properties;
mod recordings;
mod shards;
mod zones;
