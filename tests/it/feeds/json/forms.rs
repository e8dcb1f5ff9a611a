//! Real NMEA recordings rewritten as each JSON feed would have sent them.

use std::fs::File;
use std::io::Read;

use atalaia_core::ais::{Body, Class, Decoder, Dimensions, Line, Position, Report, SourceId, SourceSettings, Static};
use atalaia_core::base::time::Time;
use serde_json::{Map, Value, json};

/// One message of a recording: its sentences, and the reports they give by the NMEA path.
pub struct Said {
    pub sentences: Vec<String>,
    pub reports: Vec<Report>,
    /// AIS message type.
    pub kind: u8,
    second: u32,
    radio: u32,
}

impl Said {
    pub fn at(&self) -> Time {
        self.reports[0].at
    }

    fn seconds(&self) -> Value {
        json!(self.at().millis() as f64 / 1000.0)
    }
}

/// The messages of a recording in one part or in two consecutive ones.
pub fn messages(name: &str) -> Vec<Said> {
    let mut text = String::new();
    let file = File::open(format!("tests/recordings/decoder/{name}.nmea.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    let settings = SourceSettings { name: "nmea".to_owned(), time_zone: None, live: false };
    let mut decoder = Decoder::new(vec![settings.clone()]);
    let mut messages = Vec::new();
    let mut first: Option<String> = None;
    for line in text.lines() {
        let mut reports = Vec::new();
        decoder.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut reports);
        let Some(sentence) = sentence(line) else { continue };
        let sentences = match (sentence.contains(",2,1,"), first.take()) {
            (true, _) => {
                first = Some(sentence);
                continue;
            }
            (false, Some(one)) if sentence.contains(",2,2,") => vec![one, sentence],
            (false, _) if sentence[6..].starts_with(",1,1,") => vec![sentence],
            (false, _) => continue,
        };
        let Some(at) = reports.first().map(|report| report.at.seconds()) else { continue };
        // Decodes these sentences alone, because parts may have been joined with others than their neighbours.
        let mut decoder = Decoder::new(vec![settings.clone()]);
        let mut reports = Vec::new();
        for sentence in &sentences {
            let line = format!("{at},{sentence}");
            decoder.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut reports);
        }
        if reports.is_empty() {
            continue;
        }
        let bits = bits(&sentences);
        let field = |from: usize, width: usize| {
            bits.get(from..from + width).map_or(0, |bits| bits.iter().fold(0, |sum, bit| sum << 1 | u32::from(*bit)))
        };
        let kind = field(0, 6) as u8;
        let second = field(if kind == 18 || kind == 19 { 133 } else { 137 }, 6);
        // The remaining bits of a position report, which distinguish transmissions.
        let radio = field(143, 25) ^ field(38, 12) << 13 ^ u32::from(kind);
        messages.push(Said { sentences, reports, kind, second, radio });
    }
    messages
}

/// The sentence in a line, from its `!` to its checksum.
fn sentence(line: &str) -> Option<String> {
    let start = line.find('!')?;
    let star = start + line[start..].find('*')?;
    line.get(start..star + 3).filter(|text| text.contains("VDM,")).map(str::to_owned)
}

fn bits(sentences: &[String]) -> Vec<u8> {
    let payloads = sentences.iter().filter_map(|sentence| sentence.split(',').nth(5));
    let sextets = payloads.flat_map(str::bytes).map(|byte| byte - if byte < 88 { 48 } else { 56 });
    sextets.flat_map(|sextet| (0..6).rev().map(move |bit| sextet >> bit & 1)).collect()
}

/// `JSON_NMEA` of AIS-catcher, with its own decoding deliberately wrong.
pub fn catcher_nmea(said: &Said) -> String {
    json!({
        "class": "AIS", "device": "AIS-catcher", "version": 66, "channel": "A", "rxuxtime": said.seconds(),
        "signalpower": -31.5, "ppm": 0.5, "mmsi": 1, "type": said.kind, "nmea": said.sentences, "lat": 1, "lon": 1,
    })
    .to_string()
}

