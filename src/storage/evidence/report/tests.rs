//! Reports of synthetic alerts in which every text is hostile.

use serde_json::json;

use super::*;
use crate::storage::store::{Entry, OURSELVES, Told, WorkState};

const HOSTILE: &str = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\"'&";

fn at(minute: i64) -> Time {
    Time::from_seconds(1_767_225_600 + 60 * minute)
}

fn act(minute: i64, who: &str, what: &str, why: Option<&str>) -> AuditRow {
    let (who, what, why) = (who.to_owned(), what.to_owned(), why.map(str::to_owned));
    AuditRow { at: at(minute), who, caller: None, what, why }
}

/// A meeting off the Canaries.
fn alert_file(id: &str, mmsi: u32) -> AlertFile {
    let track = |mmsi: u32, lat: f64| {
        let points =
            (0..30).map(|number| json!([at(10 * number).to_string(), -16.0 + 0.01 * number as f64, lat, 4.0, 90.0]));
        json!({"mmsi": mmsi, "track": 1, "points": points.collect::<Vec<_>>()})
    };
    let vessel = |mmsi: u32, name: &str| {
        json!({"mmsi": mmsi, "track": 1, "imo": 9_074_729, "name": name, "call_sign": HOSTILE, "ship_type": 70, "flag": "ES",
               "class": "A", "role": null})
    };
    let handling = json!({
        "tlp": "AMBER", "europol": ["H1", "H3"], "handling_text": HOSTILE, "source_grade": "B", "info_grade": "4", "scheme": "4x4",
        "purpose": "LawEnforcementMonitoring", "personal_data": true, "retain_until": "2027-01-01T00:00:00Z", "reality": "exercise",
    });
    let body = json!({
        "id": id, "behaviour": "rendezvous", "announced": true, "status": "ended", "severity": "high", "score": 65,
        "confidence": "normal", "started_at": at(60).to_string(), "opened_at": at(80).to_string(),
        "last_at": at(110).to_string(), "ended_at": at(110).to_string(),
        "vessels": [vessel(mmsi, "ALFA"), vessel(263_400_001, HOSTILE)],
        "zones": [{"id": "z", "name": HOSTILE, "kind": "area", "relation": "in"}],
        "position": {"lat": 27.5, "lon": -15.9}, "case_id": null, "handling": handling, "summary": HOSTILE,
        "score_reasons": [{"code": "base", "points": 70, "text": HOSTILE}, {"code": "x", "points": -5, "text": "fishing"}],
        "evidence": {
            "thresholds": {"near_minutes": 45, "near_metres": 500.0, "slow_knots": 2.0},
            "measured": {"counted_minutes": 50, "max_distance_metres": 120, "heading_for": HOSTILE},
            "stations": [HOSTILE], "tracks": [track(mmsi, 27.5), track(263_400_001, 27.502)],
        },
    });
    let entry = Entry {
        id: id.to_owned(),
        state: WorkState::Closed,
        assignee: Some(HOSTILE.to_owned()),
        finding: Some("benign".to_owned()),
        finding_reason: Some(HOSTILE.to_owned()),
        body: body.clone(),
    };
    let noted = act(200, "ana", "noted", None);
    let opened = act(80, OURSELVES, "opened", Some("machine"));
    let notes = vec![Note { at: at(200), who: "ana".to_owned(), text: HOSTILE.to_owned() }];
    let told = Told { entry, notes, audit: vec![opened, noted], deliveries: Vec::new() };
    let line = json!({"at": at(80).to_string(), "change": "opened", "revision": 1, "reason": HOSTILE, "alert": body});
    AlertFile { told, lines: vec![store_line(line)] }
}

fn store_line(line: Value) -> crate::storage::store::Line {
    crate::storage::store::Line { stored_at: at(81), line }
}

fn case_file() -> CaseFile {
    let case = json!({
        "handling": {"tlp": "AMBER", "europol": ["H1"]}, "id": "casecasecase", "score": 75, "severity": "high",
        "alerts": ["aaaa", "bbbb"], "held": {"at": at(300).to_string(), "who": "bea", "why": HOSTILE},
    });
    let audit = vec![act(300, "bea", "held", Some(HOSTILE))];
    CaseFile { case, audit, alerts: vec![alert_file("aaaa", 224_123_456), alert_file("bbbb", 224_123_456)] }
}

/// Elements that reports do not use, and attributes that fetch or run something.
fn faults(page: &str) -> Vec<String> {
    let tags = page.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '!']));
    let names = ["script", "img", "link", "iframe", "object", "base", "form", "a ", "image", "use", "foreignObject"];
    let bad = tags.filter(|tag| {
        let inside = tag.split('>').next().unwrap_or_default();
        // The content of an attribute value is text.
        let inside: String = inside.split('"').step_by(2).collect();
        let fetches = [" href=", " src=", " on", "style=", "xlink"].iter().any(|part| inside.contains(part));
        names.iter().any(|name| inside.starts_with(name)) || fetches
    });
    bad.map(str::to_owned).collect()
}

