//! Silences over a socket: a preview that changes nothing, the right that a length needs, and the end by hand.

use super::*;

/// A token that may read and silence, up to a marking.
fn quiet(site: &Site, name: &str, more: &[Right], max_tlp: Tlp) -> Secret {
    token(&site.path, name, &[&[Right::Read, Right::Silence], more].concat(), max_tlp)
}

/// A silence for the vessel of the alert, so many hours long, from a moment before engine time.
fn of_vessel(hours: i64) -> Value {
    let from = view().at - Span::from_minutes(5);
    json!({"mmsi": 970_123_456, "from": from.to_string(), "until": (from + Span::from_hours(hours)).to_string(), "why": "a drill"})
}

#[test]
fn a_preview_shows_what_would_be_held_back_and_makes_nothing() {
    run_test(async {
        let site = site().await;
        let open = "UPDATE alerts SET status = 'open', body = json_set(body, '$.status', 'open')";
        rusqlite::Connection::open(&site.path).and_then(|store| store.execute_batch(open)).expect("a store");
        let (ana, amber) = (quiet(&site, "ana", &[], Tlp::Red), quiet(&site, "bea", &[], Tlp::Amber));
        let site = &site;
        let preview = async |secret| site.send(secret, "POST", "/silences?dry_run=true", &[], &of_vessel(1)).await;
        let got = preview(&ana).await;
        assert_eq!(
            (got.status, &got.body["holds"], &got.body["recent"], &got.body["number"]),
            (200, &json!(1), &json!(0), &Value::Null),
            "{}",
            got.text
        );
        assert_eq!(got.body["items"][0]["id"], json!(site.id));
        assert_eq!(site.get(&ana, "/silences").await.body["items"], json!([]));
        site.mark_red();
        let got = preview(&amber).await;
        assert_eq!(
            (&got.body["holds"], &got.body["items"]),
            (&json!(0), &json!([])),
            "above the ceiling: {}",
            got.text
        );
    });
}

#[test]
fn a_preview_shows_what_ended_within_a_day_of_engine_time() {
    run_test(async {
        let site = site().await;
        let ana = quiet(&site, "ana", &[], Tlp::Red);
        let at = view().engine.time.expect("engine time");
        for (hours, held) in [(23, 1), (25, 0)] {
            let ended = (at - Span::from_hours(hours)).millis();
            let store = rusqlite::Connection::open(&site.path).expect("a store");
            store.execute("UPDATE alert_items SET status = 'ended', last_at = ?1", [ended]).expect("SQL");
            let got = site.send(&ana, "POST", "/silences?dry_run=true", &[], &of_vessel(1)).await;
            let ids: Vec<&Value> = got.body["items"].as_array().into_iter().flatten().map(|item| &item["id"]).collect();
            assert_eq!(
                (got.status, &got.body["holds"], &got.body["recent"], ids.len()),
                (200, &json!(0), &json!(held), held),
                "{hours} h: {}",
                got.text
            );
        }
    });
}

#[test]
fn a_silence_is_made_listed_and_lifted_once() {
    run_test(async {
        let site = site().await;
        let ana = quiet(&site, "ana", &[], Tlp::Red);
        let made = site.send(&ana, "POST", "/silences", &[], &of_vessel(24)).await;
        assert_eq!((made.status, &made.body["number"]), (201, &json!(1)), "{}", made.text);
        let list = site.get(&ana, "/silences?in_force=true").await;
        let item = &list.body["items"][0];
        assert_eq!(
            (&item["who"], &item["why"], &item["mmsi"]),
            (&json!("ana"), &json!("a drill"), &json!(970_123_456))
        );
        let lift = || site.send(&ana, "DELETE", "/silences/1?why=over", &[], &Value::Null);
        assert_eq!(lift().await.status, 204);
        assert_eq!(lift().await.status, 422, "it is lifted already");
        assert_eq!(site.get(&ana, "/silences?in_force=true").await.body["items"], json!([]));
        assert!(site.get(&ana, "/silences").await.body["items"][0]["lifted_at"].is_string());
        for number in ["7", "x", "-1"] {
            let got = site.send(&ana, "DELETE", &format!("/silences/{number}"), &[], &Value::Null).await;
            assert_eq!(got.status, 404, "{number}: {}", got.text);
        }
        let rows = ["silenced", "lifted"].map(|what| ("alteration".to_owned(), what.to_owned()));
        assert_eq!(site.trail("silence 1"), rows);
    });
}

