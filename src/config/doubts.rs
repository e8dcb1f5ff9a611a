//! Warnings about values that are allowed but far from the default, most often because they were meant in another unit.
//!
//! Only keys that are written are doubted, only thresholds, and only by `check`: at a start the operator
//! has already decided.

use serde_json::{Map, Value};

use super::settings::Config;
use crate::inputs;
use atalaia_core::base::fault::Fault;

/// Factor by which a value may exceed or fall below its default without a warning. Units that are mixed up mostly differ by more: hours and
/// minutes by 60, nautical miles and metres by 1,852.
const FAR: f64 = 10.0;
/// Tables whose numbers are thresholds. Retention times and rates are for each site to choose.
const TABLES: [&str; 6] = ["time", "tracks", "alerts", "zones", "coverage", "behaviours"];
/// Units of time, length and speed, for which a value far too small is doubted too.
const UNITS: [&str; 7] = ["seconds", "minutes", "hours", "days", "metres", "nm", "knots"];

/// A warning for each key that `is_written` with a value more than ten times its default or less than a tenth of it. Zero is not
/// doubted, nor is a value set by a profile.
pub(super) fn far_from_default(config: &Config, is_written: impl Fn(&str) -> bool) -> Vec<Fault> {
    let (Ok(all), Ok(defaults)) = (serde_json::to_value(config), serde_json::to_value(Config::default())) else {
        return Vec::new();
    };
    let mut doubts = Vec::new();
    for table in TABLES {
        if let (Value::Object(values), Value::Object(usual)) = (&all[table], &defaults[table]) {
            compare(table, values, usual, &mut |path, key, value, usual| {
                if is_written(path) {
                    doubts.extend(doubt(key, value, usual).map(|doubt| doubt.below(path)));
                }
            });
        }
    }
    doubts
}

/// A warning for each input whose own lateness is far from the default for its kind.
pub(super) fn far_latenesses(config: &Config) -> Vec<Fault> {
    let doubts = config.inputs.iter().enumerate().filter_map(|(place, input)| {
        let usual = match input.kind.is_recording() {
            true => config.time.file_lateness_seconds,
            false => config.time.lateness_seconds,
        };
        let doubt = doubt("lateness_seconds", f64::from(input.lateness_seconds?), f64::from(usual))?;
        Some(doubt.below(&format!("inputs[{place}].lateness_seconds")))
    });
    doubts.collect()
}

/// A warning for each recording beside inputs that are live: what is older than a day, or ahead of them, is not used.
pub(super) fn recordings_beside_live(config: &Config) -> Vec<Fault> {
    let mut live = config.inputs.iter().filter(|input| input.kind.is_live() && !input.recorded);
    let Some(live) = live.next() else {
        return Vec::new();
    };
    let doubt = |(place, input): (usize, &inputs::Settings)| {
        let (key, value) = match (input.kind.is_recording(), input.recorded) {
            (true, _) => ("kind", "is a recording"),
            (false, true) => ("recorded", "is true"),
            (false, false) => return None,
        };
        let what = format!(
            "{value} beside the live input `{}`: engine time is that of the live inputs, and reports more than a day behind it, or ahead of \
             it, are not used",
            live.name
        );
        let advice = "play the recording into a daemon of its own";
        let advice = match key {
            "recorded" => format!("{advice}, or remove this if the lines are live"),
            _ => advice.to_owned(),
        };
        Some(Fault::new(format!("inputs[{place}].{key}"), what).advise(advice))
    };
    config.inputs.iter().enumerate().filter_map(doubt).collect()
}

/// Like [`far_from_default`], for a zone's settings of one behaviour; keys are relative to them.
pub(super) fn far_overrides(behaviour: &str, overrides: &Map<String, Value>) -> Vec<Fault> {
    let defaults = serde_json::to_value(Config::default().behaviours).unwrap_or_default();
    let Value::Object(usual) = &defaults[behaviour] else {
        return Vec::new();
    };
    let mut doubts = Vec::new();
    compare("", overrides, usual, &mut |_, key, value, usual| {
        doubts.extend(doubt(key, value, usual).map(|doubt| doubt.below(key)));
    });
    doubts
}

