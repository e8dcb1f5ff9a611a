//! The picture: the latest fix, trail, identity and neighbours of every vessel.
//!
//! [`Tracks::accept`] takes one report at its event time and returns what it changed. A track is a dense index ([`TrackIx`])
//! behind a stable key ([`TrackKey`]: MMSI and ordinal), so two ships under one MMSI are two tracks before any behaviour sees
//! them.
//!
//! The tracks are in shards by MMSI, one for each lane ([`Shard`]). A report passes through `intake`: `copies` and `heard` recognise copies
//! of a transmission, `clocks` finds stations whose clock is wrong, `accept` says what one ship could have done, `siblings` and
//! `candidates` find further ships under one MMSI, and `blur` weighs coarse positions. What is kept of a vessel is in `track`: 64 bytes read
//! at every report (`Hot`), 64 read seldom (`Cold`), and behind those the `trail`, the `usual` speed and the `identity`.

mod accept;
mod blur;
mod candidates;
mod clocks;
mod confirmed;
mod copies;
mod country;
mod damaged;
mod doubtful;
mod earlier;
mod flag;
mod grid;
mod heard;
mod identity;
mod intake;
mod interest;
mod key;
mod names;
mod naming;
mod past_positions;
mod picture;
mod places;
mod saving;
mod settings;
mod shard;
mod shared;
mod siblings;
mod speeds;
mod sweep;
mod told;
mod track;
mod trail;
mod usual;
mod warm;

pub use accept::{CONFIRMING_FIXES, Jump, Outcome, Refusal};
pub use country::country_of;
pub use doubtful::DamagedNumbers;
pub use flag::{Flag, flag_of};
pub use identity::{Fields, Identity, Learned};
pub use interest::{Activity, Interest};
pub use key::{FOLLOWED, TrackIx, TrackKey};
pub use names::HeardName;
pub use past_positions::PastPositions;
pub use picture::Tracks;
pub use settings::Settings;
pub use shard::Shard;
pub use track::{Fix, SpeedMadeGood, Vessel};
pub use trail::TrailPoint;

#[cfg(test)]
mod tests;
