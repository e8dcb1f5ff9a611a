//! The transponder of a vessel: what it sends at a moment.

use crate::ais::encode::{Envelope, Identity, Message, Motion};
use crate::ais::{Class, Dimensions};
use crate::base::time::Time;
use crate::base::units::Mmsi;

/// What a vessel says of itself; empty and 0 are sent as "not available".
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Particulars {
    /// IMO number.
    pub imo: u32,
    /// Name, at most 20 characters.
    pub name: String,
    /// Call sign, at most 7 characters.
    pub call_sign: String,
    /// Ship and cargo type, 1-99.
    pub ship_type: u8,
    /// Metres from the antenna.
    pub dimensions: Dimensions,
    /// Destination, at most 20 characters.
    pub destination: String,
    /// Draught in decimetres.
    pub draught_dm: u8,
}

/// A transponder and what it sends at a moment.
#[derive(Clone, Debug)]
pub struct Transponder {
    /// Number that it sends.
    mmsi: Mmsi,
    /// Class A or B; decides which messages it sends.
    class: Class,
    /// What it sends of its motion.
    motion: Motion,
}

impl Transponder {
    /// A class A transponder that knows neither position nor motion.
    pub fn class_a(mmsi: u32) -> Transponder {
        Transponder { mmsi: Mmsi(mmsi), class: Class::A, motion: Motion::default() }
    }

    /// A class B transponder that knows neither position nor motion.
    pub fn class_b(mmsi: u32) -> Transponder {
        Transponder { class: Class::B, ..Transponder::class_a(mmsi) }
    }

    /// An active search and rescue device of this MMSI (SART, MOB or EPIRB) at a place in degrees.
    pub fn in_distress(mmsi: u32, lat: f64, lon: f64) -> Transponder {
        Transponder::class_a(mmsi).status(14).at(lat, lon)
    }

    pub(super) fn new(mmsi: Mmsi, class: Class) -> Transponder {
        Transponder { mmsi, class, motion: Motion::default() }
    }

    /// Sets the position in degrees.
    pub fn at(mut self, lat: f64, lon: f64) -> Transponder {
        self.motion.lat_lon = Some((lat, lon));
        self
    }

    /// Sets the speed over ground.
    pub fn knots(mut self, knots: f64) -> Transponder {
        self.motion.sog_knots = Some(knots);
        self
    }

    /// Sets the course over ground in degrees.
    pub fn course(mut self, degrees: f64) -> Transponder {
        self.motion.cog_degrees = Some(degrees);
        self
    }

    /// Sets the true heading in degrees; absent if it is `None`.
    pub fn heading(mut self, degrees: Option<f64>) -> Transponder {
        self.motion.heading_degrees = degrees;
        self
    }

    /// Sets the navigational status, 0-14 (class A).
    pub fn status(mut self, status: u8) -> Transponder {
        self.motion.status = Some(status);
        self
    }

    /// Sets the UTC second of the fix to that of a time.
    pub fn second_of(mut self, at: Time) -> Transponder {
        self.motion.second = Some(at.seconds().rem_euclid(60) as u8);
        self
    }

    /// The position report.
    /// Type 1 for class A, type 18 for class B.
    pub fn report(&self) -> Message {
        match self.class {
            Class::A | Class::Unknown => Message::class_a(1, self.mmsi, &self.motion),
            Class::B => Message::class_b(self.mmsi, &self.motion),
        }
    }

    /// The messages with static data.
    /// Type 5 for class A, both parts of type 24 for class B.
    pub fn statics(&self, particulars: &Particulars) -> Vec<Message> {
        let identity = Identity {
            imo: particulars.imo,
            call_sign: &particulars.call_sign,
            name: &particulars.name,
            ship_type: particulars.ship_type,
            dimensions: particulars.dimensions,
            eta: None,
            draught_dm: particulars.draught_dm,
            destination: &particulars.destination,
        };
        match self.class {
            Class::A | Class::Unknown => vec![Message::voyage(self.mmsi, &identity)],
            Class::B => vec![Message::static_a(self.mmsi, identity.name), Message::static_b(self.mmsi, &identity)],
        }
    }

    /// The position report as lines with a line end each, with this time in a TAG block.
    pub fn lines(&self, time: Option<Time>) -> String {
        let sentences = self.report().sentences(&Envelope { time, ..Envelope::default() });
        sentences.iter().map(|sentence| format!("{sentence}\n")).collect()
    }
}