/// `JSON_FULL` of AIS-catcher without its sentences.
pub fn catcher_full(said: &Said) -> Option<String> {
    let mut object = gpsd_fields(said, true)?;
    object.insert("rxuxtime".to_owned(), said.seconds());
    Some(Value::Object(object).to_string())
}

/// An object of gpsd, scaled or in raw units.
pub fn gpsd(said: &Said, scaled: bool) -> Option<String> {
    gpsd_fields(said, scaled).map(|object| Value::Object(object).to_string())
}

fn gpsd_fields(said: &Said, scaled: bool) -> Option<Map<String, Value>> {
    if !is_whole(said) {
        return None;
    }
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
    put("class", json!("AIS"));
    put("device", json!("stdin"));
    put("type", json!(said.kind));
    put("mmsi", json!(said.reports[0].mmsi.0));
    put("scaled", json!(scaled));
    put("second", json!(said.second));
    put("radio", json!(said.radio));
    for report in &said.reports {
        let mut place = |at: &Position| {
            let lat_lon = at.lat_lon().map_or((91.0, 181.0), |place| (place.lat, place.lon));
            let (minutes, knots, degrees) = match (scaled, said.kind) {
                (true, _) => (1.0, 1.0, 1.0),
                (false, 27) => (600.0, 1.0, 1.0),
                (false, 9) => (600_000.0, 1.0, 10.0),
                (false, _) => (600_000.0, 10.0, 10.0),
            };
            let number = |value: f64| if scaled { json!(value) } else { json!(value.round() as i64) };
            put("lat", number(lat_lon.0 * minutes));
            put("lon", number(lat_lon.1 * minutes));
            let unknown = match said.kind {
                9 => 1023.0,
                27 => 63.0,
                _ => 102.3,
            };
            match at.sog_knots() {
                None if scaled && said.kind < 4 => put("speed", json!("nan")),
                speed => put("speed", number(speed.unwrap_or(unknown) * knots)),
            }
            put("course", number(at.cog_degrees().unwrap_or(360.0) * degrees));
            put("heading", json!(at.heading_degrees().map_or(511, |heading| heading as u16)));
            put("status", json!(at.status().unwrap_or(15)));
            put("turn", json!("nan"));
        };
        match &report.body {
            Body::Position(at) | Body::Base(at) => place(at),
            Body::Aid(aid) => {
                place(&aid.position);
                put("aid_type", json!(aid.kind.unwrap_or(0)));
                put("name", json!(aid.name));
                put("virtual_aid", json!(aid.is_virtual));
                sides(aid.dimensions, ["to_bow", "to_stern", "to_port", "to_starboard"], &mut put);
            }
            Body::Static(who) => {
                let (month, day, hour, minute) = who.eta.unwrap_or((0, 0, 24, 60));
                put("imo", json!(who.imo.unwrap_or(0)));
                put("shipname", json!(who.name));
                put("callsign", json!(who.call_sign.as_deref().unwrap_or_default()));
                put("shiptype", json!(who.ship_type.unwrap_or(0)));
                put("eta", json!(format!("{month:02}-{day:02}T{hour:02}:{minute:02}Z")));
                let draught = f64::from(who.draught_dm.unwrap_or(0));
                put("draught", json!(if scaled { draught / 10.0 } else { draught }));
                put("destination", json!(padded(who.destination.as_deref())));
                sides(who.dimensions, ["to_bow", "to_stern", "to_port", "to_starboard"], &mut put);
            }
            Body::SafetyText(text) => put("text", json!(text)),
            Body::Other => {}
        }
    }
    Some(object)
}

fn sides(hull: Option<Dimensions>, keys: [&str; 4], put: &mut impl FnMut(&str, Value)) {
    let hull = hull.unwrap_or_default();
    let values = [hull.bow, hull.stern, u16::from(hull.port), u16::from(hull.starboard)];
    for (key, value) in keys.iter().zip(values) {
        put(key, json!(value));
    }
}

