//! How well a text names a vessel: who types a whole name means that vessel, not the first of a thousand longer names.

use atalaia_core::engine::questions::PictureVessel;

/// Where a vessel stands among those that a text finds; the least is the best.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Naming {
    /// How the text is found.
    fit: Fit,
    /// Characters of the name: the shorter name is nearer to the text.
    length: usize,
    /// Name in small letters; empty if never sent.
    name: String,
    /// MMSI and ordinal of the track, so that no two vessels are level.
    track: (u32, u16),
}

/// How a text is found in what a vessel says of itself, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fit {
    /// It is the name, the call sign, the MMSI or the IMO number.
    Whole,
    /// The name, the call sign or a number begins with it.
    Beginning,
    /// A word of the name begins with it.
    Word,
    /// It stands somewhere within.
    Within,
}

/// Where a vessel stands for a text in small letters.
pub(super) fn naming(text: &str, vessel: &PictureVessel) -> Naming {
    let small = |said: &Option<Box<str>>| said.as_deref().map(|said| said.trim().to_lowercase()).unwrap_or_default();
    let name = small(&vessel.name);
    let mmsi = vessel.key.mmsi.0;
    let imo = vessel.imo.map(|imo| imo.to_string()).unwrap_or_default();
    let said = [name.clone(), small(&vessel.call_sign), format!("{mmsi:09}"), imo];
    let fit = if said.iter().any(|one| one == text) {
        Fit::Whole
    } else if said.iter().any(|one| one.starts_with(text)) {
        Fit::Beginning
    } else if begins_word(&name, text) {
        Fit::Word
    } else {
        Fit::Within
    };
    Naming { fit, length: name.chars().count(), name, track: (mmsi, vessel.key.ordinal) }
}

/// Whether a word of a name begins with a text.
fn begins_word(name: &str, text: &str) -> bool {
    name.match_indices(text).any(|(at, _)| !name[..at].ends_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::ais::{Class, Position, SourceId, StationId};
    use atalaia_core::base::time::Time;
    use atalaia_core::base::units::Mmsi;
    use atalaia_core::engine::questions::Traits;
    use atalaia_core::geo::LatLon;
    use atalaia_core::picture::tracks::{Fix, TrackKey};

    fn vessel(mmsi: u32, name: &str) -> PictureVessel {
        let said = Position::new(Class::A, 1, Some((36.0, -9.0)), None, None, None, None);
        let (position, at) = (LatLon::new(36.0, -9.0), Time::from_millis(0));
        PictureVessel {
            key: TrackKey { mmsi: Mmsi(mmsi), ordinal: 1 },
            fix: Fix { at, position, said, station: StationId(0), source: SourceId(0) },
            name: Some(name.into()),
            call_sign: None,
            imo: None,
            ship_type: None,
            hull: None,
            made_good_knots: None,
            traits: Traits::default(),
        }
    }

    #[test]
    fn the_whole_name_comes_first_then_beginnings_then_words_then_the_rest() {
        let names = ["OLD VESSEL 50", "VESSEL 5004", "XVESSEL 50", "VESSEL 504", "VESSEL 50", "VESSEL 500"];
        let mut found: Vec<PictureVessel> = (1..).zip(names).map(|(mmsi, name)| vessel(mmsi, name)).collect();
        found.sort_by_key(|vessel| naming("vessel 50", vessel));
        let order: Vec<&str> = found.iter().filter_map(|vessel| vessel.name.as_deref()).collect();
        assert_eq!(order, ["VESSEL 50", "VESSEL 500", "VESSEL 504", "VESSEL 5004", "OLD VESSEL 50", "XVESSEL 50"]);
    }

    #[test]
    fn a_number_or_call_sign_is_a_name_too() {
        let (mut one, other) = (vessel(224_000_001, "ZULU"), vessel(224_000_012, "ALFA 224000001"));
        assert!(naming("224000001", &one) < naming("224000001", &other));
        one.call_sign = Some("ALFA".into());
        assert!(naming("alfa", &one) < naming("alfa", &other));
    }
}