/// Calls `each` for every number present in both, with its path, key, value and default.
///
/// Walks both trees side by side. Lists and texts are passed over: only numbers have a magnitude to compare.
fn compare(
    path: &str,
    values: &Map<String, Value>,
    defaults: &Map<String, Value>,
    each: &mut dyn FnMut(&str, &str, f64, f64),
) {
    for (key, value) in values {
        let path = format!("{path}.{key}");
        match (value, defaults.get(key)) {
            (Value::Object(values), Some(Value::Object(defaults))) => compare(&path, values, defaults, each),
            (value, Some(default)) => {
                if let (Some(value), Some(default)) = (value.as_f64(), default.as_f64()) {
                    each(&path, key, value, default);
                }
            }
            _ => {}
        }
    }
}

/// The doubt about one value, without its key; `None` if it is within [`FAR`] of its default, or if either is zero or
/// less. Offers a conversion only if that brings the value near the default: then another unit was probably meant.
fn doubt(key: &str, value: f64, usual: f64) -> Option<Fault> {
    if usual <= 0.0 || value <= 0.0 {
        return None;
    }
    let unit = key.rsplit('_').next().unwrap_or(key);
    let ratio = value / usual;
    let how = match () {
        () if FAR < ratio => "more than ten times",
        () if ratio < 1.0 / FAR && UNITS.contains(&unit) => "less than a tenth of",
        () => return None,
    };
    // If another unit was meant, the value converted to it is near the default.
    // The factor converts from the unit that was perhaps meant to that of the key.
    let meant = match unit {
        "hours" => [("minutes", 1.0 / 60.0), ("seconds", 1.0 / 3600.0)].to_vec(),
        "minutes" => [("seconds", 1.0 / 60.0), ("hours", 60.0)].to_vec(),
        "days" => [("hours", 1.0 / 24.0), ("weeks", 7.0)].to_vec(),
        "seconds" => [("minutes", 60.0), ("milliseconds", 0.001)].to_vec(),
        "nm" => [("metres", 1.0 / 1852.0), ("km", 1.0 / 1.852)].to_vec(),
        "metres" => [("nm", 1852.0), ("km", 1000.0)].to_vec(),
        _ => Vec::new(),
    };
    let meant = meant.into_iter().filter(|(_, factor)| (0.1..=10.0).contains(&(ratio * factor)));
    let nearest = meant.min_by(|a, b| (ratio * a.1).ln().abs().total_cmp(&(ratio * b.1).ln().abs()));
    let advice = match nearest {
        Some((other, factor)) => format!("{} {} {}", amount(value, other), verb(value), amount(value * factor, unit)),
        None => "leave it so if it is meant".to_owned(),
    };
    Some(Fault::new("", format!("is {}, {how} the default of {}", number(value), number(usual))).advise(advice))
}

/// Formats an amount: `1 hour`, `2 hours`.
fn amount(value: f64, unit: &str) -> String {
    let unit = if value == 1.0 { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
    format!("{} {unit}", number(value))
}

/// The verb for that many of a unit.
fn verb(value: f64) -> &'static str {
    if value == 1.0 { "is" } else { "are" }
}

