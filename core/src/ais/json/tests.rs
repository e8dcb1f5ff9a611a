//! The objects of each feed, with their pitfalls.

use crate::ais::{
    Body, Class, Decoder, Dimensions, Line, Position, Reject, Report, SourceId, SourceSettings, TimeBasis, UnusedTime,
};
use crate::base::time::Time;

const SENTENCE: &str = "!AIVDM,1,1,,A,13`fL1PP140KCELMBO7SS?wH0@Jv,0*50";
const PART_1: &str = "!AIVDM,2,1,7,A,577b5L02>8WMI8=3R210tTq@F0AF0@T4l4qB220<EhhD:4r40K1l4548,0*49";
const PART_2: &str = "!AIVDM,2,2,7,A,888888888888880,2*23";
const RECEIPT: &str = "2026-11-22T12:00:00Z";

struct Reader {
    decoder: Decoder,
    received: Option<Time>,
}

impl Reader {
    fn new() -> Reader {
        Reader::with(false)
    }

    fn with(live: bool) -> Reader {
        let settings = SourceSettings { name: "feed".to_owned(), time_zone: None, live };
        Reader { decoder: Decoder::new(vec![settings]), received: Time::parse(RECEIPT) }
    }

    fn read(&mut self, line: &str) -> Vec<Report> {
        let mut out = Vec::new();
        let line = Line { source: SourceId(0), received: self.received, bytes: line.as_bytes() };
        self.decoder.line(line, &mut out);
        out
    }

    fn station(&self, report: &Report) -> &str {
        self.decoder.station_name(report.station)
    }

    fn rejected(&self, reason: Reject) -> u64 {
        self.decoder.tally().total().rejected(reason)
    }
}

fn read(line: &str) -> Vec<Report> {
    Reader::new().read(line)
}

#[track_caller]
fn one(line: &str) -> Report {
    let [report] = <[Report; 1]>::try_from(read(line)).expect("one report");
    report
}

#[track_caller]
fn position(report: &Report) -> Position {
    match &report.body {
        Body::Position(position) | Body::Base(position) => *position,
        body => panic!("no position: {body:?}"),
    }
}

#[track_caller]
fn said(report: &Report) -> &crate::ais::Static {
    match &report.body {
        Body::Static(said) => said,
        body => panic!("nothing static: {body:?}"),
    }
}

/// Latitude and longitude, speed, course, heading, status.
type Shown = (Option<(f64, f64)>, Option<f64>, Option<f64>, Option<f64>, Option<u8>);

fn shown(report: &Report) -> Shown {
    let at = position(report);
    let place = at.lat_lon().map(|place| (round(place.lat), round(place.lon)));
    (place, at.sog_knots(), at.cog_degrees(), at.heading_degrees(), at.status())
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e4).round() / 1e4
}

