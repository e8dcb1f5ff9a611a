//! Acts on alerts over a socket: what each does, on which state, once however often it is sent, and who may not.

use super::*;
use crate::http::access::Role;

/// A token that may act, up to a marking.
fn hand(site: &Site, name: &str, max_tlp: Tlp) -> Secret {
    token(&site.path, name, &[Right::Read, Right::Act], max_tlp)
}

/// The same with the right to lower a marking.
fn upper_hand(site: &Site) -> Secret {
    token(&site.path, "upper", &[Right::Read, Right::Act, Right::MarkDown], Tlp::Red)
}

impl Site {
    /// Acts on the alert.
    async fn act(&self, secret: &Secret, headers: &[(&str, &str)], body: Value) -> Got {
        self.send(secret, "POST", &format!("/alerts/{}/acts", self.id), headers, &body).await
    }

    /// Acts on several alerts.
    async fn act_on(&self, secret: &Secret, ids: &[&str], mut body: Value) -> Got {
        body["ids"] = json!(ids);
        self.send(secret, "POST", "/alerts/acts", &[], &body).await
    }
}

/// Members of an item, in this order.
fn members(item: &Value, names: [&str; 4]) -> Value {
    names.map(|name| item[name].clone()).into_iter().collect()
}

#[test]
fn each_act_does_what_it_says_and_is_in_the_history() {
    run_test(async {
        let site = site().await;
        let ana = upper_hand(&site);
        let names = ["state", "owner", "finding", "acts"];
        let until = Clock.now() + Span::from_hours(2);
        for (body, expected) in [
            (json!({"act": "assign", "to": "bea"}), json!(["new", "bea", null, 1])),
            (json!({"act": "acknowledge", "until": until.to_string()}), json!(["acknowledged", "bea", null, 2])),
            (json!({"act": "reopen", "why": "not yet"}), json!(["new", "bea", null, 3])),
            (json!({"act": "note", "text": "<i>seen</i>"}), json!(["new", "bea", null, 4])),
            (json!({"act": "close", "finding": "benign", "why": "a drill"}), json!(["closed", "bea", "benign", 5])),
            (json!({"act": "reopen"}), json!(["new", "bea", null, 6])),
            (json!({"act": "assign", "to": null}), json!(["new", null, null, 7])),
            (
                json!({"act": "mark", "mark": {"tlp": "RED", "grade": "B3"}, "why": "a source at risk"}),
                json!(["new", null, null, 8]),
            ),
        ] {
            let got = site.act(&ana, &[], body.clone()).await;
            assert_eq!(got.status, 200, "{body}: {}", got.text);
            assert_eq!(members(&got.body, names), expected, "{body}");
            assert_eq!(got.body["etag"].as_str(), Some(got.etag.as_str()), "{body}");
            assert!(got.body["acknowledged_until"].is_null() || got.body["state"] == "acknowledged", "{}", got.text);
        }
        let got = site.get(&ana, &format!("/alerts/{}?include=history,notes", site.id)).await;
        assert_eq!(got.body["handling"]["tlp"], "RED", "{}", got.text);
        let done: Vec<&str> = got.body["history"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|row| row["who"] == "upper")
            .filter_map(|row| row["what"].as_str())
            .collect();
        let all = ["assigned", "acknowledged", "reopened", "noted", "closed", "reopened", "assigned", "marked"];
        assert_eq!(done, all);
        assert_eq!(got.body["notes"][0]["text"], "<i>seen</i>", "text stays as it was written");
    });
}

#[test]
fn an_act_that_does_not_fit_is_refused_and_leaves_nothing() {
    run_test(async {
        let site = site().await;
        let ana = hand(&site, "ana", Tlp::Red);
        let past = json!({"act": "acknowledge", "until": "2020-01-01T00:00:00Z"});
        for (body, status, problem, said) in [
            (json!({"act": "reopen"}), 422, "refused", "neither closed nor acknowledged"),
            (past, 422, "refused", "must end in the future"),
            (json!({"act": "close", "finding": "benign"}), 400, "body", "why"),
            (json!({"act": "close", "why": "x"}), 400, "body", "finding"),
            (json!({"act": "note"}), 400, "body", "text"),
            (json!({"act": "note", "text": "  "}), 400, "body", "empty"),
            (json!({"act": "note", "text": "x", "to": "bea"}), 400, "body", "does not belong"),
            (json!({"act": "assign"}), 400, "body", "null for nobody"),
            (json!({"act": "mark", "mark": {}, "why": "x"}), 400, "body", "changes nothing"),
            (json!({"act": "mark", "mark": {"tlp": "PINK"}, "why": "x"}), 400, "body", "PINK"),
            (json!({"act": "dance"}), 400, "body", "dance"),
            (json!({"act": "note", "text": "x", "extra": 1}), 400, "body", "extra"),
            (json!({"act": "note", "text": "x".repeat(10_001)}), 400, "body", "10000"),
            (json!([]), 400, "body", "expected"),
        ] {
            let got = site.act(&ana, &[], body.clone()).await;
            let kind = format!("/problems/{problem}");
            assert_eq!((got.status, got.body["type"].as_str()), (status, Some(kind.as_str())), "{body}: {}", got.text);
            assert!(got.body["detail"].as_str().is_some_and(|detail| detail.contains(said)), "{body}: {}", got.text);
        }
        let headers: [(&str, &str); 3] = [("If-Match", "3.1"), ("Idempotency-Key", ""), ("If-Match", "\"x\"")];
        for header in headers {
            let got = site.act(&ana, &[header], json!({"act": "note", "text": "x"})).await;
            assert_eq!(
                (got.status, &got.body["type"]),
                (400, &json!("/problems/parameter")),
                "{header:?}: {}",
                got.text
            );
        }
        let missing = site.send(&ana, "POST", "/alerts/zzzz/acts", &[], &json!({"act": "note", "text": "x"})).await;
        assert_eq!(missing.status, 404);
        let none = site.act(&site.all, &[], json!({"act": "note", "text": "x"})).await;
        assert_eq!((none.status, &none.body["type"]), (403, &json!("/problems/forbidden")));
        let got = site.get(&ana, &format!("/alerts/{}", site.id)).await;
        assert_eq!((&got.body["acts"], &got.body["notes"]), (&json!(0), &json!(0)));
    });
}

