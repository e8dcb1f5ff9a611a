//! Settings: the shipped file is complete and equals the defaults, and every mistake in `tests/bad-settings` is reported.

mod ahead;
mod broken;
mod drop_ins;
mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use atalaia::config::{self, Config, Purpose};
use atalaia::platform::telemetry::FromAir;
use atalaia_core::base::fault::Fault;
use serde_json::Value;
use tempfile::TempDir;

/// The shipped file with its commented examples (`#` without a space) enabled.
fn with_examples() -> String {
    let uncommented = config::SHIPPED.lines().map(|line| {
        let example = line.strip_prefix('#').unwrap_or(line);
        let is_example = example.starts_with(|first: char| first == '[' || first.is_ascii_lowercase());
        if is_example { example } else { line }
    });
    uncommented.collect::<Vec<_>>().join("\n")
}

/// Every key's path and value. Lists of tables are merged, so that each of their keys counts once.
fn keys(prefix: &str, value: &Value, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                keys(&path, value, out);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            list.iter().for_each(|element| keys(prefix, element, out));
        }
        other => out.push((prefix.to_owned(), other.clone())),
    }
}

fn keys_of(value: &Value) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    keys("", value, &mut out);
    out
}

#[test]
fn the_shipped_file_names_every_key_with_its_default() {
    let shipped: Value = toml::from_str(config::SHIPPED).unwrap();
    let shipped = keys_of(&shipped);
    let defaults = keys_of(&serde_json::to_value(Config::default()).unwrap());
    let lists = ["inputs", "sinks"];
    let mut wrong = Vec::new();
    for (key, value) in &defaults {
        let list = lists.iter().any(|list| key.starts_with(list));
        // TOML has no null: a key that is absent by default is in the file as an example.
        if list || value.is_null() {
            continue;
        }
        match shipped.iter().find(|(other, _)| other == key) {
            Some((_, written)) if written.as_f64().zip(value.as_f64()).map_or(written == value, |(a, b)| a == b) => {}
            Some((_, written)) => wrong.push(format!("{key} = {written} in the file, {value} by default")),
            None => wrong.push(format!("{key} = {value} is not in the file")),
        }
    }
    assert!(wrong.is_empty(), "config/atalaia.toml:\n{}", wrong.join("\n"));
    let parsed: Config = toml::from_str(config::SHIPPED).unwrap();
    assert_eq!(parsed, Config::default());
}

#[test]
fn the_examples_of_the_shipped_file_show_every_key() {
    let text = with_examples();
    let shown: Value = toml::from_str(&text).unwrap();
    let mut shown = shown_keys(&shown);
    shown.sort();
    let missing: Vec<String> =
        schema::keys().into_iter().map(|(path, _)| path).filter(|path| shown.binary_search(path).is_err()).collect();
    assert!(missing.is_empty(), "config/atalaia.toml shows no example of {missing:#?}");
    let config: Config = toml::from_str(&text).unwrap();
    assert_eq!(config.problems(), []);
}

