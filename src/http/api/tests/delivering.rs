//! Deliveries over a socket: who sees which, and another attempt.

use super::*;

/// Puts a failed delivery of the alert to each sink into the outbox. The view knows the sink `log` only.
fn fail(site: &Site, sinks: &[&str]) {
    let connection = rusqlite::Connection::open(&site.path).expect("a store");
    for sink in sinks {
        let failed = "INSERT INTO outbox (sink, alert, revision, state, since, attempts, told_at, error)
             VALUES (?1, ?2, 1, 'failed', 1000, 3, 2000, 'refused: <b>full</b>')";
        connection.execute(failed, rusqlite::params![sink, site.id]).expect("a delivery");
    }
}

#[test]
fn a_failed_delivery_is_listed_and_tried_again_once() {
    run_test(async {
        let site = site().await;
        fail(&site, &["log", "old"]);
        let sol = token(&site.path, "sol", &[Right::Read, Right::Retry], Tlp::Red);
        let list = site.get(&sol, "/deliveries").await;
        let items = list.body["items"].as_array().expect("items");
        assert_eq!((list.status, items.len(), &list.body["next"]), (200, 2, &Value::Null), "{}", list.text);
        let first = ["sink", "alert", "state", "error", "attempts", "due_at"].map(|name| items[0][name].clone());
        let expected = json!(["log", site.id, "failed", "refused: <b>full</b>", 3, null]);
        assert_eq!(Value::from(first.to_vec()), expected);
        assert_eq!(list.body["sinks"]["log"], json!({"pending": 0, "failed": 1}));
        let body = json!({"why": "mended"});
        let retry = || site.send(&sol, "POST", "/deliveries/retry", &[], &body);
        let done = retry().await;
        assert_eq!((done.status, &done.body["queued"], &done.body["removed"]), (200, &json!(1), &json!({"old": 1})));
        assert_eq!(retry().await.body["queued"], json!(0), "it waits now");
        let pending = site.get(&sol, "/deliveries?state=pending&sink=log").await;
        assert_eq!(pending.body["items"].as_array().map(Vec::len), Some(1), "{}", pending.text);
        let retried = site.trail(&site.id).into_iter().filter(|(_, what)| what == "retried").collect::<Vec<_>>();
        assert_eq!(retried, [("disclosure".to_owned(), "retried".to_owned())]);
        let log = site.get(&sol, "/changes?topics=delivery").await;
        let entry = &log.body["items"][0];
        assert_eq!((&entry["what"], &entry["who"]), (&json!("retried"), &json!("sol")), "{}", log.text);
    });
}

#[test]
fn a_retry_says_what_the_marking_of_the_alert_still_keeps_from_a_sink() {
    run_test(async {
        let site = site().await;
        let connection = rusqlite::Connection::open(&site.path).expect("a store");
        let withheld = "INSERT INTO outbox (sink, alert, revision, state, since, attempts, told_at, error)
             VALUES ('log', ?1, 1, 'withheld', 1000, 0, 2000, 'TLP:RED is above its max_tlp AMBER')";
        connection.execute(withheld, [&site.id]).expect("a delivery");
        site.mark_red();
        let sol = token(&site.path, "sol", &[Right::Read, Right::Retry], Tlp::Red);
        let done = site.send(&sol, "POST", "/deliveries/retry", &[], &json!({"alert": site.id})).await;
        let why = "TLP:RED is above its max_tlp AMBER";
        let expected = json!({"queued": 0, "removed": {}, "withheld": [{"sink": "log", "count": 1, "why": why}]});
        assert_eq!(done.body, expected, "{}", done.text);
    });
}

#[test]
fn the_description_is_headed_by_the_name_and_version_of_the_program() {
    run_test(async {
        let site = site().await;
        let info = site.get(&site.all, "/openapi.json").await.body["info"].clone();
        assert_eq!(
            (&info["title"], &info["version"], &info["license"]["name"], &info["contact"]),
            (&json!("Atalaia"), &json!(env!("CARGO_PKG_VERSION")), &json!("Apache-2.0"), &Value::Null),
            "{info}"
        );
        assert!(info["description"].as_str().is_some_and(|text| text.starts_with("Alerts, cases")), "{info}");
    });
}

#[test]
fn what_waits_for_a_digest_says_when_it_is_due() {
    run_test(async {
        let site = site().await;
        let connection = rusqlite::Connection::open(&site.path).expect("a store");
        let gathered = "INSERT INTO outbox (sink, alert, revision, state, since, attempts, gathered)
             VALUES ('log', ?1, 1, 'pending', 1000, 0, 1)";
        connection.execute(gathered, [&site.id]).expect("a delivery");
        let sol = token(&site.path, "sol", &[Right::Read, Right::Retry], Tlp::Red);
        let list = site.get(&sol, "/deliveries").await;
        assert_eq!(list.body["items"][0]["due_at"], "1970-01-01T00:01:01Z", "{}", list.text);
    });
}

