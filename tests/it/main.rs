//! The one integration test binary.
#![allow(clippy::unwrap_used)]

mod zone_borders;
mod zone_files;
mod zones;
