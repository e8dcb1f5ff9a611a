//! Scenario kit: turns short scripts of vessels into the lines that stations would have recorded.

use atalaia::ais::Dimensions;
use atalaia::ais::encode::{Envelope, Identity, Message, Motion};
use atalaia::geo::LatLon;
use atalaia::time::{Span, Time};
use atalaia::units::{METRES_PER_NM, METRES_PER_SECOND_PER_KNOT, Mmsi};

use crate::harness::feed::{Feed, Sent};

/// Seconds between static reports (ITU-R M.1371: every 6 minutes).
const STATICS_EVERY: u32 = 360;

/// Vessels, the start time of their scripts, and how well they are received. The same scenario always gives the same lines.
#[derive(Clone, Debug)]
pub struct Scenario {
    start: Time,
    seed: u64,
    loss: f64,
    stations: Vec<String>,
    vessels: Vec<Vessel>,
}

impl Scenario {
    /// A scenario whose scripts begin at `start`, RFC 3339.
    pub fn new(start: &str) -> Scenario {
        Scenario {
            start: Time::parse(start).expect("the scenario's author writes a valid time"),
            seed: 1,
            loss: 0.0,
            stations: vec!["shore1".to_string()],
            vessels: Vec::new(),
        }
    }

    /// Sets the seed of noise, phases and losses.
    pub fn seed(mut self, seed: u64) -> Scenario {
        self.seed = seed;
        self
    }

    /// Share of messages lost, 0..=1.
    pub fn loss(mut self, share: f64) -> Scenario {
        self.loss = share;
        self
    }

    /// Names of the stations; each message is received by one of them.
    pub fn stations(mut self, names: &[&str]) -> Scenario {
        self.stations = names.iter().map(|name| (*name).to_string()).collect();
        self
    }

    /// Adds a vessel.
    pub fn vessel(mut self, vessel: Vessel) -> Scenario {
        self.vessels.push(vessel);
        self
    }

    /// Moves every script east along its parallel.
    pub fn moved_east(mut self, degrees: f64) -> Scenario {
        let east = |place: LatLon| LatLon::new(place.lat, place.lon + degrees);
        for vessel in &mut self.vessels {
            vessel.here = east(vessel.here);
            for leg in &mut vessel.legs {
                leg.start = east(leg.start);
            }
        }
        self
    }

    /// Everything the stations received, in order of arrival.
    pub fn feed(&self) -> Feed {
        let mut arrivals = Vec::new();
        for vessel in &self.vessels {
            let mut rng = fastrand::Rng::with_seed(self.seed ^ u64::from(vessel.mmsi.0) << 20);
            let mut sent = Vec::new();
            vessel.send(self, &mut rng, &mut sent);
            let late = Span::from_seconds((vessel.late_minutes * 60.0) as i64);
            arrivals.extend(sent.into_iter().map(|sent| (sent.at + late, sent)));
        }
        // The sort is stable: equal times stay in order of the script.
        arrivals.sort_by_key(|(at, _)| *at);
        Feed { sent: arrivals.into_iter().map(|(_, sent)| sent).collect() }
    }

    /// Adds traffic in both directions between two places, one ship every `every_minutes`, to provide reception there.
    pub fn lane(mut self, from: (f64, f64), to: (f64, f64), every_minutes: f64, until_minute: f64) -> Scenario {
        let ships = (until_minute / every_minutes).ceil() as u32;
        for ship in 0..ships {
            let mmsi = 538_100_000 + 1000 * (self.vessels.len() as u32 % 900) + ship;
            let knots = 11.0 + f64::from(ship % 4);
            // Slightly offset from each other, to either side.
            let aside = f64::from(ship % 3) * 1.5 - 1.5;
            let (from, to) = (away(from.0, from.1, 90.0, aside), away(to.0, to.1, 90.0, aside));
            let ends = if ship % 2 == 0 { (from, to) } else { (to, from) };
            let minutes = LatLon::new(from.0, from.1).nm_to(LatLon::new(to.0, to.1)) / knots * 60.0;
            let starts = f64::from(ship) * every_minutes - minutes / 2.0;
            let sails =
                Vessel::class_a(mmsi).name(&format!("PASSER {ship}")).ship_type(if ship % 5 == 0 { 80 } else { 70 });
            let sails = sails.dims(120, 30, 12, 12).every_seconds(180);
            let late = (-starts).max(0.0) / minutes;
            let part = |share: f64| {
                let start = LatLon::new(ends.0.0, ends.0.1);
                let there = LatLon::new(ends.1.0, ends.1.1);
                let place = start.destination(start.bearing_to(there), start.metres_to(there) * share);
                (place.lat, place.lon)
            };
            let begin = part(late);
            let sails = sails.at(begin.0, begin.1).from_minute(starts.max(0.0));
            let share = ((until_minute - starts) / minutes).min(1.0);
            if share <= late {
                continue;
            }
            let end = part(share);
            self.vessels.push(sails.leg_to(end.0, end.1, knots));
        }
        self
    }

