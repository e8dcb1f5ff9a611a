//! The fields that every message of AIS-catcher and gpsd has.

use serde::Deserialize;

use super::values::{Label, Number, Text, Whole};
use crate::ais::moment::compact;
use crate::ais::report::TimeBasis;
use crate::ais::station::StationText;
use crate::base::time::Time;

/// The fields common to all messages, of AIS-catcher and gpsd.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) nmea: Vec<Text<'a>>,
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
