//! Gear: AIS beacons on nets, lines and buoys, which drift and are hauled. They are not vessels (SPEC "Gear").

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi, StationClass};
use crate::picture::tracks::{TrackKey, Tracks, Vessel};

/// For how long a number outside every class, or a beacon set by a fishing vessel, must not have been under way to count as
/// gear.
const SLOW_FOR: Span = Span::from_hours(2);
/// A beacon set by a fishing vessel is first heard within this distance of it (SPEC "Gear"). Metres.
const SET_METRES: f64 = 200.0;
/// Speed made good from which a fishing vessel heard recently may be setting gear. Knots.
const SETTING_KNOTS: f64 = 0.5;
/// Age of a fishing vessel's last fix beyond which it does not count as nearby.
const FRESH: Span = Span::from_minutes(10);
/// How long settings are kept.
const KEEP: Span = Span::from_hours(14 * 24);
/// Maximum number of settings kept, about 1 MB. Those beyond it are counted.
const MOST: usize = 20_000;
/// AIS ship type of fishing vessels.
const FISHING: u8 = 30;

/// Words that mean a buoy anywhere in a name that also has a number.
const BUOY_WORDS: [&str; 14] = [
    "BUOY",
    "BUOYS",
    "NETBUOY",
    "NETMARK",
    "NETMARKER",
    "BOYA",
    "BOYAS",
    "BOIA",
    "BOIAS",
    "BOJE",
    "BOJEN",
    "BOUEE",
    "BOUEES",
    "DRIFTNET",
];
/// Words that mean a buoy only in a name without any other words, because ships use them too.
const WEAK_WORDS: [&str; 20] = [
    "NET", "NETS", "MARK", "MARKER", "FLOAT", "FLOATS", "GILLNET", "LONGLINE", "LINE", "BEACON", "RED", "GEAR", "POT",
    "BOEI", "FISH", "FISHING", "FISHNET", "NB", "NM", "BY",
];
/// Chinese words: float, net marker, net position indicator.
const CHINESE: [&str; 4] = ["浮标", "网标", "网位", "渔网"];

/// What shows that a vessel is a beacon.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum GearSign {
    /// Its name.
    Name,
    /// Its number, which is outside every class.
    Number,
    /// It was first heard beside a fishing vessel at work.
    SetBy {
        /// The fishing vessel.
        vessel: Mmsi,
        /// Distance between the two. Metres.
        metres: f64,
    },
}

/// A beacon set by a fishing vessel.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Setting {
    /// The fishing vessel.
    by: Mmsi,
    /// Distance between the two when the beacon was first heard. Metres.
    metres: f64,
    /// When the beacon was first heard.
    at: Time,
}

/// Beacons that fishing vessels have set.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Gear {
    /// Settings by key of the beacon.
    set: FxHashMap<TrackKey, Setting>,
    /// Number of settings not kept because there were too many.
    dropped: u64,
}

impl Gear {
    /// Looks for a fishing vessel that may have set a vessel heard for the first time. The nearest counts; of equally near ones, the one
    /// with the smaller number. A vessel that has sent a ship type is not a beacon.
    pub fn first_heard(&mut self, vessel: &Vessel<'_>, tracks: &Tracks) {
        let Some(fix) = vessel.last().filter(|_| vessel.fixes() <= 1 && !has_type(vessel)) else {
            return;
        };
        let mut nearest: Option<(f64, Mmsi)> = None;
        tracks.near(fix.position, SET_METRES, |other, metres| {
            let at_work = other.speed_made_good().is_some_and(|smg| SETTING_KNOTS <= smg.knots);
            let fresh = other.last().is_some_and(|last| fix.at - last.at <= FRESH);
            if other.key() != vessel.key() && other.ship_type() == Some(FISHING) && at_work && fresh {
                let found = (metres, other.mmsi());
                if nearest.is_none_or(|nearest| found < nearest) {
                    nearest = Some(found);
                }
            }
        });
        let Some((metres, by)) = nearest else {
            return;
        };
        match MOST <= self.set.len() {
            true => self.dropped += 1,
            false => drop(self.set.insert(vessel.key(), Setting { by, metres, at: fix.at })),
        }
    }