    /// The recording as NMEA text.
    pub fn nmea(&self) -> String {
        self.feed().nmea()
    }
}

/// A vessel and its script. Each step begins where and when the previous one ended, with the name, status and voyage set before it.
#[derive(Clone, Debug)]
pub struct Vessel {
    mmsi: Mmsi,
    class_b: bool,
    identity: Statics,
    every_seconds: u32,
    satellite: bool,
    noise_metres: f64,
    late_minutes: f64,
    status: u8,
    heading: Option<f64>,
    here: LatLon,
    clock: f64,
    legs: Vec<Leg>,
    silences: Vec<(f64, f64)>,
}

#[derive(Clone, Debug, Default)]
struct Statics {
    imo: u32,
    name: String,
    call_sign: String,
    ship_type: u8,
    dimensions: Dimensions,
    destination: String,
    draught_dm: u8,
}

/// One leg of the script, straight along the geodesic from `start`. Times are seconds since the scenario's start.
#[derive(Clone, Debug)]
struct Leg {
    from: f64,
    to: f64,
    start: LatLon,
    bearing: f64,
    knots: f64,
    status: u8,
    heading: Option<f64>,
    identity: Statics,
}

impl Vessel {
    /// Class A: reports every 10 s, every 3 min at anchor or moored; static data in type 5.
    pub fn class_a(mmsi: u32) -> Vessel {
        Vessel {
            mmsi: Mmsi(mmsi),
            class_b: false,
            identity: Statics::default(),
            every_seconds: 10,
            satellite: false,
            noise_metres: 5.0,
            late_minutes: 0.0,
            status: 0,
            heading: None,
            here: LatLon::new(0.0, 0.0),
            clock: 0.0,
            legs: Vec::new(),
            silences: Vec::new(),
        }
    }

    /// Class B: reports every 30 s, every 3 min at up to 2 kn; static data in type 24; no heading.
    pub fn class_b(mmsi: u32) -> Vessel {
        Vessel { class_b: true, every_seconds: 30, ..Vessel::class_a(mmsi) }
    }

    /// Sets the name; without one no static data are sent.
    pub fn name(mut self, name: &str) -> Vessel {
        self.identity.name = name.to_string();
        self
    }

    /// Sets the call sign.
    pub fn call_sign(mut self, call_sign: &str) -> Vessel {
        self.identity.call_sign = call_sign.to_string();
        self
    }

    /// Sets the IMO number (class A).
    pub fn imo(mut self, imo: u32) -> Vessel {
        self.identity.imo = imo;
        self
    }

    /// Sets the ship type, 1-99.
    pub fn ship_type(mut self, ship_type: u8) -> Vessel {
        self.identity.ship_type = ship_type;
        self
    }

    /// Sets the destination and the draught in decimetres (class A).
    pub fn voyage(mut self, destination: &str, draught_dm: u8) -> Vessel {
        self.identity.destination = destination.to_string();
        self.identity.draught_dm = draught_dm;
        self
    }

    /// Sets the metres from the antenna to bow, stern, port and starboard.
    pub fn dims(mut self, bow: u16, stern: u16, port: u8, starboard: u8) -> Vessel {
        self.identity.dimensions = Dimensions { bow, stern, port, starboard };
        self
    }

    /// Sets the seconds between reports under way.
    pub fn every_seconds(mut self, seconds: u32) -> Vessel {
        self.every_seconds = seconds;
        self
    }

    /// Received by satellite only: about 20 % of the reports in 8 minutes out of every 100.
    pub fn by_satellite(mut self) -> Vessel {
        self.satellite = true;
        self
    }

    /// Sets the scatter of positions; 5 m by default.
    pub fn noise_metres(mut self, metres: f64) -> Vessel {
        self.noise_metres = metres;
        self
    }

    /// Delays the arrival of all its reports by this many minutes, as with satellite reception.
    pub fn late_minutes(mut self, minutes: f64) -> Vessel {
        self.late_minutes = minutes;
        self
    }

    /// Sets the position where the script begins.
    pub fn at(mut self, lat: f64, lon: f64) -> Vessel {
        self.here = LatLon::new(lat, lon);
        self
    }

    /// Sets the minute after the scenario's start at which it first transmits.
    #[allow(clippy::wrong_self_convention)] // A step of the script, not a conversion.
    pub fn from_minute(mut self, minute: f64) -> Vessel {
        self.clock = minute * 60.0;
        self
    }

