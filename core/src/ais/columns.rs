//! The columns of CSV recordings, recognised by the names in the header or, without a header, by the form of the first fields.
//!
//! Tables differ between publishers and years, and people rename columns in spreadsheets. So columns are found by name,
//! without regard to case, spaces or order. Only a piece cut from the middle of a recording has no header; its first
//! fields tell the three known layouts apart.

use memchr::memchr;
use serde::{Deserialize, Serialize};

use super::moment::Civil;

/// Maximum number of columns read.
pub(super) const MAX_COLUMNS: usize = 64;
/// Minimum length of a column name that is still recognised with one typing error, such as `TranscieverClass`.
const LONG_NAME: usize = 7;
/// Separators tried in a header, in this order.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Content of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Column {
    /// Event time: date and time, or UNIX time.
    Time,
    /// MMSI, up to nine digits.
    Mmsi,
    /// Latitude in degrees north.
    Lat,
    /// Longitude in degrees east.
    Lon,
    /// Speed over ground in knots.
    Sog,
    /// Course over ground in degrees.
    Cog,
    /// True heading in degrees.
    Heading,
    /// Navigational status, as number or words.
    Status,
    /// Kind of station: class A, class B, base station, aid to navigation.
    Mobile,
    /// IMO number, with or without the prefix `IMO`.
    Imo,
    /// Call sign.
    CallSign,
    /// Name of the ship or aid.
    Name,
    /// Ship type, as number or words.
    ShipType,
    /// Beam in metres.
    Width,
    /// Length overall in metres.
    Length,
    /// Draught in metres.
    Draught,
    /// Destination as sent.
    Destination,
    /// Estimated arrival as date and time.
    Eta,
    /// Metres from the antenna to the bow.
    Bow,
    /// Metres from the antenna to the stern.
    Stern,
    /// Metres from the antenna to the port side.
    Port,
    /// Metres from the antenna to the starboard side.
    Starboard,
}

/// Number of variants of [`Column`], which are used as indices.
const COLUMNS: usize = 22;
/// Columns without which a table is not a recording of positions.
const NEEDED: [Column; 4] = [Column::Time, Column::Mmsi, Column::Lat, Column::Lon];

/// Column names in headers, in lower case, letters and digits only.
const NAMES: [(&[u8], Column); 45] = [
    (b"timestamp", Column::Time),
    (b"timestamputc", Column::Time),
    (b"basedatetime", Column::Time),
    (b"datetime", Column::Time),
    (b"datetimeutc", Column::Time),
    (b"time", Column::Time),
    (b"timeutc", Column::Time),
    (b"mmsi", Column::Mmsi),
    (b"vesselmmsi", Column::Mmsi),
    (b"sourcemmsi", Column::Mmsi),
    (b"lat", Column::Lat),
    (b"latitude", Column::Lat),
    (b"lon", Column::Lon),
    (b"long", Column::Lon),
    (b"longitude", Column::Lon),
    (b"sog", Column::Sog),
    (b"speedoverground", Column::Sog),
    (b"cog", Column::Cog),
    (b"courseoverground", Column::Cog),
    (b"heading", Column::Heading),
    (b"trueheading", Column::Heading),
    (b"navigationalstatus", Column::Status),
    (b"navstatus", Column::Status),
    (b"status", Column::Status),
    (b"typeofmobile", Column::Mobile),
    (b"transceiverclass", Column::Mobile),
    (b"transceiver", Column::Mobile),
    (b"imo", Column::Imo),
    (b"callsign", Column::CallSign),
    (b"name", Column::Name),
    (b"vesselname", Column::Name),
    (b"shipname", Column::Name),
    (b"shiptype", Column::ShipType),
    (b"vesseltype", Column::ShipType),
    (b"width", Column::Width),
    (b"beam", Column::Width),
    (b"length", Column::Length),
    (b"draught", Column::Draught),
    (b"draft", Column::Draught),
    (b"destination", Column::Destination),
    (b"eta", Column::Eta),
    (b"a", Column::Bow),
    (b"b", Column::Stern),
    (b"c", Column::Port),
    (b"d", Column::Starboard),
];

