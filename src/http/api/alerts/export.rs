//! `GET /alerts/export`: the alerts that match a filter as a file for other programs.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, HeaderValue};
use axum::response::Response;
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::http::access::{AskPurpose, Reader};
use crate::http::api::consulted::{asked, disclosed};
use crate::http::api::described::query;
use crate::http::api::filter::value::{id, list};
use crate::http::api::filter::{Basis, described, filter, keys};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::page::{TEXT, page};
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::export::{self, Format};
use crate::storage::store::{Parts, Readers, StoreError};
use axum::http::StatusCode;

/// Most alerts in one file. Their tracks are read into memory.
const MOST: usize = 5000;
/// Least length of a reason in characters.
const REASON: usize = 10;
/// The parameters beside those of the filter.
const OWN: [(&str, &str); 3] = [
    ("ids", "Only these alerts: up to 200 full ids. Those that you may not see, or that no longer exist, are left out"),
    ("format", "geojson, jsonl, csv, excel, kml or text"),
    ("why", "The reason for the export, at least 10 characters; it is recorded"),
];

/// The parameters, for the description.
pub(super) struct ExportParameters;

impl IntoParams for ExportParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        [query(described()), query(OWN)].concat()
    }
}

/// A format of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    /// One of those of `atalaia alerts export`.
    File(Format),
    /// Marking and summary of each alert, to be read or pasted.
    Text,
}

/// The alerts that match the filter as a file, with their tracks and notes. Every alert carries its marking. At most 5000; a filter that
/// finds more is refused. The export is recorded with its reason.
#[utoipa::path(get, path = "/alerts/export", tag = "alerts", params(ExportParameters),
    responses(
        (status = 200, description = "The file", content(
            (String = "application/geo+json"), (String = "application/x-ndjson"), (String = "text/csv"),
            (String = "application/vnd.google-earth.kml+xml"), (String = "text/plain"))),
        Refusals))]
pub(super) async fn export_alerts(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let known: Vec<&str> = keys().chain(OWN.map(|(name, _)| name)).collect();
    let given = Parameters::of(given, &known)?;
    let shape = shape(&given)?;
    let why = reason(&given)?;
    asked(&sources, &reader, AskPurpose::Export)?;
    let now = sources.clock.now();
    let mut filter = filter(&given, &Basis { me: &reader.name, at: sources.at().unwrap_or(now), now })?;
    filter.ids = given.text("ids").map_or(Ok(Vec::new()), ids)?;
    let clearance = reader.clearance.clone();
    let read = move |readers: &Readers| {
        let ids = readers.ids(&filter, &clearance, MOST + 1, now)?;
        if MOST < ids.len() {
            return Err(StoreError::Refused(format!("more than {MOST} alerts match; narrow the filter")));
        }
        let parts = Parts { notes: true, ..Parts::default() };
        let mut alerts = Vec::with_capacity(ids.len());
        for id in &ids {
            alerts.extend(readers.detail(id, &clearance, parts, now)?.map(whole));
        }
        Ok(alerts)
    };
    let alerts = sources.read(read).await?;
    // Before the file is made: what left the site without a row would leave no trace.
    let result = format!("{} alerts", alerts.len());
    disclosed(&sources, &reader, name(shape), Some(&why), &result).await?;
    let text = sources.computed(move || written(shape, &alerts)).await?;
    let text = text.ok_or_else(|| Problem::busy("the export could not be written"))?;
    let (kind, ending) = content_type(shape);
    let mut response = page(StatusCode::OK, kind, text);
    let file = format!("attachment; filename=\"alerts-{}.{ending}\"", now.date());
    if let Ok(file) = HeaderValue::from_str(&file) {
        response.headers_mut().insert(CONTENT_DISPOSITION, file);
    }
    Ok(response)
}

/// The alert as the formats of exports read it.
fn whole(detail: crate::storage::store::AlertDetail) -> Value {
    let mut body = detail.item.value();
    body["evidence"]["tracks"] = serde_json::from_str(&detail.tracks).unwrap_or_default();
    body["assignee"] = body["owner"].take();
    let notes = detail.notes.iter();
    let notes = notes.map(|note| json!({ "at": note.at.to_string(), "who": note.who, "text": note.text }));
    body["notes"] = notes.collect();
    body
}

/// The file; `None` if it is not text, which cannot happen.
fn written(shape: Shape, alerts: &[Value]) -> Option<String> {
    match shape {
        Shape::File(format) => {
            let mut out = Vec::new();
            export::write(format, alerts, &mut out).ok()?;
            String::from_utf8(out).ok()
        }
        Shape::Text => Some(alerts.iter().map(paragraph).collect()),
    }
}

/// Marking, score and summary of one alert, on lines without characters that hide or reorder text.
fn paragraph(alert: &Value) -> String {
    let said = |key: &str| alert[key].as_str().unwrap_or_default();
    let shown = |text: &str| crate::platform::telemetry::FromAir(text).to_string();
    let tlp = alert["handling"]["tlp"].as_str().unwrap_or("RED");
    let head =
        format!("TLP:{tlp} {} {} {} {}", said("severity"), alert["score"], said("behaviour"), said("started_at"));
    format!("{}\n{}\n{}\n\n", head, shown(said("summary")), said("id"))
}

/// The format that was asked for.
fn shape(given: &Parameters) -> Result<Shape, Problem> {
    let word = given.text("format").unwrap_or("geojson");
    match word {
        "text" => Ok(Shape::Text),
        word => word
            .parse()
            .map(Shape::File)
            .map_err(|error: export::UnknownFormat| Problem::parameter(format!("format: {error}, and text"))),
    }
}

/// The alerts that were named.
fn ids(text: &str) -> Result<Vec<String>, Problem> {
    list(text, id).map_err(|wrong| Problem::parameter(format!("ids: {wrong}")))
}

/// The reason of the export.
fn reason(given: &Parameters) -> Result<String, Problem> {
    let why = given.text("why").unwrap_or_default().trim();
    match (REASON..=500).contains(&why.chars().count()) {
        true => Ok(why.to_owned()),
        false => Err(Problem::parameter(format!("why: write the reason for the export, {REASON} to 500 characters"))),
    }
}

/// Name of a format.
fn name(shape: Shape) -> &'static str {
    match shape {
        Shape::File(format) => format.name(),
        Shape::Text => "text",
    }
}

/// Content type and ending of the file's name.
fn content_type(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::File(Format::GeoJson) => ("application/geo+json", "geojson"),
        Shape::File(Format::Jsonl) => ("application/x-ndjson", "jsonl"),
        Shape::File(Format::Csv | Format::Excel) => ("text/csv; charset=utf-8", "csv"),
        Shape::File(Format::Kml) => ("application/vnd.google-earth.kml+xml", "kml"),
        Shape::Text => (TEXT, "txt"),
    }
}