    /// Sets the navigational status from here on (1 at anchor, 5 moored, 7 fishing); 0 by default.
    pub fn status(mut self, status: u8) -> Vessel {
        self.status = status;
        self
    }

    /// Sets the true heading from here on. By default class A sends the course and class B no heading.
    pub fn heading(mut self, degrees: f64) -> Vessel {
        self.heading = Some(degrees);
        self
    }

    /// Sails straight to a place.
    pub fn leg_to(self, lat: f64, lon: f64, knots: f64) -> Vessel {
        let there = LatLon::new(lat, lon);
        let (bearing, nm) = (self.here.bearing_to(there), self.here.nm_to(there));
        self.leg(bearing, nm, knots)
    }

    /// Sails straight to a place at the speed that gets it there at this minute after the scenario's start.
    pub fn arrive(self, lat: f64, lon: f64, minute: f64) -> Vessel {
        let hours = minute / 60.0 - self.clock / 3600.0;
        let knots = self.here.nm_to(LatLon::new(lat, lon)) / hours;
        assert!((0.1..40.0).contains(&knots), "arriving there would take {knots} kn");
        self.leg_to(lat, lon, knots)
    }

    /// Sails straight along a bearing for a number of nautical miles.
    pub fn leg(self, bearing: f64, nm: f64, knots: f64) -> Vessel {
        self.run(bearing, knots, nm / knots * 3600.0)
    }

    /// Moves along a bearing for a number of minutes; with `heading` set it is a drift.
    pub fn drift_minutes(self, bearing: f64, knots: f64, minutes: f64) -> Vessel {
        self.run(bearing, knots, minutes * 60.0)
    }

    /// Stays in place.
    pub fn stop_minutes(self, minutes: f64) -> Vessel {
        self.run(0.0, 0.0, minutes * 60.0)
    }

    /// Stays in place until this minute after the scenario's start; does nothing if that has passed.
    pub fn stop_until_minute(self, minute: f64) -> Vessel {
        let seconds = (minute * 60.0 - self.clock).max(0.0);
        self.run(0.0, 0.0, seconds)
    }

    /// Circles to starboard on a twelve-sided track for a number of minutes.
    pub fn circle(mut self, radius_nm: f64, knots: f64, minutes: f64) -> Vessel {
        let side = 2.0 * radius_nm * 15_f64.to_radians().sin() / knots * 3600.0;
        let end = self.clock + minutes * 60.0;
        let mut bearing: f64 = 0.0;
        while self.clock < end {
            let seconds = side.min(end - self.clock);
            self = self.run(bearing, knots, seconds);
            bearing = (bearing + 30.0) % 360.0;
        }
        self
    }

    /// Loses all reports in the next minutes of the script, whatever the vessel does in them.
    pub fn silent_minutes(mut self, minutes: f64) -> Vessel {
        self.silences.push((self.clock, self.clock + minutes * 60.0));
        self
    }

    /// Moves the position without sailing there, for a false or second position.
    pub fn jump_to(mut self, lat: f64, lon: f64) -> Vessel {
        self.here = LatLon::new(lat, lon);
        self
    }

    /// The vessel's MMSI.
    pub fn mmsi(&self) -> u32 {
        self.mmsi.0
    }

    /// The script's current minute after the scenario's start.
    pub fn minute(&self) -> f64 {
        self.clock / 60.0
    }

    /// The script's current latitude and longitude.
    pub fn place(&self) -> (f64, f64) {
        (self.here.lat, self.here.lon)
    }

    /// A script that continues from here, so that the vessel can send other data from then on.
    pub fn goes_on(&self) -> Vessel {
        Vessel { legs: Vec::new(), silences: Vec::new(), ..self.clone() }
    }

    /// Sends the present static data from the start of the script.
    pub fn always(mut self) -> Vessel {
        self.legs.iter_mut().for_each(|leg| leg.identity.clone_from(&self.identity));
        self
    }
    fn run(mut self, bearing: f64, knots: f64, seconds: f64) -> Vessel {
        let leg = Leg {
            from: self.clock,
            to: self.clock + seconds,
            start: self.here,
            bearing,
            knots,
            status: self.status,
            heading: self.heading,
            identity: self.identity.clone(),
        };
        self.here = leg.place_at(leg.to);
        self.clock = leg.to;
        self.legs.push(leg);
        self
    }

