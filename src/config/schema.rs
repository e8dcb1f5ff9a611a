//! JSON Schema of the settings file, for editors: every key with its description, type, choices and default.
//!
//! The structs are its only source: their documentation, ranges and defaults. `check` walks documents against the
//! same schema, so an editor and the program agree.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::settings::Config;

/// Keys whose text is the path of a file or folder. The structs have plain text for some of them, so the schema finds them by name.
const PATHS: [&str; 12] =
    ["path", "folder", "file", "coast", "ports", "anchorages", "wind", "spool", "socket", "ca", "certificate", "key"];
/// A path has no control characters: a tab in one was meant as a backslash and a t.
const PATH: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";

/// The JSON Schema of the settings file and of drop-ins as text, in draft 7, which TOML editors support.
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&generated()).unwrap_or_default();
    text.push('\n');
    text
}

/// The same, as a value. Subschemas are inlined, so that a walk need not follow references.
pub(super) fn generated() -> Schema {
    let mut settings = SchemaSettings::draft07();
    settings.inline_subschemas = true;
    let mut schema = settings.into_generator().into_root_schema_for::<Config>();
    RecursiveTransform(in_plain_words).transform(&mut schema);
    let named = schema.ensure_object();
    named.insert("title".to_owned(), Value::from("Settings of Atalaia"));
    named.insert("description".to_owned(), Value::from("Every key is explained in config/atalaia.toml."));
    schema
}

/// Adapts the schema to TOML, which has no null: an optional key is left out instead. Joins descriptions into one line.
fn in_plain_words(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    // The default of a table is given by its keys.
    if object.get("default").is_some_and(|value| value.is_null() || value.is_object()) {
        object.remove("default");
    }
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        for (_, key) in properties.iter_mut().filter(|(name, _)| PATHS.contains(&name.as_str())) {
            let of = &key["type"];
            if of == "string" || of.as_array().is_some_and(|types| types.iter().any(|kind| kind == "string")) {
                key["pattern"] = Value::from(PATH);
            }
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
}
