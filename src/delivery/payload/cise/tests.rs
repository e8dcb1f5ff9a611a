//! Pushes checked against the CISE 1.5.3 schema as a table, with both published examples and faulty messages.

use serde_json::json;

use super::*;
use crate::delivery::payload::testing::{XmlElement, read};
use crate::delivery::send::Delivery;
use crate::delivery::testing::{golden, sample};

/// Permitted children of each element in the schema's order; `*` marks those that may repeat.
const ORDER: &[(&str, &[&str])] = &[
    (
        "ns4:Push",
        &[
            "ContextID",
            "CorrelationID",
            "CreationDateTime",
            "MessageID",
            "Priority",
            "RequiresAck",
            "Sender",
            "Recipient",
            "Payload",
        ],
    ),
    ("Sender", SERVICE),
    ("Recipient", SERVICE),
    (
        "Payload",
        &[
            "InformationSecurityLevel",
            "InformationSensitivity",
            "IsPersonalData",
            "Purpose",
            "RetentionPeriod",
            "EnsureEncryption",
            "Anomaly*",
        ],
    ),
    (
        "Anomaly",
        &[
            "Identifier",
            "Metadata*",
            "NatureType",
            "OccurrencePeriod",
            "InvolvedWithRel*",
            "ImpliedRiskRel*",
            "LocationRel*",
            "InvolvedObjectRel*",
            "DocumentRel*",
            "InvolvedAgentRel*",
            "AnomalyType",
        ],
    ),
    ("Identifier", &["GeneratedBy", "GeneratedIn", "UUID"]),
    (
        "Metadata",
        &[
            "Abstract",
            "Comments",
            "CreationDate",
            "Creator",
            "Description",
            "Designation",
            "InformationReliabilityLevel",
            "InformationSecurityClassification",
            "InformationSensitivityDegree",
            "Language",
        ],
    ),
    ("OccurrencePeriod", PERIOD),
    ("PeriodOfTime", PERIOD),
    ("ImpliedRiskRel", &["Risk"]),
    ("Risk", &["OccurrencePeriod", "RiskLevel", "RiskProbability", "RiskSeverity", "RiskType"]),
    ("Anomaly/LocationRel", &["Location", "DateTime", "EventArea", "LocationRole", "SourceType"]),
    (
        "Object/LocationRel",
        &["Location", "COG", "Heading", "Metadata*", "PeriodOfTime", "SourceType", "SensorType", "SOG", "Speed"],
    ),
    ("Location", &["Geometry*", "LocationQualitativeAccuracy"]),
    ("Geometry", &["Altitude", "Latitude", "Longitude", "WKT"]),
    ("InvolvedObjectRel", &["Object", "ObjectRole", "InvolvementPeriod"]),
    (
        "Object",
        &[
            "Identifier",
            "Metadata*",
            "Name*",
            "LocationRel*",
            "CallSign",
            "IMONumber",
            "MMSI",
            "NavigationalStatus",
            "ShipType*",
        ],
    ),
];
const SERVICE: &[&str] =
    &["DataFreshness", "SeaBasin", "ServiceID", "ServiceOperation", "ServiceRole", "ServiceStatus", "ServiceType"];
const PERIOD: &[&str] = &["Duration", "EndDate", "EndTime", "StartDate", "StartTime"];
const CONFIDENCE: &[&str] =
    &["VeryHighConfidence", "HighConfidence", "Confident", "LowConfidence", "VeryLowConfidence", "NonSpecified"];
