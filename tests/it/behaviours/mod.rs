//! Behaviours: scripts with known truth, public incidents, innocent vessels that look suspicious, reported cases, and ordinary traffic.

mod cases;
mod identities;
mod incidents;
mod innocents;
mod judged;
mod normal_day;
mod real_traffic;
mod zone_borders;
