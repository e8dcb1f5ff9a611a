//! What is known of one vessel now.

use serde::Serialize;

use crate::ais::{Class, ship_type_name};
use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::engine::Engine;
use crate::geo::LatLon;
use crate::picture::episodes::Halt;
use crate::picture::tracks::{Flag, Vessel, country_of, flag_of};
use crate::zones::{Chart, Relation};

/// Everything that the engine knows of an MMSI.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct VesselAnswer {
    /// MMSI.
    pub mmsi: u32,
    /// Engine time of the answer.
    pub at: Time,
    /// Its tracks by ordinal: more than one if several ships send the number.
    pub tracks: Vec<VesselTrack>,
    /// Ids of its open alerts and facts, in the order in which they opened.
    pub open: Vec<String>,
}

/// One track of the vessel. Identity is what it last sent itself.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct VesselTrack {
    /// Ordinal of the track, from 1.
    pub track: u16,
    /// Name; `None` if never sent.
    pub name: Option<String>,
    /// IMO number; `None` if never sent.
    pub imo: Option<u32>,
    /// Call sign; `None` if never sent.
    pub call_sign: Option<String>,
    /// Ship type 1-99; `None` if never sent.
    pub ship_type: Option<u8>,
    /// Country and ship type: `Spain, cargo`.
    pub kind: String,
    /// ISO 3166 alpha-2 code of the flag state of the MMSI; `None` if it belongs to no country.
    pub flag: Option<Flag>,
    /// Transponder class, `A` or `B`; `None` if unknown.
    pub class: Option<&'static str>,
    /// Length overall in metres; `None` if unknown.
    pub length_metres: Option<u16>,
    /// Draught in metres; `None` if never sent.
    pub draught_metres: Option<f64>,
    /// Destination; `None` if never sent.
    pub destination: Option<String>,
    /// When it was first heard with a position; `None` before the first fix.
    pub first_heard_at: Option<Time>,
    /// Its latest fix; `None` if it never sent a position.
    pub last_fix: Option<LastFix>,
    /// Speed made good at that fix in knots; `None` before five minutes of track, or across a hole too long to count.
    pub made_good_knots: Option<f64>,
    /// Its usual speed under way in knots: its own, or that of its type.
    pub usual_knots: f64,
    /// Zones at its latest fix.
    pub zones: Vec<ZoneNearby>,
    /// Stops at sea that the engine remembers, the latest last.
    pub stops: Vec<Stop>,
    /// Since when it has been silent where it should be heard; `None` if it is not.
    pub silent_since: Option<Time>,
}

/// The latest fix of a track.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct LastFix {
    /// Event time.
    pub at: Time,
    /// Latitude in degrees north.
    pub lat: f64,
    /// Longitude in degrees east.
    pub lon: f64,
    /// Reported speed over ground in knots; `None` if not sent.
    pub sog_knots: Option<f64>,
    /// Reported course over ground in degrees; `None` if not sent.
    pub cog_degrees: Option<f64>,
    /// Navigational status 0-15; `None` if not sent.
    pub status: Option<u8>,
    /// Distance from shore in nautical miles; `None` without a coastline.
    pub shore_nm: Option<f64>,
    /// Whether it is in calm water.
    pub in_calm_water: bool,
}

/// A zone that the latest fix is in or near.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ZoneNearby {
    /// Id of the zone.
    pub id: String,
    /// `in` or `near`.
    pub relation: &'static str,
}

/// A stop at sea.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Stop {
    /// When it began.
    pub from: Time,
    /// The last slow fix.
    pub to: Time,
    /// Whether it is over.
    pub over: bool,
    /// Latitude where it began, in degrees north.
    pub lat: f64,
    /// Longitude where it began, in degrees east.
    pub lon: f64,
}

/// Most stops in an answer.
const STOPS: usize = 20;

/// What the engine knows of an MMSI; `None` if it has no track.
pub fn vessel(engine: &Engine, chart: &Chart, mmsi: Mmsi) -> Option<VesselAnswer> {
    let at = engine.now()?;
    let mut tracks: Vec<VesselTrack> =
        engine.tracks().under(mmsi).map(|vessel| VesselTrack::of(engine, chart, &vessel, at)).collect();
    tracks.sort_by_key(|track| track.track);
    let open = engine.open_alerts();
    let about = open.iter().filter(|alert| alert.vessels.iter().any(|party| party.mmsi == mmsi.0));
    let open = about.map(|alert| alert.id.clone()).collect();
    (!tracks.is_empty()).then_some(VesselAnswer { mmsi: mmsi.0, at, tracks, open })
}

/// `Spain, cargo`: the country of the MMSI, and the ship type that the vessel reports.
pub fn kind_of(mmsi: Mmsi, ship_type: Option<u8>) -> String {
    let kind = ship_type_name(ship_type);
    let country = flag_of(mmsi).map(|flag| country_of(flag.code()).unwrap_or(flag.code()));
    country.map_or_else(|| kind.to_owned(), |country| format!("{country}, {kind}"))
}

