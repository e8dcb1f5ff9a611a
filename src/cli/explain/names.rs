//! Names of vessels in place of track keys, and times to the minute, in what the engine explains.

use std::collections::BTreeMap;

use crate::engine::{Engine, Explained};
use crate::telemetry::FromAir;
use crate::time::Time;
use crate::tracks::TrackKey;
use crate::units::Mmsi;

/// The names of the vessels that the answer mentions, by track key.
#[derive(Default)]
pub(super) struct Names(BTreeMap<TrackKey, String>);

impl Names {
    /// The names of every vessel that is mentioned in the explanations.
    pub(super) fn of(engine: &Engine, tracks: &[Explained]) -> Names {
        let told = tracks.iter().flat_map(|track| &track.behaviours).flat_map(|(_, told)| told);
        let mut texts: Vec<&str> = Vec::new();
        for told in told {
            texts.push(&told.about);
            texts.extend(told.conditions.iter().filter_map(|condition| condition.measured.as_str()));
        }
        let keys = texts.iter().flat_map(|text| text.split(' ')).filter_map(|word| key(bare(word)));
        let named = keys.filter_map(|key| {
            let name = engine.tracks().find(key)?.identity()?.name.as_deref()?.to_owned();
            Some((key, name))
        });
        Names(named.collect())
    }

    /// `ALFA`; without a name its MMSI. A further track under the number says so.
    fn name(&self, key: TrackKey) -> String {
        let name = self.0.get(&key).map_or_else(|| format!("MMSI {:09}", key.mmsi.0), |name| FromAir(name).to_string());
        if key.ordinal == 1 { name } else { format!("{name} (track {})", key.ordinal) }
    }

    /// The text with names and short times, safe to print.
    pub(super) fn put(&self, text: &str) -> String {
        let text = FromAir(text).to_string();
        let word = |word: &str| {
            let bare = bare(word);
            let put = key(bare).map(|key| self.name(key)).or_else(|| Some(Time::parse(bare)?.minute()));
            put.map_or_else(|| word.to_owned(), |put| word.replacen(bare, &put, 1))
        };
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    /// The other vessel, if the text names this one and one other: `near: with BRAVO` for `near: 224000001.1 and 224000002.1`.
    pub(super) fn with(&self, text: &str, me: TrackKey) -> String {
        let (lead, pair) =
            text.rsplit_once(": ").map_or((String::new(), text), |(lead, pair)| (format!("{lead}: "), pair));
        let keys = pair.split_once(" and ").and_then(|(one, other)| Some((key(one)?, key(other)?)));
        match keys {
            Some((one, other)) if one == me => format!("{lead}with {}", self.name(other)),
            Some((one, other)) if other == me => format!("{lead}with {}", self.name(one)),
            Some(_) | None => self.put(text),
        }
    }
}

/// A word without the brackets and commas around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| "(),;:".contains(c))
}

/// The track key that a word is, as the engine writes it.
fn key(word: &str) -> Option<TrackKey> {
    let (mmsi, ordinal) = word.split_once('.')?;
    let is_mmsi = mmsi.len() == 9 && mmsi.bytes().all(|byte| byte.is_ascii_digit());
    let (mmsi, ordinal) = (mmsi.parse().ok().filter(|_| is_mmsi)?, ordinal.parse().ok()?);
    Some(TrackKey { mmsi: Mmsi(mmsi), ordinal })
}

#[cfg(test)]
mod tests {
    use super::*;

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