#[test]
fn an_act_on_an_older_state_is_stale_and_shows_the_alert_as_it_stands() {
    run_test(async {
        let site = site().await;
        let (ana, bea) = (hand(&site, "ana", Tlp::Red), hand(&site, "bea", Tlp::Red));
        let seen = site.get(&ana, &format!("/alerts/{}", site.id)).await.etag;
        let first = site.act(&ana, &[("If-Match", &seen)], json!({"act": "assign", "to": "ana"})).await;
        assert_eq!(first.status, 200, "{}", first.text);
        let close = json!({"act": "close", "finding": "false", "why": "wrong position"});
        let second = site.act(&bea, &[("If-Match", &seen)], close.clone()).await;
        assert_eq!((second.status, &second.body["type"]), (412, &json!("/problems/stale")), "{}", second.text);
        let current = &second.body["current"];
        assert_eq!(members(current, ["id", "owner", "state", "acts"]), json!([site.id, "ana", "new", 1]));
        let now = site.act(&bea, &[("If-Match", &first.etag)], close).await;
        assert_eq!((now.status, &now.body["state"]), (200, &json!("closed")), "{}", now.text);
        let any = site.act(&bea, &[("If-Match", "*")], json!({"act": "note", "text": "x"})).await;
        assert_eq!(any.status, 200);
    });
}

#[test]
fn a_request_that_is_sent_again_is_done_once_and_its_key_serves_no_other() {
    run_test(async {
        let site = site().await;
        let ana = hand(&site, "ana", Tlp::Red);
        let key = [("Idempotency-Key", "4f1c")];
        let note = json!({"act": "note", "text": "on deck"});
        let first = site.act(&ana, &key, note.clone()).await;
        let again = site.act(&ana, &key, note.clone()).await;
        assert_eq!((first.status, again.status, &again.text), (200, 200, &first.text));
        // A client whose answer was lost may have heard of its own act before it asks again.
        let knowing = [key[0], ("If-Match", first.etag.as_str())];
        let later = site.act(&ana, &knowing, note).await;
        assert_eq!((later.status, &later.text), (200, &first.text));
        let other = site.act(&ana, &key, json!({"act": "note", "text": "below deck"})).await;
        assert_eq!((other.status, &other.body["type"]), (409, &json!("/problems/conflict")), "{}", other.text);
        let got = site.get(&ana, &format!("/alerts/{}?include=notes", site.id)).await;
        assert_eq!(got.body["notes"].as_array().map(Vec::len), Some(1), "{}", got.text);
        // A refusal is not kept: the act can be tried again once it fits.
        let (again, acknowledge) = ([("Idempotency-Key", "77")], json!({"act": "acknowledge"}));
        let reopen = json!({"act": "reopen"});
        assert_eq!(site.act(&ana, &again, reopen.clone()).await.status, 422);
        assert_eq!(site.act(&ana, &[], acknowledge).await.status, 200);
        assert_eq!(site.act(&ana, &again, reopen).await.status, 200);
    });
}

