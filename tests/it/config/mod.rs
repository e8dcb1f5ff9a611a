//! Settings and zone files: complete, checked, and explained when they are wrong.

mod costs;
mod init;
mod settings;
mod zone_files;
