//! What the tests share: the daemon as a process, servers, simulated feeds, scenes, and what replays them.

pub mod alert_lines;
pub mod analyst;
pub mod api;
pub mod beacons;
pub mod daemon;
pub mod desk;
pub mod lives;
pub mod outcome;
pub mod pages;
pub mod passed_over;
pub mod replay;
pub mod scenes;
pub mod servers;
pub mod shards;
pub mod zones;
