//! Zone files: the shipped ones, files written by QGIS, mistakes and damage, and the command that shows them.

use atalaia::cli::zones as command;
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::geo::{Coast, LatLon};
use atalaia_core::zones::{Chart, Kind, Relation, ZoneSet};

#[test]
fn every_shipped_corridor_is_there_with_its_weight() {
    let zones = ZoneSet::built_in(ZONE_REQUESTS);
    let weights = [15, 10, 10, 10, 15, 5, 15, 5, 5, 5, 5, 15, 15, 15, 10, 15, 15, 10];
    assert_eq!(zones.zones().iter().filter(|zone| zone.id.starts_with('c')).count(), weights.len());
    for (number, weight) in (1..).zip(weights) {
        let prefix = format!("c{number:02}-");
        let zone = zones.zones().iter().find(|zone| zone.id.starts_with(&prefix)).unwrap();
        assert_eq!((zone.weight, zone.near_nm, zone.watched()), (weight, 5.0, true), "{}", zone.id);
        assert!(zone.source.is_some() && zone.reviewed.is_some(), "{}", zone.id);
        let narrow = [3, 4, 5, 16, 17].contains(&number);
        assert_eq!(zone.calm_margin_nm.is_some_and(|margin| margin <= 2.0), narrow, "{}", zone.id);
        let shore = zone.asks("loitering").and_then(|settings| settings.get("min_shore_nm")).and_then(|nm| nm.as_f64());
        assert_eq!(shore, narrow.then_some(2.0), "{}", zone.id);
    }
    let at = |lat, lon| {
        let mut hits = Vec::new();
        zones.at(LatLon::new(lat, lon), &mut hits);
        hits.iter().map(|hit| zones.get(hit.zone).id[..3].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(at(17.5, -18.3), ["c07"]);
    assert_eq!(at(36.0, -5.6), ["c03", "c04"]);
    assert_eq!(at(51.75, 2.95), ["c15"], "the branch of the Channel lane");
    assert!(at(40.7, -35.0).is_empty());
}

#[test]
fn benign_zones_cover_where_merchants_wait_for_pilots() {
    let zones = ZoneSet::built_in(ZONE_REQUESTS);
    let benign: Vec<_> = zones.zones().iter().filter(|zone| zone.kind == Kind::Benign).collect();
    assert_eq!(benign.len(), 17);
    for zone in &benign {
        assert!(zone.id.starts_with('p') && zone.source.is_some() && zone.reviewed.is_some(), "{}", zone.id);
        assert_eq!((zone.weight, zone.near_nm), (25, 0.0), "{}", zone.id);
    }
    let coast = Coast::built_in();
    let inside = |lat, lon| {
        let at = LatLon::new(lat, lon);
        let mut hits = Vec::new();
        zones.at(at, &mut hits);
        let hits = hits.iter().filter(|hit| hit.relation == Relation::In).map(|hit| zones.get(hit.zone));
        let ids: Vec<_> = hits.filter(|zone| zone.kind == Kind::Benign).map(|zone| zone.id.clone()).collect();
        (ids, coast.on_land(at))
    };
    for (lat, lon, id) in [
        (36.09, -5.39, "p01-algeciras-bay"),
        (50.0833, -5.0117, "p04-falmouth"),
        (51.38, 2.72, "p11-wandelaar"),
        (54.0, 8.15, "p14-elbe"),
    ] {
        assert_eq!(inside(lat, lon), (vec![id.to_owned()], false));
    }
    assert!(inside(36.0, -5.6).0.is_empty(), "the lanes of the Strait are no waiting place");
    assert!(inside(36.0, -5.0).0.is_empty());
}

#[test]
fn source_regions_contain_the_harbours_where_loads_begin_and_no_lanes() {
    let zones = ZoneSet::built_in(ZONE_REQUESTS);
    let regions: Vec<_> = zones.zones().iter().filter(|zone| zone.source_region()).collect();
    assert_eq!(regions.len(), 13);
    for zone in &regions {
        assert!(zone.id.starts_with('s') && zone.source.is_some() && zone.reviewed.is_some(), "{}", zone.id);
    }
    let at = |lat, lon| {
        let region = zones.source_at(LatLon::new(lat, lon), Time::MIN)?;
        Some(zones.get(region).id[..3].to_owned())
    };
    let harbours = [
        ("s01", 8.10, -76.73, "Turbo"),
        ("s01", 11.25, -74.22, "Santa Marta"),
        ("s01", 10.49, -68.00, "Puerto Cabello"),
        ("s02", 6.82, -58.17, "Georgetown"),
        ("s02", 5.83, -55.15, "Paramaribo"),
        ("s03", -1.55, -48.75, "Vila do Conde"),
        ("s03", -3.72, -38.48, "Fortaleza"),
        ("s03", -8.40, -34.95, "Suape"),
        ("s03", -12.97, -38.52, "Salvador"),
        ("s04", -23.97, -46.30, "Santos"),
        ("s04", -25.50, -48.51, "Paranagua"),
        ("s05", -2.28, -79.91, "Guayaquil"),
        ("s05", 3.89, -77.08, "Buenaventura"),
        ("s06", 8.95, -79.56, "Balboa"),
        ("s06", 5.90, -79.00, "where a tug of Panama waited"),
        ("s07", 9.37, -79.90, "Colon"),
        ("s07", 10.00, -83.08, "Moin"),
        ("s08", 15.79, -86.76, "La Ceiba"),
        ("s08", 12.00, -83.75, "Bluefields"),
        ("s09", 18.42, -69.63, "Caucedo"),
        ("s10", 14.60, -61.07, "Fort-de-France"),
        ("s10", 18.00, -63.10, "Sint Maarten"),
        ("s11", 35.25, -3.92, "Al Hoceima"),
        ("s12", 35.20, -6.16, "Larache"),
        ("s13", 11.86, -15.58, "Bissau"),
        ("s13", 8.49, -13.24, "Freetown"),
    ];
    for (id, lat, lon, name) in harbours {
        assert_eq!(at(lat, lon).as_deref(), Some(id), "{name}");
    }
    for (lat, lon, name) in [
        (35.95, -5.55, "Strait of Gibraltar"),
        (36.0, -3.5, "lane through the Alboran Sea"),
        (35.9, -5.31, "Ceuta"),
        (34.5, -7.7, "lane from Gibraltar to the Canaries"),
        (14.68, -17.42, "Dakar"),
        (28.14, -15.41, "Las Palmas"),
        (18.48, -77.93, "Montego Bay"),
        (25.77, -80.16, "Miami"),
        (-12.05, -77.15, "Callao"),
        (14.60, -49.90, "off Martinique"),
    ] {
        assert_eq!(at(lat, lon), None, "{name}");
    }
}

#[test]
fn the_built_in_zones_are_those_in_the_folder() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("zones");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    let (examples, shipped): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| name.ends_with(".sample"));
    let mut ids: Vec<String> =
        ZoneSet::parse(&shipped, ZONE_REQUESTS).unwrap().zones().iter().map(|zone| zone.id.clone()).collect();
    let mut built_in: Vec<String> =
        ZoneSet::built_in(ZONE_REQUESTS).zones().iter().map(|zone| zone.id.clone()).collect();
    ids.sort();
    built_in.sort();
    assert_eq!(ids, built_in, "a zone file is not built in, or a built-in one is gone");
    let example = ZoneSet::parse(&examples, ZONE_REQUESTS).unwrap();
    let kinds: Vec<&str> = example.zones().iter().map(|zone| zone.kind.name()).collect();
    assert_eq!(kinds, ["corridor", "area", "port", "anchorage", "benign", "source"]);
}

