//! Alerts and facts near a place, as far as they show what a vessel did there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::search::Search;
use crate::alerts::{Alert, Status};
use crate::base::time::Time;
use crate::base::units::METRES_PER_NM;
use crate::behaviours::{Behaviour, Meeting};
use crate::geo::LatLon;

/// An alert or fact near the place.
#[derive(Clone, PartialEq, Debug)]
pub struct Deed {
    /// Id of the alert.
    pub id: String,
    /// Name of the behaviour; an old one in the store may no longer exist.
    behaviour: String,
    /// Whether it was retracted, so that it did not happen.
    retracted: bool,
    /// Whether it goes on.
    is_open: bool,
    /// When it began.
    started_at: Time,
    /// When it was last known to hold.
    last_at: Time,
    /// Where it happened; `None` if it has no place, and then it is near nothing.
    position: Option<LatLon>,
    /// MMSI, track and name of each vessel.
    vessels: Vec<(u64, u64, Option<String>)>,
}

impl Deed {
    /// An alert of the engine.
    pub fn of(alert: &Alert) -> Deed {
        let vessels = alert.vessels.iter();
        Deed {
            id: alert.id.clone(),
            behaviour: alert.behaviour.to_string(),
            retracted: alert.status == Status::Retracted,
            is_open: alert.status == Status::Open,
            started_at: alert.started_at,
            last_at: alert.last_at,
            position: alert.position,
            vessels: vessels
                .map(|vessel| (u64::from(vessel.mmsi), u64::from(vessel.track), vessel.name.clone()))
                .collect(),
        }
    }

    /// An alert as the store keeps it; `None` if the body is not an alert.
    pub fn stored(id: &str, body: &Value) -> Option<Deed> {
        let time = |key: &str| body[key].as_str().and_then(Time::parse);
        let degrees = |key: &str| body["position"][key].as_f64();
        let vessels = body["vessels"].as_array()?.iter().filter_map(|vessel| {
            Some((vessel["mmsi"].as_u64()?, vessel["track"].as_u64()?, vessel["name"].as_str().map(str::to_owned)))
        });
        Some(Deed {
            id: id.to_owned(),
            behaviour: body["behaviour"].as_str()?.to_owned(),
            retracted: body["status"] == "retracted",
            is_open: body["status"] == "open",
            started_at: time("started_at")?,
            last_at: time("last_at")?,
            position: degrees("lat").zip(degrees("lon")).map(|(lat, lon)| LatLon::new(lat, lon)),
            vessels: vessels.collect(),
        })
    }

    /// Whether it happened at the place and in the period. Retracted ones did not happen.
    pub(super) fn is_of(&self, search: &Search) -> bool {
        let metres = search.radius_nm * METRES_PER_NM;
        let is_near = self.position.is_some_and(|at| at.metres_to(search.near) <= metres);
        !self.retracted && is_near && search.from <= self.last_at && self.started_at <= search.to
    }

    /// Whether the vessel with this MMSI and track took part.
    /// `me` is MMSI and ordinal of the track.
    pub(super) fn is_about(&self, me: (u64, u64)) -> bool {
        self.vessels.iter().any(|(mmsi, track, _)| (*mmsi, *track) == me)
    }

    /// What the vessel did according to it, and how many vessels not yet in `met` it met.
    pub(super) fn words(&self, me: (u64, u64), met: &mut BTreeSet<(u64, u64)>) -> (String, usize) {
        let others = self.vessels.iter().filter(|(mmsi, track, _)| (*mmsi, *track) != me);
        let meeting = meeting(&self.behaviour);
        let (mut names, mut new) = (Vec::new(), 0);
        for (mmsi, track, name) in others {
            if meeting.is_some() && met.insert((*mmsi, *track)) {
                new += 1;
            }
            names.push(name.clone().unwrap_or_else(|| format!("MMSI {mmsi:09}")));
        }
        let behaviour = &self.behaviour;
        let (from, to) = (self.started_at.clock_on(self.last_at), self.last_at.clock_on(self.started_at));
        let span = match self.is_open {
            true => format!("since {from}"),
            false => format!("{from} to {to}"),
        };
        let words = match names.is_empty() {
            true => format!("{behaviour} {span}"),
            // Other behaviours merely name the others.
            false => {
                let verb = meeting.map_or("with", Meeting::words);
                format!("{verb} {} ({behaviour}) {span}", names.join(", "))
            }
        };
        (words, new)
    }
}

/// How a behaviour brings vessels together; `None` if it does not, or no longer exists.
pub fn meeting(behaviour: &str) -> Option<Meeting> {
    Behaviour::named(behaviour).and_then(|behaviour| behaviour.character().meets)
}
