//! CSV layouts, and the encoder's output read by the decoder.

use atalaia_core::ais::encode::{Envelope, Identity, Message, Motion};
use atalaia_core::ais::{Body, Class, Dimensions, LineClock, Reject};
use atalaia_core::base::units::Mmsi;

use super::{PLAIN, Reader, at, tagged};

pub(super) const DMA: &[&str] = &[
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D",
    "26/04/2026 00:00:01,Class A,211429600,54.693287,8.575183,Engaged in fishing,0.0,3.4,120.5,62,9123456,DABC,\"SEA, STAR\",Fishing,,8,30,GPS,4.2,BUESUM,27/04/2026 10:30:00,AIS,20,10,4,4",
    "26/04/2026 00:00:05,Class A,211429600,54.693300,8.575200,Engaged in fishing,0.0,3.4,120.5,62,9123456,DABC,\"SEA, STAR\",Fishing,,8,30,GPS,4.2,BUESUM,27/04/2026 10:30:00,AIS,20,10,4,4",
    "26/04/2026 00:00:06,Base Station,2190064,91.000000,0.000000,Unknown value,,,,,Unknown,Unknown,,Undefined,,,,GPS,,Unknown,,AIS,,,,",
];
pub(super) const NOAA: &[&str] = &[
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass",
    "367379190,2022-01-03T00:00:00,30.3706,-88.56408,0.0,336.2,511,EAGLE,IMO8207721,WTD4583,1025,0,28,11,3.3,52,A",
    "338148873,2022-01-03T00:00:01,33.60716,-117.91483,0.0,280.0,511,,,,,,,,,,B",
];
pub(super) const NOAA_2025: &[&str] = &[
    "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,status,length,width,draft,cargo,transceiver",
    "367379190,2025-01-03 00:00:00,-88.56408,30.3706,7.5,336.2,511,EAGLE,IMO8207721,WTD4583,31,0,28,11,3.3,52,A",
];

#[test]
fn three_csv_layouts_are_recognised_by_content_even_in_one_file_or_without_a_header() {
    let all = [DMA, NOAA, NOAA_2025].concat();
    let headless: Vec<_> = all.iter().filter(|line| line.as_bytes()[0].is_ascii_digit()).collect();
    let mut reader = Reader::new();
    let reports = reader.read(&all);
    let places: Vec<_> = reports
        .iter()
        .filter_map(|report| match &report.body {
            Body::Position(position) => Some((report.mmsi.0, position.lat_lon())),
            _ => None,
        })
        .map(|(mmsi, place)| (mmsi, place.map(|place| (place.lat.round(), place.lon.round()))))
        .collect();
    assert_eq!(
        places,
        [
            (211_429_600, Some((55.0, 9.0))),
            (211_429_600, Some((55.0, 9.0))),
            (367_379_190, Some((30.0, -89.0))),
            (338_148_873, Some((34.0, -118.0))),
            (367_379_190, Some((30.0, -89.0))),
        ]
    );
    let total = reader.decoder.tally().total();
    assert_eq!((total.csv_rows, total.comments), (6, 3));
    assert_eq!(reports.last().unwrap().at, at("2025-01-03T00:00:00Z"));
    let said: Vec<_> = reports
        .iter()
        .filter_map(|report| match &report.body {
            Body::Static(said) => Some(said),
            _ => None,
        })
        .collect();
    assert_eq!(said.len(), 3, "unchanged columns are not repeated: {said:?}");
    assert_eq!(said[0].name.as_deref(), Some("SEA, STAR"));
    assert_eq!((said[0].imo, said[0].ship_type), (Some(9_123_456), Some(30)));
    assert_eq!((said[0].draught_dm, said[0].eta), (Some(42), Some((4, 27, 10, 30))));
    assert_eq!((said[1].imo, said[1].ship_type), (Some(8_207_721), Some(52)));
    assert_eq!(said[1].dimensions.map(Dimensions::length), Some(28));
    let mut clock = LineClock::new(None);
    assert_eq!(clock.time_of(headless[0].as_bytes()), Some(at("2026-04-26T00:00:01Z")));
    for layout in [DMA, NOAA, NOAA_2025] {
        let headless = Reader::new().read(&layout[1..]);
        assert_eq!(headless, Reader::new().read(layout));
    }
}

