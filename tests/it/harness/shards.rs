//! Ways to run an engine that must give the same output.

use atalaia_core::engine::Settings;

/// The numbers of shards compared with one shard.
pub const OTHERS: [u32; 2] = [2, 7];

/// A way to run that must give the same output as one shard without interruption.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Variant {
    /// With this many shards.
    Shards(u32),
    /// By an engine that is restored from its snapshot repeatedly.
    Restored,
}

/// The variants a run is compared with. In the gate it is one of them, selected by `choice`; all of them if ATALAIA_WHOLE is set, as
/// `tests/long` does.
pub fn variants(choice: u64) -> Vec<Variant> {
    let all = [2, 3, 7, 16].map(Variant::Shards).into_iter().chain([Variant::Restored]).collect::<Vec<_>>();
    match std::env::var_os("ATALAIA_WHOLE") {
        Some(_) => all,
        None => vec![all[(choice % 5) as usize]],
    }
}

/// The same settings with this many shards.
pub fn settings(settings: &Settings, shards: u32) -> Settings {
    let mut settings = settings.clone();
    settings.tracks.lanes = shards;
    settings
}
