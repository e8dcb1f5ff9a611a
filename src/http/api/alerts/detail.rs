//! `GET /alerts/{id}`: one alert with its tracks and what else is asked for.

use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::http::access::Reader;
use crate::http::api::consulted::consulted;
use crate::http::api::item::Item;
use crate::http::api::personal::numbers;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::tagged::Tagged;
use crate::storage::store::{Act, Subject};
use crate::storage::store::{AlertDetail, HistoryRow, Note, Parts, Readers, Sent, StoreError};
use atalaia_core::base::text::advice;
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::questions::near;
use atalaia_core::geo::LatLon;

/// What may be included.
const INCLUDES: [&str; 5] = ["notes", "history", "deliveries", "similar", "nearby"];
/// Number of earlier alerts of the same vessels that are shown whole.
const SIMILAR: usize = 5;
/// Longest time to wait for the vessels nearby.
const PATIENCE: Duration = Duration::from_secs(1);
/// Radius and greatest number of the vessels nearby. Nautical miles.
const NEARBY: (f64, usize) = (10.0, 30);

/// A note of an alert.
#[derive(Serialize, ToSchema)]
struct NoteRow {
    /// Wall clock when it was written.
    at: String,
    /// Its author.
    who: String,
    /// Its text, as written.
    text: String,
}

/// The delivery of one change to one sink.
#[derive(Serialize, ToSchema)]
struct DeliveryOf {
    /// Number of the change.
    revision: u32,
    /// Name of the sink.
    sink: String,
    /// `pending`, `delivered`, `silenced`, `withheld` or `failed`.
    state: &'static str,
    /// When it was delivered; null if it was not.
    at: Option<String>,
    /// Number of attempts.
    attempts: u32,
    /// Error of the last failed attempt, or why it is withheld; null if there was none.
    error: Option<String>,
}

/// Other alerts of the same vessels.
#[derive(Serialize, ToSchema)]
struct Similar {
    /// Number of others, by behaviour.
    counts: std::collections::BTreeMap<String, u32>,
    /// The latest others.
    last: Vec<Item>,
}

/// The parts beside the alert. One that was not asked for is left out.
#[derive(Default, Serialize, ToSchema)]
struct Included {
    /// Its notes, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Vec<NoteRow>>,
    /// Its changes and acts, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<HistoryRow>>,
    /// Its deliveries, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<Vec<DeliveryOf>>,
    /// Other alerts of the same vessels.
    #[serde(skip_serializing_if = "Option::is_none")]
    similar: Option<Similar>,
}

/// The body: the alert and what was asked for.
#[derive(Serialize)]
struct Whole {
    /// The members of the alert that are not below.
    #[serde(flatten)]
    alert: Map<String, Value>,
    /// The evidence.
    evidence: Evidence,
    /// The parts.
    #[serde(flatten)]
    included: Included,
    /// The vessels nearby; left out if they were not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearby: Option<Value>,
}

/// The evidence with its tracks.
#[derive(Serialize)]
struct Evidence {
    /// The other members.
    #[serde(flatten)]
    members: Map<String, Value>,
    /// The tracks, as the store wrote them.
    tracks: Box<RawValue>,
}

/// One alert with the tracks of its evidence. `include` adds parts; `notes` and `deliveries` are then lists instead of numbers. `nearby`
/// is null if the alert is over or has no position.
#[utoipa::path(get, path = "/alerts/{id}", tag = "alerts",
    params(
        ("id" = String, Path, description = "Full id of 26 characters"),
        ("include" = Option<String>, Query, description = "notes, history, deliveries, similar, nearby; several by comma")),
    responses(
        (status = 200, description = "The alert; the entity tag is that for If-Match", content_type = "application/json"),
        (status = 304, description = "Nothing has changed since the entity tag of the request"),
        Refusals))]