#[test]
fn lists_and_objects_may_be_text_as_written_by_qgis() {
    let text = r#"{"type":"FeatureCollection","name":"layer","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[
        {"type":"Feature","id":7,"properties":{"fid":1,"id":"q","name":"Q","kind":"corridor","half_width_nm":"12.5","radius_nm":null,"weight":10.0,
         "behaviours":"[\"loitering\"]","settings":"{\"loitering\":{\"after_minutes\":90}}","months":[ 10, 11 ],"hours_utc":"","calm":"false","calm_margin_nm":null,
         "reviewed":"2026\/11\/22","layer":"lanes"},"geometry":{"type":"MultiLineString","coordinates":[[[1,1,0],[2,2,0]]]}}]}"#;
    let zones = ZoneSet::parse(&[("q.geojson".to_owned(), format!("\u{feff}{text}"))], ZONE_REQUESTS).unwrap();
    let zone = zones.get(zones.find("q").unwrap());
    assert_eq!(zone.settings["loitering"]["after_minutes"], 90);
    assert!(zone.runs("loitering") && !zone.runs("rendezvous") && !zone.calm);
    assert_eq!((zone.months, zone.weight, zone.near_nm, zone.line), (0b110_0000_0000, 10, 5.0, 2));
    assert_eq!(zone.reviewed.as_deref(), Some("2026-11-22"));
}

