//! What a vessel did, as far as an engine remembers: stops at sea, silences, port calls, first and last position.

use super::deed::Deed;
use super::silences::{self, Silence, Watch};
use atalaia_core::ais::Class;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::Engine;
use atalaia_core::geo::LatLon;
use atalaia_core::picture::tracks::{TrackKey, Vessel};
use atalaia_core::zones::{Chart, Hit, Relation};

/// The last report of the vessel.
#[derive(Clone, Debug)]
pub(super) struct Last {
    pub(super) at: Time,
    pub(super) position: LatLon,
    pub(super) knots: Option<f64>,
    pub(super) course: Option<f64>,
    pub(super) status: Option<u8>,
    pub(super) shore_nm: f64,
    pub(super) calm: bool,
    /// Names of the zones that the vessel was in.
    pub(super) zones: Vec<String>,
}

/// Everything an engine knows about an MMSI.
#[derive(Default, Debug)]
pub(super) struct Deeds {
    /// Number of ships that send this MMSI.
    pub(super) tracks: usize,
    pub(super) first_at: Option<Time>,
    pub(super) last: Option<Last>,
    pub(super) class: Option<&'static str>,
    pub(super) draught: Option<f64>,
    pub(super) destination: Option<String>,
    pub(super) stops: Vec<Deed>,
    pub(super) silences: Vec<Deed>,
    pub(super) calls: Vec<Deed>,
}

impl Deeds {
    pub(super) fn of(engine: &Engine, chart: &Chart, mmsi: Mmsi, watch: &Watch, now: Time) -> Deeds {
        let mut vessels: Vec<Vessel<'_>> =
            engine.tracks().under(mmsi).filter(|vessel| vessel.last().is_some()).collect();
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

    fn track(&mut self, engine: &Engine, chart: &Chart, key: TrackKey, silences: &[Silence]) {
        let episodes = engine.episodes();
        for (_, halt) in episodes.halts.of(key) {
            let note = |lasted: Option<Span>| match halt.still == Span::ZERO {
                true => format!("slow, {:.1} kn at the least", halt.slowest_knots),
                false => format!("still for {}", lasted.map_or(halt.still, |lasted| halt.still.min(lasted))),
            };
            let parts = silences::parts(halt.started_at, halt.over.then_some(halt.last_at), silences);
            self.stops.extend(parts.into_iter().map(|(from, to)| Deed {
                from,
                to,
                at: Some(halt.position),
                note: note(to.map(|to| to - from)),
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
