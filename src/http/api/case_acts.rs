//! `POST /cases/{id}/acts`: what people do with a case. It does what `atalaia cases hold` and `release` do, with the same audit row.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::refusals::Refusals;
use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{Reader, Right};
use crate::http::body::{JsonBody, wrong};
use crate::http::page::found;
use crate::http::problem::Problem;
use crate::storage::store::{self, Clearance};

/// Longest reason in characters.
const REASON: usize = 2_000;

/// The kinds of act.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Put the case under legal hold: nothing that belongs to it is purged.
    Hold,
    /// Lift the hold.
    Release,
}

/// An act on a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CaseAct {
    /// What to do.
    act: Kind,
    /// The reason.
    why: String,
}

/// Adds the route.
pub(super) fn add(routes: Routes) -> Routes {
    routes.add(Right::Hold, routes!(act_on_case))
}

/// Holds a case, or lifts its hold. Returns the case as it then stands.
#[utoipa::path(post, path = "/cases/{id}/acts", tag = "cases", request_body = CaseAct,
    params(("id" = String, Path, description = "Full id of 26 characters")),
    responses(
        (status = 200, description = "The case after the act", content_type = "application/json"),
        (status = 415, description = "The body is not JSON"), Refusals))]
async fn act_on_case(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    JsonBody(wanted): JsonBody<CaseAct>,
) -> Result<Response, Problem> {
    let why = wanted.why.trim().to_owned();
    if why.is_empty() {
        return Err(wrong("why", "is empty: a hold, and the end of one, needs a reason"));
    }
    if REASON < why.chars().count() {
        return Err(wrong("why", format!("is longer than {REASON} characters")));
    }
    let (id, clearance) = (id.to_ascii_lowercase(), reader.clearance.clone());
    // The store takes shortened ids too, and knows nothing of ceilings.
    visible(&sources, &id, &clearance).await?;
    let (subject, now) = (id.clone(), sources.clock.now());
    let act = move |path: &std::path::Path| match wanted.act {
        Kind::Hold => store::hold(path, &subject, reader.actor(), &why, now),
        Kind::Release => store::release(path, &subject, reader.actor(), &why, now),
    };
    sources.stored(act).await?;
    visible(&sources, &id, &clearance).await.map(|case| found(&case))
}

/// The case with exactly this id, within the clearance.
async fn visible(sources: &Sources, id: &str, clearance: &Clearance) -> Result<Value, Problem> {
    let (wanted, clearance) = (id.to_owned(), clearance.clone());
    let case = sources.read(move |readers| readers.case(&wanted, &clearance)).await?;
    case.map(|(case, _)| case).ok_or_else(|| Problem::not_found("there is no such case"))
}