pub(super) async fn show_alert(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["include"])?;
    let include = includes(&given)?;
    let asked = |part: &str| include.iter().any(|one| one == part);
    let parts = Parts { notes: asked("notes"), history: asked("history"), deliveries: asked("deliveries") };
    let (similar, nearby) = (asked("similar"), asked("nearby"));
    let (now, clearance, wanted) = (sources.clock.now(), reader.clearance.clone(), id.to_ascii_lowercase());
    let read = move |readers: &Readers| {
        let Some(detail) = readers.detail(&wanted, &clearance, parts, now)? else {
            return Ok(None);
        };
        let body = detail.item.value();
        let others = |body: &Value| self::similar(readers, body, &clearance, now);
        let others = if similar { Some(others(&body)?) } else { None };
        Ok(Some((detail, body, others)))
    };
    let (mut detail, body, others) = sources.read(read).await?.ok_or_else(|| missing(&id))?;
    consulted(&sources, &reader, Act::AlertRead, Subject::alert(&detail.item.id), None).await?;
    let nearby = if nearby { Some(vessels_nearby(&sources, &reader, &body).await) } else { None };
    let (etag, tracks) = (detail.item.etag(), std::mem::take(&mut detail.tracks));
    // The tracks are most of an alert: they are passed on as the store wrote them. Null stands for what a damaged file made unreadable.
    let tracks = RawValue::from_string(tracks).unwrap_or_else(|_| RawValue::NULL.to_owned());
    let mut alert = members(body);
    let evidence = Evidence { members: members(alert.remove("evidence").unwrap_or_default()), tracks };
    // Numbers, in whose place the parts come.
    alert.retain(|name, _| !(parts.notes && name == "notes" || parts.deliveries && name == "deliveries"));
    let whole = Whole { alert, evidence, included: included(detail, parts, others), nearby };
    let mut answer = Tagged::json(&whole);
    // State and deliveries change without a change or an act, so the digest of the whole answer is part of its tag.
    answer.etag = format!("\"{}-{}\"", etag.trim_matches('"'), answer.etag.trim_matches('"'));
    Ok(answer.response(&headers))
}

/// The members of an object; none if it is not one, as in a damaged file.
fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The problem of an alert that is not stored, or that the reader may not see. Both are the same to the reader.
pub(super) fn missing(id: &str) -> Problem {
    let shown: String = id.chars().filter(|letter| letter.is_ascii_alphanumeric()).take(26).collect();
    Problem::not_found(format!("no alert {shown}"))
}

/// The parts that were asked for.
fn includes(given: &Parameters) -> Result<Vec<String>, Problem> {
    let one = |name: &str| match INCLUDES.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(Problem::parameter(format!("include: there is no such part; {}", advice(name, &INCLUDES)))),
    };
    given.text("include").map_or(Ok(Vec::new()), |text| text.split(',').map(|name| one(name.trim())).collect())
}

/// The parts for the body.
fn included(detail: AlertDetail, parts: Parts, similar: Option<Similar>) -> Included {
    let note = |note: Note| NoteRow { at: note.at.to_string(), who: note.who, text: note.text };
    let delivery = |sent: Sent| DeliveryOf {
        revision: sent.revision,
        sink: sent.sink,
        state: sent.state.name(),
        at: sent.at.map(|at| at.to_string()),
        attempts: sent.attempts,
        error: sent.error,
    };
    Included {
        notes: parts.notes.then(|| detail.notes.into_iter().map(note).collect()),
        history: parts.history.then_some(detail.history),
        deliveries: parts.deliveries.then(|| detail.deliveries.into_iter().map(delivery).collect()),
        similar,
    }
}

/// Other alerts of the vessels of an alert that the reader may see.
fn similar(
    readers: &Readers,
    body: &Value,
    clearance: &crate::storage::store::Clearance,
    now: Time,
) -> Result<Similar, StoreError> {
    let vessels = body["vessels"].as_array().into_iter().flatten();
    let mmsis: Vec<u32> = vessels.filter_map(|vessel| u32::try_from(vessel["mmsi"].as_u64()?).ok()).collect();
    let found = readers.similar(body["id"].as_str().unwrap_or_default(), &mmsis, clearance, SIMILAR, now)?;
    Ok(Similar { counts: found.counts, last: found.last.into_iter().map(Item::from).collect() })
}

/// The vessels near an open alert that the reader may see, without its own; null if it is over or has no position, or the
/// main loop does not answer.
async fn vessels_nearby(sources: &Sources, reader: &Reader, body: &Value) -> Value {
    let degrees = |key: &str| body["position"][key].as_f64();
    let (Some(lat), Some(lon), true) = (degrees("lat"), degrees("lon"), body["status"] == "open") else {
        return Value::Null;
    };
    let own: Vec<&Value> = body["vessels"].as_array().into_iter().flatten().map(|vessel| &vessel["mmsi"]).collect();
    // The alert itself is there also when the main loop hangs.
    let Ok(Ok(picture)) = timeout(PATIENCE, sources.asker.picture()).await else {
        return Value::Null;
    };
    let (radius, most) = NEARBY;
    let mut found = near(&picture, LatLon::new(lat, lon), radius);
    found.retain(|vessel| !own.iter().any(|mmsi| **mmsi == vessel.mmsi));
    if let Some(known) = numbers(&reader.clearance, &picture) {
        found.retain(|vessel| known.contains(&Mmsi(vessel.mmsi)));
    }
    found.truncate(most);
    json!(found)
}
