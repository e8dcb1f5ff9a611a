//! Scripts as text, for tests that read like stories. One block for each ship, with settings as `key=value`:
//!
//! ```text
//! ALFA 224000001 type=70 every=60
//!   12:00 28.0 -17.0       starts here
//!   stop 75                stays for 75 min, drifting a little
//!   go 90 12 30            course, knots, minutes
//!   silent 25              25 min without a report, where it is
//!   dark 90 12 30          the same under way
//!   say name=BRAVO         static data once more, with what is new; `imo`, `call`, `type`, `draught`, `destination` as well
//! ```
//! Other settings of a ship: `class=B`, `status=1`, `dims=BOW,STERN,PORT,STARBOARD`, `heading=DEGREES`, `jitter=METRES`,
//! `imo=NUMBER`, `call=SIGN`, `draught=METRES`, `destination=TEXT` (underscores for spaces), `mute` (no static data sent). Two
//! blocks with one MMSI are two ships, or one that jumps.
//!
//! A story is shorter than a [`Vessel`] in code and reads like a log. Its lines have a TAG block with their time.

use super::place::beside;
use super::transponder::{Particulars, Transponder};
use super::vessel::Vessel;
use crate::ais::Dimensions;
use crate::ais::encode::{Envelope, Message};
use crate::base::time::{Span, Time};

/// A line with its time, and its number among the lines of its ship.
type Numbered = (Time, usize, String);

/// The NMEA lines of a script, in order of time. The day is 2026-03-01.
///
/// # Panics
/// If the script has a mistake.
pub fn lines(script: &str) -> Vec<String> {
    let mut lines: Vec<Numbered> = Vec::new();
    let mut ship: Option<Ship> = None;
    for text in script.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.get(1).is_some_and(|word| word.len() == 9 && word.bytes().all(|byte| byte.is_ascii_digit())) {
            ship = Some(Ship::new(&words));
            continue;
        }
        let ship = ship.as_mut().expect("a script begins with a ship");
        ship.play(&words, &mut lines);
    }
    lines.sort_by_key(|(at, number, _)| (*at, *number));
    lines.into_iter().map(|(_, _, line)| line).collect()
}

/// A ship of a story.
struct Ship {
    /// The vessel, with its place and clock.
    vessel: Vessel,
    /// Seconds between reports.
    every: i64,
    /// Offset of each reported position, in a direction that changes from report to report.
    jitter_metres: f64,
    /// True heading in degrees; not sent if `None`.
    heading: Option<f64>,
    /// Navigational status, 0 by default.
    status: u8,
    /// Whether it never sends static data by itself.
    is_mute: bool,
    /// Midnight before the script.
    day: Time,
    /// Number of sentences sent.
    sent: usize,
}

impl Ship {
    /// Reads the head of a block: name, MMSI, settings.
    ///
    /// # Panics
    /// If a setting is not a number.
    fn new(words: &[&str]) -> Ship {
        let setting = |key: &str| words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
        let number = |key: &str| setting(key).map(|text| text.parse::<f64>().expect("a number"));
        let hull: Vec<u16> = setting("dims")
            .map(|text| text.split(',').map(|side| side.parse().expect("metres")).collect())
            .unwrap_or_default();
        let side = |place: usize| hull.get(place).copied().unwrap_or(0);
        let mmsi = words[1].parse().expect("an MMSI");
        let mut vessel = match setting("class") {
            Some("B") => Vessel::class_b(mmsi),
            _ => Vessel::class_a(mmsi),
        };
        vessel.particulars = Particulars {
            imo: number("imo").unwrap_or(0.0) as u32,
            name: words[0].to_owned(),
            call_sign: setting("call").unwrap_or_default().to_owned(),
            ship_type: number("type").unwrap_or(0.0) as u8,
            dimensions: Dimensions { bow: side(0), stern: side(1), port: side(2) as u8, starboard: side(3) as u8 },
            destination: setting("destination").unwrap_or_default().replace('_', " "),
            draught_dm: decimetres(number("draught").unwrap_or(0.0)),
        };
        Ship {
            vessel,
            every: number("every").unwrap_or(60.0) as i64,
            jitter_metres: number("jitter").unwrap_or(10.0),
            heading: number("heading"),
            status: number("status").unwrap_or(0.0) as u8,
            is_mute: words.contains(&"mute"),
            day: Time::from_utc(2026, 3, 1, 0, 0, 0).expect("a date"),
            sent: 0,
        }
    }

