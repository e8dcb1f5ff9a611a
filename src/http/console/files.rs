//! The files of `web`, each with its content. The build script `embed.rs` lists them.

/// Path in `web` and content of each file, in order of their paths.
pub(super) const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/console_files.rs"));
