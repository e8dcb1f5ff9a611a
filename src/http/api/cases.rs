//! `GET /cases` and `GET /cases/{id}`: what ties alerts of the same vessels together.
//!
//! A reader sees a case only with all of its alerts, because its story names them.

use axum::Extension;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::consulted::{consulted, listed};
use super::item::Item;
use super::refusals::Refusals;
use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{Reader, Right};
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::tagged::Tagged;
use crate::storage::store::{Act, Subject};
use crate::storage::store::{CaseQuery, Readers};
use atalaia_core::base::text::advice;

/// Cases of a page if the request names no number, and the largest number it may name.
const LIMIT: (usize, usize) = (100, 1000);
/// What a list may be sorted by.
const SORTS: [&str; 2] = ["-score", "score"];
/// What may be included in one case. The story is always there.
const INCLUDES: [&str; 2] = ["story", "alerts"];

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes.add(Right::Read, routes!(list_cases)).add(Right::Read, routes!(show_case))
}

/// A page of cases.
#[derive(Serialize, ToSchema)]
struct CaseList {
    /// The cases as `atalaia cases list --json` prints them, with `status`, `started_at` and `last_at`.
    items: Vec<Value>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
    /// Cases that match but that the reader may not see.
    withheld: u32,
    /// Last entry of the log.
    seq: i64,
}

/// The cases of which the reader may see every alert.
#[utoipa::path(get, path = "/cases", tag = "cases",
    params(
        ("status" = Option<String>, Query, description = "open: with an alert that is ongoing and not closed; over: the others"),
        ("sort" = Option<String>, Query, description = "-score or score"),
        ("limit" = Option<String>, Query, description = "1 to 1000; 100 if it is left out"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "One page", body = CaseList),
        (status = 304, description = "Nothing has changed since the entity tag of the request"), Refusals))]
async fn list_cases(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    RawQuery(raw): RawQuery,
    Query(given): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["status", "sort", "limit", "cursor"])?;
    let word = |name: &str, known: &[&str]| match given.text(name) {
        Some(word) if !known.contains(&word) => {
            Err(Problem::parameter(format!("{name}: is not known; {}", advice(word, known))))
        }
        word => Ok(word.map(str::to_owned)),
    };
    let open = word("status", &["open", "over"])?.map(|word| word == "open");
    let ascending = word("sort", &SORTS)?.is_some_and(|word| word == "score");
    let after = given.text("cursor").map(|text| {
        let parts = text.split_once('.').and_then(|(score, id)| Some((score.parse().ok()?, id.to_owned())));
        parts.ok_or_else(|| Problem::parameter("cursor: is not one that a list gave; begin without it"))
    });
    let query = CaseQuery { open, ascending, after: after.transpose()? };
    let limit = given.count("limit", LIMIT.0, LIMIT.1)?;
    listed(&sources, &reader, "cases", &raw.unwrap_or_default()).await?;
    let page = sources.read(move |readers| readers.cases(&query, &reader.clearance, limit)).await?;
    let next = page.next.map(|(score, id)| format!("{score}.{id}"));
    let list = CaseList { items: page.items, next, withheld: page.withheld, seq: page.seq };
    Ok(Tagged::json(&list).response(&headers))
}

/// One case. `include=alerts` adds its alerts as `alert_items`, in the order of the story.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases",
    params(
        ("id" = String, Path, description = "Full id of 26 characters"),
        ("include" = Option<String>, Query, description = "alerts; story is always there")),
    responses(
        (status = 200, description = "The case", content_type = "application/json"),
        (status = 304, description = "Nothing has changed since the entity tag of the request"),
        Refusals))]
async fn show_case(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["include"])?;
    let include: Vec<&str> = given.text("include").map_or_else(Vec::new, |text| text.split(',').collect());
    if let Some(wrong) = include.iter().find(|name| !INCLUDES.contains(name)) {
        let text = format!("include: there is no such part; {}", advice(wrong, &INCLUDES));
        return Err(Problem::parameter(text));
    }
    let with_alerts = include.contains(&"alerts");
    let (now, clearance, wanted) = (sources.clock.now(), reader.clearance.clone(), id.to_ascii_lowercase());
    let read = move |readers: &Readers| {
        let Some((mut case, alerts)) = readers.case(&wanted, &clearance)? else {
            return Ok(None);
        };
        if with_alerts {
            let items: Vec<Item> = readers.items(&alerts, &clearance, now)?.iter().map(Item::from).collect();
            case["alert_items"] = serde_json::to_value(items).unwrap_or_default();
        }
        Ok(Some((wanted, case)))
    };
    let shown: String = id.chars().filter(|letter| letter.is_ascii_alphanumeric()).take(26).collect();
    let found = sources.read(read).await?;
    let (id, case) = found.ok_or_else(|| Problem::not_found(format!("no case {shown}")))?;
    consulted(&sources, &reader, Act::CaseRead, Subject::case(&id), None).await?;
    Ok(Tagged::json(&case).response(&headers))
}