    /// The sign that a vessel is a beacon. `None` if it has ever been under way, reports a type, or shows no sign.
    pub fn sign_of(&self, vessel: &Vessel<'_>) -> Option<GearSign> {
        let last = vessel.last()?;
        if vessel.ever_under_way() || has_type(vessel) {
            return None;
        }
        let name = vessel.name();
        if name.is_some_and(is_beacon_name) {
            return Some(GearSign::Name);
        }
        if last.at - vessel.first_at() < SLOW_FOR {
            return None;
        }
        if vessel.mmsi().station_class() == StationClass::Unassigned {
            return Some(GearSign::Number);
        }
        let set = self.set.get(&vessel.key())?;
        Some(GearSign::SetBy { vessel: set.by, metres: set.metres })
    }

    /// Drops settings that are too old.
    pub fn sweep(&mut self, now: Time) {
        self.set.retain(|_, set| now - set.at <= KEEP);
    }

    /// Number of settings not kept because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Approximate size on the heap. Bytes.
    pub fn bytes(&self) -> usize {
        self.set.capacity() * (size_of::<TrackKey>() + size_of::<Setting>() + 1)
    }
}

impl GearSign {
    /// The sign in words, for a score line.
    pub fn words(self) -> String {
        match self {
            GearSign::Name => "by its name".to_owned(),
            GearSign::Number => "by its number".to_owned(),
            GearSign::SetBy { vessel, metres } if metres < METRES_PER_NM => {
                format!("first heard {metres:.0} m from fishing vessel {vessel}")
            }
            GearSign::SetBy { vessel, .. } => format!("first heard beside fishing vessel {vessel}"),
        }
    }
}

/// Whether a ship type was sent under the MMSI, by whichever ship.
fn has_type(vessel: &Vessel<'_>) -> bool {
    vessel.heard_identity().is_some_and(|identity| identity.ship_type.is_some())
}

/// Whether a name is typical of net and buoy beacons: `NET MARK 81%`, `BOYA 3`, `NETBUOY6`, `LUCIA 2 64%`.
fn is_beacon_name(name: &str) -> bool {
    let name = name.trim().to_uppercase().replace('É', "E").replace('Ó', "O");
    if CHINESE.iter().any(|word| name.contains(word)) || states_battery(&name) {
        return true;
    }
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let stem = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let is_strong = |word: &&str| BUOY_WORDS.contains(&stem(word).as_str());
    let is_known = |word: &&str| {
        let stem = stem(word);
        // A number, a number with a letter (`12V`), or one of the words.
        stem.len() <= 1
            || word.starts_with(|c: char| c.is_ascii_digit())
            || is_strong(word)
            || WEAK_WORDS.contains(&stem.as_str())
    };
    let has_number = name.contains(|c: char| c.is_ascii_digit());
    let strong = words.iter().any(is_strong);
    let only_known = words.iter().all(is_known);
    let weak = words.iter().filter(|word| WEAK_WORDS.contains(&stem(word).as_str())).count();
    (strong && (has_number || only_known)) || (only_known && (1 < weak || (weak == 1 && has_number)))
}

/// Whether a name ends in a state of charge: `81%`, `12.4V`.
fn states_battery(name: &str) -> bool {
    let digits = |rest: &str| rest.trim_end().chars().rev().take_while(|c| c.is_ascii_digit() || *c == '.').count();
    let percent = name.strip_suffix('%').map_or(0, digits);
    let volts = name.strip_suffix('V').map_or(0, digits);
    (1..=4).contains(&percent) || (2..=4).contains(&volts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_beacons_are_known_and_those_of_ships_are_not() {
        let beacons = [
            "NET MARK 81%",
            "BOYA 3",
            "NETBUOY6",
            "BUOY",
            "Buoy-12",
            "FLOAT 7",
            "LUCIA 2 64%",
            "NET 5",
            "net mark",
            "BOJE 4",
            "BOUÉE 2",
            "BOIA12",
            "MARIA BUOY 3",
            "浮标12",
            "RED 4",
            "12-85%",
            "NB 7 99V",
            "FISH NET 5",
            "GEAR 12-85%",
            "7-12.4V",
        ];
        for name in beacons {
            assert!(is_beacon_name(name), "{name}");
        }
        let ships = [
            "SIGNET",
            "GANNET",
            "PLANET",
            "GARNET",
            "NET PROFIT",
            "BOYACA",
            "RED STAR",
            "FLOATING DREAM",
            "LINE",
            "MARK",
            "BUOYANT",
            "JANET 2",
            "100% FUN",
            "MARIA 3",
            "LIFEBUOY LADY",
            "RED",
            "NETTY 4",
            "",
        ];
        for name in ships {
            assert!(!is_beacon_name(name), "{name}");
        }
    }
}