/// At most three decimals, without trailing zeros.
fn number(value: f64) -> String {
    ((value * 1000.0).round() / 1000.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(text: &str) -> Vec<String> {
        let config: Config = toml::from_str(text).expect("settings");
        let all = far_from_default(&config, |path| text.contains(path.rsplit('.').next().unwrap_or(path)));
        all.iter().map(Fault::to_string).collect()
    }

    #[test]
    fn a_value_in_another_unit_is_doubted_with_the_conversion() {
        assert_eq!(
            doubts("[behaviours.ais_gap]\nafter_hours = 360\n"),
            ["behaviours.ais_gap.after_hours: is 360, more than ten times the default of 6; 360 minutes are 6 hours"]
        );
        assert_eq!(
            doubts("[behaviours.loitering]\nafter_minutes = 1\n"),
            ["behaviours.loitering.after_minutes: is 1, less than a tenth of the default of 60; 1 hour is 60 minutes"]
        );
        assert_eq!(
            doubts("[behaviours.rendezvous]\nnear_metres = 6000\n"),
            [
                "behaviours.rendezvous.near_metres: is 6000, more than ten times the default of 500; leave it so if it is meant"
            ]
        );
    }

    #[test]
    fn the_lateness_of_an_input_is_doubted_like_that_of_all() {
        let input =
            |seconds: u32| format!("[[inputs]]\nkind = \"stdin\"\nname = \"a\"\nlateness_seconds = {seconds}\n");
        let doubts = |text: &str| -> Vec<String> {
            far_latenesses(&toml::from_str(text).expect("settings")).iter().map(Fault::to_string).collect()
        };
        let told = doubts(&input(9_999));
        assert!(
            told.len() == 1
                && told[0].starts_with("inputs[0].lateness_seconds: is 9999, more than ten times the default of "),
            "{told:?}"
        );
        assert_eq!(doubts(&input(120)), [""; 0]);
    }

    #[test]
    fn a_recording_is_doubted_beside_live_inputs_only() {
        let input = |name: &str, rest: &str| format!("[[inputs]]\nkind = \"stdin\"\nname = \"{name}\"\n{rest}\n");
        let tcp = |name: &str, rest: &str| input(name, rest).replace("\"stdin\"", "\"tcp\"\naddress = \"feed:5631\"");
        let doubts = |text: &str| -> Vec<String> {
            recordings_beside_live(&toml::from_str(text).expect("settings")).iter().map(Fault::to_string).collect()
        };
        let recorded = tcp("slow-clock", "recorded = true");
        assert_eq!(
            doubts(&(tcp("coast", "") + &recorded)),
            [
                "inputs[1].recorded: is true beside the live input `coast`: engine time is that of the live inputs, and reports more than a \
              day behind it, or ahead of it, are not used; play the recording into a daemon of its own, or remove this if the lines are live"
            ]
        );
        let pipe = |rest: &str| input("pipe", &format!("path = \"pipe\"\n{rest}")).replace("\"stdin\"", "\"fifo\"");
        assert_eq!(doubts(&(tcp("coast", "") + &pipe(""))), [""; 0], "may be a decoder");
        let of_pipe = doubts(&(tcp("coast", "") + &pipe("recorded = true")));
        assert!(of_pipe.len() == 1 && of_pipe[0].starts_with("inputs[1].recorded: is true"), "{of_pipe:?}");
        let file = input("last-year", "path = \"last-year.csv\"").replace("\"stdin\"", "\"file\"");
        assert_eq!(
            doubts(&(tcp("coast", "") + &file)),
            [
                "inputs[1].kind: is a recording beside the live input `coast`: engine time is that of the live inputs, and reports more than \
              a day behind it, or ahead of it, are not used; play the recording into a daemon of its own"
            ]
        );
        assert_eq!(doubts(&(file.clone() + &file)), [""; 0]);
        assert_eq!(doubts(&(recorded.clone() + &recorded)), [""; 0]);
        assert_eq!(doubts(&tcp("coast", "")), [""; 0]);
    }

    #[test]
    fn zero_and_unwritten_and_usual_values_are_not_doubted() {
        for text in [
            "",
            "[behaviours.loitering]\nmin_shore_nm = 0\nafter_minutes = 600\n",
            "[behaviours.loitering]\nscore = 2\n",
            "[retention]\nraw_days = 400\n",
        ] {
            assert_eq!(doubts(text), [""; 0], "{text}");
        }
        let config: Config = toml::from_str("[behaviours.ais_gap]\nafter_hours = 360\n").expect("settings");
        assert_eq!(far_from_default(&config, |_| false), []);
    }

    #[test]
    fn settings_of_a_zone_are_doubted_too() {
        let Value::Object(overrides) = serde_json::json!({"after_minutes": 36_000}) else { panic!("an object") };
        let told = far_overrides("loitering", &overrides);
        assert!(told.len() == 1 && told[0].to_string().ends_with("36000 seconds are 600 minutes"), "{told:?}");
        assert_eq!(far_overrides("no_such", &overrides), []);
    }
}