fn at(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

#[track_caller]
fn refused(line: &str, reason: Reject) {
    let mut reader = Reader::new();
    assert_eq!(reader.read(line), [], "{line}");
    assert_eq!(
        reader.rejected(reason),
        1,
        "{line}: {:?}",
        reader.decoder.tally().total().rejects().collect::<Vec<_>>()
    );
}

#[test]
fn a_receivers_sentences_are_decoded_here_and_its_own_decoding_is_ignored() {
    let object =
        |more: &str, nmea: &str| format!("{{\"class\":\"AIS\",\"device\":\"AIS-catcher\"{more},\"nmea\":[{nmea}]}}");
    let mut plain = read(SENTENCE);
    plain[0].at = at("2022-11-02T17:13:24Z");
    plain[0].basis = TimeBasis::Receiver;
    let full =
        ",\"rxtime\":\"20221102171324\",\"scaled\":true,\"type\":1,\"mmsi\":1,\"speed\":99,\"lon\":\"x\",\"lat\":{}";
    assert_eq!(read(&object(full, &format!("\"{SENTENCE}\""))), plain);

    // The most exact time is used, and the station may be a number or a text.
    for (more, time, station) in [
        (",\"rxtime\":\"20221102171324\",\"rxuxtime\":1667409204.25", "2022-11-02T17:13:24.250Z", ""),
        (",\"toa\":1667409203.5,\"rxuxtime\":1667409204.25,\"station_id\":42", "2022-11-02T17:13:23.500Z", "42"),
        (",\"toa\":0,\"rxuxtime\":1667409204,\"station_id\":\"My Station\"", "2022-11-02T17:13:24Z", "My_Station"),
        (",\"rxuxtime\":1667409204,\"stationid\":\"MyStation\"", "2022-11-02T17:13:24Z", "MyStation"),
        (",\"rxtime\":\"yesterday\"", RECEIPT, ""),
    ] {
        let mut reader = Reader::new();
        let reports = reader.read(&object(more, &format!("\"{SENTENCE}\"")));
        let report = reports.first().expect(more);
        assert_eq!((report.at, reader.station(report)), (at(time), station), "{more}");
        assert_eq!(report.basis == TimeBasis::Receipt, time == RECEIPT, "{more}");
    }
}

#[test]
fn the_parts_in_one_object_never_join_with_other_lines() {
    let object = |nmea: &[&str]| {
        let nmea: Vec<String> = nmea.iter().map(|one| format!("\"{one}\"")).collect();
        format!("{{\"class\":\"AIS\",\"rxuxtime\":1667409204,\"nmea\":[{}]}}", nmea.join(","))
    };
    let whole = read(&object(&[PART_1, PART_2]));
    assert_eq!(whole.len(), 1);
    assert!(said(&whole[0]).name.is_some());
    assert_eq!(read(&object(&[PART_2, PART_1])), whole);

    let mut reader = Reader::new();
    assert_eq!(reader.read(PART_1), []);
    assert_eq!(reader.read(&object(&[PART_2])), [], "it may belong to another message");
    assert_eq!(reader.rejected(Reject::PartMissing), 1);
    assert_eq!(reader.read(&object(&[SENTENCE])).len(), 1);
    assert_eq!(reader.read(PART_2).len(), 1, "the part received before the object is still waiting");
}

#[test]
fn gpsd_is_read_scaled_and_raw_and_its_words_are_not_numbers() {
    let scaled = r#"{"class":"AIS","device":"stdin","type":1,"repeat":0,"mmsi":371798000,"scaled":true,"status":0,"status_text":"Under way using engine","turn":"fastleft","speed":12.3,"accuracy":true,"lon":-123.395383,"lat":48.381633,"course":224.0,"heading":215,"second":33,"maneuver":0,"raim":false,"radio":34017}"#;
    let raw = r#"{"class":"AIS","device":"stdin","type":1,"repeat":0,"mmsi":371798000,"scaled":false,"status":0,"turn":-127,"speed":123,"accuracy":true,"lon":-74037230,"lat":29028980,"course":2240,"heading":215,"second":33,"maneuver":0,"raim":false,"radio":34017}"#;
    let report = one(scaled);
    assert_eq!((report.mmsi.0, report.at, report.basis), (371_798_000, at(RECEIPT), TimeBasis::Receipt));
    let expected = (Some((48.3816, -123.3954)), Some(12.3), Some(224.0), Some(215.0), Some(0));
    assert_eq!(shown(&report), expected);
    assert_eq!((position(&report).class, position(&report).message_type), (Class::A, 1));
    assert_eq!(one(raw), report);

    for (turn, speed, knots) in [("\"nan\"", "\"nan\"", None), ("0", "\"fast\"", Some(102.2)), ("5.2", "102.3", None)] {
        let odd = scaled.replace("\"fastleft\"", turn).replace("12.3", speed);
        assert_eq!(position(&one(&odd)).sog_knots(), knots);
    }
    refused(&scaled.replace("12.3", "\"quick\""), Reject::JsonFields);
    let nowhere =
        scaled.replace("-123.395383", "181").replace("48.381633", "91").replace("224.0", "360").replace("215", "511");
    assert_eq!(shown(&one(&nowhere)), (None, Some(12.3), None, None, Some(0)));
    // Another transmission from the same place has another second or slot.
    assert_eq!(one(scaled).payload, report.payload);
    assert_ne!(one(&scaled.replace("\"second\":33", "\"second\":43")).payload, report.payload);
    assert_ne!(one(&scaled.replace("34017", "34018")).payload, report.payload);
}

#[test]
fn gpsd_gives_static_data_in_one_object_or_two() {
    let five = r#"{"class":"AIS","device":"stdin","type":5,"repeat":0,"mmsi":351759000,"scaled":true,"imo":9134270,"ais_version":0,"callsign":"3FOF8","shipname":"EVER DIADEM","shiptype":70,"shiptype_text":"Cargo - all ships of this type","to_bow":225,"to_stern":70,"to_port":1,"to_starboard":31,"epfd":1,"epfd_text":"GPS","eta":"05-15T14:00Z","draught":12.2,"destination":"NEW YORK","dte":0}"#;
    let report = one(five);
    let who = said(&report);
    assert_eq!(
        (who.class, who.imo, who.ship_type, who.draught_dm),
        (Some(Class::A), Some(9_134_270), Some(70), Some(122))
    );
    assert_eq!((who.name.as_deref(), who.call_sign.as_deref()), (Some("EVER DIADEM"), Some("3FOF8")));
    assert_eq!((who.destination.as_deref(), who.eta), (Some("NEW YORK"), Some((5, 15, 14, 0))));
    assert_eq!(who.dimensions, Some(Dimensions { bow: 225, stern: 70, port: 1, starboard: 31 }));
    let raw = five.replace("\"scaled\":true", "\"scaled\":false").replace("12.2", "122");
    assert_eq!(one(&raw).body, report.body);
    let unknown =
        five.replace("05-15T14:00Z", "00-00T24:60Z").replace("9134270", "0").replace("\"EVER DIADEM\"", "\"@@@@@@\"");
    let unknown = one(&unknown);
    assert_eq!((said(&unknown).eta, said(&unknown).imo, &said(&unknown).name), (None, None, &None));

    let half_a = r#"{"class":"AIS","type":24,"mmsi":338085237,"scaled":true,"part":"A","shipname":"ZARLING"}"#;
    let half_b = r#"{"class":"AIS","type":24,"mmsi":338085237,"scaled":true,"part":"B","shiptype":36,"vendorid":"","callsign":"","to_bow":0,"to_stern":12,"to_port":2,"to_starboard":2}"#;
    let both = r#"{"class":"AIS","type":24,"mmsi":338085237,"scaled":true,"part":"AB","shipname":"ZARLING","shiptype":36,"to_stern":12,"to_port":2,"to_starboard":2}"#;
    let (a, b, ab) = (one(half_a), one(half_b), one(both));
    assert_eq!((said(&a).name.as_deref(), said(&a).ship_type, said(&a).class), (Some("ZARLING"), None, Some(Class::B)));
    assert_eq!((said(&b).name.as_deref(), said(&b).ship_type, said(&b).call_sign.as_deref()), (None, Some(36), None));
    assert_eq!(
        (&said(&ab).name, said(&ab).ship_type, said(&ab).dimensions),
        (&said(&a).name, Some(36), said(&b).dimensions)
    );
    let tender = one(&half_b.replace("338085237", "983380852"));
    assert_eq!(said(&tender).dimensions, None, "that is the number of the mother ship");
}

#[test]
fn gpsd_reports_of_other_kinds_keep_their_units() {
    let nineteen = r#"{"class":"AIS","type":19,"mmsi":338085237,"scaled":true,"speed":1.5,"lon":-8.5,"lat":38.5,"course":10.1,"heading":511,"second":1,"shipname":"BOAT","shiptype":37}"#;
    let reports = read(nineteen);
    assert_eq!(reports.len(), 2);
    assert_eq!((position(&reports[0]).class, said(&reports[1]).ship_type), (Class::B, Some(37)));
    let aircraft = r#"{"class":"AIS","type":9,"mmsi":111232506,"scaled":true,"alt":303,"speed":142,"lon":-8.5,"lat":38.5,"course":154.5}"#;
    assert_eq!(position(&one(aircraft)).sog_knots(), Some(142.0));
    assert_eq!(position(&one(&aircraft.replace("142", "\"fast\""))).sog_knots(), Some(1022.0));
    let long = r#"{"class":"AIS","type":27,"mmsi":206914217,"scaled":true,"status":2,"speed":63,"lon":137.0,"lat":4.8,"course":511}"#;
    assert_eq!(shown(&one(long)), (Some((4.8, 137.0)), None, None, None, Some(2)));
    let raw = r#"{"class":"AIS","type":27,"mmsi":206914217,"scaled":false,"status":2,"speed":7,"lon":82200,"lat":2880,"course":57}"#;
    assert_eq!(shown(&one(raw)), (Some((4.8, 137.0)), Some(7.0), Some(57.0), None, Some(2)));
    let base = r#"{"class":"AIS","type":4,"mmsi":3669702,"scaled":true,"timestamp":"2007-05-14T19:57:39Z","lon":-76.3,"lat":36.9}"#;
    assert!(matches!(one(base).body, Body::Base(_)));
    let aid = r#"{"class":"AIS","type":21,"mmsi":993692001,"scaled":true,"aid_type":1,"name":"CHINA ROSE MURPHY EXPRESS ALERT","lon":-122.6,"lat":47.9,"to_bow":5,"to_stern":5,"virtual_aid":true}"#;
    let Body::Aid(aid) = one(aid).body else { panic!("an aid") };
    assert_eq!(
        (aid.kind, aid.is_virtual, aid.name.as_deref()),
        (Some(1), true, Some("CHINA ROSE MURPHY EXPRESS ALERT"))
    );
    let safety = r#"{"class":"AIS","type":14,"mmsi":970010000,"text":"SART TEST"}"#;
    assert_eq!(one(safety).body, Body::SafetyText("SART TEST".into()));
    let binary = r#"{"class":"AIS","type":8,"mmsi":3669702,"dac":1,"status":"text","lon":"12W","data":"0:"}"#;
    assert_eq!(one(binary).body, Body::Other);
}

#[test]
fn gpsd_messages_about_itself_are_ignored() {
    let mut reader = Reader::new();
    for line in [
        r#"{"class":"VERSION","release":"3.25","proto_major":3}"#,
        r#"{"class":"WATCH","enable":true,"json":true,"nmea":false}"#,
        r#"{"class":"TPV","device":"/dev/ttyUSB0","mode":3,"lat":38.7,"lon":-9.1,"type":"x"}"#,
    ] {
        assert_eq!(reader.read(line), []);
    }
    let total = reader.decoder.tally().total();
    assert_eq!((total.other_sentences, total.objects, total.rejects().count()), (3, 0, 0));
}

const ENVELOPE: &str = r#"{"MessageType":"PositionReport","MetaData":{"MMSI":244730610,"MMSI_String":244730610,"ShipName":"VROUWE CORNELIA","latitude":53.09019,"longitude":5.8545,"time_utc":"2026-04-25 09:47:25.26746452 +0000 UTC"},"Message":{"PositionReport":{"MessageID":1,"RepeatIndicator":0,"UserID":244730610,"Valid":true,"NavigationalStatus":0,"RateOfTurn":-128,"Sog":4.5,"PositionAccuracy":true,"Longitude":5.854496666666666,"Latitude":53.09018833333334,"Cog":17.0,"TrueHeading":511,"Timestamp":25,"SpecialManoeuvreIndicator":0,"Spare":0,"Raim":true,"CommunicationState":59916}}}"#;

#[test]
fn aisstream_envelopes_have_gos_time_and_the_sentinels_of_the_air() {
    let report = one(ENVELOPE);
    assert_eq!((report.at, report.basis), (at("2026-04-25T09:47:25.267Z"), TimeBasis::Receiver));
    assert_eq!(shown(&report), (Some((53.0902, 5.8545)), Some(4.5), Some(17.0), None, Some(0)));
    let other = ENVELOPE
        .replace("\"UserID\":244730610", "\"UserID\":0")
        .replace("\"MMSI_String\":244730610", "\"MMSI_String\":\"x\"");
    assert_eq!(one(&other).mmsi.0, 0, "the MMSI sent over the air takes precedence over the service's own");
    let without_mmsi = ENVELOPE.replace("\"UserID\":244730610,", "").replace("\"MMSI\":244730610,", "");
    refused(&without_mmsi, Reject::Mmsi);
    assert_eq!(one(&ENVELOPE.replace("\"UserID\":244730610,", "")).mmsi.0, 244_730_610);
    let absent = ENVELOPE
        .replace("4.5,", "102.3,")
        .replace("17.0", "360.0")
        .replace("5.854496666666666", "181")
        .replace("53.09018833333334", "91");
    assert_eq!(shown(&one(&absent)), (None, None, None, None, Some(0)));
    // A copy from another station has another time and the same payload hash.
    let copy = one(&ENVELOPE.replace(":25.26746452", ":26.9"));
    assert_eq!(copy.payload, report.payload);
    assert_eq!(one(&ENVELOPE.replace(" +0000 UTC", " +0200 CEST")).at, at("2026-04-25T07:47:25.267Z"));
    refused(&ENVELOPE.replace("\"Valid\":true", "\"Valid\":false"), Reject::JsonFields);
    refused(
        &ENVELOPE.replace("\"MessageType\":\"PositionReport\"", "\"MessageType\":\"ShipStaticData\""),
        Reject::JsonFields,
    );
    refused(&ENVELOPE.replace("PositionReport", "Telepathy"), Reject::UnknownType);
}

#[test]
fn aisstream_static_data_have_padded_texts() {
    let envelope = |name: &str, content: &str| {
        format!(
            "{{\"Message\":{{\"{name}\":{{\"UserID\":311000111,\"Valid\":true,{content}}}}},\"MessageType\":\"{name}\",\
             \"MetaData\":{{\"MMSI\":311000111,\"time_utc\":\"2026-04-25 09:47:25 +0000 UTC\"}}}}"
        )
    };
    let voyage = envelope(
        "ShipStaticData",
        r#""MessageID":5,"AisVersion":1,"ImoNumber":9543756,"CallSign":"V7WW7@@","Name":"ARUNA CIHAN@@@@@@@@@","Type":70,"Dimension":{"A":160,"B":33,"C":20,"D":12},"FixType":1,"Eta":{"Month":11,"Day":6,"Hour":2,"Minute":0},"MaximumStaticDraught":6.8,"Destination":"NL ROTTERDAM        ","Dte":false,"Spare":false"#,
    );
    let report = one(&voyage);
    let who = said(&report);
    assert_eq!((who.name.as_deref(), who.call_sign.as_deref()), (Some("ARUNA CIHAN"), Some("V7WW7")));
    assert_eq!(
        (who.destination.as_deref(), who.eta, who.draught_dm),
        (Some("NL ROTTERDAM"), Some((11, 6, 2, 0)), Some(68))
    );
    assert_eq!(
        (who.imo, who.ship_type, who.dimensions.map(Dimensions::length)),
        (Some(9_543_756), Some(70), Some(193))
    );

    let part = |content: &str| one(&envelope("StaticDataReport", content));
    let a = part(
        r#""MessageID":24,"PartNumber":false,"ReportA":{"Valid":true,"Name":"ZARLING  "},"ReportB":{"Valid":false,"ShipType":0,"CallSign":"","Dimension":{"A":0,"B":0,"C":0,"D":0}}"#,
    );
    assert_eq!((said(&a).name.as_deref(), said(&a).ship_type), (Some("ZARLING"), None));
    let b = part(
        r#""MessageID":24,"PartNumber":true,"ReportA":{"Valid":false,"Name":""},"ReportB":{"Valid":true,"ShipType":36,"VendorIDName":"SRT","VenderIDModel":1,"CallSign":"ABC","Dimension":{"A":1,"B":11,"C":2,"D":2}}"#,
    );
    assert_eq!((&said(&b).name, said(&b).ship_type, said(&b).call_sign.as_deref()), (&None, Some(36), Some("ABC")));

    let class_b = read(&envelope(
        "ExtendedClassBPositionReport",
        r#""MessageID":19,"Sog":3.1,"Longitude":1.5,"Latitude":41.2,"Cog":5,"TrueHeading":511,"Timestamp":9,"Name":"BOAT","Type":37,"Dimension":{"A":1,"B":2,"C":3,"D":4}"#,
    ));
    assert_eq!(class_b.len(), 2);
    let kind = |name: &str, content: &str| one(&envelope(name, content)).body;
    let at = r#""Longitude":1.5,"Latitude":41.2,"Sog":63,"Cog":5"#;
    assert!(
        matches!(kind("StandardClassBPositionReport", at), Body::Position(at) if at.class == Class::B && at.sog_knots() == Some(63.0))
    );
    assert!(matches!(kind("LongRangeAisBroadcastMessage", at), Body::Position(at) if at.sog_knots().is_none()));
    assert!(matches!(kind("StandardSearchAndRescueAircraftReport", at), Body::Position(at) if at.message_type == 9));
    assert!(matches!(kind("BaseStationReport", at), Body::Base(_)));
    assert!(
        matches!(kind("AidsToNavigationReport", r#""Type":14,"Name":"BUOY","Longitude":1.5,"Latitude":41.2,"VirtualAtoN":true"#), Body::Aid(aid) if aid.is_virtual)
    );
    assert_eq!(kind("SafetyBroadcastMessage", r#""Text":"SART ACTIVE""#), Body::SafetyText("SART ACTIVE".into()));
    assert_eq!(kind("MultiSlotBinaryMessage", r#""Name":7,"Longitude":"west""#), Body::Other);
}

#[test]
fn digitraffic_has_its_vessel_in_the_topic_and_two_units_of_time() {
    let location = r#"{"topic":"vessels-v2/230000001/location","payload":{"time":1773456064,"sog":10.7,"cog":326.6,"navStat":0,"rot":0,"posAcc":true,"raim":false,"heading":325,"lon":20.345818,"lat":60.03802}}"#;
    let report = one(location);
    assert_eq!((report.mmsi.0, report.at, report.basis), (230_000_001, at("2026-03-14T02:41:04Z"), TimeBasis::Column));
    assert_eq!(shown(&report), (Some((60.038, 20.3458)), Some(10.7), Some(326.6), Some(325.0), Some(0)));
    assert_eq!(position(&report).class, Class::Unknown);
    let absent = location
        .replace("10.7", "102.3")
        .replace("326.6", "360")
        .replace(":325", ":511")
        .replace("\"navStat\":0", "\"navStat\":15");
    assert_eq!(shown(&one(&absent)), (Some((60.038, 20.3458)), None, None, None, None));

    let metadata = r#"{"topic":"vessels-v2/230000001/metadata","payload":{"timestamp":1773456000123,"destination":"NL ROTTERDAM","name":"ARUNA CIHAN","draught":68,"eta":733376,"posType":15,"refA":160,"refB":33,"refC":20,"refD":12,"callSign":"V7WW7","imo":9543756,"type":70}}"#;
    let report = one(metadata);
    assert_eq!(report.at, at("2026-03-14T02:40:00.123Z"));
    assert_eq!((said(&report).draught_dm, said(&report).eta), (Some(68), Some((11, 6, 3, 0))));
    assert_eq!((said(&report).class, said(&report).imo, said(&report).ship_type), (None, Some(9_543_756), Some(70)));
    let mut reader = Reader::new();
    assert_eq!(reader.read(r#"{"topic":"vessels-v2/status","payload":{"updated":1773456000}}"#), []);
    assert_eq!(reader.decoder.tally().total().other_sentences, 1);
    refused(&location.replace("230000001", "+"), Reject::Mmsi);
    refused(&location.replace("230000001", "2300000011"), Reject::Mmsi);
    refused(&location.replace("10.7", "\"10.7\""), Reject::JsonFields);
    refused(&location.replace("\"payload\"", "\"data\""), Reject::JsonFields);
}

const VESSEL: &str = r#"{"mmsi":257000001,"msgtime":"2026-10-09T12:00:00+00:00","latitude":59.0,"longitude":10.4,"speedOverGround":9.8,"courseOverGround":210.5,"trueHeading":211,"rateOfTurn":0,"navigationalStatus":0,"imoNumber":9123456,"callSign":"LXYZ","name":"KRONPRINS HAAKON","destination":"NO BGO","eta":"10100600","shipType":60,"shipLength":120,"draught":55,"positionFixingDeviceType":1,"reportClass":"A","msgtimeStatic":"2026-10-09T11:58:00+00:00"}"#;

#[test]
fn barentswatch_repeats_static_data_with_every_position_and_any_of_it_may_be_null() {
    let mut reader = Reader::new();
    let reports = reader.read(VESSEL);
    assert_eq!(reports.len(), 2);
    assert_eq!((reports[0].at, reports[0].basis), (at("2026-10-09T12:00:00Z"), TimeBasis::Column));
    assert_eq!(shown(&reports[0]), (Some((59.0, 10.4)), Some(9.8), Some(210.5), Some(211.0), Some(0)));
    let who = said(&reports[1]);
    assert_eq!((who.class, who.eta, who.draught_dm), (Some(Class::A), Some((10, 10, 6, 0)), Some(55)));
    assert_eq!(who.dimensions.map(Dimensions::length), Some(120));
    let later = VESSEL.replace("12:00:00", "12:01:00");
    assert_eq!(reader.read(&later).len(), 1, "unchanged static data are not reported again");
    assert_eq!(reader.read(&later.replace("NO BGO", "NO OSL")).len(), 2);

    // The same holds after a restart.
    let mut saved = Vec::new();
    reader.decoder.save(&mut saved);
    let mut again = Reader::new();
    again.decoder.restore(&mut saved.as_slice()).expect("the same program");
    assert_eq!(again.read(&later.replace("NO BGO", "NO OSL")).len(), 1);

    for course in ["438", "471", "null", "360"] {
        assert_eq!(shown(&read(&VESSEL.replace("210.5", course))[0]).2, None, "{course}");
    }
    let keys = [
        "latitude",
        "longitude",
        "speedOverGround",
        "courseOverGround",
        "trueHeading",
        "navigationalStatus",
        "imoNumber",
    ];
    let keys = keys.iter().chain(&[
        "callSign",
        "name",
        "destination",
        "eta",
        "shipType",
        "shipLength",
        "draught",
        "reportClass",
    ]);
    let mut object: serde_json::Value = serde_json::from_str(VESSEL).expect("JSON");
    for key in keys {
        object[*key] = serde_json::Value::Null;
        read(&object.to_string()).first().expect("a report without it");
    }
    assert_eq!(shown(&one(&object.to_string())), (None, None, None, None, None));
    refused(&VESSEL.replace("257000001", "null"), Reject::Mmsi);
    refused(&VESSEL.replace("257000001", "2570000011"), Reject::Mmsi);
}

#[test]
fn barentswatch_messages_are_decoded_by_type() {
    let time = r#""msgtime":"2026-10-09T12:00:00Z","stream":"terra""#;
    let at = format!(
        r#"{{"type":"Position","messageType":1,"mmsi":257152520,{time},"latitude":69.1,"longitude":15.2,"speedOverGround":6.5,"aisClass":"A"}}"#
    );
    let mut reader = Reader::new();
    let reports = reader.read(&at);
    assert_eq!((reports.len(), reader.station(&reports[0])), (1, "terra"));
    assert_eq!(position(&reports[0]).message_type, 1);
    let who = format!(
        r#"{{"type":"Staticdata","messageType":5,"mmsi":257152520,{time},"imoNumber":null,"callSign":"LM8196","destination":"Tromsø","eta":"12251830","name":"OLIVIA","draught":68,"shipLength":10,"shipWidth":3,"shipType":90,"dimensionA":3,"dimensionB":7,"dimensionC":2,"dimensionD":1,"reportClass":"A"}}"#
    );
    let report = one(&who);
    assert_eq!(
        (said(&report).destination.as_deref(), said(&report).dimensions.map(Dimensions::length)),
        (Some("Tromsø"), Some(10))
    );
    let aid = format!(
        r#"{{"type":"Aton","messageType":21,"mmsi":992581027,{time},"typeOfAidsToNavigation":3,"latitude":61.3,"longitude":2.2,"name":"HYWIND TAMPEN HY10"}}"#
    );
    assert!(matches!(one(&aid).body, Body::Aid(aid) if aid.kind == Some(3)));
    let weather = format!(r#"{{"type":"BinaryBroadcastMessageMetHyd","messageType":8,"mmsi":990000001,{time}}}"#);
    assert_eq!(one(&weather).body, Body::Other);
}

#[test]
fn a_time_ahead_of_receipt_is_replaced_and_one_outside_2000_to_2050_is_ignored() {
    let mut reader = Reader::with(true);
    reader.received = Some(at("2026-10-09T11:00:00Z"));
    assert_eq!(reader.read(VESSEL)[0].basis, TimeBasis::Receipt);
    assert_eq!(reader.decoder.tally().total().unused_time(UnusedTime::Ahead), 1);
    let mut reader = Reader::new();
    reader.received = None;
    for time in ["9999-10-09T12:00:00Z", "1970-01-01T00:00:00Z", "", "soon"] {
        assert_eq!(reader.read(&VESSEL.replace("2026-10-09T12:00:00+00:00", time)), [], "{time}");
    }
    assert_eq!(reader.decoder.tally().total().untimed_total(), 4);
}

#[test]
fn texts_that_no_ais_field_can_contain_are_absent() {
    let named = |name: &str| {
        let reports = read(&VESSEL.replace("\"KRONPRINS HAAKON\"", name));
        said(&reports[1]).name.clone()
    };
    assert_eq!(named(r#""  A B@@C  ""#).as_deref(), Some("A B"));
    assert_eq!(named(r#""A\nERROR forged""#), None);
    assert_eq!(named(&format!("\"{}\"", "X".repeat(21))), None);
    assert_eq!(named(r#""\u0000""#), None);
    assert_eq!(named(r#""AL\u202eFA\u200b""#).as_deref(), Some("ALFA"));
    assert_eq!(named(r#""\u2066\u2069""#), None);
}
