//! A change as a CISE Push with an Anomaly, data model 1.5.3.
//!
//! Entities have no namespace; only type names in `xsi:type` have a prefix. The order of elements is that of the schema.
//!
//! The message is not signed here: a node accepts only what its adaptor has signed with the national key. Ids are derived from the alert
//! and not random, so a repeated message has the same id and a later revision refers to the same anomaly.

mod words;

use sha2::{Digest, Sha256};

use super::evidence::{last_point, silence};
use super::xml::Element;
use crate::delivery::text::plain;
use atalaia_core::alerts::handling::{Purpose, Reality};
use atalaia_core::alerts::{Change, Status};
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::{Silence, VesselRef};
use atalaia_core::geo::LatLon;

pub(in crate::delivery) use words::{AnomalyType, RiskType, SeaBasin, anomaly_type};

/// The parts of a Push that come from the settings.
pub(in crate::delivery) struct Terms<'a> {
    /// Service id of this daemon.
    pub(in crate::delivery) sender: &'a str,
    /// Service id of the receiver.
    pub(in crate::delivery) recipient: &'a str,
    /// Sea basin of the services.
    pub(in crate::delivery) sea_basin: SeaBasin,
    /// CISE type of this alert.
    pub(in crate::delivery) anomaly: AnomalyType,
    /// Type of risk the alert implies.
    pub(in crate::delivery) risk: RiskType,
}