#[test]
fn of_several_alerts_those_that_fit_are_done_and_the_others_say_why_not() {
    run_test(async {
        let site = site().await;
        let (ana, amber) = (hand(&site, "ana", Tlp::Red), hand(&site, "bea", Tlp::Amber));
        let (closed, red) = ("c".repeat(26), "d".repeat(26));
        site.copy(&closed);
        site.copy(&red);
        let close = store::Action::Close(store::Finding::Benign);
        store::act(&site.path, &closed, &close, "ana", Some("a drill"), Clock.now()).expect("closed");
        let mark = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
        store::mark(&site.path, &red, &mark, "ana", "a source at risk", Clock.now()).expect("marked");
        let ids = [site.id.as_str(), &closed, &red, "zzzz"];
        let got = site.act_on(&amber, &ids, json!({"act": "acknowledge"})).await;
        assert_eq!(got.status, 200, "{}", got.text);
        let results = got.body["results"].as_array().expect("results");
        let said: Vec<_> =
            results.iter().map(|one| (one["id"].as_str().unwrap_or_default(), one["status"].clone())).collect();
        let status = [200, 422, 404, 404].map(|status| json!(status));
        assert_eq!(said, ids.into_iter().zip(status).collect::<Vec<_>>(), "{}", got.text);
        assert_eq!((&results[0]["item"]["state"], &results[0]["problem"]), (&json!("acknowledged"), &Value::Null));
        assert_eq!((&results[1]["problem"]["type"], &results[1]["item"]), (&json!("/problems/refused"), &Value::Null));
        let as_missing = |one: &Value| (one["problem"]["type"].clone(), one["problem"]["detail"].clone());
        assert_eq!(as_missing(&results[2]), as_missing(&results[3]), "above the ceiling is as if it did not exist");
        let many: Vec<String> = (0..201).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for ids in [&[][..], &["a", "a"], &many] {
            assert_eq!(site.act_on(&ana, ids, json!({"act": "acknowledge"})).await.status, 400, "{}", ids.len());
        }
    });
}

#[test]
fn a_marking_is_lowered_only_by_those_who_may() {
    run_test(async {
        let site = site().await;
        let (ana, upper) = (hand(&site, "ana", Tlp::Red), upper_hand(&site));
        let mark = |mark: Value| json!({"act": "mark", "mark": mark, "why": "for the partners"});
        assert_eq!(site.act(&ana, &[], mark(json!({"tlp": "RED"}))).await.status, 200, "raising needs no more");
        let lower = mark(json!({"tlp": "GREEN"}));
        let refused = site.act(&ana, &[], lower.clone()).await;
        assert_eq!((refused.status, &refused.body["type"]), (403, &json!("/problems/forbidden")), "{}", refused.text);
        let got = site.get(&ana, &format!("/alerts/{}", site.id)).await;
        assert_eq!((&got.body["handling"]["tlp"], &got.body["acts"]), (&json!("RED"), &json!(1)));
        let allowed = site.act(&upper, &[], lower).await;
        assert_eq!((allowed.status, &allowed.body["handling"]["tlp"]), (200, &json!("GREEN")), "{}", allowed.text);
    });
}

/// Adds a person without a password.
fn person(path: &std::path::Path, name: &str, roles: Vec<Role>) {
    let person = store::Person {
        name: name.to_owned(),
        password: None,
        roles,
        ceilings: Ceilings::default(),
        purpose: None,
        made_at: Clock.now(),
        disabled_at: None,
        preferences: json!({}),
        seen: None,
        signed_in_at: None,
    };
    store::add_person(path, &person, None, store::OURSELVES, Clock.now()).expect("a person");
}

#[test]
fn an_alert_is_assigned_to_somebody_who_can_act() {
    run_test(async {
        let site = site().await;
        let ana = hand(&site, "hand", Tlp::Red);
        let got = site.act(&ana, &[], json!({"act": "assign", "to": "the office"})).await;
        assert_eq!(got.status, 200, "a site without people takes any name: {:?}", got.body);
        for (name, roles) in
            [("Beatriz", vec![Role::Analyst]), ("Inês", vec![Role::Analyst]), ("carl", vec![Role::Auditor])]
        {
            person(&site.path, name, roles);
        }
        let got = site.act(&ana, &[], json!({"act": "assign", "to": "beatris"})).await;
        let detail = got.body["detail"].as_str().unwrap_or_default().to_owned();
        assert_eq!((got.status, detail.contains("did you mean `Beatriz`?")), (422, true), "{detail}");
        assert_eq!(site.act(&ana, &[], json!({"act": "assign", "to": "carl"})).await.status, 422, "he sees no alerts");
        let got = site.act(&ana, &[], json!({"act": "assign", "to": "BEATRIZ"})).await;
        assert_eq!((got.status, &got.body["owner"]), (200, &json!("Beatriz")));
        let got = site.act(&ana, &[], json!({"act": "assign", "to": "INÊS"})).await;
        assert_eq!((got.status, &got.body["owner"]), (200, &json!("Inês")), "in any alphabet, as at sign-in");
        let got = site.act_on(&ana, &[&site.id], json!({"act": "assign", "to": "nobody-here"})).await;
        assert_eq!(got.status, 422, "{:?}", got.body);
        let got = site.get_if(&ana, "/alerts/assignees", "").await;
        assert_eq!(got.body, json!({"items": ["Beatriz", "Inês"]}));
    });
}