/// The path of every key and table.
fn shown_keys(value: &Value) -> Vec<String> {
    fn collect(prefix: &str, value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(table) => {
                for (key, value) in table {
                    let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    collect(&path, value, out);
                    out.push(path);
                }
            }
            Value::Array(list) => list.iter().for_each(|element| collect(prefix, element, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    collect("", value, &mut out);
    out
}

#[test]
fn every_key_of_the_shipped_file_is_explained() {
    let mut explained = false;
    for (number, line) in config::SHIPPED.lines().enumerate() {
        let key = line.starts_with(|first: char| first.is_ascii_lowercase());
        assert!(!key || explained, "config/atalaia.toml:{}: no comment above: {line}", number + 1);
        explained = line.starts_with('#') || (explained && !line.is_empty());
    }
}

#[test]
fn without_a_file_the_defaults_apply() {
    let checked = config::check(None, None, Purpose::Replay).unwrap();
    assert_eq!(checked.engine, Config::default().engine());
}

/// Each file begins with the messages it must give, one per comment line, prefixed with `LINE:` if a line is named.
#[test]
fn every_mistake_is_reported_with_line_key_and_advice() {
    let files = bad_settings();
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        let expected: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("#! ")).collect();
        assert!(!expected.is_empty(), "{}: says no message", path.display());
        let problems = config::check(Some(path), None, Purpose::Run).unwrap_err();
        let folder = format!("{}/", path.parent().unwrap().display());
        let name = format!("{}:", path.file_name().unwrap().to_str().unwrap());
        let told = problems.iter().map(|problem| problem.to_string().replace(&folder, ""));
        let messages: Vec<String> = told
            .map(|told| told.lines().next().unwrap_or_default().to_owned())
            .map(|line| line.strip_prefix(&name).map_or(line.clone(), |rest| rest.trim_start().to_owned()))
            .collect();
        assert_eq!(messages, expected, "{}", path.display());

        // The command shows the same, each with its place and advice.
        let output =
            Command::new(env!("CARGO_BIN_EXE_atalaia")).args(["check", "--config"]).arg(path).output().unwrap();
        let shown = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(78), "{}: {shown}", path.display());
        assert!(output.stdout.is_empty(), "{}", path.display());
        for problem in &problems {
            let Fault { key, what, advice, .. } = &problem.fault;
            let what = if key.is_empty() { what.clone() } else { format!("{key}: {what}") };
            let place = problem.line.as_ref();
            let place = place.map(|line| format!("[{}:{}:{}]", problem.file, line.number, line.column));
            let parts = [Some(what), advice.as_ref().map(|advice| format!("help: {advice}")), place];
            for part in parts.into_iter().flatten() {
                assert!(shown.contains(&FromAir(&part).to_string()), "{part} in\n{shown}");
            }
        }
        let count = format!("\natalaia: {} problem", problems.len());
        assert!(shown.contains(&count) && !shown.contains('\u{1b}'), "{shown}");
    }
    assert!(40 <= files.len(), "only {} files in tests/bad-settings", files.len());
}

/// Every settings file with a mistake.
fn bad_settings() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-settings");
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths
}

/// Runs `check` on a settings text in a folder; returns its exit code and standard error.
fn checked(folder: &TempDir, text: &str) -> (Option<i32>, String) {
    let path = folder.path().join("atalaia.toml");
    fs::write(&path, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(["check", "--config"]).arg(&path).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_zone_file_without_a_zone_only_gives_a_warning() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("empty.geojson"), r#"{"type":"FeatureCollection","features":[]}"#).unwrap();
    let text = "[zones]\nfolder = \".\"\n[[inputs]]\nkind = \"stdin\"\nname = \"a\"\n";
    let (code, told) = checked(&folder, text);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("warning: ") && told.contains("empty.geojson: holds no zone"), "{told}");
    let zone = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a","name":"A","kind":"area","radius_nm":1},
        "geometry":{"type":"Point","coordinates":[-10,38]}}]}"#;
    fs::write(folder.path().join("empty.geojson"), zone).unwrap();
    assert_eq!(checked(&folder, text), (Some(0), String::new()));
}

#[test]
fn an_unreadable_recording_is_reported_before_the_start() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let (code, told) = checked(&folder, "[[inputs]]\nkind = \"file\"\nname = \"day\"\npath = \"socket\"\n");
    assert_eq!(code, Some(78));
    assert!(told.contains("atalaia.toml:4:1]") && told.contains("inputs[0].path: "), "{told}");
    assert!(told.contains("is not an ordinary file"), "{told}");
}

#[test]
fn a_bad_zones_folder_of_the_command_line_is_not_blamed_on_the_settings() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("atalaia.toml");
    fs::write(&path, "[zones]\nfolder = \"\"\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia"))
        .args(["replay", "--zones", "nowhere", "--config"])
        .arg(&path)
        .arg("-")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(78));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with("nowhere: zones folder: No such file"), "{told}");
}

#[test]
fn a_vessel_that_cannot_be_is_named_with_its_column() {
    let folder = TempDir::new().unwrap();
    let text = "[[inputs]]\nkind = \"aisstream\"\nname = \"a\"\n[inputs.aisstream]\nkey = { file = \"key\" }\n\
        boxes = [[[35.0, -12.0], [44.0, -5.0]]]\nmmsi = [0]\n";
    let (code, told) = checked(&folder, text);
    assert_eq!(code, Some(78), "{told}");
    assert!(told.contains("inputs[0].aisstream.mmsi[0]: must lie between 1 and 999999999, not 0"), "{told}");
    assert!(told.contains("atalaia.toml:7:9]"), "{told}");
}
