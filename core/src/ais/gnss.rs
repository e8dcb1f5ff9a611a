//! The stream's own clock and position from RMC, ZDA, GGA and GLL, parsed by nmea-parser.
//!
//! A receiver on a ship or ashore often mixes its own GNSS sentences into the AIS stream. RMC and ZDA give the stream's
//! own clock, which counts for messages that claim no time themselves (SPEC, "Time").

use nmea_parser::gnss::GgaQualityIndicator;
use nmea_parser::{NmeaParser, ParsedMessage};
use serde::{Deserialize, Serialize};

use super::moment::believable;
use super::sentence::Sentence;
use super::tally::Reject;
use crate::base::time::Time;
use crate::geo::LatLon;

/// Maximum length of a field in these sentences. nmea-parser does arithmetic on whatever it finds, so it never gets longer ones.
const MAX_FIELD: usize = 16;

/// Reads the GNSS sentences of one source.
#[derive(Serialize, Deserialize)]
pub(super) struct Gnss {
    /// Not in snapshots: it keeps no state between GNSS sentences.
    #[serde(skip)]
    parser: NmeaParser,
    /// Last position of the receiver; `None` if it never reported a valid one.
    position: Option<LatLon>,
}

impl Gnss {
    /// State before the first sentence.
    pub(super) fn new() -> Gnss {
        Gnss { parser: NmeaParser::new(), position: None }
    }

    /// Whether sentences with this address are read here.
    pub(super) fn concerns(address: &[u8]) -> bool {
        matches!(address, [_, _, kind @ ..] if matches!(kind, b"RMC" | b"ZDA" | b"GGA" | b"GLL"))
    }

    /// Last position reported by the receiver; `None` if it never reported one.
    pub(super) fn position(&self) -> Option<LatLon> {
        self.position
    }

    /// Reads one sentence and remembers its position. Returns the time of an RMC or ZDA sentence whose receiver has a fix.
    /// Fails with `Gnss` if the parser refuses the sentence or must not see it. `Ok(None)` if the sentence has no
    /// time, or its receiver says that it has no fix.
    pub(super) fn read(&mut self, sentence: &Sentence<'_>) -> Result<Option<Time>, Reject> {
        if !shaped(sentence) {
            return Err(Reject::Gnss);
        }
        // The parser expects upper-case checksum digits; the checksum itself has already been verified.
        let text = std::str::from_utf8(sentence.whole).map_err(|_| Reject::Gnss)?;
        let parsed = self.parser.parse_sentence(&text.to_ascii_uppercase());
        let (time, place) = match parsed.map_err(|_| Reject::Gnss)? {
            ParsedMessage::Rmc(rmc) if rmc.status_active == Some(true) => {
                (rmc.timestamp, (rmc.latitude, rmc.longitude))
            }
            ParsedMessage::Zda(zda) => (zda.timestamp_utc, (None, None)),
            ParsedMessage::Gga(gga) if gga.quality != GgaQualityIndicator::Invalid => {
                (None, (gga.latitude, gga.longitude))
            }
            ParsedMessage::Gll(gll) if gll.data_valid == Some(true) => (None, (gll.latitude, gll.longitude)),
            _ => (None, (None, None)),
        };
        if let (Some(lat), Some(lon)) = place
            && lat.abs() <= 90.0
            && lon.abs() <= 180.0
        {
            self.position = Some(LatLon::new(lat, lon));
        }
        Ok(time.and_then(|time| believable(Time::from_millis(time.timestamp_millis()))))
    }
}

/// Whether the parser can safely read the sentence: printable ASCII, short fields, and in ZDA zone fields of at most three characters.
/// The limits keep out what makes the parser panic.
fn shaped(sentence: &Sentence<'_>) -> bool {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte);
    let zda = sentence.address.ends_with(b"ZDA");
    let mut fields = sentence.content.split(|byte| *byte == b',').enumerate();
    sentence.content.iter().all(printable)
        && fields.all(|(place, field)| field.len() <= MAX_FIELD && !(zda && matches!(place, 5 | 6) && 3 < field.len()))
}

#[cfg(test)]
mod tests {
    use super::super::sentence::{frame, xor};
    use super::*;

    fn read(content: &str) -> Result<Option<Time>, Reject> {
        let line = format!("${content}*{:02x}", xor(content.as_bytes()));
        let sentence = frame(line.as_bytes()).ok().expect("sealed here");
        Gnss::new().read(&sentence)
    }

    #[test]
    fn rmc_and_zda_give_the_clock_when_their_receiver_has_a_fix() {
        let at = |text| Ok(Time::parse(text));
        assert_eq!(
            read("GPRMC,092211.00,A,5759.09700,N,01144.34344,E,5.257,28.27,200715,,,A"),
            at("2015-07-20T09:22:11Z")
        );
        assert_eq!(read("ECZDA,194310,14,07,2008,,"), at("2008-07-14T19:43:10Z"));
        assert_eq!(read("GPRMC,092211.00,V,5759.09700,N,01144.34344,E,5.257,28.27,200715,,,N"), Ok(None));
        assert_eq!(read("IIRMC,092210,A,5759.095,N,01144.342,E,5.5,31.1,,0.0,E,A"), Ok(None));
    }

    #[test]
    fn sentences_that_would_make_the_parser_panic_never_reach_it() {
        assert_eq!(read("GPZDA,194310,14,07,2008,999999999,00"), Err(Reject::Gnss));
        assert_eq!(read("GPGLL,5759.09700\u{e9},N,01144.34344,E,092211,A"), Err(Reject::Gnss));
    }
}