const COLOURS: &[&str] = &["White", "Green", "Amber", "Red", "NonSpecified"];
const LEVELS: &[&str] = &["High", "Medium", "Low"];
/// Permitted texts of elements without children.
const WORDS: &[(&str, &[&str])] = &[
    (
        "AnomalyType",
        &[
            "UnexpectedMovement",
            "CargoLeaking",
            "ShiftingOfCargo",
            "VesselOutOfTrafficLanes",
            "VesselWithErraticMovements",
            "StainOfOilSighted",
            "DetecionOfChangesInAISParameters",
            "PerformingAISSpoofing",
            "WithoutAISTransmission",
            "DoNotAnswerOnVHFCh16",
            "Other",
            "NonSpecified",
        ],
    ),
    (
        "RiskType",
        &[
            "Accident",
            "IllegalImmigration",
            "DrugTrafficking",
            "Collision",
            "HumanTrafficking",
            "Smuggling",
            "IllegalFishing",
            "WeaponsTrafficking",
            "Fire",
            "Pollution",
            "Other",
            "NonSpecified",
        ],
    ),
    ("RiskLevel", LEVELS),
    ("Priority", LEVELS),
    ("NatureType", &["Observed", "Declared", "Estimated", "Simulated", "Other", "NonSpecified"]),
    ("InformationReliabilityLevel", CONFIDENCE),
    ("InformationSensitivity", COLOURS),
    ("InformationSensitivityDegree", COLOURS),
    (
        "InformationSecurityLevel",
        &["NonClassified", "EURestricted", "EUConfidential", "EUSecret", "EUTopSecret", "NonSpecified"],
    ),
    (
        "SeaBasin",
        &[
            "Atlantic",
            "Mediterranean",
            "NorthSea",
            "BalticSea",
            "BlackSea",
            "ArcticOcean",
            "OutermostRegions",
            "NonSpecified",
        ],
    ),
    ("ServiceOperation", &["Push", "Pull", "Subscribe", "Feedback", "Acknowledgement"]),
    ("ServiceRole", &["Provider", "Consumer"]),
    ("ServiceType", &["AnomalyService", "RiskService", "VesselService"]),
    (
        "ObjectRole",
        &["Coordinator", "Participant", "Observer", "Cause", "Reporter", "Victim", "Mean", "Other", "NonSpecified"],
    ),
    ("SourceType", &["Observation", "Declaration", "Estimation", "Simulation", "Correlation"]),
    ("SensorType", &["AutomaticIdentificationSystem"]),
    ("LocationRole", &["StartPlace", "EndPlace"]),
    (
        "ShipType",
        &[
            "PassengerShip",
            "FishingVessel",
            "NuclearShip",
            "BulkCarrier",
            "OilTanker",
            "GeneralCargoShip",
            "HighSpeedCraft",
            "MobileOffShoreDrillingUnit",
            "SpecialPurposeShip",
            "Other",
            "NonSpecified",
        ],
    ),
    ("IsPersonalData", &["true", "false"]),
    ("RequiresAck", &["true", "false"]),
    ("EnsureEncryption", &["true", "false"]),
];

fn check(seen: &XmlElement, parent: &str) -> Result<(), String> {
    let within = format!("{parent}/{}", seen.name);
    let rule = ORDER.iter().find(|(name, _)| *name == within).or(ORDER.iter().find(|(name, _)| *name == seen.name));
    match rule {
        None if seen.children.is_empty() => {
            if seen.text.is_empty() {
                return Err(format!("{}: is empty", seen.name));
            }
            let words = WORDS.iter().find(|(name, _)| *name == seen.name);
            if words.is_some_and(|(_, words)| !words.contains(&seen.text.as_str())) {
                return Err(format!("{}: {}", seen.name, seen.text));
            }
            value(&seen.name, &seen.text).ok_or(format!("{}: {}", seen.name, seen.text))
        }
        None => Err(format!("{within}: is not an element of the schema")),
        Some((_, order)) => {
            let mut rest = order.iter();
            let mut last = "";
            for child in &seen.children {
                let again = last.strip_suffix('*') == Some(child.name.as_str());
                if !again {
                    let found = rest.find(|name| name.trim_end_matches('*') == child.name);
                    last = found.ok_or(format!("{within}: {} has no place there", child.name))?;
                }
                check(child, &seen.name)?;
            }
            Ok(())
        }
    }
}

