//! CSV: rows of the Danish Maritime Authority and of both layouts of NOAA MarineCadastre, with and without a header.

use super::decoding::{self, decode};
use super::lines::cut;
use atalaia_core::ais::{LineClock, Reject, TimeBasis};

/// Header of the Danish Maritime Authority.
pub(super) const DANISH: &str = "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,\
    Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D";
/// Header of NOAA MarineCadastre up to 2024.
pub(super) const NOAA: &str = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,\
    TransceiverClass";
/// The same from 2025 on.
pub(super) const NOAA_2025: &str = "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,status,length,\
    width,draft,cargo,transceiver";

/// Checks rows as they are, and below the header of the Danish Maritime Authority.
pub(super) fn danish(bytes: &[u8]) {
    check(bytes, &[DANISH]);
}

/// Checks rows as they are, and below the header of either layout of NOAA MarineCadastre.
pub(super) fn noaa(bytes: &[u8]) {
    check(bytes, &[NOAA, NOAA_2025]);
}

/// Reports are possible, their times are those that recordings are merged by, and every row below a header is used or
/// counted.
fn check(bytes: &[u8], headers: &[&str]) {
    let (mut lines, _) = cut([bytes].into_iter());
    lines.retain(|line| line.first() != Some(&b'{'));
    below(&lines);
    for header in headers {
        let lines = [&[header.as_bytes().to_vec()], lines.as_slice()].concat();
        below(&lines);
    }
}

/// Decodes the lines with the header above them.
fn below(lines: &[Vec<u8>]) {
    let decoded = decoding::check(lines);
    let counts = decoded.tally.total();
    let rows = decoded.reports.iter().filter(|report| report.basis == TimeBasis::Column).count() as u64;
    // A row gives one report, and a second if its static columns are new.
    assert!((counts.csv_rows..=2 * counts.csv_rows).contains(&rows), "{rows} reports of {} rows", counts.csv_rows);
    assert!(counts.csv_rows + counts.rejected(Reject::CsvRow) <= counts.lines);
    let mut clock = LineClock::new(None);
    let times: Vec<_> = lines.iter().filter_map(|line| clock.time_of(line)).collect();
    let by_column = |report: &&atalaia_core::ais::Report| report.basis == TimeBasis::Column;
    assert!(decoded.reports.iter().filter(by_column).all(|report| times.contains(&report.at)), "a time of no line");
    assert_eq!(decode(lines, None).reports, decoded.reports, "read once more");
}
