//! Legal holds on cases over a socket: who may, with which reason, and what is left in the trail.

use super::*;
use atalaia_core::alerts::Severity;
use atalaia_core::alerts::cases::Case;

impl Site {
    /// Adds a case with the alert. Returns its full id.
    fn case(&self) -> String {
        let id = "c".repeat(26);
        let orders = Orders { filters: Vec::new(), handling: atalaia_core::alerts::HandlingSettings::default() };
        let store = Store::open(&self.path, orders, || Clock.now(), |_| {}, |_| {}).expect("a store");
        let (alerts, story) = (vec![self.id.clone()], String::new());
        let case = Case {
            id: id.clone(),
            score: 60,
            severity: Severity::High,
            vessels: vec![],
            score_reasons: vec![],
            roles: vec![],
            alerts,
            story,
        };
        store.cases(vec![case]);
        assert!(store.finish());
        id
    }

    /// Acts on a case.
    async fn act_on_case(&self, secret: &Secret, id: &str, body: Value) -> Got {
        self.send(secret, "POST", &format!("/cases/{id}/acts"), &[], &body).await
    }
}

#[test]
fn a_case_is_held_and_released_with_a_reason_by_those_who_may() {
    run_test(async {
        let site = site().await;
        let id = site.case();
        let upper = token(&site.path, "upper", &[Right::Read, Right::Hold], Tlp::Red);
        let held = site.act_on_case(&upper, &id, json!({"act": "hold", "why": " court order 12/2026 "})).await;
        let hold = &held.body["held"];
        assert_eq!((held.status, &hold["who"]), (200, &json!("upper")), "{}", held.text);
        assert_eq!(hold["why"], json!("court order 12/2026"));
        let listed = site.get(&site.all, &format!("/cases/{id}")).await;
        assert_eq!(listed.body["held"]["who"], json!("upper"), "{}", listed.text);
        let released = site.act_on_case(&upper, &id, json!({"act": "release", "why": "it was lifted"})).await;
        assert_eq!((released.status, &released.body["held"]), (200, &Value::Null), "{}", released.text);
        let trail: Vec<String> = site.trail(&id).into_iter().map(|(verb, what)| format!("{verb} {what}")).collect();
        let acts: Vec<&String> = trail.iter().filter(|row| row.starts_with("alteration")).collect();
        assert_eq!(acts, ["alteration held", "alteration released"]);
    });
}

#[test]
fn a_hold_that_does_not_fit_is_refused_and_leaves_nothing() {
    run_test(async {
        let site = site().await;
        let id = site.case();
        let upper = token(&site.path, "upper", &[Right::Read, Right::Hold], Tlp::Red);
        let hold = json!({"act": "hold", "why": "court order"});
        for (path, body, status, said) in [
            (id.as_str(), json!({"act": "hold"}), 400, "why"),
            (&id, json!({"act": "hold", "why": "  "}), 400, "needs a reason"),
            (&id, json!({"act": "hold", "why": "x".repeat(2_001)}), 400, "2000"),
            (&id, json!({"act": "link", "why": "court order"}), 400, "link"),
            (&id, json!({"act": "hold", "why": "court order", "until": 1}), 400, "until"),
            (&id, json!({"act": "release", "why": "court order"}), 422, "is not held"),
            ("cccc", hold.clone(), 404, "no such case"),
        ] {
            let got = site.act_on_case(&upper, path, body.clone()).await;
            assert_eq!(got.status, status, "{path} {body}: {}", got.text);
            assert!(got.body["detail"].as_str().is_some_and(|detail| detail.contains(said)), "{body}: {}", got.text);
        }
        let analyst = token(&site.path, "ana", &[Right::Read, Right::Act, Right::Export], Tlp::Red);
        assert_eq!(site.act_on_case(&analyst, &id, hold.clone()).await.status, 403);
        let amber = token(&site.path, "bea", &[Right::Read, Right::Hold], Tlp::Amber);
        site.mark_red();
        assert_eq!(site.act_on_case(&amber, &id, hold.clone()).await.status, 404, "above the ceiling");
        assert_eq!(site.trail(&id), []);
        assert_eq!(site.act_on_case(&upper, &id, hold.clone()).await.status, 200);
        assert_eq!(site.act_on_case(&upper, &id, hold).await.status, 422, "it is held already");
    });
}
