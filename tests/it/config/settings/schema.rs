//! The JSON Schema of the settings: the copy for editors matches the program, and it accepts and rejects what the program does.

use std::fs;
use std::path::Path;
use std::process::Command;

use atalaia::config::{self, Config};
use serde_json::Value;

use super::{bad_settings, with_examples};

fn schema() -> Value {
    serde_json::from_str(&config::schema()).unwrap()
}

/// Every key in the schema, by its path (list indices left out), with its description.
pub(super) fn keys() -> Vec<(String, Value)> {
    fn collect(prefix: &str, schema: &Value, out: &mut Vec<(String, Value)>) {
        if let Some(items) = schema.get("items") {
            return collect(prefix, items, out);
        }
        for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            out.push((path.clone(), schema.clone()));
            collect(&path, schema, out);
        }
    }
    let mut out = Vec::new();
    collect("", &schema(), &mut out);
    out
}

#[test]
fn the_copy_for_editors_matches_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/atalaia.schema.json");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, config::schema()).unwrap();
    }
    let copy = fs::read_to_string(&path).unwrap();
    assert!(copy == config::schema(), "config/atalaia.schema.json is old: `atalaia check --schema` prints the new one");
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(["check", "--schema"]).output().unwrap();
    assert!(output.status.success() && String::from_utf8(output.stdout).unwrap() == copy);
    assert!(config::SHIPPED.starts_with("#:schema ./atalaia.schema.json\n"));
}

#[test]
fn every_key_is_described_with_its_default() {
    jsonschema::draft7::meta::validate(&schema()).expect("the schema is one");
    let keys = keys();
    assert!(300 < keys.len(), "{} keys", keys.len());
    for (path, schema) in &keys {
        assert!(schema["description"].as_str().is_some_and(|text| 5 < text.len()), "{path}: {schema}");
    }
    let of = |path: &str| keys.iter().find(|(other, _)| other == path).map(|(_, schema)| schema.clone()).unwrap();
    let minutes = of("behaviours.loitering.after_minutes");
    assert_eq!((minutes["default"].as_f64(), &minutes["type"]), (Some(60.0), &Value::from("number")));
    assert_eq!((minutes["minimum"].as_f64(), minutes["maximum"].as_f64()), (Some(0.1), Some(43_200.0)));
    assert!(minutes["description"].as_str().unwrap().contains("Minutes"), "{minutes}");
    assert_eq!(of("store.path")["type"], "string", "no null, which TOML does not have");
}

#[test]
fn the_shipped_file_is_valid_with_and_without_its_examples() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for text in [config::SHIPPED.to_owned(), with_examples()] {
        let value: Value = toml::from_str(&text).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

/// Replaces null by the largest number: an infinity in TOML is read as null, which TOML itself does not have.
fn finite(value: &mut Value) {
    match value {
        Value::Null => *value = Value::from(f64::MAX),
        Value::Object(table) => table.values_mut().for_each(finite),
        Value::Array(list) => list.iter_mut().for_each(finite),
        _ => {}
    }
}

#[test]
fn the_schema_rejects_exactly_what_the_program_rejects() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let (mut refused, mut passed) = (0, 0);
    for path in bad_settings() {
        let text = fs::read_to_string(&path).unwrap();
        // A text that is not TOML cannot be checked by a schema.
        let Ok(mut value) = toml::from_str::<Value>(&text) else {
            continue;
        };
        finite(&mut value);
        let misfits = config::misfits(&text);
        assert_eq!(validator.is_valid(&value), misfits.is_empty(), "{}: {misfits:?}", path.display());
        // Ranges, and what a path may hold, are in the schema alone.
        let taken = toml::from_str::<Config>(&text);
        let apart = ["must lie between ", "contains a control character"];
        let is_apart = |problem: &config::Problem| apart.iter().any(|part| problem.fault.what.contains(part));
        assert_eq!(taken.is_ok(), misfits.iter().all(is_apart), "{}: {:?}", path.display(), taken.err());
        *(if misfits.is_empty() { &mut passed } else { &mut refused }) += 1;
    }
    assert!(10 <= refused && 10 <= passed, "{refused} refused, {passed} passed");
}
