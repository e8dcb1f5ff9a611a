//! Names of vessels in place of track keys, and times to the minute, in what the engine explains.
//!
//! The engine writes vessels as keys (`224000001.1`) and times in full, so that its words are the same for
//! every reader. Here they become what an analyst would say.

use std::collections::BTreeMap;

use crate::platform::telemetry::FromAir;
use atalaia_core::base::time::Time;
use atalaia_core::engine::questions::{Conditions, bare, track_key};
use atalaia_core::picture::tracks::TrackKey;

/// The names of the vessels that the answer mentions, by track key.
#[derive(Default)]
pub(super) struct Names(BTreeMap<TrackKey, String>);

impl Names {
    /// The names that the answer of the engine brings along.
    pub(super) fn of(conditions: &Conditions) -> Names {
        let named = conditions.names.iter().filter_map(|(key, name)| Some((track_key(key)?, name.clone())));
        Names(named.collect())
    }

    /// `ALFA`; without a name its MMSI. A further track under the number says so.
    fn name(&self, key: TrackKey) -> String {
        let name = self.0.get(&key).map_or_else(|| format!("MMSI {:09}", key.mmsi.0), |name| FromAir(name).to_string());
        if key.ordinal == 1 { name } else { format!("{name} (track {})", key.ordinal) }
    }

    /// The text with names and short times, safe to print. Punctuation around a key or a time stays.
    pub(super) fn put(&self, text: &str) -> String {
        let text = FromAir(text).to_string();
        let word = |word: &str| {
            let bare = bare(word);
            let put = track_key(bare).map(|key| self.name(key)).or_else(|| Some(Time::parse(bare)?.minute()));
            put.map_or_else(|| word.to_owned(), |put| word.replacen(bare, &put, 1))
        };
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    /// The other vessel, if the text names this one and one other: `near: with BRAVO` for
    /// `near: 224000001.1 and 224000002.1`.
    pub(super) fn with(&self, text: &str, me: TrackKey) -> String {
        let (lead, pair) =
            text.rsplit_once(": ").map_or((String::new(), text), |(lead, pair)| (format!("{lead}: "), pair));
        let keys = pair.split_once(" and ").and_then(|(one, other)| Some((track_key(one)?, track_key(other)?)));
        match keys {
            Some((one, other)) if one == me => format!("{lead}with {}", self.name(other)),
            Some((one, other)) if other == me => format!("{lead}with {}", self.name(one)),
            Some(_) | None => self.put(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::base::units::Mmsi;

    #[test]
    fn vessels_have_names_and_times_are_short() {
        let track = |mmsi, ordinal| TrackKey { mmsi: Mmsi(mmsi), ordinal };
        let (alfa, bravo) = (track(352_001_234, 1), track(329_001_999, 1));
        let names = Names([(alfa, "ALFA".to_owned()), (bravo, "BRAVO".to_owned())].into());
        let pair = "near: 329001999.1 and 352001234.1";
        assert_eq!(names.with(pair, alfa), "near: with BRAVO");
        assert_eq!(names.with(pair, track(352_001_234, 2)), "near: BRAVO and ALFA");
        assert_eq!(names.put("352001234.1 (30 m)"), "ALFA (30 m)");
        assert_eq!(names.put("352001234.2, 224000001.1"), "MMSI 352001234 (track 2), MMSI 224000001");
        assert_eq!(names.put("since 2026-03-01T12:40:00Z"), "since 2026-03-01 12:40");
        assert_eq!(names.put("0.25 nm at 28.5"), "0.25 nm at 28.5");
    }
}
