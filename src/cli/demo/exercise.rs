//! The simulated meeting of the demonstration: two ships, named EXERCISE, as lines that a station would have recorded.

use crate::ais::Dimensions;
use crate::ais::encode::{Envelope, Identity, Message, Motion};
use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::units::{METRES_PER_NM, METRES_PER_SECOND_PER_KNOT, Mmsi};

/// Where they meet: open sea, over 20 nm east of Marie-Galante and La Désirade.
const PLACE: LatLon = LatLon { lat: 16.05, lon: -60.70 };
/// When both have arrived: 07:10 UTC, night there.
const MEET_AT: Time = Time::from_seconds(1_490_080_200);
const STAY: Span = Span::from_minutes(50);
/// Distance each comes from and leaves to, in nautical miles.
const WAY_NM: f64 = 12.0;
const STATICS_EVERY: Span = Span::from_minutes(6);

struct Ship {
    mmsi: Mmsi,
    class_b: bool,
    identity: Identity<'static>,
    /// Distance of its position during the meeting from `PLACE`, in metres to the east.
    aside_metres: f64,
    /// Bearings from the meeting place, in degrees: where it comes from, and where it leaves to.
    from_bearing: f64,
    to_bearing: f64,
    knots: f64,
    every: Span,
}

/// 298 is a country code (MID) that no administration has, so these numbers cannot be those of a real ship.
const ALFA: Ship = Ship {
    mmsi: Mmsi(298_000_001),
    class_b: false,
    identity: Identity {
        imo: 0,
        call_sign: "EXERC1",
        name: "EXERCISE ALFA",
        ship_type: 70,
        dimensions: Dimensions { bow: 90, stern: 20, port: 8, starboard: 8 },
        eta: None,
        draught_dm: 62,
        destination: "EXERCISE",
    },
    aside_metres: 0.0,
    from_bearing: 20.0,
    to_bearing: 200.0,
    knots: 12.0,
    every: Span::from_seconds(10),
};

const BRAVO: Ship = Ship {
    mmsi: Mmsi(298_000_002),
    class_b: true,
    identity: Identity {
        imo: 0,
        call_sign: "EXERC2",
        name: "EXERCISE BRAVO",
        ship_type: 30,
        dimensions: Dimensions { bow: 8, stern: 8, port: 2, starboard: 2 },
        eta: None,
        draught_dm: 0,
        destination: "",
    },
    aside_metres: 45.0,
    from_bearing: 250.0,
    to_bearing: 280.0,
    knots: 8.0,
    every: Span::from_seconds(30),
};

/// The lines of both ships as `epoch,sentence`, each with its time, in order.
pub(super) fn lines() -> Vec<(i64, String)> {
    let mut lines = Vec::new();
    for ship in [&ALFA, &BRAVO] {
        ship.sail(&mut lines);
    }
    lines.sort_by_key(|(at, _)| *at);
    lines
}

impl Ship {
    fn sail(&self, lines: &mut Vec<(i64, String)>) {
        let seconds = WAY_NM * METRES_PER_NM / (self.knots * METRES_PER_SECOND_PER_KNOT);
        let way = Span::from_seconds(seconds as i64);
        let mut at = MEET_AT - way;
        let mut statics_at = at;
        while at <= MEET_AT + STAY + way {
            let mut messages = Vec::new();
            if statics_at <= at {
                statics_at = at + STATICS_EVERY;
                messages.extend(self.statics());
            }
            let motion = self.motion(at);
            messages.push(match self.class_b {
                true => Message::class_b(self.mmsi, &motion),
                false => Message::class_a(1, self.mmsi, &motion),
            });
            let sentences = messages.iter().flat_map(|message| message.sentences(&Envelope::default()));
            let stamp = at.seconds();
            lines.extend(sentences.map(|sentence| (stamp, format!("{stamp},{sentence}\n"))));
            at = at + self.every;
        }
    }

    fn statics(&self) -> Vec<Message> {
        match self.class_b {
            true => {
                vec![Message::static_a(self.mmsi, self.identity.name), Message::static_b(self.mmsi, &self.identity)]
            }
            false => vec![Message::voyage(self.mmsi, &self.identity)],
        }
    }

    fn motion(&self, at: Time) -> Motion {
        let berth = PLACE.destination(90.0, self.aside_metres);
        let metres = |span: Span| span.seconds() * self.knots * METRES_PER_SECOND_PER_KNOT;
        let (place, knots, course) = if at < MEET_AT {
            let place = berth.destination(self.from_bearing, metres(MEET_AT - at));
            (place, self.knots, (self.from_bearing + 180.0) % 360.0)
        } else if at < MEET_AT + STAY {
            (berth, 0.3, self.from_bearing)
        } else {
            let sailed = metres(at - MEET_AT - STAY);
            let place = berth.destination(self.to_bearing, sailed);
            (place, self.knots, self.to_bearing)
        };
        Motion {
            lat_lon: Some((place.lat, place.lon)),
            sog_knots: Some(knots),
            cog_degrees: Some(course),
            heading_degrees: (!self.class_b).then_some(course),
            status: Some(0),
            second: Some(at.seconds().rem_euclid(60) as u8),
        }
    }
}
