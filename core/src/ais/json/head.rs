//! The fields that every message of AIS-catcher and gpsd has.
//!
//! AIS-catcher writes the time of reception in up to three fields, from `toa` (seconds with decimals) down to `rxtime`
//! (`YYYYMMDDHHMMSS`, UTC). gpsd writes none, so its messages have the time of receipt.

use serde::Deserialize;

use super::values::{Integer, Label, Number, Text};
use crate::ais::moment::compact;
use crate::ais::report::TimeBasis;
use crate::ais::station::StationText;
use crate::base::time::Time;

/// The fields common to all messages, of AIS-catcher and gpsd.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Head<'a> {
    /// Sentences as heard; empty from gpsd, and if AIS-catcher is set to leave them out.
    #[serde(borrow)]
    pub(super) nmea: Vec<Text<'a>>,
    /// AIS message type.
    #[serde(rename = "type")]
    pub(super) kind: Integer,
    /// Sender.
    pub(super) mmsi: Integer,
    /// Time of arrival, UNIX seconds with decimals.
    toa: Number,
    /// Time of reception, UNIX seconds.
    rxuxtime: Number,
    /// Time of reception, `YYYYMMDDHHMMSS` in UTC.
    #[serde(borrow)]
    rxtime: Text<'a>,
    /// Station: a number or a text.
    #[serde(borrow)]
    station_id: Label<'a>,
    /// Another spelling of it, used if `station_id` is absent.
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