#[test]
fn who_may_not_read_alerts_sees_no_alert_and_a_page_ends_where_the_next_begins() {
    run_test(async {
        let site = site().await;
        fail(&site, &["a", "b", "log"]);
        let plumber = token(&site.path, "plumber", &[Right::Retry], Tlp::Red);
        let amber = token(&site.path, "low", &[Right::Read, Right::Retry], Tlp::Amber);
        let first = site.get(&plumber, "/deliveries?limit=2").await;
        assert!(!first.text.contains(&site.id) && first.body["items"][0]["behaviour"].is_null(), "{}", first.text);
        let next = first.body["next"].as_str().expect("another page");
        let rest = site.get(&plumber, &format!("/deliveries?limit=2&cursor={next}")).await;
        assert_eq!(
            (&rest.body["items"][0]["sink"], &rest.body["next"]),
            (&json!("log"), &Value::Null),
            "{}",
            rest.text
        );
        let of_alert = format!("/deliveries?alert={}", site.id);
        assert_eq!(site.get(&plumber, &of_alert).await.status, 403);
        let body = json!({"alert": site.id});
        assert_eq!(site.send(&plumber, "POST", "/deliveries/retry", &[], &body).await.status, 403);
        site.mark_red();
        let hidden = site.get(&amber, &of_alert).await;
        assert_eq!((&hidden.body["items"], &hidden.body["sinks"]), (&json!([]), &json!({})), "{}", hidden.text);
        assert_eq!(site.send(&amber, "POST", "/deliveries/retry", &[], &body).await.status, 404);
    });
}

#[test]
fn a_wrong_state_sink_or_cursor_is_refused() {
    run_test(async {
        let site = site().await;
        fail(&site, &["log"]);
        let sol = token(&site.path, "sol", &[Right::Read, Right::Retry], Tlp::Red);
        for (path, advice) in [
            ("/deliveries?state=faild", "did you mean `failed`?"),
            ("/deliveries?cursor=x", "`next` of the page before"),
            ("/deliveries?limit=0", "from 1 to 1000"),
            ("/deliveries?sinks=log", "did you mean `sink`?"),
        ] {
            let got = site.get(&sol, path).await;
            assert_eq!(got.status, 400, "{path}: {}", got.text);
            assert!(got.body["detail"].as_str().is_some_and(|detail| detail.contains(advice)), "{path}: {}", got.text);
        }
        let unknown = site.send(&sol, "POST", "/deliveries/retry", &[], &json!({"sink": "lgo"})).await;
        assert_eq!(unknown.status, 422);
        assert!(unknown.text.contains("did you mean `log`?"), "{}", unknown.text);
        let wrong = site.send(&sol, "POST", "/deliveries/retry", &[], &json!({"sinks": "log"})).await;
        assert_eq!(wrong.status, 400, "{}", wrong.text);
        assert_eq!(site.get(&site.all, "/deliveries").await.status, 403);
    });
}

#[test]
fn a_page_of_deliveries_is_read_by_an_index_and_counts_only_once() {
    run_test(async {
        let site = site().await;
        let connection = rusqlite::Connection::open(&site.path).expect("a store");
        // More delivered ones than a page reads, between a silenced and a failed one.
        let many = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20010)
             INSERT INTO outbox (sink, alert, revision, state, since, attempts)
             SELECT 'log', ?1, n, CASE n WHEN 20009 THEN 'silenced' WHEN 20010 THEN 'failed' ELSE 'told' END, 1000, 1 FROM numbers";
        connection.execute(many, [&site.id]).expect("an outbox");
        let sol = token(&site.path, "sol", &[Right::Read, Right::Retry], Tlp::Red);
        let number = |list: &Got| list.body["items"].as_array().map(Vec::len);
        for filter in ["", &format!("?state=failed&alert={}", site.id)] {
            let list = site.get(&sol, &format!("/deliveries{filter}")).await;
            assert_eq!((number(&list), &list.body["next"]), (Some(1), &Value::Null), "{filter}: {}", list.text);
            assert_eq!(list.body["sinks"]["log"]["failed"], json!(1));
        }
        // Few among many: a page ends after what it may read, and the next goes on.
        let first = site.get(&sol, "/deliveries?state=silenced").await;
        let next = first.body["next"].as_str().expect("there is more").to_owned();
        assert_eq!(number(&first), Some(0), "{}", first.text);
        let second = site.get(&sol, &format!("/deliveries?state=silenced&cursor={next}")).await;
        assert_eq!((number(&second), &second.body["next"]), (Some(1), &Value::Null), "{}", second.text);
        assert_eq!(second.body["sinks"], json!({}), "counted on the first page");
    });
}