/// Header of the daily files of the Danish Maritime Authority, for rows that come without it.
const DMA: &[u8] = b"# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,\
Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,\
A,B,C,D";
/// Header of NOAA MarineCadastre in its zip files up to 2024: latitude first, `T` between date and time.
const NOAA: &[u8] =
    b"MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,\
Draft,Cargo,TransceiverClass";
/// Header of NOAA MarineCadastre in its newer files: longitude first, a space between date and time.
const NOAA_2025: &[u8] =
    b"mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,\
status,length,width,draft,cargo,transceiver";

/// Publisher of a table layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Table {
    /// The Danish Maritime Authority.
    Danish,
    /// The column names of NOAA MarineCadastre, also used by other sources.
    Noaa,
}

/// Publisher of the table that a line belongs to, and whether the line is its header; `None` if it does not belong to a known table.
pub fn table_of(line: &[u8]) -> Option<(Table, bool)> {
    let table = |header: &[u8]| match memchr::memmem::find(&letters(header), b"typeofmobile") {
        Some(_) => Table::Danish,
        None => Table::Noaa,
    };
    if Layout::of_header(line).is_some() {
        return Some((table(line), true));
    }
    header_of_row(line).map(|header| (table(header), false))
}

/// What a line lacks to be the header of a table of positions: the meaning and the accepted names of each missing column. Empty for a
/// line that is a header, or has less than two of the needed columns and so is none.
pub fn lacking(line: &[u8]) -> Vec<String> {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let lacks = |separator: u8| -> Vec<Column> {
        let names: Vec<Vec<u8>> = line.split(|byte| *byte == separator).take(MAX_COLUMNS).map(letters).collect();
        let has =
            |column: Column| NAMES.iter().any(|(name, of)| *of == column && names.iter().any(|known| known == name));
        NEEDED.into_iter().filter(|column| !has(*column)).collect()
    };
    let least = SEPARATORS.into_iter().map(lacks).min_by_key(Vec::len).unwrap_or_default();
    if NEEDED.len() - 2 < least.len() {
        return Vec::new();
    }
    let described = |column: Column| match column {
        Column::Time => "time (timestamp, base_date_time, date time or time)".to_owned(),
        Column::Mmsi => "MMSI (mmsi)".to_owned(),
        Column::Lat => "latitude (latitude or lat)".to_owned(),
        _ => "longitude (longitude, lon or long)".to_owned(),
    };
    least.into_iter().map(described).collect()
}

/// Positions of the columns in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Layout {
    /// Index of each [`Column`] in a row, from 0; `None` if the table does not have it.
    places: [Option<u8>; COLUMNS],
    /// Byte between the cells of a row.
    pub(super) separator: u8,
}

impl Layout {
    /// Layout from a header line in any order and spelling; `None` unless it names time, MMSI, latitude and longitude.
    pub(super) fn of_header(line: &[u8]) -> Option<Layout> {
        // Cheap test that nearly every line of another format fails.
        if !line.windows(4).any(|four| four.eq_ignore_ascii_case(b"mmsi")) {
            return None;
        }
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        SEPARATORS.into_iter().find_map(|separator| Layout::separated(line, separator))
    }

    /// Layout from a row without a header, as in the later pieces of a cut recording.
    pub(super) fn of_row(line: &[u8]) -> Option<Layout> {
        header_of_row(line).and_then(Layout::of_header)
    }

    /// Layout of a header whose names are divided by this separator. Of two columns with one meaning the first counts.
    fn separated(line: &[u8], separator: u8) -> Option<Layout> {
        let mut places = [None; COLUMNS];
        let names = line.split(|byte| *byte == separator).map(letters).take(MAX_COLUMNS).enumerate();
        let mut unknown = Vec::new();
        for (index, name) in names {
            match NAMES.iter().find(|(known, _)| *known == name) {
                Some((_, column)) => places[*column as usize] = places[*column as usize].or(Some(index as u8)),
                None => unknown.push((index, name)),
            }
        }
        // A misspelt name counts only if no other column has the correct one.
        for (index, name) in unknown {
            let near = NAMES.iter().find(|(known, _)| LONG_NAME <= known.len() && one_slip(known, &name));
            if let Some((_, column)) = near {
                places[*column as usize] = places[*column as usize].or(Some(index as u8));
            }
        }
        let all = NEEDED.iter().all(|column| places[*column as usize].is_some());
        all.then_some(Layout { places, separator })
    }

