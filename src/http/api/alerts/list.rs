//! `GET /alerts`: the alerts that match a filter, page by page.

use axum::Extension;
use axum::extract::{Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::http::access::Reader;
use crate::http::api::answers::key;
use crate::http::api::consulted::listed;
use crate::http::api::described::query;
use crate::http::api::filter::{Basis, described, filter, keys};
use crate::http::api::item::{Item, member_names};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::tagged::Tagged;
use crate::storage::store::PageRequest;
use crate::storage::store::{AlertItem, AlertPage, Cursor, Order};
use atalaia_core::base::text::advice;

/// Alerts of a page if the request names no number.
const USUAL: usize = 100;
/// Largest `limit` that a request may name.
const MOST: usize = 1000;
/// The parameters beside those of the filter.
const PAGE: [(&str, &str); 4] = [
    ("sort", "-score (then -last_at, id), -last_at, -changed_at, -started_at, or the same without the sign"),
    ("limit", "1 to 1000; 100 if it is left out"),
    ("cursor", "`next` of the page before; it belongs to one sort"),
    ("fields", "Names of members; all if it is left out"),
];

/// The parameters, for the description.
pub(super) struct ListParameters;

impl IntoParams for ListParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        [query(described()), query(PAGE)].concat()
    }
}

/// A page of alerts.
#[derive(Serialize, ToSchema)]
struct AlertList {
    /// The alerts, in the order of the list.
    #[schema(value_type = Vec<Item>)]
    items: Vec<Shown>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
    /// Alerts that the reader may not see, of the kinds and states of the filter whatever else it asks for.
    withheld: u32,
    /// Last entry of the log.
    seq: i64,
    /// Engine time; null before the first report.
    at: Option<String>,
    /// Alerts of all pages.
    total: u32,
}

/// An item, whole or with some of its members only.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown {
    /// As the store wrote it.
    Whole(Item),
    /// The members that were asked for.
    Picked(Value),
}

/// The alerts that match the filter and that the reader may see. By default announced ones of every state, the highest score first.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(ListParameters),
    responses(
        (status = 200, description = "One page; `Link` has the address of the next", body = AlertList),
        (status = 304, description = "Nothing has changed since the entity tag of the request"),
        Refusals))]
pub(super) async fn list_alerts(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    RawQuery(raw): RawQuery,
    Query(given): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let known: Vec<&str> = keys().chain(PAGE.map(|(name, _)| name)).collect();
    let given = Parameters::of(given, &known)?;
    let at = sources.at();
    let now = sources.clock.now();
    let filter = filter(&given, &Basis { me: &reader.name, at: at.unwrap_or(now), now })?;
    let order = order(&given)?;
    let cursor = cursor(&given, order)?;
    let limit = given.count("limit", USUAL, MOST)?;
    let fields = fields(&given)?;
    let raw = raw.unwrap_or_default();
    listed(&sources, &reader, "alerts", &raw).await?;
    let (key, made, answers) = (key("alerts", &raw, &filter, &reader), sources.clock.moment(), sources.answers());
    let answer = sources
        .read(move |readers| {
            let seq = readers.seq()?;
            if let Some(answer) = answers.get(&key, seq, made) {
                return Ok(answer);
            }
            let page = readers.page(&PageRequest {
                filter: &filter,
                clearance: &reader.clearance,
                order,
                cursor: cursor.as_ref(),
                limit,
                now,
            })?;
            let seq = page.seq;
            let answer = answer(page, at.map(|at| at.to_string()), fields.as_deref(), &raw);
            answers.put(key, seq, made, &answer);
            Ok(answer)
        })
        .await?;
    Ok(answer.response(&headers))
}

/// The body of a page. `raw` is the query as it was sent.
fn answer(page: AlertPage, at: Option<String>, fields: Option<&[String]>, raw: &str) -> Tagged {
    let shown = |item: AlertItem| match fields {
        None => Shown::Whole(Item::from(item)),
        Some(fields) => Shown::Picked(picked(item.value(), fields)),
    };
    let items: Vec<Shown> = page.items.into_iter().map(shown).collect();
    let next = page.next.map(|next| next.to_string());
    let link = next.as_deref().map(|next| address(raw, next));
    let AlertPage { withheld, total, seq, .. } = page;
    let body = AlertList { items, next, withheld, seq, at: None, total };
    Tagged::timed(&body, at.as_deref()).before(link)
}

/// Address of the page that begins at a cursor. Cursors consist of characters that need no encoding.
fn address(raw: &str, cursor: &str) -> String {
    let others = raw.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let pairs: Vec<String> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    format!("/api/v1/alerts?{}", pairs.join("&"))
}

/// The members that were asked for, in the order of the item.
fn picked(mut item: Value, fields: &[String]) -> Value {
    if let Some(members) = item.as_object_mut() {
        members.retain(|name, _| fields.iter().any(|field| field == name));
    }
    item
}

/// The order of the list.
fn order(given: &Parameters) -> Result<Order, Problem> {
    let Some(name) = given.text("sort") else {
        return Ok(Order::default());
    };
    let unknown = || Problem::parameter(format!("sort: there is no such order; {}", advice(name, &Order::NAMES)));
    Order::named(name).ok_or_else(unknown)
}

/// The place where the page begins; `None` for the first page.
fn cursor(given: &Parameters, order: Order) -> Result<Option<Cursor>, Problem> {
    let Some(text) = given.text("cursor") else {
        return Ok(None);
    };
    let wrong = || Problem::parameter("cursor: is not one that a list gave; begin without it");
    let cursor: Cursor = text.parse().map_err(|()| wrong())?;
    match cursor.order == order {
        true => Ok(Some(cursor)),
        false => Err(Problem::parameter(format!("cursor: belongs to the order {}; begin without it", cursor.order))),
    }
}

/// The members that were asked for; `None` for all.
fn fields(given: &Parameters) -> Result<Option<Vec<String>>, Problem> {
    let Some(text) = given.text("fields") else {
        return Ok(None);
    };
    let names = member_names();
    let one = |name: &str| match names.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(Problem::parameter(format!("fields: there is no such member; {}", advice(name, &names)))),
    };
    text.split(',').map(|name| one(name.trim())).collect::<Result<Vec<String>, _>>().map(Some)
}
