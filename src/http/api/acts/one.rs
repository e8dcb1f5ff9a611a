//! `POST /alerts/{id}/acts`: an act on one alert.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::answer::outcome;
use super::assignee::known;
use super::body::ActBody;
use super::request::expected;
use crate::http::access::{Reader, Right};
use crate::http::api::item::Item;
use crate::http::api::keyed::{Keyed, response, reused};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::body::{read, wrong};
use crate::http::problem::Problem;
use crate::storage::store::{self, ActOutcome, ActRequest, Lowering, Once};

/// Acts on one alert. Returns it as it then stands. An act that was done before in the same way and with no new reason changes nothing: the
/// alert keeps its etag, and its history gets no second row.
#[utoipa::path(post, path = "/alerts/{id}/acts", tag = "alerts", request_body = ActBody, params(
    ("id" = String, Path, description = "Full id of the alert"),
    ("If-Match" = Option<String>, Header, description = "The etag of the alert as you saw it; without it, the act is done on any state"),
    ("Idempotency-Key" = Option<String>, Header, description = "A key of your own; sent again within 24 hours, the act is not done twice")),
    responses(
    (status = 200, description = "The alert after the act", body = Item),
    (status = 409, description = "The key was used for another request"),
    (status = 412, description = "The alert has changed since; `current` is the alert as it stands"),
    (status = 415, description = "The body is not JSON"), Refusals))]
pub(super) async fn act_on_alert(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let (states, key) = (expected(&headers)?, Keyed::of(&headers, &id, &bytes)?);
    let body: ActBody = read(&headers, &bytes)?;
    if body.ids.is_some() {
        return Err(wrong("ids", "does not belong to an act on one alert"));
    }
    let (deed, why) = body.deed()?;
    let deed = known(deed, &sources).await?;
    let now = sources.clock.now();
    let lowering = if reader.rights.allow(Right::MarkDown) { Lowering::WithReason } else { Lowering::Forbidden };
    let ids = [id];
    let answered = sources.stored(move |path| {
        let request = ActRequest {
            ids: &ids,
            deed: &deed,
            expected: &states,
            by: reader.actor(),
            why: why.as_deref(),
            clearance: &reader.clearance,
            lowering,
            key: key.as_ref().map(Keyed::stored),
        };
        store::act_once(path, &request, now, |outcomes| match outcomes {
            [(_, ActOutcome::Done(item) | ActOutcome::Unchanged(item, _))] => Some((200, format!("{}\n", item.text))),
            _ => None,
        })
    });
    match answered.await? {
        Once::Done(outcomes) => {
            let first = outcomes.into_iter().next().map_or(ActOutcome::Missing, |(_, outcome)| outcome);
            let item = outcome(first)?;
            Ok(response(200, format!("{}\n", item.text), Some(&item.etag())))
        }
        Once::Repeated { status, body } => {
            let item: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            Ok(response(status, body, item["etag"].as_str()))
        }
        Once::Reused => Err(reused()),
    }
}
