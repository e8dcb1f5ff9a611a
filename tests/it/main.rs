//! The one integration test binary.
#![allow(clippy::unwrap_used)]

mod decoder;
mod witness;
mod zone_borders;
mod zone_files;
mod zones;