/// Whether the text has the type that the schema gives its element.
fn value(name: &str, text: &str) -> Option<()> {
    let is = |well: bool| well.then_some(());
    match name {
        "CreationDateTime" | "RetentionPeriod" | "GeneratedIn" | "CreationDate" => Time::parse(text).map(drop),
        "EndDate" | "StartDate" => is(text.len() == 10 && Time::parse(&format!("{text}T00:00:00Z")).is_some()),
        "EndTime" | "StartTime" => Time::parse(&format!("2026-01-01T{text}")).map(drop),
        "MMSI" | "IMONumber" => text.parse::<u64>().ok().map(drop),
        "COG" | "SOG" | "Latitude" | "Longitude" => text.parse::<f64>().ok().map(drop),
        _ => Some(()),
    }
}

/// Checks a Push against what the schema requires.
fn check_push(text: &str) -> Result<XmlElement, String> {
    let seen = read(text)?;
    check(&seen, "")?;
    let name = |space: &str, uri: &str| (space.to_owned(), uri.to_owned());
    for (element, attribute) in [
        ("ns4:Push", name("xmlns:ns4", "http://www.cise.eu/servicemodel/v1/message/")),
        ("ns4:Push", name("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")),
        ("Payload", name("xsi:type", "ns4:XmlEntityPayload")),
        ("Anomaly", name("xmlns:vessel", "http://www.cise.eu/datamodel/v1/entity/vessel/")),
    ] {
        let found = seen.find(element).ok_or(format!("no {element}"))?;
        if !found.attributes.contains(&attribute) {
            return Err(format!("{element}: {} is missing", attribute.0));
        }
    }
    let mut objects = Vec::new();
    seen.all("Object", &mut objects);
    let vessel = name("xsi:type", "vessel:Vessel");
    if objects.iter().any(|object| !object.attributes.contains(&vessel)) {
        return Err("an Object that is not a vessel:Vessel".to_owned());
    }
    if seen.text_of("IsPersonalData") == "true" && seen.text_of("Purpose") == "NonSpecified" {
        return Err("personal data without a purpose".to_owned());
    }
    Ok(seen)
}

fn pushed(delivery: &Delivery) -> Result<String, String> {
    let terms = Terms {
        sender: "xx.atalaia.anomaly.push.provider",
        recipient: "yy.legacy.anomaly.push.consumer",
        sea_basin: SeaBasin::Atlantic,
        anomaly: anomaly_type(delivery.change.alert.behaviour.name()),
        risk: RiskType::DrugTrafficking,
    };
    push(&delivery.change, &terms)
}

#[test]
fn pushes_are_those_of_the_golden_files_and_keep_the_schema() {
    for name in ["rendezvous-opened", "loitering-retracted", "feed-silent-opened"] {
        let text = pushed(&sample(name, |_| {})).expect("it may leave");
        check_push(&text).expect(name);
        golden(&format!("{name}.cise"), text.as_bytes());
    }
}

#[test]
fn the_published_examples_pass_the_same_check() {
    let push = std::fs::read_to_string("tests/payloads/cise-push-example.xml").expect("a file");
    check_push(&push).expect("a Push");
    let anomaly = std::fs::read_to_string("tests/payloads/cise-anomaly-example.xml").expect("a file");
    check(&read(&anomaly).expect("a document"), "Payload").expect("an Anomaly");
}