/// The unsigned Push. The national adaptor signs it.
///
/// # Errors
/// Fails with a sentence if CISE cannot express the marking or must not receive it.
pub(in crate::delivery) fn push(change: &Change, terms: &Terms<'_>) -> Result<String, String> {
    let handling = &change.alert.handling;
    let sensitivity = words::sensitivity(handling.tlp)
        .ok_or("TLP:AMBER+STRICT has no equal in CISE, and AMBER would weaken it: it does not leave")?;
    if handling.personal_data && handling.purpose == Purpose::NonSpecified {
        return Err("it is personal data without a purpose: mark the alert with one".to_owned());
    }
    let alert_id = uuid(&change.alert.id);
    // Alerts of one case are one conversation for CISE.
    let context = change.alert.case_id.as_deref().map_or_else(|| alert_id.clone(), uuid);
    let payload = Element::of(
        "Payload",
        [
            Element::text("InformationSecurityLevel", "NonClassified"),
            Element::text("InformationSensitivity", sensitivity),
            Element::text("IsPersonalData", handling.personal_data.to_string()),
            Element::text("Purpose", handling.purpose.name()),
            Element::text("RetentionPeriod", handling.retain_until.to_string()),
            Element::text("EnsureEncryption", "false"),
            anomaly(change, terms, sensitivity),
        ],
    )
    .with("xsi:type", "ns4:XmlEntityPayload");
    let push = Element::of(
        "ns4:Push",
        [
            Element::text("ContextID", context),
            Element::text("CorrelationID", &alert_id),
            Element::text("CreationDateTime", change.at.to_string()),
            Element::text("MessageID", uuid(&format!("{}-{}", change.alert.id, change.revision))),
            Element::text("Priority", words::priority(change.alert.severity)),
            Element::text("RequiresAck", "true"),
            service("Sender", terms.sender, terms.sea_basin),
            service("Recipient", terms.recipient, terms.sea_basin),
            payload,
        ],
    );
    Ok(push
        .with("xmlns:ns4", "http://www.cise.eu/servicemodel/v1/message/")
        .with("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .document())
}

/// The block `Sender` or `Recipient`. Only a sender states freshness and status.
fn service(part: &'static str, id: &str, basin: SeaBasin) -> Element {
    let is_sender = part == "Sender";
    let mut inside = Vec::new();
    if is_sender {
        inside.push(Element::text("DataFreshness", "NearlyRealTime"));
    }
    inside.extend([
        Element::text("SeaBasin", basin.name()),
        Element::text("ServiceID", id),
        Element::text("ServiceOperation", "Push"),
        Element::text("ServiceRole", if is_sender { "Provider" } else { "Consumer" }),
    ]);
    if is_sender {
        inside.push(Element::text("ServiceStatus", "Online"));
    }
    inside.push(Element::text("ServiceType", "AnomalyService"));
    Element::of(part, inside)
}

/// The anomaly itself. A retracted one says so in its description and has no risk, because CISE has no retraction.
fn anomaly(change: &Change, terms: &Terms<'_>, sensitivity: &str) -> Element {
    let alert = &change.alert;
    let retracted = alert.status == Status::Retracted;
    // Exercises and tests are simulated for CISE.
    let nature = if alert.handling.reality == Reality::Actual { "Estimated" } else { "Simulated" };
    let what = alert.behaviour.name().replace('_', "-");
    let description = format!("rule={}; {}", alert.behaviour, alert.summary);
    let metadata = [
        Element::text("CreationDate", change.at.to_string()),
        Element::text(
            "Description",
            if retracted {
                format!("RETRACTED ({}): do not act on it; {description}", change.reason)
            } else {
                description
            },
        ),
        Element::text("Designation", if retracted { format!("retracted-{what}") } else { what }),
        Element::text("InformationReliabilityLevel", words::reliability(alert)),
        Element::text("InformationSensitivityDegree", sensitivity),
        Element::text("Language", "en"),
    ];
    let ended = (alert.status != Status::Open).then(|| alert.ended_at.unwrap_or(change.at).max(alert.started_at));
    let mut parts = vec![
        Element::of(
            "Identifier",
            [Element::text("GeneratedIn", alert.opened_at.to_string()), Element::text("UUID", uuid(&alert.id))],
        ),
        Element::of("Metadata", metadata),
        Element::text("NatureType", nature),
        period("OccurrencePeriod", alert.started_at, ended),
    ];
    // A withdrawn suspicion implies no risk.
    if !retracted {
        let risk = [
            Element::text("RiskLevel", words::risk_level(alert.severity)),
            Element::text("RiskType", terms.risk.name()),
        ];
        parts.push(Element::of("ImpliedRiskRel", [Element::of("Risk", risk)]));
    }
    parts.extend(places(change));
    parts.extend(alert.vessels.iter().map(|vessel| {
        Element::of("InvolvedObjectRel", [object(change, vessel), Element::text("ObjectRole", "Participant")])
    }));
    parts.push(Element::text("AnomalyType", terms.anomaly.name()));
    Element::of("Anomaly", parts).with("xmlns:vessel", "http://www.cise.eu/datamodel/v1/entity/vessel/")
}

/// Where it happened. For an AIS gap: where the vessel was last heard, and where it was heard again.
fn places(change: &Change) -> Vec<Element> {
    let is_silence = change.alert.behaviour.character().silence == Silence::Itself;
    let gap = if is_silence { silence(&change.alert) } else { None };
    let Some((before, after)) = gap else {
        return change.alert.position.into_iter().map(|at| place(at, None)).collect();
    };
    let heard_again = after.map(|at| place(at, Some("EndPlace")));
    std::iter::once(place(before, Some("StartPlace"))).chain(heard_again).collect()
}

/// A place, with its role if there are two.
fn place(at: LatLon, role: Option<&str>) -> Element {
    let mut parts = vec![location(at), Element::text("EventArea", "GEN")];
    parts.extend(role.map(|role| Element::text("LocationRole", role)));
    parts.push(Element::text("SourceType", "Declaration"));
    Element::of("LocationRel", parts)
}

/// A vessel with what AIS says of it: identity, and the last point of its track.
fn object(change: &Change, vessel: &VesselRef) -> Element {
    let mut parts = Vec::new();
    // Names from the air are cleaned, and left out if nothing visible remains.
    let name = vessel.name.as_deref().map(plain).filter(|name| !name.is_empty());
    parts.extend(name.map(|name| Element::text("Name", name)));
    if let Some(point) = last_point(&change.alert, vessel) {
        let mut known = vec![location(point.position())];
        known.extend(point.cog_degrees().map(|degrees| Element::text("COG", format!("{degrees:.1}"))));
        known.push(period("PeriodOfTime", point.at, None));
        known.push(Element::text("SourceType", "Declaration"));
        known.push(Element::text("SensorType", "AutomaticIdentificationSystem"));
        known.extend(point.sog_knots().map(|knots| Element::text("SOG", format!("{knots:.1}"))));
        parts.push(Element::of("LocationRel", known));
    }
    let call_sign = vessel.call_sign.as_deref().map(plain).filter(|sign| !sign.is_empty());
    parts.extend(call_sign.map(|sign| Element::text("CallSign", sign)));
    parts.extend(vessel.imo.map(|number| Element::text("IMONumber", number.to_string())));
    parts.push(Element::text("MMSI", vessel.mmsi.to_string()));
    parts.extend(vessel.ship_type.and_then(words::ship_type).map(|kind| Element::text("ShipType", kind)));
    Element::of("Object", parts).with("xsi:type", "vessel:Vessel")
}

/// Four decimals, about ten metres.
fn location(at: LatLon) -> Element {
    let geometry =
        [Element::text("Latitude", format!("{:.4}", at.lat)), Element::text("Longitude", format!("{:.4}", at.lon))];
    Element::of("Location", [Element::of("Geometry", geometry)])
}

/// A period in UTC, whole seconds, with date and time apart. The end comes first, as the schema wants it.
fn period(name: &'static str, start: Time, end: Option<Time>) -> Element {
    let moment = |date: &'static str, time: &'static str, at: Time| {
        let whole = Time::from_seconds(at.seconds()).to_string();
        let (day, clock) = whole.split_once('T').unwrap_or((&whole, ""));
        [Element::text(date, day), Element::text(time, clock)]
    };
    let ends = end.into_iter().flat_map(|at| moment("EndDate", "EndTime", at));
    Element::of(name, ends.chain(moment("StartDate", "StartTime", start)))
}

/// UUID derived from a name, so the same name always gives the same UUID (RFC 9562, version 8, from the first bits of SHA-256).
/// The prefix keeps our ids apart from those that others derive from the same text.
fn uuid(name: &str) -> String {
    let digest = Sha256::digest(format!("org.atalaia:{name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8 and the variant of RFC 9562.
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests;
