//! Vessels, and what stations receive of them.

use super::chance::Chance;
use super::course::Leg;
use super::feed::{Feed, Transmission};
use super::place::away;
use super::transponder::Transponder;
use super::vessel::{Manner, Vessel};
use crate::ais::Class;
use crate::ais::encode::{Envelope, Message};
use crate::base::time::{Span, Time};
use crate::geo::LatLon;

/// Seconds between static reports (ITU-R M.1371: every 6 minutes).
const STATICS_EVERY: u32 = 360;
/// Seconds from one pass of a satellite to the next, about one orbit.
const PASS_EVERY: u32 = 6000;
/// Seconds that a satellite hears a place in one pass.
const PASS: u32 = 480;
/// Share of the reports that a satellite hears during a pass.
const HEARD_IN_A_PASS: f64 = 0.2;

/// Vessels, the start time of their scripts, and how well they are received. The same scenario always gives the same lines.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Moment at which all scripts begin.
    start: Time,
    /// Seed of noise, phases and losses.
    seed: u64,
    /// Share of messages lost, 0..=1.
    loss: f64,
    /// Names of the stations; each message is received by one of them, at random.
    stations: Vec<String>,
    /// The vessels in the order in which they were added.
    vessels: Vec<Vessel>,
}

impl Scenario {
    /// A scenario whose scripts begin at `start`, RFC 3339.
    ///
    /// # Panics
    /// If that is not a valid time.
    pub fn new(start: &str) -> Scenario {
        let start = Time::parse(start).expect("the scenario's author writes a valid time");
        Scenario { start, seed: 1, loss: 0.0, stations: vec!["shore1".to_owned()], vessels: Vec::new() }
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
        self.stations = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Adds a vessel.
    pub fn vessel(mut self, vessel: Vessel) -> Scenario {
        self.vessels.push(vessel);
        self
    }

    /// Moves every script east along its parallel.
    pub fn moved_east(mut self, degrees: f64) -> Scenario {
        self.vessels.iter_mut().for_each(|vessel| vessel.move_east(degrees));
        self
    }

    /// Everything the stations received, in order of arrival.
    pub fn feed(&self) -> Feed {
        let mut arrivals = Vec::new();
        for vessel in &self.vessels {
            // Each vessel has its own sequence, so adding one leaves the others as they were.
            let mut chance = Chance::new(self.seed ^ u64::from(vessel.mmsi.0) << 20);
            let mut sent = Vec::new();
            self.send(vessel, &mut chance, &mut sent);
            let late = Span::from_seconds((vessel.late_minutes * 60.0) as i64);
            arrivals.extend(sent.into_iter().map(|sent| (sent.at + late, sent)));
        }
        // The sort is stable: equal times stay in order of the script.
        arrivals.sort_by_key(|(at, _)| *at);
        Feed { sent: arrivals.into_iter().map(|(_, sent)| sent).collect() }
    }

    /// Adds traffic in both directions between two places, one ship every `every_minutes`, to provide reception there.
    /// They have MMSIs from 538 100 000 on, names `PASSER N`, and report every 3 min.
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

    /// Everything of one vessel that is received.
    fn send(&self, vessel: &Vessel, chance: &mut Chance, sent: &mut Vec<Transmission>) {
        let Some((first, last)) = vessel.legs.first().zip(vessel.legs.last()) else {
            return;
        };
        let mut second = first.from.ceil() as u32 + vessel.first_report(chance);
        let mut statics_at = second;
        let pass = chance.below(PASS_EVERY);
        let mut sequence = 0;
        while f64::from(second) <= last.to {
            let leg = vessel.leg_at(f64::from(second));
            let statics = statics_at <= second && !leg.particulars.name.is_empty();
            if statics {
                statics_at = second + STATICS_EVERY;
            }
            // Drawn even when the report is lost, so that silences and losses do not change the rest of the scenario.
            let messages = self.messages(vessel, leg, second, statics, chance);
            let station = self.stations[chance.index(self.stations.len())].clone();
            let in_pass = (second + pass) % PASS_EVERY < PASS && chance.share() < HEARD_IN_A_PASS;
            let lost = chance.share() < self.loss || (vessel.satellite && !in_pass);
            if !lost && !vessel.is_silent(f64::from(second)) {
                for message in messages {
                    sequence = (sequence + 1) % 10;
                    let channel = if second.is_multiple_of(2) { 'A' } else { 'B' };
                    let envelope = Envelope { channel, sequence, ..Envelope::default() };
                    let (at, station) = (self.time(second), station.clone());
                    sent.push(Transmission { at, station, sentences: message.sentences(&envelope) });
                }
            }
            second += vessel.interval_seconds(leg).max(1);
        }
    }

    /// The moment of a second of the scripts.
    fn time(&self, second: u32) -> Time {
        self.start + Span::from_seconds(i64::from(second))
    }

    /// What a vessel sends in a second: static data if they are due, then its position report.
    fn messages(
        &self,
        vessel: &Vessel,
        leg: &Leg,
        second: u32,
        with_statics: bool,
        chance: &mut Chance,
    ) -> Vec<Message> {
        // Scatter of a good receiver, so that tests do not rest on positions that are too exact.
        let (metres, degrees, knots) = match vessel.manner {
            Manner::Scattered(metres) => (metres, 0.5, 0.1),
            Manner::Exact => (0.0, 0.0, 0.0),
        };
        let place = leg
            .place_at(f64::from(second))
            .destination(0.0, chance.scatter(metres))
            .destination(90.0, chance.scatter(metres));
        let course = (leg.bearing + chance.scatter(degrees)).rem_euclid(360.0);
        let transponder = Transponder::new(vessel.mmsi, vessel.class)
            .at(place.lat, place.lon)
            .knots((leg.knots + chance.scatter(knots)).max(0.0))
            .course(course)
            .heading(leg.heading.or((vessel.class == Class::A).then_some(leg.bearing)))
            .status(leg.status)
            .second_of(self.time(second));
        let mut messages = match with_statics {
            true => transponder.statics(&leg.particulars),
            false => Vec::new(),
        };
        messages.push(transponder.report());
        messages
    }
}
