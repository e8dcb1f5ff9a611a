//! What the tests share: the daemon as a process, servers, simulated feeds, scenes, and what replays them.

pub mod analyst;
pub mod daemon;
pub mod feed;
pub mod kit;
pub mod kit_check;
pub mod passed_over;
pub mod scenes;
pub mod servers;
