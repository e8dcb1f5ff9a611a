//! `GET /audit`: rows of the audit trail, latest first.

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use data_encoding::HEXLOWER;
use serde::Serialize;

use crate::http::access::Reader;
use crate::http::api::consulted::consulted;
use crate::http::api::described;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::{Act, Subject};
use crate::storage::store::{AuditQuery, FullRow, Verb};
use atalaia_core::base::text::advice;

/// Largest page.
const MOST: usize = 1000;
/// Usual page.
const USUAL: usize = 100;
/// The parameters, with their meaning.
const PARAMETERS: [(&str, &str); 7] = [
    ("verb", "collection, alteration, consultation, disclosure, combination or erasure"),
    ("who", "Name of the author or caller"),
    ("subject", "What it is about, in full: an id, `silence 3`, `vessel 224000001`, `audit`"),
    ("since", "From this time on, by the wall clock"),
    ("until", "Before this time"),
    ("limit", "1 to 1000; 100 if absent"),
    ("cursor", "`next` of the page before"),
];

/// A page of the audit trail.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AuditPage {
    /// The rows, latest first.
    items: Vec<AuditItem>,
    /// Where the next page begins; null on the last one.
    next: Option<String>,
}

/// One row of the audit trail.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AuditItem {
    /// Number of the row.
    seq: i64,
    /// When it happened, by the wall clock.
    at: String,
    /// The author; `(atalaia)` for the program, empty if retention has emptied the row.
    who: String,
    /// The account that acted under another name.
    caller: Option<String>,
    /// How the author was identified: password, link, token or local account; null for the program.
    way: Option<String>,
    /// Public id of the session.
    session: Option<String>,
    /// Address of the client.
    address: Option<String>,
    /// What happened to data; null for rows from before the chain.
    verb: Option<String>,
    /// The action.
    what: String,
    /// What it is about.
    subject: String,
    /// What the author uses the data for.
    purpose: Option<String>,
    /// The reason.
    why: Option<String>,
    /// The result or the recipient.
    result: Option<String>,
    /// How often, for a repeated consultation.
    times: u32,
    /// When last, if it was repeated.
    last_at: Option<String>,
    /// The link to the row before, in hexadecimal digits; null for rows from before the chain.
    hash: Option<String>,
}

impl From<FullRow> for AuditItem {
    fn from(row: FullRow) -> AuditItem {
        AuditItem {
            seq: row.seq,
            at: row.at.to_string(),
            who: row.who,
            caller: row.caller,
            way: row.way,
            session: row.session,
            address: row.address,
            verb: row.verb,
            what: row.what,
            subject: row.subject,
            purpose: row.purpose,
            why: row.why,
            result: row.result,
            times: row.times,
            last_at: row.last_at.map(|at| at.to_string()),
            hash: row.hash.map(|hash| HEXLOWER.encode(&hash)),
        }
    }
}

/// Rows of the audit trail, latest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(Listed),
    responses((status = 200, description = "One page", body = AuditPage), Refusals))]
pub(super) async fn list_audit(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &PARAMETERS.map(|(name, _)| name))?;
    let query = AuditQuery {
        verb: given.text("verb").map(verb).transpose()?,
        who: given.text("who").map(str::to_owned),
        subject: given.text("subject").map(str::to_owned),
        since: given.time("since")?,
        until: given.time("until")?,
    };
    let limit = given.count("limit", USUAL, MOST)?;
    let wrong = || Problem::parameter("cursor: write `next` of the page before");
    let before = given.text("cursor").map(|text| text.parse::<i64>().map_err(|_| wrong())).transpose()?;
    consulted(&sources, &reader, Act::TrailRead, Subject::Trail, None).await?;
    // One more than a page, which shows whether there is another.
    let most = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let mut rows = sources.read(move |readers| readers.audit_page(&query, before, most)).await?;
    let more = limit < rows.len();
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.seq.to_string());
    Ok(found(&AuditPage { items: rows.into_iter().map(AuditItem::from).collect(), next }))
}

/// The verb of this name.
fn verb(text: &str) -> Result<Verb, Problem> {
    let names = Verb::ALL.map(Verb::name);
    let unknown = || Problem::parameter(format!("verb: {}", advice(text, &names)));
    Verb::ALL.into_iter().find(|verb| verb.name() == text).ok_or_else(unknown)
}

/// The parameters, for the description.
struct Listed;

impl utoipa::IntoParams for Listed {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        described::query(PARAMETERS)
    }
}
