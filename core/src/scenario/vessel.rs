//! A vessel and its script.

use super::chance::Chance;
use super::course::Leg;
use super::transponder::Particulars;
use crate::ais::{Class, Dimensions};
use crate::base::units::Mmsi;
use crate::geo::LatLon;

/// A vessel and its script. Each step begins where and when the previous one ended, with the name, status and voyage set before it.
#[derive(Clone, Debug)]
pub struct Vessel {
    /// Its number.
    pub(super) mmsi: Mmsi,
    /// Class A or B.
    pub(super) class: Class,
    /// Static data of the steps that follow.
    pub(super) particulars: Particulars,
    /// Seconds between reports under way.
    every_seconds: u32,
    /// How it spreads its reports.
    pub(super) manner: Manner,
    /// Whether only satellites receive it.
    pub(super) satellite: bool,
    /// Minutes from transmission to arrival.
    pub(super) late_minutes: f64,
    /// Navigational status of the steps that follow.
    status: u8,
    /// True heading in degrees of the steps that follow; `None` if it is that of the course.
    heading: Option<f64>,
    /// Where the script has come to.
    here: LatLon,
    /// When the script has come to, in seconds since the scenario's start.
    clock: f64,
    /// The steps so far, in order of time.
    pub(super) legs: Vec<Leg>,
    /// Spans in which nothing is received, in seconds since the scenario's start.
    silences: Vec<(f64, f64)>,
}

/// How a transponder spreads its reports, and how exact they are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Manner {
    /// As real ones do: from any second on, less often at rest, and positions within this many metres.
    Scattered(f64),
    /// The script's own values, from its first second on, at the same interval all the time.
    Exact,
}

impl Vessel {
    /// Class A: reports every 10 s, every 3 min at anchor or moored; static data in type 5.
    pub fn class_a(mmsi: u32) -> Vessel {
        Vessel {
            mmsi: Mmsi(mmsi),
            class: Class::A,
            particulars: Particulars::default(),
            every_seconds: 10,
            manner: Manner::Scattered(5.0),
            satellite: false,
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
        Vessel { class: Class::B, every_seconds: 30, ..Vessel::class_a(mmsi) }
    }

    /// Sets the name; without one no static data are sent.
    pub fn name(mut self, name: &str) -> Vessel {
        self.particulars.name = name.to_string();
        self
    }

    /// Sets the call sign.
    pub fn call_sign(mut self, call_sign: &str) -> Vessel {
        self.particulars.call_sign = call_sign.to_string();
        self
    }

    /// Sets the IMO number (class A).
    pub fn imo(mut self, imo: u32) -> Vessel {
        self.particulars.imo = imo;
        self
    }

    /// Sets the ship type, 1-99.
    pub fn ship_type(mut self, ship_type: u8) -> Vessel {
        self.particulars.ship_type = ship_type;
        self
    }

    /// Sets the destination and the draught in decimetres (class A).
    pub fn voyage(mut self, destination: &str, draught_dm: u8) -> Vessel {
        self.particulars.destination = destination.to_string();
        self.particulars.draught_dm = draught_dm;
        self
    }

    /// Sets the metres from the antenna to bow, stern, port and starboard.
    pub fn dims(mut self, bow: u16, stern: u16, port: u8, starboard: u8) -> Vessel {
        self.particulars.dimensions = Dimensions { bow, stern, port, starboard };
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

    /// Sends the script's own values from its first second on, always at the same interval.
    pub fn exact(mut self) -> Vessel {
        self.manner = Manner::Exact;
        self
    }

    /// Sets the scatter of positions; 5 m by default.
    pub fn noise_metres(mut self, metres: f64) -> Vessel {
        self.manner = Manner::Scattered(metres);
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
    /// # Panics
    /// If that takes less than 0.1 kn, or 40 kn or more.
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
        // A twelfth of a circle is a chord of 30°, so a side is twice the radius times the sine of 15°.
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

    /// Seconds since the scenario's start.
    pub(super) fn seconds(&self) -> f64 {
        self.clock
    }

    /// Is at a place at this minute after the scenario's start, however it got there.
    pub(super) fn appear(&mut self, minute: f64, lat: f64, lon: f64) {
        self.clock = minute * 60.0;
        self.here = LatLon::new(lat, lon);
    }

    /// A script that continues from here, so that the vessel can send other data from then on.
    pub fn goes_on(&self) -> Vessel {
        Vessel { legs: Vec::new(), silences: Vec::new(), ..self.clone() }
    }

    /// Sends the present static data from the start of the script.
    pub fn always(mut self) -> Vessel {
        self.legs.iter_mut().for_each(|leg| leg.particulars.clone_from(&self.particulars));
        self
    }

    fn run(mut self, bearing: f64, knots: f64, seconds: f64) -> Vessel {
        self.go(bearing, knots, seconds);
        self
    }

    /// Adds a leg and moves to its end.
    pub(super) fn go(&mut self, bearing: f64, knots: f64, seconds: f64) {
        let leg = Leg {
            from: self.clock,
            to: self.clock + seconds,
            start: self.here,
            bearing,
            knots,
            status: self.status,
            heading: self.heading,
            particulars: self.particulars.clone(),
        };
        self.here = leg.place_at(leg.to);
        self.clock = leg.to;
        self.legs.push(leg);
    }

    /// Moves the whole script east along its parallel.
    pub(super) fn move_east(&mut self, degrees: f64) {
        let east = |place: LatLon| LatLon::new(place.lat, place.lon + degrees);
        self.here = east(self.here);
        for leg in &mut self.legs {
            leg.start = east(leg.start);
        }
    }

    /// The leg it is on at a time, in seconds since the scenario's start. There is at least one.
    pub(super) fn leg_at(&self, at: f64) -> &Leg {
        let past = self.legs.partition_point(|leg| leg.to < at);
        &self.legs[past.min(self.legs.len() - 1)]
    }

    /// Seconds from the start of its script to its first report.
    pub(super) fn first_report(&self, chance: &mut Chance) -> u32 {
        match self.manner {
            Manner::Scattered(_) => chance.below(self.every_seconds.max(1)),
            Manner::Exact => 0,
        }
    }

    /// Seconds between its reports on a leg.
    pub(super) fn interval_seconds(&self, leg: &Leg) -> u32 {
        let at_rest = match (self.manner, self.class) {
            (Manner::Exact, _) => false,
            (_, Class::B) => leg.knots <= 2.0,
            _ => matches!(leg.status, 1 | 5) && leg.knots < 3.0,
        };
        // Class A reports every 3 min at anchor or moored below 3 kn, class B every 3 min up to 2 kn (ITU-R
        // M.1371-5, table 1).
        if at_rest { self.every_seconds.max(180) } else { self.every_seconds }
    }

    /// Whether nothing of it is received at a time, in seconds since the scenario's start.
    pub(super) fn is_silent(&self, at: f64) -> bool {
        self.silences.iter().any(|(from, to)| (*from..*to).contains(&at))
    }
}