    fn send(&self, scenario: &Scenario, rng: &mut fastrand::Rng, sent: &mut Vec<Sent>) {
        let Some((first, last)) = self.legs.first().zip(self.legs.last()) else {
            return;
        };
        let mut second = first.from.ceil() as u32 + rng.u32(0..self.every_seconds.max(1));
        let mut statics_at = second;
        let pass = rng.u32(0..6000);
        let mut sequence = 0;
        while f64::from(second) <= last.to {
            let at = f64::from(second);
            let leg = self.leg_at(at);
            let statics = statics_at <= second && !leg.identity.name.is_empty();
            if statics {
                statics_at = second + STATICS_EVERY;
            }
            // Drawn even when the report is lost, so that silences and losses do not change the rest of the scenario.
            let messages = self.messages(scenario, leg, second, statics, rng);
            let station = scenario.stations[rng.usize(0..scenario.stations.len())].clone();
            let in_pass = (second + pass) % 6000 < 480 && rng.f64() < 0.2;
            let lost = rng.f64() < scenario.loss || (self.satellite && !in_pass);
            let silent = self.silences.iter().any(|(from, to)| (*from..*to).contains(&at));
            if !lost && !silent {
                for message in messages {
                    sequence = (sequence + 1) % 10;
                    let envelope = Envelope {
                        channel: if second.is_multiple_of(2) { 'A' } else { 'B' },
                        sequence,
                        ..Envelope::default()
                    };
                    sent.push(Sent {
                        at: scenario.start + Span::from_seconds(i64::from(second)),
                        station: station.clone(),
                        sentences: message.sentences(&envelope),
                    });
                }
            }
            second += self.interval_seconds(leg).max(1);
        }
    }

    fn leg_at(&self, at: f64) -> &Leg {
        let past = self.legs.partition_point(|leg| leg.to < at);
        &self.legs[past.min(self.legs.len() - 1)]
    }

    fn interval_seconds(&self, leg: &Leg) -> u32 {
        let resting = match self.class_b {
            true => leg.knots <= 2.0,
            false => matches!(leg.status, 1 | 5) && leg.knots < 3.0,
        };
        if resting { self.every_seconds.max(180) } else { self.every_seconds }
    }

    fn messages(
        &self,
        scenario: &Scenario,
        leg: &Leg,
        second: u32,
        statics: bool,
        rng: &mut fastrand::Rng,
    ) -> Vec<Message> {
        let mut noise = |size: f64| (rng.f64() + rng.f64() + rng.f64() - 1.5) * 2.0 * size;
        let place = leg
            .place_at(f64::from(second))
            .destination(0.0, noise(self.noise_metres))
            .destination(90.0, noise(self.noise_metres));
        let course = (leg.bearing + noise(0.5)).rem_euclid(360.0);
        let motion = Motion {
            lat_lon: Some((place.lat, place.lon)),
            sog_knots: Some((leg.knots + noise(0.1)).max(0.0)),
            cog_degrees: Some(course),
            heading_degrees: leg.heading.or((!self.class_b).then_some(leg.bearing)),
            status: Some(leg.status),
            second: Some((scenario.start.seconds() + i64::from(second)).rem_euclid(60) as u8),
        };
        let identity = Identity {
            imo: leg.identity.imo,
            call_sign: &leg.identity.call_sign,
            name: &leg.identity.name,
            ship_type: leg.identity.ship_type,
            dimensions: leg.identity.dimensions,
            eta: None,
            draught_dm: leg.identity.draught_dm,
            destination: &leg.identity.destination,
        };
        match (self.class_b, statics) {
            (false, false) => vec![Message::class_a(1, self.mmsi, &motion)],
            (false, true) => vec![Message::voyage(self.mmsi, &identity), Message::class_a(1, self.mmsi, &motion)],
            (true, false) => vec![Message::class_b(self.mmsi, &motion)],
            (true, true) => vec![
                Message::static_a(self.mmsi, identity.name),
                Message::static_b(self.mmsi, &identity),
                Message::class_b(self.mmsi, &motion),
            ],
        }
    }
}

impl Leg {
    fn place_at(&self, at: f64) -> LatLon {
        let seconds = at.clamp(self.from, self.to) - self.from;
        match self.knots {
            0.0 => self.start,
            knots => self.start.destination(self.bearing, knots * METRES_PER_SECOND_PER_KNOT * seconds),
        }
    }
}

/// The place a number of metres away, for vessels alongside each other.
pub fn beside(lat: f64, lon: f64, bearing: f64, metres: f64) -> (f64, f64) {
    let place = LatLon::new(lat, lon).destination(bearing, metres);
    (place.lat, place.lon)
}

/// The place a number of nautical miles away.
pub fn away(lat: f64, lon: f64, bearing: f64, nm: f64) -> (f64, f64) {
    beside(lat, lon, bearing, nm * METRES_PER_NM)
}