#[test]
fn csv_rows_without_mmsi_or_time_are_counted_and_sentences_between_rows_are_read() {
    let mut reader = Reader::new();
    let sentence = tagged("c:1707873398", PLAIN);
    let reports = reader.read(&[
        NOAA[0],
        "12345678901,2022-01-03T00:00:00,30.3706,-88.56408,0.0,336.2,511,,,,,,,,,,A",
        "367379190,2022-13-03T00:00:00,30.3706,-88.56408,0.0,336.2,511,,,,,,,,,,A",
        "367379190",
        &sentence,
        &format!("1490075479,{PLAIN}"),
    ]);
    assert_eq!(reader.rejected(Reject::CsvRow) + reader.rejected(Reject::NotASentence), 3);
    assert_eq!(reports.len(), 2);
}

#[test]
fn the_decoder_reads_the_encoders_output() {
    let motion = Motion {
        lat_lon: Some((-33.5, 151.25)),
        sog_knots: Some(12.3),
        cog_degrees: Some(254.7),
        heading_degrees: Some(250.0),
        status: Some(7),
        second: Some(12),
    };
    let dimensions = Dimensions { bow: 100, stern: 20, port: 9, starboard: 11 };
    let identity = Identity {
        imo: 9_123_456,
        call_sign: "CQ1234",
        name: "ATALAIA",
        ship_type: 70,
        dimensions,
        eta: Some((3, 1, 4, 10)),
        draught_dm: 74,
        destination: "PTLIS",
    };
    let mmsi = Mmsi(263_123_456);
    let station = Envelope { time: Some(at("2026-03-01T04:10:00.5Z")), station: Some("r1"), ..Envelope::default() };
    let messages = [
        Message::class_a(1, mmsi, &motion),
        Message::voyage(mmsi, &identity),
        Message::class_b(mmsi, &motion),
        Message::class_b_extended(mmsi, &motion, &identity),
        Message::static_a(mmsi, "ATALAIA"),
        Message::static_b(mmsi, &identity),
        Message::long_range(mmsi, &motion),
    ];
    let lines: Vec<_> = messages.iter().flat_map(|message| message.sentences(&station)).collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let mut reader = Reader::new();
    let reports = reader.read(&lines);
    assert_eq!(reports.len(), 8);
    let mut positions = Vec::new();
    for report in &reports {
        assert_eq!((report.at, report.mmsi), (at("2026-03-01T04:10:00.5Z"), mmsi));
        match &report.body {
            Body::Position(position) => positions.push((
                position.message_type,
                position.class,
                position.units(),
                position.sog_knots(),
                position.cog_degrees(),
                position.status(),
            )),
            Body::Static(said) => {
                assert!(said.name.as_deref().is_none_or(|name| name == "ATALAIA"));
                assert!(said.dimensions.is_none_or(|d| d == dimensions));
                assert!(said.imo.is_none_or(|imo| imo == 9_123_456));
                assert!(said.draught_dm.is_none_or(|draught| draught == 74));
            }
            body => panic!("{body:?}"),
        }
    }
    let place = Some((-20_100_000, 90_750_000));
    assert_eq!(
        positions,
        [
            (1, Class::A, place, Some(12.3), Some(254.7), Some(7)),
            (18, Class::B, place, Some(12.3), Some(254.7), None),
            (19, Class::B, place, Some(12.3), Some(254.7), None),
            (27, Class::A, place, Some(12.0), Some(255.0), Some(7)),
        ]
    );
}

#[test]
fn auxiliary_craft_have_no_dimensions_and_out_of_range_values_are_absent() {
    let identity = Identity {
        ship_type: 37,
        dimensions: Dimensions { bow: 3, stern: 4, port: 1, starboard: 2 },
        ..Identity::default()
    };
    let mut reader = Reader::new();
    reader.received = Some(at("2026-01-01T00:00:00Z"));
    let line = |message: Message| message.sentences(&Envelope::default()).remove(0);
    let tender = reader.read(&[&line(Message::static_b(Mmsi(982_241_234), &identity))]);
    let Body::Static(said) = &tender[0].body else {
        panic!("{tender:?}");
    };
    assert_eq!((said.dimensions, said.ship_type), (None, Some(37)));
    let nowhere = Motion { lat_lon: Some((95.0, 200.0)), ..Motion::default() };
    let reports = reader.read(&[
        &line(Message::class_a(1, Mmsi(970_012_345), &nowhere)),
        &line(Message::class_a(
            1,
            Mmsi(970_012_345),
            &Motion { status: Some(14), lat_lon: Some((0.0, 0.0)), ..Motion::default() },
        )),
    ]);
    let positions: Vec<_> = reports
        .iter()
        .map(|report| match &report.body {
            Body::Position(p) => (p.units(), p.sog_knots(), p.cog_degrees(), p.status()),
            body => panic!("{body:?}"),
        })
        .collect();
    // Devices without a position send exactly 0 N 0 E.
    assert_eq!(positions, [(None, None, None, None), (None, None, None, Some(14))]);
}
