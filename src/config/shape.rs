//! What the settings may hold, as the walk over a document needs it: the JSON Schema of the settings as types.
//!
//! JSON Schema can say one thing in several ways. Here each has one type, so the walk is one `match`. Made once, at
//! the first use.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::schema::generated;

/// What a key may hold.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Shape {
    /// A table of these keys.
    Table(Vec<Key>),
    /// A table with keys of the operator's choice.
    Map(Box<Shape>),
    /// A table with exactly one of these keys, which says where a secret is kept.
    Secret(Vec<Key>),
    /// A list, and its length if that is fixed.
    List(Box<Shape>, Option<usize>),
    /// One of these words.
    Choice(Vec<String>),
    /// Any text.
    Text,
    /// The path of a file or folder, without control characters.
    Path,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Whole(Whole),
    /// A number in this range; any number if there is none.
    Number(Option<Limits>),
    /// Something the schema does not describe; left to the structs.
    Any,
}

/// A key of a table.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Key {
    /// Its name.
    pub(super) name: String,
    /// What it may hold.
    pub(super) shape: Shape,
    /// Name that it had in an earlier release; still read, with a warning.
    pub(super) former_name: Option<String>,
    /// Whether the table needs it.
    pub(super) is_required: bool,
}

/// A whole number: what its type can hold, and the range that is sensible.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Whole {
    /// Smallest number of its type.
    pub(super) least: i128,
    /// Largest number of its type.
    pub(super) most: i128,
    /// The range, if it is narrower than that of the type.
    pub(super) limits: Option<Limits>,
}

/// A range. Both ends belong to it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Limits {
    /// Smallest value.
    pub(super) least: f64,
    /// Largest value.
    pub(super) most: f64,
}

/// The whole settings file.
pub(super) static SETTINGS: LazyLock<Shape> = LazyLock::new(|| Shape::of(generated().as_value()));

impl Shape {
    /// Reads a schema. What it does not know becomes [`Shape::Any`]; a test makes sure that the settings have none.
    fn of(schema: &Value) -> Shape {
        if let Some(words) = words(schema) {
            return Shape::Choice(words);
        }
        if let Some(forms) = schema["oneOf"].as_array() {
            return Shape::Secret(forms.iter().flat_map(keys).collect());
        }
        match schema["type"].as_str() {
            Some("object") if schema["additionalProperties"].is_object() => {
                Shape::Map(Box::new(Shape::of(&schema["additionalProperties"])))
            }
            Some("object") => Shape::Table(keys(schema)),
            Some("array") => {
                let length = schema["minItems"].as_u64().filter(|least| schema["maxItems"].as_u64() == Some(*least));
                Shape::List(
                    Box::new(Shape::of(&schema["items"])),
                    length.and_then(|length| usize::try_from(length).ok()),
                )
            }
            Some("string") if schema["pattern"].is_string() => Shape::Path,
            Some("string") => Shape::Text,
            Some("boolean") => Shape::Boolean,
            Some("integer") => Shape::Whole(Whole::of(schema)),
            Some("number") => Shape::Number(Limits::of(schema, f64::NEG_INFINITY, f64::INFINITY)),
            _ => Shape::Any,
        }
    }
}

/// The words a value is one of; `None` if it is not a choice. The schema lists words that have a description apart from those
/// that have none.
fn words(schema: &Value) -> Option<Vec<String>> {
    if let Some(word) = schema["const"].as_str() {
        return Some(vec![word.to_owned()]);
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| word.as_str().map(str::to_owned)).collect();
    }
    let forms = schema["oneOf"].as_array()?;
    forms.iter().map(words).collect::<Option<Vec<_>>>().map(|words| words.concat())
}

/// The keys of a table, as its schema lists them.
fn keys(schema: &Value) -> Vec<Key> {
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|key| key == name));
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none).iter();
    let key = |(name, of): (&String, &Value)| Key {
        name: name.clone(),
        shape: Shape::of(of),
        former_name: of["x-former-name"].as_str().map(str::to_owned),
        is_required: is_required(name),
    };
    properties.map(key).collect()
}

impl Whole {
    /// Reads the schema of a whole number.
    fn of(schema: &Value) -> Whole {
        let (least, most) = match schema["format"].as_str() {
            Some("uint8") => (0, i128::from(u8::MAX)),
            Some("uint16") => (0, i128::from(u16::MAX)),
            Some("uint32") => (0, i128::from(u32::MAX)),
            Some("int32") => (i128::from(i32::MIN), i128::from(i32::MAX)),
            Some("int64") => (i128::from(i64::MIN), i128::from(i64::MAX)),
            // TOML has no number above this.
            _ => (0, i128::from(i64::MAX)),
        };
        Whole { least, most, limits: Limits::of(schema, least as f64, most as f64) }
    }
}

impl Limits {
    /// The range in the schema, unless it is that of the type.
    fn of(schema: &Value, least: f64, most: f64) -> Option<Limits> {
        let end = |name: &str| schema[name].as_f64();
        let limits = Limits { least: end("minimum").unwrap_or(least), most: end("maximum").unwrap_or(most) };
        (limits != Limits { least, most }).then_some(limits)
    }

    /// Whether the number is in the range.
    pub(super) fn hold(self, number: f64) -> bool {
        self.least <= number && number <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all<'s>(path: &str, shape: &'s Shape, found: &mut Vec<(String, &'s Shape)>) {
        found.push((path.to_owned(), shape));
        match shape {
            Shape::Table(keys) | Shape::Secret(keys) => {
                keys.iter().for_each(|key| all(&format!("{path}.{}", key.name), &key.shape, found));
            }
            Shape::Map(of) | Shape::List(of, _) => all(&format!("{path}[]"), of, found),
            _ => {}
        }
    }

    #[test]
    fn every_key_of_the_settings_has_a_shape() {
        let mut found = Vec::new();
        all("", &SETTINGS, &mut found);
        let unknown: Vec<&String> =
            found.iter().filter(|(_, shape)| **shape == Shape::Any).map(|(path, _)| path).collect();
        assert!(unknown.is_empty() && 300 < found.len(), "{unknown:?} of {}", found.len());
        let of = |path: &str| found.iter().find(|(other, _)| other == path).map(|(_, shape)| (*shape).clone());
        assert_eq!(of(".profile"), Some(Shape::Choice(["gfw", "skylight", "starboard"].map(str::to_owned).to_vec())));
        let boundless = |shape: &Shape| {
            matches!(shape, Shape::Number(None)) || matches!(shape, Shape::Whole(whole) if whole.limits.is_none())
        };
        let boundless: Vec<&String> =
            found.iter().filter(|(_, shape)| boundless(shape)).map(|(path, _)| path).collect();
        // Corners, whose numbers differ in range, and a number that its registry assigns.
        let exempt = [".inputs[].aisstream.boxes[][][]", ".sinks[].syslog.enterprise"];
        assert_eq!(boundless, exempt, "a number needs a range");
        assert_eq!(of(".zones.folder"), Some(Shape::Path));
        assert_eq!(of(".inputs[].name"), Some(Shape::Text));
        assert!(matches!(of(".sinks[].email.password"), Some(Shape::Secret(keys)) if keys.len() == 2));
        assert!(matches!(of(".sinks[].cise.anomaly_types"), Some(Shape::Map(_))));
    }
}