fn padded(text: Option<&str>) -> String {
    format!("{:@<20}", text.unwrap_or_default())
}

/// Whether a decoded form can represent the message; it cannot represent a part of type 24 that does not exist.
fn is_whole(said: &Said) -> bool {
    !(said.kind == 24 && said.reports[0].body == Body::Other)
}

/// An envelope of aisstream.
pub fn aisstream(said: &Said) -> Option<String> {
    let name = match said.kind {
        1..=3 => "PositionReport",
        4 | 11 => "BaseStationReport",
        5 => "ShipStaticData",
        6 => "AddressedBinaryMessage",
        7 | 13 => "BinaryAcknowledge",
        8 => "BinaryBroadcastMessage",
        9 => "StandardSearchAndRescueAircraftReport",
        10 => "CoordinatedUTCInquiry",
        12 => "AddressedSafetyMessage",
        14 => "SafetyBroadcastMessage",
        15 => "Interrogation",
        16 => "AssignedModeCommand",
        17 => "GnssBroadcastBinaryMessage",
        18 => "StandardClassBPositionReport",
        19 => "ExtendedClassBPositionReport",
        20 => "DataLinkManagementMessage",
        21 => "AidsToNavigationReport",
        22 => "ChannelManagement",
        23 => "GroupAssignmentCommand",
        24 => "StaticDataReport",
        25 => "SingleSlotBinaryMessage",
        26 => "MultiSlotBinaryMessage",
        _ => "LongRangeAisBroadcastMessage",
    };
    if !is_whole(said) {
        return None;
    }
    let mut content = Map::new();
    let mut put = |key: &str, value: Value| drop(content.insert(key.to_owned(), value));
    put("MessageID", json!(said.kind));
    put("UserID", json!(said.reports[0].mmsi.0));
    put("Valid", json!(true));
    put("Timestamp", json!(said.second));
    put("CommunicationState", json!(said.radio));
    for report in &said.reports {
        let mut place = |at: &Position| {
            let lat_lon = at.lat_lon().map_or((91.0, 181.0), |place| (place.lat, place.lon));
            let unknown = match said.kind {
                9 => 1023.0,
                27 => 63.0,
                _ => 102.3,
            };
            put("Latitude", json!(lat_lon.0));
            put("Longitude", json!(lat_lon.1));
            put("Sog", json!(at.sog_knots().unwrap_or(unknown)));
            put("Cog", json!(at.cog_degrees().unwrap_or(360.0)));
            put("TrueHeading", json!(at.heading_degrees().map_or(511, |heading| heading as u16)));
            put("NavigationalStatus", json!(at.status().unwrap_or(15)));
            put("RateOfTurn", json!(-128));
        };
        match &report.body {
            Body::Position(at) | Body::Base(at) => place(at),
            Body::Aid(aid) => {
                place(&aid.position);
                put("Type", json!(aid.kind.unwrap_or(0)));
                put("Name", json!(padded(aid.name.as_deref())));
                put("VirtualAtoN", json!(aid.is_virtual));
                put("Dimension", dimension(aid.dimensions));
            }
            Body::Static(who) if said.kind == 24 => {
                let is_b = who.name.is_none()
                    && (who.ship_type.is_some() || who.call_sign.is_some() || who.dimensions.is_some());
                put("PartNumber", json!(is_b));
                put("ReportA", json!({"Valid": !is_b, "Name": padded(who.name.as_deref())}));
                put(
                    "ReportB",
                    json!({"Valid": is_b, "ShipType": who.ship_type.unwrap_or(0), "VendorIDName": "SRT", "VenderIDModel": 1,
                        "CallSign": padded(who.call_sign.as_deref()), "Dimension": dimension(who.dimensions)}),
                );
            }
            Body::Static(who) => put_voyage(who, &mut put),
            Body::SafetyText(text) => put("Text", json!(text)),
            Body::Other => {}
        }
    }
    let mmsi = said.reports[0].mmsi.0;
    let go = said.at().to_string().replace('T', " ").replace('Z', " +0000 UTC");
    let meta =
        json!({"MMSI": mmsi, "MMSI_String": mmsi, "ShipName": "", "latitude": 0, "longitude": 0, "time_utc": go});
    Some(json!({"MessageType": name, "MetaData": meta, "Message": {name: content}}).to_string())
}

