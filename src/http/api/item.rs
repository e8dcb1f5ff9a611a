//! The alert as it appears in lists, details, answers to acts, the log and the stream.
//!
//! The store writes it as text; it is passed on without being parsed.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::storage::store::AlertItem;

/// One alert: the alert of the stream without `evidence.tracks`, and what is known of it beside.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(in crate::http) struct Item(Box<RawValue>);

impl From<AlertItem> for Item {
    fn from(item: AlertItem) -> Item {
        let text = RawValue::from_string(item.text);
        // The text is joined from objects that SQLite and serde wrote; null stands for one that a damaged file made unreadable.
        Item(text.unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

impl From<&AlertItem> for Item {
    fn from(item: &AlertItem) -> Item {
        Item::from(item.clone())
    }
}

/// Name, type and meaning of the members that every item has. A member that may be absent is null, and its name ends in `?` here.
const MEMBERS: &[(&str, Type, &str)] = &[
    ("id", Type::String, "26 characters; never changes"),
    ("behaviour", Type::String, "what happens, as in the settings"),
    ("kind", Type::String, "vessel or system"),
    ("announced", Type::Boolean, "false for a fact below the score from which alerts are announced"),
    ("status", Type::String, "open, ended or retracted"),
    ("severity", Type::String, "info, low, medium, high or critical"),
    ("score", Type::Integer, "0 to 100"),
    ("started_at", Type::String, "event time when the behaviour began"),
    ("opened_at", Type::String, "event time when the rule was first satisfied"),
    ("last_at", Type::String, "latest event time at which it is known to have held"),
    ("ended_at?", Type::String, "last event time at which it held; null while it holds"),
    ("vessels", Type::Array, "the vessels that take part"),
    ("zones", Type::Array, "the zones that it is in or near"),
    ("position?", Type::Object, "lat and lon in degrees; null without a place"),
    ("case_id?", Type::String, "the case that contains it now"),
    ("confidence", Type::String, "normal, or low if a vessel is heard by satellite only"),
    ("group_id?", Type::String, "the group of linked meetings; null outside one"),
    ("replaces?", Type::String, "the alert that this one supersedes"),
    ("handling", Type::Object, "the marking in force"),
    ("summary", Type::String, "one or two sentences"),
    ("score_reasons", Type::Array, "the lines that add up to the score"),
    ("evidence", Type::Object, "thresholds, measured values and stations"),
    ("revision", Type::Integer, "number of its last change"),
    ("acts", Type::Integer, "number of acts on it"),
    ("etag", Type::String, "the entity tag for If-Match, in quotation marks"),
    ("state", Type::String, "new, acknowledged or closed"),
    ("owner?", Type::String, "the person that it is assigned to"),
    ("acknowledged_until?", Type::String, "when the acknowledgement expires, by the wall clock"),
    ("finding?", Type::String, "confirmed, benign or false; null unless closed"),
    ("finding_reason?", Type::String, "reason of the finding"),
    ("silenced_by?", Type::Integer, "number of the silence in force that covers it"),
    ("notes", Type::Integer, "number of notes"),
    ("deliveries", Type::Object, "number of deliveries: delivered, pending, failed and withheld"),
    ("changed_at", Type::String, "wall clock of the last change or act"),
    ("seq", Type::Integer, "last entry of the log about it"),
    ("exercise", Type::Boolean, "whether it belongs to an exercise"),
];

/// Names of all members.
pub(super) fn member_names() -> Vec<&'static str> {
    MEMBERS.iter().map(|(name, ..)| name.trim_end_matches('?')).collect()
}

impl PartialSchema for Item {
    fn schema() -> RefOr<Schema> {
        let mut object = ObjectBuilder::new().description(Some("An alert without the tracks of its evidence"));
        for (name, kind, meaning) in MEMBERS {
            let (name, optional) = name.strip_suffix('?').map_or((*name, false), |name| (name, true));
            object = object.required(name).property(name, member(kind.clone(), optional, meaning));
        }
        object.into()
    }
}

impl ToSchema for Item {
    fn name() -> std::borrow::Cow<'static, str> {
        "AlertItem".into()
    }
}

/// The schema of one member.
fn member(kind: Type, optional: bool, meaning: &'static str) -> RefOr<Schema> {
    if kind == Type::Array {
        let items = ObjectBuilder::new();
        return ArrayBuilder::new().items(items).description(Some(meaning)).into();
    }
    let types = if optional { vec![kind, Type::Null] } else { vec![kind] };
    ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter(types))
        .description(Some(meaning))
        .into()
}
