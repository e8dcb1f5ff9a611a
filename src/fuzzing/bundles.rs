//! Evidence bundles: read as they are, or synthesised with a manifest that fits.

use std::collections::BTreeMap;
use std::path::Component;

use serde::Deserialize;
use serde_json::json;

use crate::daemon::rehearse;
use crate::storage::evidence::{Opened, Row, compare, forge, open};
use atalaia_core::alerts::{Alert, HandlingSettings};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::scenario::Transponder;

/// Begins a member of a synthesised bundle. The name follows, to the end of the line.
const MEMBER: &str = "\n=== ";

/// Input that begins with a member is turned into a bundle; other input is read as it is.
pub(super) fn check(bytes: &[u8]) {
    if let Some(text) = bytes.strip_prefix(MEMBER.trim_start().as_bytes()) {
        let members = members(text);
        let size: usize = members.values().map(Vec::len).sum();
        if let Some(bundle) = forge::bundle(members)
            && let Ok(opened) = open(&bundle, None)
        {
            held(&opened, size);
        }
    } else if let Ok(opened) = open(bytes, None) {
        held(&opened, bytes.len());
    }
}

fn members(text: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut members = BTreeMap::new();
    let mut start = 0;
    let ends = memchr::memmem::find_iter(text, MEMBER).chain([text.len()]);
    for end in ends {
        if let Some(member) = text.get(start..end) {
            let name = member.iter().position(|byte| *byte == b'\n').unwrap_or(member.len());
            let content = member.get(name + 1..).unwrap_or_default();
            members.insert(String::from_utf8_lossy(&member[..name]).into_owned(), content.to_vec());
        }
        start = end + MEMBER.len();
    }
    members
}

/// The content is not larger than the input, no path leads out of its folder, and the lines can be replayed.
fn held(opened: &Opened, size: usize) {
    let lines: usize = opened.rows().iter().map(|(_, line)| line.len()).sum();
    let in_force = opened.in_force();
    let files = in_force.values().flatten();
    let kept: usize = files.clone().map(|(_, content)| content.len()).sum();
    assert!(lines + kept <= size, "{lines} and {kept} bytes out of {size}");
    for (path, _) in files {
        assert!(
            path.components().all(|part| matches!(part, Component::Normal(_))),
            "{} leads elsewhere",
            path.display()
        );
    }
    if let Ok(replayed) = rehearse(opened) {
        assert!(compare(opened, &replayed).len() <= opened.alerts.len());
    }
}

const SETTINGS: &str = "[zones]\nfolder = \"zones\"\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n[alerts]\nalert_from = 1\n\
                        [[inputs]]\nkind = \"udp\"\nname = \"roof\"\naddress = \"127.0.0.1:0\"\n";
const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"watch","name":"Watch","kind":"area"},"geometry":{"type":"Polygon","coordinates":[[[-22,24],[-14,24],[-14,30],[-22,30],[-22,24]]]}}]}"#;

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let start = Time::from_utc(2026, 3, 1, 10, 0, 0).expect("a date that exists");
    let (mut raw, mut rows) = (String::new(), Vec::new());
    rows.push(Row::Start { position: 0, sources: vec!["roof".to_owned()], in_force: "key".to_owned() });
    for minute in (0..150).step_by(5) {
        let at = start + Span::from_minutes(minute);
        for line in Transponder::class_a(224_000_001).at(28.0, -17.0).knots(0.2).lines(Some(at)).lines() {
            let (offset, bytes) = (raw.len() as u64, line.len() as u64);
            let (source, received) = ("roof".to_owned(), Some(at + Span::from_seconds(1)));
            rows.push(Row::Line { position: 1 + minute as u64, source, received, offset, bytes });
            raw += &format!("{line}\n");
        }
    }
    rows.push(Row::Idle { position: 200, source: "roof".to_owned() });
    rows.push(Row::InForce { position: 201, key: "key".to_owned() });
    rows.push(Row::Ended { position: 202 });
    let index: String = rows.iter().filter_map(|row| serde_json::to_string(row).ok()).map(|row| row + "\n").collect();
    let handling = HandlingSettings::default().of(start, false, true);
    let last = start + Span::from_minutes(145);
    // As complete as one of the store: `compare` takes only alerts that it can read.
    let alert = json!({
        "id": "a", "behaviour": "loitering", "announced": true, "status": "open", "severity": "low", "score": 30, "confidence": "normal",
        "started_at": start, "opened_at": start + Span::from_minutes(60), "last_at": last, "vessels": [{"mmsi": 224_000_001, "track": 1}],
        "zones": [], "position": {"lat": 28.0, "lon": -17.0}, "handling": handling, "summary": "",
        "score_reasons": [{"code": "loitering", "points": 30, "text": "Stays"}],
        "evidence": {"thresholds": {}, "measured": {"dark_mmsi": 224_000_012}, "stations": [], "tracks": []},
    });
    assert!(Alert::deserialize(&alert).is_ok(), "an alert of this version");
    let alert = json!({ "alert": alert }).to_string();
    let members = [
        ("alerts/a.json", alert.as_str()),
        ("case.json", "{}"),
        ("in-force/key/atalaia.toml", SETTINGS),
        ("in-force/key/zones/watch.geojson", ZONES),
        ("sentences/0001.index.jsonl", index.as_str()),
        ("sentences/0001.nmea", raw.as_str()),
    ];
    let text: String = members.iter().map(|(name, content)| format!("{MEMBER}{name}\n{content}")).collect();
    let few: String = members[..3].iter().map(|(name, content)| format!("{MEMBER}{name}\n{content}")).collect();
    let owned = members.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec())).collect();
    let whole = forge::bundle(owned).expect("plain names");
    vec![text.trim_start().into(), few.trim_start().into(), whole]
}
