//! What is answered while the main loop hangs.

use std::time::Duration;

use super::*;

#[test]
fn an_alert_is_there_without_the_vessels_nearby() {
    run_test(async {
        let site = site().await;
        let path = format!("/alerts/{}?include=nearby,notes", site.id);
        let alert = site.get(&site.all, &path);
        let alert = tokio::time::timeout(Duration::from_secs(4), alert).await.expect("before the loop is given up");
        assert_eq!((alert.status, &alert.body["id"]), (200, &json!(site.id)), "{}", alert.text);
        assert_eq!((alert.body.get("nearby"), &alert.body["notes"]), (Some(&Value::Null), &json!([])));
    });
}