    /// Plays one line of a block.
    fn play(&mut self, words: &[&str], lines: &mut Vec<Numbered>) {
        let number = |place: usize| words[place].parse::<f64>().expect("a number");
        match words[0] {
            "stop" => self.reported_leg(0.0, 0.0, number(1), lines),
            "go" => self.reported_leg(number(1), number(2), number(3), lines),
            "silent" => self.dark_leg(0.0, 0.0, number(1)),
            "dark" => self.dark_leg(number(1), number(2), number(3)),
            "say" => {
                words[1..].iter().filter_map(|word| word.split_once('=')).for_each(|(key, value)| self.now(key, value));
                self.say(lines);
            }
            clock => {
                let (hours, minutes) = clock.split_once(':').expect("HH:MM");
                let number_of = |text: &str| text.parse::<f64>().expect("hours and minutes");
                self.vessel.appear(number_of(hours) * 60.0 + number_of(minutes), number(1), number(2));
                if !self.is_mute {
                    self.say(lines);
                }
                let here = self.vessel.place();
                self.report(self.vessel.seconds(), here, (0.0, 0.0), lines);
            }
        }
    }

    /// Changes one of its particulars.
    fn now(&mut self, key: &str, value: &str) {
        let particulars = &mut self.vessel.particulars;
        match key {
            "draught" => particulars.draught_dm = decimetres(value.parse().expect("metres")),
            "destination" => particulars.destination = value.replace('_', " "),
            "name" => particulars.name = value.replace('_', " "),
            "call" => particulars.call_sign = value.to_owned(),
            "imo" => particulars.imo = value.parse().expect("an IMO number"),
            "type" => particulars.ship_type = value.parse().expect("a ship type"),
            _ => panic!("`say` has no key `{key}`"),
        }
    }

    /// A leg with a report after each interval; it ends with the last of them.
    fn reported_leg(&mut self, course: f64, knots: f64, minutes: f64, lines: &mut Vec<Numbered>) {
        let from = self.vessel.seconds();
        let reports = (minutes * 60_000.0) as i64 / (self.every * 1000);
        self.vessel.go(course, knots, (reports * self.every) as f64);
        let leg = self.vessel.legs.last().expect("the leg just added").clone();
        for report in 1..=reports {
            let at = from + (report * self.every) as f64;
            let place = leg.place_at(at);
            self.report(at, (place.lat, place.lon), (course, knots), lines);
        }
    }

    /// A leg without any report.
    fn dark_leg(&mut self, course: f64, knots: f64, minutes: f64) {
        self.vessel.go(course, knots, (minutes * 60_000.0) as i64 as f64 / 1000.0);
    }

    /// Sends a position report for a second of the script, at course and speed.
    fn report(&mut self, at: f64, here: (f64, f64), (course, knots): (f64, f64), lines: &mut Vec<Numbered>) {
        // A small offset that differs from report to report, the same in every run.
        let (lat, lon) = beside(here.0, here.1, (self.sent * 137 % 360) as f64, self.jitter_metres);
        let at = self.time(at);
        let transponder = self.transponder().at(lat, lon).course(course).knots(knots).status(self.status);
        self.send(at, &transponder.heading(self.heading).second_of(at).report(), lines);
    }

    /// Sends its static data.
    fn say(&mut self, lines: &mut Vec<Numbered>) {
        let at = self.time(self.vessel.seconds());
        for message in self.transponder().statics(&self.vessel.particulars) {
            self.send(at, &message, lines);
        }
    }

    /// Appends the sentences of a message.
    fn send(&mut self, at: Time, message: &Message, lines: &mut Vec<Numbered>) {
        // Two ships in one second must not share a sequence id, or their parts would be mixed up.
        let sequence = (self.vessel.mmsi() % 10) as u8;
        for sentence in message.sentences(&Envelope { sequence, time: Some(at), ..Envelope::default() }) {
            self.sent += 1;
            lines.push((at, self.sent, sentence));
        }
    }

    /// A transponder of this ship that knows nothing of its motion.
    fn transponder(&self) -> Transponder {
        Transponder::new(self.vessel.mmsi, self.vessel.class)
    }

    /// The time of a second of the script.
    fn time(&self, second: f64) -> Time {
        self.day + Span::from_millis((second * 1000.0).round() as i64)
    }
}

/// Metres in decimetres, the unit of draught in AIS.
fn decimetres(metres: f64) -> u8 {
    (metres * 10.0).round() as u8
}