#[test]
fn a_hostile_name_is_text_everywhere() {
    for page in [of_alert(&alert_file("aaaa", 224_123_456), None, at(400)), of_case(&case_file(), None, at(400))] {
        assert_eq!(faults(&page), Vec::<String>::new());
        assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains("<img"), "{page}");
        let text =
            "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;&quot;&#39;&amp;";
        assert!(10 < page.matches(text).count(), "{}", page.matches(text).count());
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("url(h"));
    }
}

#[test]
fn the_policy_of_the_page_allows_its_own_style_alone() {
    let page = of_alert(&alert_file("aaaa", 224_123_456), None, at(400));
    let policy = "default-src &#39;none&#39;; style-src &#39;sha256-";
    assert!(page.contains(policy), "{page}");
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap_or_default();
    use sha2::Digest;
    let hash = data_encoding::BASE64.encode(&sha2::Sha256::digest(style.as_bytes()));
    assert!(page.contains(&hash), "the hash is that of the style as it stands in the page");
}

#[test]
fn an_alert_shows_measured_values_beside_thresholds() {
    let page = of_alert(&alert_file("aaaa", 224_123_456), None, at(400));
    for part in [
        "<h1>Meeting of two ships: ALFA and ",
        ">Time that counted, without breaks</td><td class=\"fixed\">50 min</td><td>at least 45 min</td>",
        ">Farthest from each other, hull to hull if known</td><td class=\"fixed\">120 m</td><td>at most 500 m</td>",
        "27°30.000&#39;N 015°54.000&#39;W",
        "27.50000, -15.90000",
        ">Spain<",
        ">Cargo<",
        "TLP:AMBER H1 H3",
        "EXERCISE",
        "class=\"land\"",
        "class=\"track\"",
        "nautical mile",
        "What AIS cannot show",
        "2026-01-01 01:20",
        "\u{2212}5",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    assert!(!page.contains(">machine<"), "what the daemon did by itself is in the history, not among people");
    assert_eq!(page.matches("TLP:AMBER H1 H3").count(), 3, "in the title, on top and at the bottom");
}

#[test]
fn a_case_is_in_order_of_time_with_what_ties_it_together() {
    let page = of_case(&case_file(), None, at(400));
    for part in [
        "Case casecase: ALFA, ",
        "ALFA (Spain, cargo), MMSI 224123456, takes part in all of them.",
        "by bea since 2026-01-01 05:00 UTC",
        "<span class=\"dot\">2</span>",
        "no more than 72 hours apart",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    assert_eq!(page.matches("class=\"mark\"").count(), 2);
}

#[test]
fn an_alert_without_a_place_has_no_map_and_all_the_rest() {
    let mut alert_file = alert_file("aaaa", 224_123_456);
    alert_file.told.entry.body["position"] = Value::Null;
    alert_file.told.entry.body["evidence"]["tracks"] = json!([]);
    alert_file.told.entry.body["handling"] = Value::Null;
    let page = of_alert(&alert_file, None, at(400));
    assert!(!page.contains("<figure>") && page.contains("not known") && page.contains("TLP:RED"), "{page}");
    let empty = AlertFile { lines: Vec::new(), ..alert_file };
    assert!(of_alert(&empty, None, at(400)).ends_with("</html>\n"));
}

#[test]
fn a_file_is_named_by_its_marking() {
    let marked = json!({"handling": {"tlp": "AMBER+STRICT"}});
    assert_eq!(file_name("alert", "qcztu5gcabcdef", &marked), "TLP-AMBER+STRICT_alert-qcztu5gc.html");
    assert_eq!(file_name("case", "../x", &json!({})), "TLP-RED_case-x.html");
}

#[test]
fn a_case_is_handled_as_its_strictest_alert_and_holds_personal_data_if_one_has_them() {
    let mut case = case_file();
    let handling = &mut case.alerts[0].told.entry.body["handling"];
    (handling["tlp"], handling["personal_data"], handling["europol"]) = ("RED".into(), false.into(), json!(["H2"]));
    handling["retain_until"] = "2026-06-01T00:00:00Z".into();
    let page = of_case(&case, None, at(400));
    for part in
        ["TLP:RED: ", "H1: ", "H2: ", "<th>Personal data</th><td>yes</td>", "<th>Keep until</th><td>2026-06-01</td>"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn a_case_is_releasable_to_the_receivers_that_all_its_alerts_name_and_to_no_one_if_there_are_none() {
    let releasable = |lists: [Option<&[&str]>; 3]| {
        let alerts = lists.map(|receivers| {
            let mut alert = alert_file("a", 224_000_001).told.entry.body;
            alert["handling"]["tlp"] = json!(if receivers.is_none() { "RED" } else { "AMBER" });
            if let Some(receivers) = receivers {
                alert["handling"]["releasable_to"] = json!(receivers);
            }
            alert
        });
        parts::handling_of_all(alerts.iter()).map(|handling| handling.releasable_to)
    };
    assert_eq!(releasable([None, Some(&["PT", "ES"]), Some(&["ES", "FR"])]), Some(vec!["ES".to_owned()]));
    assert_eq!(releasable([None, None, None]), Some(Vec::new()));
    let none = releasable([Some(&["PT"]), Some(&["ES"]), None]).unwrap_or_default();
    assert!(none.len() == 1 && none[0].starts_with("no one"), "{none:?}");
    // The third list has a receiver in common with the first, but not with the second.
    let none = releasable([Some(&["PT"]), Some(&["ES"]), Some(&["PT"])]).unwrap_or_default();
    assert!(none.len() == 1 && none[0].starts_with("no one"), "{none:?}");
}

#[test]
fn a_part_once_played_stays_in_the_report_of_the_case() {
    let mut case = case_file();
    case.alerts[0].told.entry.body["vessels"][0]["role"] = "mother".into();
    assert!(of_case(&case, None, at(400)).contains("<td>larger ship</td>"));
}

#[test]
fn a_measured_value_is_not_set_beside_a_limit_that_it_exceeds() {
    let mut file = alert_file("aaaa", 224_123_456);
    file.told.entry.body["evidence"]["thresholds"]["close_metres"] = 100.into();
    let page = of_alert(&file, None, at(400));
    // 120 m were measured: over the near part, not the close one.
    assert!(page.contains("at most 500 m") && !page.contains("at most 100 m"), "{page}");
}

#[test]
fn every_position_on_the_page_has_the_time_of_the_fix_it_comes_from() {
    let mut file = alert_file("aaaa", 224_123_456);
    let body = &mut file.told.entry.body;
    // Silent since 01:00, and noticed until 01:55; it was last heard at its position, and the other one every ten minutes.
    body["position"] = json!({"lat": 27.5, "lon": -15.94});
    body["last_at"] = at(115).to_string().into();
    body["ended_at"] = Value::Null;
    let gap = body["evidence"]["tracks"][0]["points"].as_array_mut().expect("points");
    gap.truncate(7);
    let page = of_alert(&file, None, at(400));
    let row = |what: &str, when: &str| format!("<td>{what}</td><td class=\"fixed\">{when}</td>");
    assert!(page.contains(&row("The position of the alert", "2026-01-01 01:00")), "{page}");
    let kept = " last fix kept before it was last known to hold</td><td class=\"fixed\">2026-01-01 01:50</td>";
    assert!(page.contains(kept), "{page}");
}

#[test]
fn where_a_ship_may_have_dropped_something_is_on_the_page() {
    let mut file = alert_file("aaaa", 224_123_456);
    file.told.entry.body["started_at"] = at(200).to_string().into();
    file.told.entry.body["evidence"]["measured"] =
        json!({"dropper_mmsi": 224_123_456, "dropped_at": at(20).to_string(), "passed_at": at(35).to_string()});
    let page = of_alert(&file, None, at(400));
    for part in [
        "ALFA, when it began to slow or was farthest off its course</td><td class=\"fixed\">2026-01-01 00:20</td>",
        "ALFA, last fix kept before it passed nearest to where the other one stopped</td><td class=\"fixed\">2026-01-01 00:30</td>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn a_renamed_ship_has_its_present_name_and_its_former_ones() {
    let mut early = alert_file("aaaa", 224_123_456);
    let mut long = alert_file("bbbb", 224_123_456);
    let body = |file: &mut AlertFile, key: &str, value: Value| file.told.entry.body[key] = value;
    // The one that begins first goes on after the change of name, which it therefore knows.
    body(&mut long, "started_at", json!(at(50).to_string()));
    body(&mut long, "last_at", json!(at(600).to_string()));
    long.told.entry.body["vessels"][0]["name"] = json!("LIZARD");
    early.told.entry.body["vessels"][0]["role"] = json!("dark");
    long.told.entry.body["vessels"][0]["role"] = json!("daughter");
    let mut last = alert_file("cccc", 224_123_456);
    body(&mut last, "last_at", json!(at(700).to_string()));
    last.told.entry.body["vessels"][0]["name"] = Value::Null;
    let case = json!({"id": "casecasecase", "score": 75, "severity": "high", "alerts": ["aaaa", "bbbb", "cccc"]});
    let case_file = CaseFile { case, audit: Vec::new(), alerts: vec![early, long, last] };
    let page = of_case(&case_file, None, at(900));
    for part in [
        "Case casecase: LIZARD, ",
        "<td>LIZARD, formerly ALFA</td>",
        "<td>silent, small craft</td>",
        "LIZARD (Spain, cargo), formerly ALFA, MMSI 224123456, takes part in all of them.",
        "LIZARD, formerly ALFA (2026-01-01 ",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    let names = ["ALFA", "BRAVO", "ALFA"].map(|name| json!({"vessels": [{"mmsi": 1, "track": 1, "name": name}]}));
    let timed = (0_i64..).zip(names).map(|(number, mut alert)| {
        alert["last_at"] = json!(at(number).to_string());
        alert
    });
    let alerts: Vec<Value> = timed.collect();
    assert_eq!(vessels_of(alerts.iter())[0].name(), "ALFA, formerly BRAVO", "it is called as before again");
}
