//! Exports of alerts and of the audit trail over a socket: what is in them, and the row that each leaves.

use super::*;

#[test]
fn an_export_is_recorded_with_its_reason_and_refused_without_one() {
    run_test(async {
        let site = site().await;
        assert_eq!(site.get(&site.all, "/alerts/export?format=geojson").await.status, 400);
        assert_eq!(site.trail("export%"), []);
        for format in ["geojson", "jsonl", "csv", "excel", "kml", "text"] {
            let got = site.get(&site.all, &format!("/alerts/export?format={format}&why=for%20the%20report")).await;
            assert!(got.status == 200 && got.text.contains("970123456"), "{format}: {}", got.text);
        }
        let rows = site.trail("export%");
        assert_eq!((rows.len(), rows.first()), (6, Some(&("disclosure".to_owned(), "exported".to_owned()))));
    });
}

#[test]
fn an_export_of_named_alerts_has_exactly_those_within_the_ceiling() {
    run_test(async {
        let site = site().await;
        let (second, fact, red) = ("c".repeat(26), "d".repeat(26), "e".repeat(26));
        for id in [&second, &fact, &red] {
            site.copy(id);
        }
        let connection = rusqlite::Connection::open(&site.path).expect("a store");
        connection.execute("UPDATE alerts SET announced = 0 WHERE id = ?1", [&fact]).expect("a fact");
        let mark = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
        store::mark(&site.path, &red, &mark, "ana", "a source at risk", Clock.now()).expect("a mark");
        let export = |ids: String| format!("/alerts/export?format=jsonl&why=for%20the%20report&ids={ids}");
        let exported = async |secret: &Secret, ids: &[&str]| -> Vec<String> {
            let got = site.get(secret, &export(ids.join(","))).await;
            assert_eq!(got.status, 200, "{}", got.text);
            let lines = got.text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
            let mut ids: Vec<String> = lines.filter_map(|line| line["id"].as_str().map(str::to_owned)).collect();
            ids.sort();
            ids
        };
        assert_eq!(exported(&site.all, &[&second]).await, std::slice::from_ref(&second));
        assert_eq!(exported(&site.all, &[&fact]).await, std::slice::from_ref(&fact), "a fact that is named is meant");
        assert_eq!(
            exported(&site.amber, &[&second, &red]).await,
            std::slice::from_ref(&second),
            "not above the ceiling"
        );
        assert_eq!(exported(&site.all, &[&"f".repeat(26)]).await, [""; 0]);
        let many = vec![second.as_str(); 201].join(",");
        for (ids, said) in [("abcd".to_owned(), "26 characters"), (String::new(), "26 characters"), (many, "200")] {
            let got = site.get(&site.all, &export(ids)).await;
            assert_eq!((got.status, &got.body["type"]), (400, &json!("/problems/parameter")), "{}", got.text);
            assert!(got.body["detail"].as_str().is_some_and(|detail| detail.contains(said)), "{}", got.text);
        }
        let listed = site.get(&site.all, &format!("/alerts?ids={second}")).await;
        assert_eq!(listed.status, 400, "a list has no such parameter: {}", listed.text);
    });
}

#[test]
fn each_export_of_the_audit_trail_is_a_disclosure_of_its_own() {
    run_test(async {
        let site = site().await;
        let auditor = token(&site.path, "auditor", &[Right::Audit], Tlp::Red);
        for _ in 0..2 {
            let got = site.get(&auditor, "/audit/export?why=the%20yearly%20inspection").await;
            assert_eq!(got.status, 200);
            assert!(got.text.trim_end().lines().last().is_some_and(|last| last.contains("the yearly inspection")));
        }
        let row = ("disclosure".to_owned(), "exported".to_owned());
        assert_eq!(site.trail("export audit"), [row.clone(), row]);
        assert_eq!(site.get(&auditor, "/audit/export?why=no").await.status, 400);
    });
}
