//! Checks of everything that reads bytes from outside, for any bytes at all: what must hold whatever comes in.
//!
//! Each target is one function. The fuzzer (`fuzz/`) calls it with bytes that it makes up, guided by coverage; a plain test calls it with
//! the inputs kept in `fuzz/regressions/` and with mutations of the seeds. A check panics where something does not hold. Built for tests
//! and for the fuzzer only.
//!
//! Checksums are put right before bytes are read, where a change would otherwise get no further than the checksum.

mod bundles;
mod decoding;
mod journal;
mod lines;
mod nats;
mod objects;
mod payloads;
mod recordings;
mod seeds;
mod settings;
mod snapshots;
mod tables;
mod tags;
mod watchlists;
mod zones;

use std::fs;
use std::io;
use std::path::Path;

/// One way for bytes to come in.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name, also of the fuzz target and of the folder of its inputs.
    pub name: &'static str,
    check: fn(&[u8]),
    seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets, by name.
pub const TARGETS: [Target; 18] = [
    Target { name: "bundles", check: bundles::check, seeds: bundles::seeds },
    Target { name: "csv_danish", check: tables::danish, seeds: seeds::danish },
    Target { name: "csv_noaa", check: tables::noaa, seeds: seeds::noaa },
    Target { name: "journal", check: journal::check, seeds: journal::seeds },
    Target { name: "json_aisstream", check: objects::check, seeds: seeds::aisstream },
    Target { name: "json_barentswatch", check: objects::check, seeds: seeds::barentswatch },
    Target { name: "json_batch", check: objects::batch, seeds: seeds::batch },
    Target { name: "json_digitraffic", check: objects::check, seeds: seeds::digitraffic },
    Target { name: "json_receiver", check: objects::check, seeds: seeds::receiver },
    Target { name: "lines", check: lines::check, seeds: seeds::lines },
    Target { name: "nats", check: nats::check, seeds: nats::seeds },
    Target { name: "payloads", check: payloads::check, seeds: seeds::payloads },
    Target { name: "recordings", check: recordings::check, seeds: seeds::recordings },
    Target { name: "settings", check: settings::check, seeds: seeds::settings },
    Target { name: "snapshots", check: snapshots::check, seeds: snapshots::seeds },
    Target { name: "tags", check: tags::check, seeds: seeds::lines },
    Target { name: "watchlists", check: watchlists::check, seeds: watchlists::seeds },
    Target { name: "zones", check: zones::check, seeds: seeds::zones },
];

impl Target {
    /// The target of this name.
    ///
    /// # Panics
    /// If there is none.
    pub fn named(name: &str) -> Target {
        TARGETS.into_iter().find(|target| target.name == name).expect("a target of `TARGETS`")
    }

    /// Reads `bytes` and checks what must hold.
    ///
    /// # Panics
    /// If something does not hold.
    pub fn check(&self, bytes: &[u8]) {
        (self.check)(bytes);
    }

    /// Writes the seeds into a folder, which is made if it is missing. The repository has to be at hand: they are made from its files.
    pub fn write_seeds(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for (number, seed) in (self.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:03}")), seed)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
