//! `POST /alerts/acts`: the same act on several alerts.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::answer::outcome;
use super::assignee::known;
use super::body::{ALERTS, ActBody};
use super::request::expected;
use crate::http::access::{Reader, Right};
use crate::http::api::item::Item;
use crate::http::api::keyed::{Keyed, response, reused};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::body::{read, wrong};
use crate::http::problem::Problem;
use crate::storage::store::{self, ActOutcome, ActRequest, Lowering, Once, Outcomes};

/// What became of each alert.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ActResults {
    /// In the order of the request.
    results: Vec<ActResult>,
}

/// What became of one alert.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ActResult {
    /// Its id, as in the request.
    id: String,
    /// The status that an act on this alert alone would have had.
    status: u16,
    /// The alert after the act; null if it was not done.
    item: Option<Item>,
    /// Who had done the same before and when, so that nothing changed; null if something did.
    unchanged: Option<String>,
    /// Why it was not done; null if it was.
    problem: Option<Value>,
}

/// Does one act on up to two hundred alerts. Those on which it cannot be done do not stop the others.
#[utoipa::path(post, path = "/alerts/acts", tag = "alerts", request_body = ActBody, params(
    ("Idempotency-Key" = Option<String>, Header, description = "A key of your own; sent again within 24 hours, nothing is done twice")),
    responses(
    (status = 200, description = "What became of each", body = ActResults),
    (status = 409, description = "The key was used for another request"),
    (status = 415, description = "The body is not JSON"), Refusals))]
pub(super) async fn act_on_alerts(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    if !expected(&headers)?.is_empty() {
        return Err(Problem::parameter("If-Match: belongs to an act on one alert"));
    }
    let key = Keyed::of(&headers, "", &bytes)?;
    let mut body: ActBody = read(&headers, &bytes)?;
    let ids = body.ids.take().ok_or_else(|| wrong("ids", "is missing: write the full ids of the alerts"))?;
    if ids.is_empty() || ALERTS < ids.len() {
        return Err(wrong("ids", format!("write 1 to {ALERTS} ids")));
    }
    if let Some(twice) = ids.iter().enumerate().find(|(place, id)| ids[..*place].contains(id)) {
        return Err(wrong(&format!("ids/{}", twice.0), "is given twice"));
    }
    let (deed, why) = body.deed()?;
    let deed = known(deed, &sources).await?;
    let now = sources.clock.now();
    let lowering = if reader.rights.allow(Right::MarkDown) { Lowering::WithReason } else { Lowering::Forbidden };
    let answered = sources.stored(move |path| {
        let request = ActRequest {
            ids: &ids,
            deed: &deed,
            expected: &[],
            by: reader.actor(),
            why: why.as_deref(),
            clearance: &reader.clearance,
            lowering,
            key: key.as_ref().map(Keyed::stored),
        };
        store::act_once(path, &request, now, |outcomes| Some((200, text(outcomes.to_vec()))))
    });
    match answered.await? {
        Once::Done(outcomes) => Ok(response(200, text(outcomes), None)),
        Once::Repeated { status, body } => Ok(response(status, body, None)),
        Once::Reused => Err(reused()),
    }
}

/// The body of the response.
fn text(outcomes: Outcomes) -> String {
    let one = |(id, done): (String, ActOutcome)| {
        let unchanged = match &done {
            ActOutcome::Unchanged(_, text) => Some(text.clone()),
            _ => None,
        };
        match outcome(done) {
            Ok(item) => ActResult { id, status: 200, item: Some(Item::from(&*item)), unchanged, problem: None },
            Err(problem) => {
                let (status, problem) = (problem.status().as_u16(), Some(problem.value()));
                ActResult { id, status, item: None, unchanged, problem }
            }
        }
    };
    let results = ActResults { results: outcomes.into_iter().map(one).collect() };
    // Plain data always serialises.
    format!("{}\n", serde_json::to_string(&results).unwrap_or_default())
}
