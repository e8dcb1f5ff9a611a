//! A change as an event: CloudEvents 1.0 in JSON, or the plain form of Standard Webhooks.
//!
//! The data of both are the change as stored, with every field, so a receiver can treat them like a line of the alert stream.

use serde_json::{Value, json};

use crate::delivery::fields::nine_digits;
use crate::delivery::send::{Delivery, SenderIdentity};

/// Media type of [`cloud_event`].
pub(in crate::delivery) const CLOUD_EVENT: &str = "application/cloudevents+json";

/// Size that receivers and proxies must accept; longer changes are sent without the points of their tracks. Bytes.
const MOST_BYTES: usize = 60_000;

/// A CloudEvent whose `id` is the delivery's key. A change that is too long loses its tracks and is marked `truncated`.
/// Attribute names are lower case letters and digits, as CloudEvents requires. The subject is behaviour and first vessel.
pub(in crate::delivery) fn cloud_event(delivery: &Delivery, sender: &SenderIdentity) -> Value {
    let change = &delivery.change;
    let (data, truncated) = within_bounds(delivery);
    let alert = &change.alert;
    let subject = alert
        .vessels
        .first()
        .map_or(alert.behaviour.to_string(), |vessel| format!("{}/{}", alert.behaviour, nine_digits(vessel)));
    let mut event = json!({
        "specversion": "1.0",
        "id": delivery.key,
        "source": format!("urn:atalaia:site:{}", sender.site),
        "type": format!("org.atalaia.alert.{}.v1", change.change.name()),
        "subject": subject,
        "time": change.at,
        "datacontenttype": "application/json",
        // Identifies the schema of `data`, `config/alert.schema.json`; it is a name and not a location.
        "dataschema": "urn:atalaia:schema:alert:1",
        "tlp": alert.handling.tlp.name(),
        "reality": alert.handling.reality.name(),
    });
    // CloudEvents does not allow empty attributes.
    if !alert.handling.europol.is_empty() {
        let codes: Vec<&str> = alert.handling.europol.iter().map(|code| code.name()).collect();
        event["handling"] = json!(codes.join(" "));
    }
    // Receivers can ask for the tracks elsewhere, if they know that some are missing.
    if truncated {
        event["truncated"] = json!(true);
    }
    event["data"] = data;
    event
}

/// The body of Standard Webhooks: `{type, timestamp, data}`.
/// A long change loses its tracks here too; the format has no field to mark it.
pub(in crate::delivery) fn standard(delivery: &Delivery) -> Value {
    let change = &delivery.change;
    let (data, _) = within_bounds(delivery);
    json!({"type": format!("alert.{}", change.change.name()), "timestamp": change.at, "data": data})
}

/// The change for a body, and whether it was truncated. A line above `MOST_BYTES` loses its tracks.
/// Tracks take most of the space of a long line.
fn within_bounds(delivery: &Delivery) -> (Value, bool) {
    let mut change = delivery.json();
    if delivery.line.len() <= MOST_BYTES {
        return (change, false);
    }
    if let Some(tracks) = change["alert"]["evidence"]["tracks"].as_array_mut() {
        tracks.clear();
    }
    (change, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::testing::{golden, sample};

    fn event(delivery: &Delivery) -> Value {
        cloud_event(delivery, &SenderIdentity { site: "lisbon-1".to_owned() })
    }

    #[test]
    fn the_events_are_those_of_the_golden_files() {
        let delivery = sample("rendezvous-opened", |_| {});
        golden("rendezvous-opened.cloudevent", format!("{:#}\n", event(&delivery)).as_bytes());
        let plain = standard(&delivery);
        golden("rendezvous-opened.standard", format!("{plain:#}\n").as_bytes());
    }

    #[test]
    fn attributes_are_what_cloudevents_allows() {
        for name in ["rendezvous-opened", "loitering-retracted", "feed-silent-opened"] {
            let event = event(&sample(name, |_| {}));
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
        let long = sample("rendezvous-opened", |change| {
            let points = &mut change["alert"]["evidence"]["tracks"][0]["points"];
            *points = json!(vec![points[0].clone(); 2000]);
        });
        let event = event(&long);
        assert_eq!(event["truncated"], true);
        assert_eq!(event["data"]["alert"]["evidence"]["tracks"], json!([]));
        assert!(event.to_string().len() < 64 * 1024);
        assert!(standard(&long).to_string().len() < 64 * 1024);
    }
}