#[test]
fn each_mistake_has_its_own_message() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-zones");
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut told = String::new();
    for name in names.iter().filter(|name| name.ends_with(".geojson")) {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let errors = ZoneSet::parse(&[(name.clone(), text)], ZONE_REQUESTS).err().unwrap_or_default();
        assert!(!errors.is_empty(), "{name} was read without complaint");
        for error in errors {
            told.push_str(&format!("{error}\n"));
        }
    }
    let expected = folder.join("messages.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&expected, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(&expected).unwrap());
}

#[test]
fn faults_of_several_files_are_reported_together_and_ids_are_unique_across_files() {
    let good = |id: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\n\"features\":[\n{{\"type\":\"Feature\",\"properties\":{{\"id\":\"{id}\",\"name\":\"n\",\"kind\":\"area\",\"radius_nm\":1}},\"geometry\":{{\"type\":\"Point\",\"coordinates\":[0,0]}}}}]}}"
        )
    };
    let files = [("a", good("x")), ("b", good("x")), ("c", "nonsense".to_owned())];
    let files = files.map(|(name, text)| (format!("{name}.geojson"), text));
    let errors = ZoneSet::parse(&files, ZONE_REQUESTS).unwrap_err();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("c.geojson:1: is not JSON"), "{told:?}");
    assert_eq!(
        told[1],
        "b.geojson:3: zone x: id: is already used in a.geojson:3; write another: ids must be unique across all files"
    );
}

#[test]
fn damaged_files_never_panic() {
    let example =
        std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("zones/example.geojson.sample")).unwrap();
    let mut random = fastrand::Rng::with_seed(23);
    for _ in 0..120 {
        let mut bytes = example.clone();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..bytes.len());
            match random.u8(..3) {
                0 => bytes[at] = random.u8(b' '..b'~'),
                1 => bytes.truncate(at.max(100)),
                _ => bytes[at] = b"0123456789-.[]{},"[random.usize(..17)],
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(errors) = ZoneSet::parse(&[("f".to_owned(), text)], ZONE_REQUESTS) {
            assert!(errors.iter().all(|error| 0 < error.line));
        }
    }
}

#[test]
fn the_command_shows_what_is_known_of_a_place() {
    let chart = Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS));
    let now = Time::parse("2026-03-01T04:00:00Z").unwrap();
    let told = |lat, lon| {
        let mut out = Vec::new();
        command::test(&chart, LatLon::new(lat, lon), now, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let off_tenerife = told(27.0, -16.69);
    assert!(off_tenerife.starts_with("27.0000 N 16.6900 W at 2026-03-01T04:00:00Z\n"), "{off_tenerife}");
    assert!(
        off_tenerife.contains("zones:  c06-canary-approaches (Canary approaches, corridor): in, "),
        "{off_tenerife}"
    );
    assert!(off_tenerife.contains("shore:  59.") || off_tenerife.contains("shore:  60."), "{off_tenerife}");
    assert!(off_tenerife.contains("calm:   no, none within 30 nm"), "{off_tenerife}");
    let harbour = told(28.47, -16.24);
    assert!(harbour.contains("calm:   yes, ") && harbour.contains("off Santa Cruz De Tenerife, Spain"), "{harbour}");
    let balboa = told(8.9, -79.5);
    assert!(balboa.contains(
        "zones:  in none, near none\nsource: s06-panama-pacific (Panama and Costa Rica, Pacific side): in, 1"
    ));
    assert!(!off_tenerife.contains("source:") && !harbour.contains("source:"));
    let mut out = Vec::new();
    assert!(command::show(&chart.zones, "s06-panama-pacific", &mut out).unwrap());
    let shown = String::from_utf8(std::mem::take(&mut out)).unwrap();
    assert!(
        shown.contains("kind           source (remembered for vessels that were there)") && !shown.contains("weight"),
        "{shown}"
    );
    assert!(command::show(&chart.zones, "c05-canary-inter-island", &mut out).unwrap());
    assert!(!command::show(&chart.zones, "c05", &mut out).unwrap());
    command::list(&chart, now, None, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for part in
        ["settings       loitering: {", "perhaps c05-canary-inter-island", "48 zones, 48 active", "weight         +15"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_zone_file_is_read_whatever_the_case_of_its_ending() {
    let folder = tempfile::TempDir::new().unwrap();
    let own = include_str!("../../../zones/pilot-stations.geojson");
    std::fs::write(folder.path().join("OWN.GEOJSON"), own).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_atalaia"))
        .args(["zones", "list", "--zones"])
        .arg(folder.path())
        .output()
        .unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && list.contains("p01-algeciras-bay"), "{list}");
}