impl VesselTrack {
    fn of(engine: &Engine, chart: &Chart, vessel: &Vessel<'_>, now: Time) -> VesselTrack {
        let identity = vessel.identity();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (key, fix) = (vessel.key(), vessel.last());
        let gap = engine.gaps().latest(key).filter(|gap| gap.to.is_none());
        VesselTrack {
            track: key.ordinal,
            name: owned(vessel.name()),
            imo: identity.and_then(|identity| identity.imo),
            call_sign: owned(identity.and_then(|identity| identity.call_sign.as_deref())),
            ship_type: vessel.ship_type(),
            kind: kind_of(vessel.mmsi(), vessel.ship_type()),
            flag: flag_of(vessel.mmsi()),
            class: class_name(vessel.class()),
            length_metres: identity.and_then(|identity| identity.length()),
            draught_metres: identity.and_then(|identity| identity.draught_dm).map(|dm| f64::from(dm) / 10.0),
            destination: owned(identity.and_then(|identity| identity.destination.as_deref())),
            first_heard_at: fix.map(|_| vessel.first_at()),
            last_fix: fix.map(|fix| {
                let (shore_nm, calm) = (chart.shore_nm(fix.position), chart.calm(fix.position, now));
                LastFix {
                    at: fix.at,
                    lat: fix.position.lat,
                    lon: fix.position.lon,
                    sog_knots: fix.said.sog_knots(),
                    cog_degrees: fix.said.cog_degrees(),
                    status: fix.said.status(),
                    shore_nm: shore_nm.is_finite().then(|| hundredths(shore_nm)),
                    in_calm_water: calm.inside,
                }
            }),
            made_good_knots: vessel.speed_made_good().filter(|smg| !smg.over_hole).map(|smg| hundredths(smg.knots)),
            usual_knots: hundredths(vessel.usual_knots(now)),
            zones: fix.map_or_else(Vec::new, |fix| zones_at(chart, fix.position)),
            stops: stops(engine, vessel),
            silent_since: gap.map(|gap| gap.from.at),
        }
    }
}

/// The latest stops at sea, at most `STOPS`, in order of time.
fn stops(engine: &Engine, vessel: &Vessel<'_>) -> Vec<Stop> {
    let halts = engine.episodes().halts.of(vessel.key()).rev().take(STOPS);
    let stop = |(_, halt): (u64, &Halt)| Stop {
        from: halt.started_at,
        to: halt.last_at,
        over: halt.over,
        lat: halt.position.lat,
        lon: halt.position.lon,
    };
    let mut stops: Vec<Stop> = halts.map(stop).collect();
    stops.reverse();
    stops
}

/// Zones that a position is in or near, active or not.
fn zones_at(chart: &Chart, position: LatLon) -> Vec<ZoneNearby> {
    let mut hits = Vec::new();
    chart.zones.at(position, &mut hits);
    let nearby = hits.iter().filter(|hit| hit.relation != Relation::Outside);
    let nearby =
        nearby.map(|hit| ZoneNearby { id: chart.zones.get(hit.zone).id.clone(), relation: hit.relation.name() });
    nearby.collect()
}

/// Name of the class; `None` if unknown.
fn class_name(class: Class) -> Option<&'static str> {
    match class {
        Class::A => Some("A"),
        Class::B => Some("B"),
        Class::Unknown => None,
    }
}

/// Rounded to hundredths.
fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ais::{Line, SourceId};
    use crate::picture::tracks::TrackKey;
    use crate::testing::{AREA, chart, engine, lines};

    #[test]
    fn a_zone_just_out_of_reach_is_not_near() {
        // The southern border is 24 N. The area has no `near_nm`.
        for (lat, expected) in [("24.001", vec!["in"]), ("23.998", vec![])] {
            let mut engine = engine(&crate::engine::Settings::default(), AREA);
            for line in lines(&format!("ALFA 224000001 jitter=0\n 12:00 {lat} -17\n stop 30")) {
                engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut Vec::new());
            }
            engine.finish(&mut Vec::new());
            let answer = vessel(&engine, &chart(AREA), Mmsi(224_000_001)).expect("it was heard");
            let zones = answer.tracks.iter().flat_map(|track| &track.zones);
            assert_eq!(zones.map(|zone| zone.relation).collect::<Vec<_>>(), expected, "{lat}");
        }
    }

    #[test]
    fn a_silence_of_more_than_a_day_is_over_once_the_vessel_is_heard() {
        // Ships that lie nearby show that reception there is good.
        let script = |silent: u32| {
            let ship = format!("ALFA 224000001 every=300\n06:00 28.1 -17.1\nstop 240\nsilent {silent}\nstop 120");
            let minutes = 360 + 240 + silent + 120;
            let other = |number: u32| {
                format!("\nSENT{number} 22410000{number} every=300\n00:00 28.{number} -17.1\nstop {minutes}")
            };
            (0..6).map(other).fold(ship, |all, other| all + &other)
        };
        for silent in [300, 1500] {
            let mut settings = crate::engine::Settings::default();
            settings.coverage.learn_hours = 5;
            let mut engine = engine(&settings, AREA);
            for line in lines(&script(silent)) {
                engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut Vec::new());
            }
            engine.finish(&mut Vec::new());
            let answer = vessel(&engine, &chart(AREA), Mmsi(224_000_001)).expect("it was heard");
            assert_eq!(answer.tracks[0].silent_since, None, "after {silent} min");
            let gap = engine.gaps().latest(TrackKey { mmsi: Mmsi(224_000_001), ordinal: 1 });
            let minutes = gap.and_then(|gap| Some((gap.to?.at - gap.from.at).minutes()));
            assert!(
                minutes.is_some_and(|minutes| (minutes - f64::from(silent)).abs() <= 10.0),
                "{silent}: {minutes:?}"
            );
        }
    }
}
