//! AIS-catcher: its sentences are decoded here; its own decoding is used only for objects without sentences.

use serde::Deserialize;

use super::values::{Label, Number, Text, Whole, parse};
use super::{Object, Sentences, decoded};
use crate::ais::TimeBasis;
use crate::ais::moment::compact;
use crate::ais::tag::StationText;
use crate::ais::tally::Reject;
use crate::base::time::Time;

/// The fields common to all messages, of AIS-catcher and gpsd.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    nmea: Vec<Text<'a>>,
    #[serde(rename = "type")]
    pub(super) kind: Whole,
    pub(super) mmsi: Whole,
    toa: Number,
    rxuxtime: Number,
    #[serde(borrow)]
    rxtime: Text<'a>,
    #[serde(borrow)]
    station_id: Label<'a>,
    #[serde(borrow)]
    stationid: Label<'a>,
}

impl Head<'_> {
    /// Time of reception, from the most exact field present.
    pub(super) fn time(&self) -> Option<(TimeBasis, Time)> {
        let exact = self.toa.unix_time().or_else(|| self.rxuxtime.unix_time());
        let time = exact.or_else(|| compact(self.rxtime.0.as_bytes()));
        time.map(|time| (TimeBasis::Receiver, time))
    }

    /// Station that received it; empty if not given.
    pub(super) fn station(&self) -> StationText {
        self.station_id.station().or(self.stationid.station())
    }
}

/// Reads an object of class `AIS`.
pub(super) fn read(text: &str) -> Result<Object<'_>, Reject> {
    let mut head: Head<'_> = parse(text)?;
    if head.nmea.is_empty() {
        return decoded::read(text, &head);
    }
    let sentences = std::mem::take(&mut head.nmea).into_iter().map(|sentence| sentence.0).collect();
    Ok(Object::Sentences(Sentences { time: head.time(), station: head.station(), sentences }))
}
