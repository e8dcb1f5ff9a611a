//! A change as an event: CloudEvents 1.0 in JSON, or the plain form of Standard Webhooks.

use serde_json::{Value, json};

use super::within_bounds;
use crate::delivery::send::{Delivery, SenderIdentity};
use atalaia_core::alerts::Change;

/// Media type of [`cloud_event`].
pub(in crate::delivery) const CLOUD_EVENT: &str = "application/cloudevents+json";

/// A CloudEvent whose `id` is the delivery's key. A change that is too long loses its tracks and is marked `truncated`.
pub(in crate::delivery) fn cloud_event(delivery: &Delivery, told: &Change, sender: &SenderIdentity) -> Value {
    let (data, truncated) = within_bounds(delivery);
    let alert = &told.alert;
    let subject = alert
        .vessels
        .first()
        .map_or(alert.behaviour.to_string(), |vessel| format!("{}/{}", alert.behaviour, super::nine_digits(vessel)));
    let mut event = json!({
        "specversion": "1.0",
        "id": delivery.key,
        "source": format!("urn:atalaia:site:{}", sender.site),
        "type": format!("org.atalaia.alert.{}.v1", told.change.name()),
        "subject": subject,
        "time": told.at,
        "datacontenttype": "application/json",
        "dataschema": "urn:atalaia:schema:alert:1",
        "tlp": alert.handling.tlp.name(),
        "reality": alert.handling.reality.name(),
    });
    if !alert.handling.europol.is_empty() {
        let codes: Vec<&str> = alert.handling.europol.iter().map(|code| code.name()).collect();
        event["handling"] = json!(codes.join(" "));
    }
    if truncated {
        event["truncated"] = json!(true);
    }
    event["data"] = data;
    event
}

/// The body of Standard Webhooks: `{type, timestamp, data}`.
pub(in crate::delivery) fn standard(delivery: &Delivery, told: &Change) -> Value {
    let (data, _) = within_bounds(delivery);
    json!({"type": format!("alert.{}", told.change.name()), "timestamp": told.at, "data": data})
}

#[cfg(test)]
mod tests {
    use super::super::{assert_golden, letter_with, read};
    use super::*;

    fn event(delivery: &Delivery) -> Value {
        cloud_event(delivery, &read(delivery).expect("told"), &SenderIdentity { site: "lisbon-1".to_owned() })
    }

    #[test]
    fn the_events_are_those_of_the_golden_files() {
        let delivery = letter_with("rendezvous-opened", |_| {});
        assert_golden("rendezvous-opened.cloudevent", &format!("{:#}\n", event(&delivery)));
        let plain = standard(&delivery, &read(&delivery).expect("told"));
        assert_golden("rendezvous-opened.standard", &format!("{plain:#}\n"));
    }

    #[test]
    fn attributes_are_what_cloudevents_allows() {
        for name in ["rendezvous-opened", "loitering-retracted", "feed-silent-opened"] {
            let event = event(&letter_with(name, |_| {}));
            for (key, value) in event.as_object().expect("an object") {
                let plain =
                    key.len() <= 20 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
                assert!(plain, "{key}");
                assert!(
                    key == "data" || value.is_boolean() || value.as_str().is_some_and(|text| !text.is_empty()),
                    "{key}"
                );
            }
            for required in ["id", "source", "specversion", "type"] {
                assert!(event[required].is_string(), "{required}");
            }
        }
    }

    #[test]
    fn a_change_that_is_too_long_loses_its_tracks_and_says_so() {
        let long = letter_with("rendezvous-opened", |change| {
            let points = &mut change["alert"]["evidence"]["tracks"][0]["points"];
            *points = json!(vec![points[0].clone(); 2000]);
        });
        let event = event(&long);
        assert_eq!(event["truncated"], true);
        assert_eq!(event["data"]["alert"]["evidence"]["tracks"], json!([]));
        assert!(event.to_string().len() < 64 * 1024);
        assert!(super::standard(&long, &read(&long).expect("told")).to_string().len() < 64 * 1024);
    }
}
