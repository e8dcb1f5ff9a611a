//! `GET /alerts/summary`: counts over the alerts that match a filter.

use axum::Extension;
use axum::extract::{Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::http::access::Reader;
use crate::http::api::answers::key;
use crate::http::api::consulted::listed;
use crate::http::api::described::query;
use crate::http::api::filter::{Basis, described, filter, keys};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::tagged::Tagged;
use crate::storage::store::AlertSummary;

/// The parameters of a filter alone, for the description.
pub(super) struct FilterParameters;

impl IntoParams for FilterParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        query(described())
    }
}

/// The counts and the time.
#[derive(Serialize, ToSchema)]
struct Counted {
    /// The counts.
    #[serde(flatten)]
    summary: AlertSummary,
    /// Engine time; null before the first report.
    at: Option<String>,
}

/// Counts over the alerts that match the filter and that the reader may see.
#[utoipa::path(get, path = "/alerts/summary", tag = "alerts", params(FilterParameters),
    responses(
        (status = 200, description = "The counts", body = Counted),
        (status = 304, description = "Nothing has changed since the entity tag of the request"),
        Refusals))]
pub(super) async fn summarise_alerts(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    RawQuery(raw): RawQuery,
    Query(given): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let known: Vec<&str> = keys().collect();
    let given = Parameters::of(given, &known)?;
    let (at, now) = (sources.at(), sources.clock.now());
    let filter = filter(&given, &Basis { me: &reader.name, at: at.unwrap_or(now), now })?;
    let raw = raw.unwrap_or_default();
    // Counts answer whether a vessel has alerts, as the list does.
    listed(&sources, &reader, "alerts", &raw).await?;
    let key = key("alerts/summary", &raw, &filter, &reader);
    let (made, answers) = (sources.clock.moment(), sources.answers());
    let answer = sources
        .read(move |readers| {
            let seq = readers.seq()?;
            if let Some(answer) = answers.get(&key, seq, made) {
                return Ok(answer);
            }
            let summary = readers.summary(&filter, &reader.clearance, now, at.unwrap_or(now))?;
            let seq = summary.seq;
            let answer = Tagged::timed(&Counted { summary, at: None }, at.map(|at| at.to_string()).as_deref());
            answers.put(key, seq, made, &answer);
            Ok(answer)
        })
        .await?;
    Ok(answer.response(&headers))
}
