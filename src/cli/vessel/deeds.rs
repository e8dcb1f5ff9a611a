//! What a vessel did, as far as an engine remembers: stops at sea, silences, port calls, first and last position.
//!
//! Only what the engine keeps anyway is used: halts, port calls and gaps of the last days. Stops in port are
//! part of a port call, and are not listed.

use super::deed::Deed;
use super::silences::{self, Silence, Watch};
use atalaia_core::ais::Class;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::Engine;
use atalaia_core::engine::questions::{Part, Unheard, parts};
use atalaia_core::geo::LatLon;
use atalaia_core::picture::tracks::{TrackKey, Vessel};
use atalaia_core::zones::{Chart, Hit, Relation};

/// What is said of a part of a stop that silences divide.
const PART: &str = "slow or still; a silence divides this stop";

/// The last report of the vessel.
#[derive(Clone, Debug)]
pub(super) struct Last {
    /// Event time of the report.
    pub(super) at: Time,
    /// The reported position.
    pub(super) position: LatLon,
    /// Reported speed over ground in knots; `None` if not available.
    pub(super) knots: Option<f64>,
    /// Reported course over ground in degrees; `None` if not available.
    pub(super) course: Option<f64>,
    /// Navigational status as sent, 0 to 15; `None` if not sent.
    pub(super) status: Option<u8>,
    /// Distance from shore in nautical miles; infinite without a coast.
    pub(super) shore_nm: f64,
    /// Whether the position is in calm water, such as a port or an anchorage.
    pub(super) calm: bool,
    /// Names of the zones that the vessel was in.
    pub(super) zones: Vec<String>,
}

/// Everything an engine knows about an MMSI. Lists are in order of their beginning, the latest first.
#[derive(Default, Debug)]
pub(super) struct Deeds {
    /// Number of ships that send this MMSI, as far as the engine can tell them apart.
    pub(super) tracks: usize,
    /// When the earliest of its tracks began; `None` without a track. The vessel may have been heard
    /// and forgotten before.
    pub(super) first_at: Option<Time>,
    /// The last report of the ship heard last; `None` without a position.
    pub(super) last: Option<Last>,
    /// Transponder class in words; `None` if it is not known.
    pub(super) class: Option<&'static str>,
    /// Reported draught in metres; `None` if never sent.
    pub(super) draught: Option<f64>,
    /// Reported destination as it was sent; `None` if never sent.
    pub(super) destination: Option<String>,
    /// Stops at sea, split where the vessel was silent.
    pub(super) stops: Vec<Deed>,
    /// Silences at sea, judged by the engine or not.
    pub(super) silences: Vec<Deed>,
    /// Port calls; the note is the name of the port.
    pub(super) calls: Vec<Deed>,
}

impl Deeds {
    /// Collects what the engine knows. `now` is the end of the reading; what goes on has lasted until then at
    /// least. `watch` knows the silences that the engine has forgotten.
    pub(super) fn of(engine: &Engine, chart: &Chart, mmsi: Mmsi, watch: &Watch, now: Time) -> Deeds {
        let mut vessels: Vec<Vessel<'_>> =
            engine.tracks().under(mmsi).filter(|vessel| vessel.last().is_some()).collect();
        // Of several ships under one number, the one heard last is the one to show.
        vessels.sort_by_key(|vessel| vessel.last().map(|fix| fix.at));
        let mut deeds = Deeds { tracks: vessels.len(), ..Deeds::default() };
        deeds.first_at = vessels.iter().map(Vessel::first_at).min();
        for vessel in &vessels {
            deeds.track(engine, chart, vessel.key(), &watch.of(engine, vessel, now));
        }
        if let Some(vessel) = vessels.last() {
            deeds.now(vessel, chart);
        }
        for list in [&mut deeds.stops, &mut deeds.silences, &mut deeds.calls] {
            list.sort_by_key(|deed| std::cmp::Reverse(deed.from));
        }
        deeds
    }

    /// Takes over the present state of a vessel, and its last report with the zones around it.
    fn now(&mut self, vessel: &Vessel<'_>, chart: &Chart) {
        self.class = match vessel.class() {
            Class::A => Some("class A"),
            Class::B => Some("class B"),
            Class::Unknown => None,
        };
        let identity = vessel.identity();
        self.draught = identity.and_then(|identity| identity.draught_dm).map(|decimetres| f64::from(decimetres) / 10.0);
        self.destination = identity.and_then(|identity| identity.destination.as_deref()).map(str::to_owned);
        let Some(fix) = vessel.last() else {
            return;
        };
        let mut hits: Vec<Hit> = Vec::new();
        chart.zones.at(fix.position, &mut hits);
        let inside = hits.iter().filter(|hit| hit.relation == Relation::In);
        self.last = Some(Last {
            at: fix.at,
            position: fix.position,
            knots: fix.said.sog_knots(),
            course: fix.said.cog_degrees(),
            status: fix.said.status(),
            shore_nm: chart.shore_nm(fix.position),
            calm: chart.calm(fix.position, fix.at).inside,
            zones: inside.map(|hit| chart.zones.get(hit.zone).name.clone()).collect(),
        });
    }

    /// Adds what one track did. `silences` are all of its silences, in order.
    fn track(&mut self, engine: &Engine, chart: &Chart, key: TrackKey, silences: &[Silence]) {
        let episodes = engine.episodes();
        let seen = silences.iter().map(|silence| Unheard { from: silence.from, to: silence.to, back: silence.back });
        let unheard: Vec<Unheard> = seen.collect();
        for (_, halt) in episodes.halts.of(key) {
            // A stop is still, or only slow. The engine measures both for the whole stop, not for its parts.
            let note = |lasted: Option<Span>| match halt.still == Span::ZERO {
                true => format!("slow, {:.1} kn at the least", halt.slowest_knots),
                // A drifting vessel is slow for longer than it lies still.
                false => match lasted.map_or(halt.still, |lasted| halt.still.min(lasted)) {
                    still if lasted.is_some_and(|lasted| still < lasted) => format!("still for {still} of it"),
                    still => format!("still for {still}"),
                },
            };
            let parts = parts(halt, &unheard);
            let in_parts = 1 < parts.len();
            self.stops.extend(parts.into_iter().map(|Part { from, to, at }| Deed {
                from,
                to,
                at,
                note: if in_parts { PART.to_owned() } else { note(to.map(|to| to - from)) },
            }));
        }
        self.silences.extend(silences::deeds(engine, chart, key, silences));
        let calls = &episodes.port_calls;
        let port = |port: Option<&str>| port.unwrap_or("no name").to_owned();
        self.calls.extend(calls.of(key).iter().map(|call| Deed {
            from: call.from,
            to: Some(call.to),
            at: Some(call.at),
            note: port(call.port.as_deref()),
        }));
        self.calls.extend(calls.stay(key).map(|stay| Deed {
            from: stay.from,
            to: None,
            at: Some(stay.at),
            note: port(stay.port.as_deref()),
        }));
    }
}
