//! Ranks the vessels that were near a place by what they did there.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize, Serializer};

use super::deed::Deed;
use super::search::Search;
use crate::base::time::{Span, Time};
use crate::picture::tracks::TrackKey;

/// Points for each vessel met.
const MET: f64 = 40.0;
/// Points for a stop outside calm water.
const STOPPED: f64 = 30.0;
/// Points for a silence although reception there was good.
const DARK: f64 = 30.0;
/// Points for slowing down.
const SLOWED: f64 = 15.0;
/// Points for being at the place itself; fewer with distance, down to none at the radius.
const NEAR: f64 = 10.0;
/// Upper limit of the sum.
const MOST: f64 = 100.0;
/// Speed made good in knots below which a vessel counts as stopped.
pub const STOP_KNOTS: f64 = 1.0;
/// Shorter stops and slow periods are not reported.
pub const LEAST: Span = Span::from_minutes(10);
/// A vessel that is not heard for this long counts as dark.
pub const DARK_AFTER: Span = Span::from_minutes(60);

/// What was seen of one vessel at the place.
#[derive(Clone, PartialEq, Debug)]
pub struct Sighting {
    /// Its track.
    pub key: TrackKey,
    /// Name as it was sent.
    pub name: String,
    /// Country and ship type: `Spain, cargo`.
    pub kind: String,
    /// Ship type: `cargo`.
    pub ship_type: &'static str,
    /// Nearest approach: distance in nautical miles, and time. `None` if it is not known.
    pub nearest: Option<(f64, Time)>,
    /// Highest speed made good in knots; `None` if no speed was known.
    pub fastest: Option<f64>,
    /// What it did there by itself.
    pub did: Vec<Did>,
}

/// Something the vessel did, in words, for the ranking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Did {
    /// Stopped at sea.
    Stopped(String),
    /// Stopped in calm water, which earns no points.
    Lay(String),
    /// Was slower than usual.
    Slowed(String),
    /// Was silent although other vessels there were heard.
    Dark(String),
    /// Was silent while reception there was lost. Not counted against it.
    Unheard(String),
}

/// The vessels that were near, ranked.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Suspects {
    /// What was asked.
    #[serde(flatten)]
    pub search: Search,
    /// The vessels: those that did something by rank, then those not heard while reception was lost, then those that passed.
    #[serde(rename = "items")]
    pub vessels: Vec<Ranked>,
}

/// One vessel with its rank.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ranked {
    /// MMSI.
    pub mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    pub track: u16,
    /// Name as it was sent.
    pub name: String,
    /// Country and ship type: `Spain, cargo`.
    pub kind: String,
    /// Rank, 0 to 100, by what it did; `None` if it only passed. It is not the score of an alert.
    #[serde(serialize_with = "whole")]
    pub points: Option<f64>,
    /// Nearest approach in nautical miles; `None` if it is not known.
    #[serde(serialize_with = "in_hundredths")]
    pub nearest_nm: Option<f64>,
    /// When that was.
    pub nearest_at: Option<Time>,
    /// What it did, in words.
    pub did: Vec<String>,
    /// Silences that are not counted against it, in words.
    pub reception_lost: Vec<String>,
    /// Ship type: `cargo`; empty in an answer that came over HTTP.
    #[serde(skip)]
    pub ship_type: &'static str,
    /// Highest speed made good in knots; `None` if no speed was known.
    #[serde(skip)]
    pub fastest: Option<f64>,
}

/// Ranks what was seen, together with the alerts and facts near the place.
pub fn rank<'d>(search: &Search, sightings: Vec<Sighting>, deeds: impl Iterator<Item = &'d Deed>) -> Vec<Ranked> {
    let deeds: Vec<&Deed> = deeds.filter(|deed| deed.is_of(search)).collect();
    let mut ranked: Vec<Ranked> = sightings.into_iter().map(|seen| Ranked::of(search, seen, &deeds)).collect();
    ranked.sort_by(|one, other| {
        let points = |row: &Ranked| row.points.unwrap_or(0.0);
        one.order().cmp(&other.order()).then(points(other).total_cmp(&points(one)))
    });
    ranked
}

impl Ranked {
    /// Ranks one vessel by what it did alone and by the deeds it took part in.
    fn of(search: &Search, seen: Sighting, deeds: &[&Deed]) -> Ranked {
        let me = (u64::from(seen.key.mmsi.0), u64::from(seen.key.ordinal));
        let (mut points, mut did, mut reception_lost) = (0.0, Vec::new(), Vec::new());
        let mut met: BTreeSet<(u64, u64)> = BTreeSet::new();
        for deed in deeds.iter().filter(|deed| deed.is_about(me)) {
            let (words, new) = deed.words(me, &mut met);
            points += MET * new as f64;
            did.push(words);
        }
        for deed in seen.did {
            let (more, words) = match deed {
                Did::Stopped(words) => (STOPPED, words),
                Did::Lay(words) => (0.0, words),
                Did::Slowed(words) => (SLOWED, words),
                Did::Dark(words) => (DARK, words),
                Did::Unheard(words) => {
                    reception_lost.push(words);
                    continue;
                }
            };
            points += more;
            did.push(words);
        }
        if let Some((nm, _)) = seen.nearest.filter(|_| !did.is_empty()) {
            points += NEAR * (1.0 - nm / search.radius_nm).max(0.0);
        }
        Ranked {
            mmsi: seen.key.mmsi.0,
            track: seen.key.ordinal,
            name: seen.name,
            kind: seen.kind,
            points: (!did.is_empty()).then_some(points.min(MOST)),
            nearest_nm: seen.nearest.map(|(nm, _)| nm),
            nearest_at: seen.nearest.map(|(_, at)| at),
            did,
            reception_lost,
            ship_type: seen.ship_type,
            fastest: seen.fastest,
        }
    }

    /// Whether it did something; otherwise it only passed.
    pub fn is_ranked(&self) -> bool {
        self.points.is_some()
    }

    /// Sort key: ranked vessels first, then those not heard while reception was lost, then those that passed.
    fn order(&self) -> (bool, bool) {
        (!self.is_ranked(), self.reception_lost.is_empty())
    }

    /// What it did in one line; that it passed, or lay still for less than [`LEAST`], if it did nothing.
    pub fn words(&self) -> String {
        let mut words: Vec<String> = self.did.iter().chain(&self.reception_lost).cloned().collect();
        if words.is_empty() {
            words.push(match self.fastest {
                Some(knots) if knots < STOP_KNOTS => "lay still".to_owned(),
                Some(knots) => format!("passed at up to {knots:.1} kn"),
                None => "passed".to_owned(),
            });
        }
        words.join("; ")
    }
}

/// Points rounded to whole ones.
fn whole<S: Serializer>(points: &Option<f64>, into: S) -> Result<S::Ok, S::Error> {
    points.map(f64::round).serialize(into)
}

/// Nautical miles rounded to hundredths.
fn in_hundredths<S: Serializer>(nm: &Option<f64>, into: S) -> Result<S::Ok, S::Error> {
    nm.map(|nm| (nm * 100.0).round() / 100.0).serialize(into)
}

/// `stopped for 48 min from 12:00 to 12:48`; `stopped since 12:00, 48 min by 12:48` if it goes on. Over midnight, times carry their date.
pub fn spell(what: &str, lasted: Span, from: Time, to: Time, goes_on: bool) -> String {
    let (from, to) = (from.clock_on(to), to.clock_on(from));
    match goes_on {
        true => format!("{what} since {from}, {lasted} by {to}"),
        false => format!("{what} for {lasted} from {from} to {to}"),
    }
}

#[cfg(test)]
mod tests;