#[test]
fn a_push_with_a_fault_fails_the_check() {
    let good = pushed(&sample("rendezvous-opened", |_| {})).expect("it may leave");
    for (from, to) in [
        ("<AnomalyType>UnexpectedMovement", "<AnomalyType>Rendezvous"),
        (
            "<AnomalyType>UnexpectedMovement</AnomalyType>\n",
            "<AnomalyType>Other</AnomalyType><NatureType>Other</NatureType>",
        ),
        ("<NatureType>Estimated", "<NatureType>Certain"),
        ("<ContextID>", "<MessageID>x</MessageID><ContextID>"),
        ("<StartTime>01:28:00Z</StartTime>", "<EndTime>01:28:00Z</EndTime>"),
        ("<InformationSensitivity>Amber", "<InformationSensitivity>AMBER+STRICT"),
        ("xsi:type=\"vessel:Vessel\"", "xsi:type=\"Vessel\""),
        ("xsi:type=\"ns4:XmlEntityPayload\"", ""),
        ("<MMSI>636000001", "<MMSI>EXAMPLE"),
        ("<Object ", "<vessel:Object "),
        ("<Name>", "<ns4:Name>"),
    ] {
        assert!(good.contains(from), "{from}");
        assert!(check_push(&good.replacen(from, to, 1)).is_err(), "{from} -> {to}");
    }
}

#[test]
fn what_was_retracted_is_the_same_anomaly_and_says_so() {
    let opened = sample("loitering-retracted", |change| {
        change["change"] = json!("opened");
        change["revision"] = json!(1);
        change["alert"]["status"] = json!("open");
    });
    let opened = check_push(&pushed(&opened).expect("it may leave")).expect("a Push");
    let retracted = sample("loitering-retracted", |_| {});
    let retracted = check_push(&pushed(&retracted).expect("it may leave")).expect("a Push");
    assert_eq!(opened.text_of("UUID"), retracted.text_of("UUID"));
    assert_eq!(opened.text_of("CorrelationID"), retracted.text_of("CorrelationID"));
    assert_ne!(opened.text_of("MessageID"), retracted.text_of("MessageID"));
    assert_eq!(retracted.text_of("Designation"), "retracted-loitering");
    assert!(retracted.text_of("Description").starts_with("RETRACTED (late reports show that it moved on)"));
    assert!(opened.find("ImpliedRiskRel").is_some() && retracted.find("ImpliedRiskRel").is_none());
}

#[test]
fn a_marking_cise_cannot_express_is_refused() {
    let strict = sample("rendezvous-opened", |change| change["alert"]["handling"]["tlp"] = json!("AMBER+STRICT"));
    assert!(pushed(&strict).expect_err("refused").contains("AMBER+STRICT"));
    let handling = |personal: bool| {
        sample("rendezvous-opened", move |change| {
            change["alert"]["handling"]["personal_data"] = json!(personal);
            change["alert"]["handling"]["purpose"] = json!("NonSpecified");
        })
    };
    assert!(pushed(&handling(true)).expect_err("refused").contains("purpose"));
    check_push(&pushed(&handling(false)).expect("it may leave")).expect("a Push");
}

#[test]
fn a_silence_has_two_places_once_it_is_over() {
    let gap = |status: &'static str| {
        sample("rendezvous-opened", move |change| {
            change["alert"]["behaviour"] = json!("ais_gap");
            change["alert"]["status"] = json!(status);
        })
    };
    let roles = |delivery: &Delivery| {
        let seen = check_push(&pushed(delivery).expect("it may leave")).expect("a Push");
        let mut roles = Vec::new();
        seen.all("LocationRole", &mut roles);
        roles.iter().map(|role| role.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(roles(&gap("open")), ["StartPlace"]);
    assert_eq!(roles(&gap("ended")), ["StartPlace", "EndPlace"]);
}

#[test]
fn an_exercise_is_simulated() {
    let exercise = sample("rendezvous-opened", |change| change["alert"]["handling"]["reality"] = json!("exercise"));
    let seen = check_push(&pushed(&exercise).expect("it may leave")).expect("a Push");
    assert_eq!(seen.text_of("NatureType"), "Simulated");
}

#[test]
fn every_behaviour_has_a_word() {
    let without: Vec<&str> = atalaia_core::behaviours::NAMES
        .iter()
        .copied()
        .filter(|name| anomaly_type(name) == AnomalyType::Other)
        .collect();
    assert_eq!(without, ["interference", "watchlist", "distress", "feed_silent"]);
}
