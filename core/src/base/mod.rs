//! Time, units, text, and the state of the engine as bytes.
//!
//! `text`, `slab` and `unit` may import the others; those import nothing of the core.
//!
//! | module | what it is |
//! |---|---|
//! | [`time`], [`units`] | UTC milliseconds; MMSI and the constants between units |
//! | [`mod@unit`] | the unit that the name of a value states |
//! | [`text`] | numbers, distances and times as sentences write them; suggestions for misspelt words |
//! | [`account`] | how much memory is held, by what it is for |
//! | [`fault`] | what is wrong with a setting: key, fault, advice |
//! | [`state`] | helpers that write the state of the engine as bytes and read it back |
//! | `parallel` | work on several threads at once |
//! | `slab` | a list that is saved a few items at a time while its items change |

pub mod account;
pub mod fault;
pub(crate) mod parallel;
pub(crate) mod slab;
pub mod state;
pub mod text;
pub mod time;
pub mod unit;
pub mod units;