#[test]
fn more_than_a_day_of_one_vessel_needs_the_right_for_it() {
    run_test(async {
        let site = site().await;
        let (ana, wide) = (quiet(&site, "ana", &[], Tlp::Red), quiet(&site, "sol", &[Right::SilenceWide], Tlp::Red));
        let mut everywhere = of_vessel(1);
        everywhere["mmsi"] = Value::Null;
        everywhere["behaviour"] = json!("distress");
        let mut longer = of_vessel(24);
        longer["until"] = of_vessel(25)["until"].clone();
        for body in [longer, everywhere] {
            for path in ["/silences", "/silences?dry_run=true"] {
                let got = site.send(&ana, "POST", path, &[], &body).await;
                assert_eq!(
                    (got.status, &got.body["type"]),
                    (403, &json!("/problems/forbidden")),
                    "{body}: {}",
                    got.text
                );
            }
            let made = site.send(&wide, "POST", "/silences", &[], &body).await;
            assert_eq!(made.status, 201, "{body}: {}", made.text);
            let lift = format!("/silences/{}", made.body["number"]);
            assert_eq!(site.send(&ana, "DELETE", &lift, &[], &Value::Null).await.status, 403, "nor lifted");
        }
    });
}

#[test]
fn a_silence_that_covers_everything_or_lasts_no_time_is_refused() {
    run_test(async {
        let site = site().await;
        let ana = quiet(&site, "ana", &[Right::SilenceWide], Tlp::Red);
        let with = |name: &str, value: Value| {
            let mut body = of_vessel(1);
            body[name] = value;
            body
        };
        for (body, pointer) in [
            (with("mmsi", Value::Null), "/mmsi"),
            (with("mmsi", json!(1_000_000_000)), "/mmsi"),
            (with("until", json!("2020-01-01T00:00:00Z")), "/until"),
            (with("until", json!("tomorrow")), "/until"),
            (with("why", json!(" ")), "/why"),
            (with("behaviour", json!("drifting")), "/behaviour"),
            (with("zone", json!("")), "/zone"),
        ] {
            let got = site.send(&ana, "POST", "/silences", &[], &body).await;
            assert_eq!((got.status, &got.body["errors"][0]["pointer"]), (400, &json!(pointer)), "{body}: {}", got.text);
        }
        assert_eq!(site.get(&ana, "/silences").await.body["items"], json!([]));
    });
}

#[test]
fn a_silence_that_is_sent_again_with_its_key_is_made_once_and_answered_alike() {
    run_test(async {
        let site = site().await;
        let (ana, bea) = (quiet(&site, "ana", &[], Tlp::Red), quiet(&site, "bea", &[], Tlp::Red));
        let send = |secret, key: &'static str, hours| {
            let (site, body) = (&site, of_vessel(hours));
            async move { site.send(secret, "POST", "/silences", &[("Idempotency-Key", key)], &body).await }
        };
        let body = of_vessel(1);
        let twice = async || site.send(&ana, "POST", "/silences", &[("Idempotency-Key", "k1")], &body).await;
        let (first, again) = (twice().await, twice().await);
        assert_eq!((first.status, &first.body["number"]), (201, &json!(1)), "{}", first.text);
        assert_eq!((again.status, &again.text), (201, &first.text));
        let other = send(&ana, "k1", 2).await;
        assert_eq!((other.status, &other.body["type"]), (409, &json!("/problems/conflict")), "{}", other.text);
        assert_eq!(send(&bea, "k1", 3).await.body["number"], json!(2), "keys of different people are different");
        assert_eq!(send(&ana, "", 1).await.status, 400, "a key must not be empty");
        let list = site.get(&ana, "/silences").await;
        assert_eq!(list.body["items"].as_array().map(Vec::len), Some(2), "{}", list.text);
        // A preview makes nothing, so it takes no key.
        let dry = site.send(&ana, "POST", "/silences?dry_run=true", &[("Idempotency-Key", "k1")], &body).await;
        assert_eq!((dry.status, &dry.body["number"]), (200, &Value::Null), "{}", dry.text);
    });
}
