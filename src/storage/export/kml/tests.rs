//! KML with folders, points and lines, and hostile names as text.

use serde_json::json;

use super::*;

fn written(alerts: &[Value]) -> String {
    let mut out = Vec::new();
    write(alerts, &mut out).expect("memory takes it");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn a_description_is_escaped_for_the_globe_and_then_for_the_file() {
    let text =
        written(&[json!({"summary": "<script>alert('$[name]')</script> & ]]>", "score": 3, "severity": "info"})]);
    let line = "<description>&amp;lt;script&amp;gt;alert(&apos;&amp;#36;[name]&apos;)&amp;lt;/script&amp;gt; &amp;amp; \
                ]]&amp;gt;&lt;br&gt;Score 3: info</description>";
    assert!(text.contains(line), "{text}");
}

#[test]
fn names_are_text_of_xml() {
    let text = written(&[
        json!({"behaviour": "zone_entry", "vessels": [{"name": "]]></name><A&\u{0}\u{fffe}B'\""}, {"mmsi": 7}]}),
    ]);
    assert!(text.contains("<name>zone entry ]]&gt;&lt;/name&gt;&lt;A&amp;B&apos;&quot;, 000000007</name>"), "{text}");
    assert!(text.contains("<styleUrl>#info</styleUrl>"), "an alert without a severity is not lost: {text}");
}

#[test]
fn the_gravest_come_first_and_keep_their_order() {
    let alert = |id: &str, severity: &str| json!({"id": id, "severity": severity});
    let text = written(&[alert("a", "low"), alert("b", "critical"), alert("c", "low"), alert("d", "high")]);
    let ids: Vec<&str> = text.split("<Data name=\"alert\"><value>").skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(ids, ["b", "d", "a", "c"]);
    assert_eq!(text.matches("<Folder>").count(), 3);
}

#[test]
fn what_goes_on_has_no_end() {
    let span = |status: &str, ended: Value| {
        let text = written(&[
            json!({"status": status, "started_at": "2026-03-01T00:00:00Z", "last_at": "2026-03-01T01:00:00Z",
            "ended_at": ended}),
        ]);
        let (_, rest) = text.split_once("<TimeSpan>").unwrap_or_default();
        rest.split_once("</TimeSpan>").unwrap_or_default().0.to_owned()
    };
    let begin = "<begin>2026-03-01T00:00:00Z</begin>";
    assert_eq!(span("open", Value::Null), begin);
    assert_eq!(span("retracted", Value::Null), format!("{begin}<end>2026-03-01T01:00:00Z</end>"));
    assert_eq!(span("ended", json!("2026-03-01T00:30:00Z")), format!("{begin}<end>2026-03-01T00:30:00Z</end>"));
    assert_eq!(span("ended", json!("</end>")), format!("{begin}<end>2026-03-01T01:00:00Z</end>"));
}

#[test]
fn a_track_is_one_placemark_cut_at_the_antimeridian() {
    let points = [(179.0, 0.0), (-179.0, 2.0), (-178.0, 2.0)];
    let points = points.map(|(lon, lat)| json!(["2026-03-01T00:00:00Z", lon, lat, null, null]));
    let alert = json!({"vessels": [{"mmsi": 5, "track": 2, "name": "OTHER"}, {"mmsi": 5, "track": 1, "name": "<B>"}], "evidence": {"tracks": [{"mmsi": 5, "track": 1, "points": points}]}});
    let text = written(&[alert]);
    let lines: Vec<&str> = text.split("<coordinates>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(lines, ["179,0 180,1", "-180,1 -179,2 -178,2"]);
    assert_eq!((text.matches("<MultiGeometry>").count(), text.matches("<Placemark>").count()), (1, 2));
    assert!(text.contains("<name>track of &lt;B&gt;</name>"), "{text}");
}