fn put_voyage(who: &Static, put: &mut impl FnMut(&str, Value)) {
    let (month, day, hour, minute) = who.eta.unwrap_or((0, 0, 24, 60));
    put("ImoNumber", json!(who.imo.unwrap_or(0)));
    put("CallSign", json!(who.call_sign.as_deref().unwrap_or_default()));
    put("Name", json!(padded(who.name.as_deref())));
    put("Type", json!(who.ship_type.unwrap_or(0)));
    put("Dimension", dimension(who.dimensions));
    put("Eta", json!({"Month": month, "Day": day, "Hour": hour, "Minute": minute}));
    put("MaximumStaticDraught", json!(f64::from(who.draught_dm.unwrap_or(0)) / 10.0));
    put("Destination", json!(padded(who.destination.as_deref())));
}

fn dimension(hull: Option<Dimensions>) -> Value {
    let hull = hull.unwrap_or_default();
    json!({"A": hull.bow, "B": hull.stern, "C": hull.port, "D": hull.starboard})
}

/// A message of Digitraffic; `None` if it has none of that type.
pub fn digitraffic(said: &Said) -> Option<String> {
    let mmsi = said.reports[0].mmsi.0;
    let (what, payload) = match &said.reports[0].body {
        Body::Position(at) if said.kind != 9 => {
            let lat_lon = at.lat_lon().map_or((91.0, 181.0), |place| (place.lat, place.lon));
            let payload = json!({
                "time": said.at().seconds(), "sog": at.sog_knots().unwrap_or(102.3), "cog": at.cog_degrees().unwrap_or(360.0),
                "navStat": at.status().unwrap_or(15), "rot": -128, "posAcc": true, "raim": false,
                "heading": at.heading_degrees().map_or(511, |heading| heading as u16), "lon": lat_lon.1, "lat": lat_lon.0,
            });
            ("location", payload)
        }
        Body::Static(who) if said.kind == 5 => {
            let (month, day, hour, minute) =
                who.eta.map_or((0, 0, 24, 60), |(m, d, h, n)| (m.into(), d.into(), h.into(), n.into()));
            let hull = who.dimensions.unwrap_or_default();
            let payload = json!({
                "timestamp": said.at().millis(), "destination": who.destination, "name": who.name,
                "draught": who.draught_dm.unwrap_or(0), "eta": month << 16 | day << 11 | hour << 6 | minute as u32, "posType": 1,
                "refA": hull.bow, "refB": hull.stern, "refC": hull.port, "refD": hull.starboard, "callSign": who.call_sign,
                "imo": who.imo.unwrap_or(0), "type": who.ship_type.unwrap_or(0),
            });
            ("metadata", payload)
        }
        _ => return None,
    };
    Some(json!({"topic": format!("vessels-v2/{mmsi}/{what}"), "payload": payload}).to_string())
}

/// A position of BarentsWatch.
pub fn barentswatch(said: &Said) -> Option<String> {
    let Body::Position(at) = &said.reports[0].body else { return None };
    let class = match at.class {
        Class::A => Some("A"),
        Class::B => Some("B"),
        Class::Unknown => None,
    };
    let place = at.lat_lon();
    let object = json!({
        "mmsi": said.reports[0].mmsi.0, "msgtime": said.at().to_string().replace('Z', "+00:00"), "messageType": said.kind,
        "latitude": place.map(|place| place.lat), "longitude": place.map(|place| place.lon),
        "speedOverGround": at.sog_knots(), "courseOverGround": at.cog_degrees().unwrap_or(438.0),
        "trueHeading": at.heading_degrees(), "rateOfTurn": null, "navigationalStatus": at.status(), "reportClass": class,
        "name": null, "eta": null,
    });
    Some(object.to_string())
}