    /// Index of a column; `None` if the recording does not have it.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize].map(usize::from)
    }
}

/// A column name as in `NAMES`: letters and digits in lower case, so that `Base_Date Time` is `basedatetime`.
fn letters(name: &[u8]) -> Vec<u8> {
    name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// Whether two words differ by one typing error: a letter replaced, added or missing, or two neighbours swapped.
fn one_slip(one: &[u8], other: &[u8]) -> bool {
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    let Some(place) = long.iter().zip(short).position(|(a, b)| a != b) else {
        return long.len() == short.len() + 1;
    };
    match long.len() - short.len() {
        0 => {
            let swapped = place + 1 < long.len() && long[place] == short[place + 1] && long[place + 1] == short[place];
            long[place + 1..] == short[place + 1..] || (swapped && long[place + 2..] == short[place + 2..])
        }
        1 => long[place + 1..] == short[place..],
        _ => false,
    }
}

/// Header of the layout that a row without one belongs to, judged by its first fields.
fn header_of_row(line: &[u8]) -> Option<&'static [u8]> {
    if let Some((_, [b',', ..])) = Civil::day_first(line) {
        return Some(DMA);
    }
    // NOAA rows begin with an MMSI of seven to nine digits.
    let comma = memchr(b',', line).filter(|comma| (7..=9).contains(comma))?;
    if !line[..comma].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (_, rest) = Civil::year_first(&line[comma + 1..])?;
    let with_t = line.get(comma + 11) == Some(&b'T');
    match rest {
        [b',' | b'Z' | b'+' | b'-', ..] => Some(if with_t { NOAA } else { NOAA_2025 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_lacks_a_column_says_which() {
        let time = "time (timestamp, base_date_time, date time or time)";
        assert_eq!(lacking(b"when;MMSI;latitude;longitude;SOG"), [time]);
        assert_eq!(lacking(b"\xEF\xBB\xBFpoint_id,track_id,time,lat,lon,speed"), ["MMSI (mmsi)"]);
        assert!(lacking(b"time,MMSI,lat,lon").is_empty());
        assert!(lacking(b"name,time,remark").is_empty(), "some other table");
    }

    #[test]
    fn headers_are_known_by_their_names_in_any_order_and_with_one_slip() {
        let noaa = Layout::of_header(NOAA).expect("a header");
        let mobile =
            |header: &str| Layout::of_header(header.as_bytes()).and_then(|layout| layout.place(Column::Mobile));
        assert_eq!(noaa.place(Column::Mobile), Some(16));
        for class in ["TranscieverClass", "Transceiver_Class", "TRANSCEIVERCLASS", "TranceiverClass", "transciever"] {
            assert_eq!(mobile(&format!("LON,Lat,x,BaseDateTime,MMSI,{class}")), Some(5), "{class}");
        }
        assert_eq!(mobile("mmsi;base_date_time;longitude;latitude;transceiver"), Some(4));
        assert_eq!(mobile("\u{feff}\"MMSI\",\"Time\",\"Longtitude\",\"Latitude\",\"TransceiverClass\""), Some(4));
        // A name with two errors is not recognised, nor is a short name with one.
        assert_eq!(mobile("MMSI,time,lat,lon,TrancieverClas"), None);
        assert_eq!(mobile("MMSI,time,lat,lan,TransceiverClass"), None);
        // The correct name wins over a misspelt one.
        assert_eq!(mobile("MMSI,time,lat,lon,TranscieverClass,TransceiverClass"), Some(5));
    }

    #[test]
    fn pieces_without_a_header_are_known_by_their_rows() {
        assert_eq!(table_of(b"26/04/2026 00:00:00,Class A,211429600,54.6,8.5"), Some((Table::Danish, false)));
        for time in ["2022-01-03T00:00:00", "2026-03-01 00:00:00+00:00", "2026-03-01T00:00:00.5Z"] {
            let row = format!("338148873,{time},33.60716,-117.9");
            assert_eq!(table_of(row.as_bytes()), Some((Table::Noaa, false)), "{time}");
        }
        assert_eq!(table_of(b"Dear MMSI,here,is,the list"), None);
        assert_eq!(table_of(DMA), Some((Table::Danish, true)));
    }
}
