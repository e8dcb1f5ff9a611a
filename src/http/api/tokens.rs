//! Tokens of machines, for administrators.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa_axum::routes;

use super::keyed::{Keyed, repeated, reused};
use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{Reader, Right, Rights, Secret, ceilings_fault, name_fault, token_fault};
use crate::http::body::{read, wrong};
use crate::http::page::json;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::{self, CeilingChange, Ceilings, Once, Token};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::Time;

/// What a repeated request is answered: the secret was in the first answer and is not kept.
const SECRET_GONE: &str =
    "this request has made the token already, and its secret was in that answer only; end the token and make another";
/// Maximum number of rows of the list.
const MOST: usize = 1000;

/// Adds the routes of this file.
pub(super) fn add(routes: Routes) -> Routes {
    routes.add(Right::People, routes!(list, create)).add(Right::People, routes!(end))
}

/// A token. Its secret is not known to anybody but the machine that has it.
#[derive(Serialize, utoipa::ToSchema)]
struct TokenRow {
    /// The name, as it appears in the audit trail.
    name: String,
    /// What it allows.
    #[schema(value_type = Vec<Right>)]
    rights: Rights,
    /// Up to which marking it shows alerts.
    ceilings: Ceilings,
    /// Networks it may be used from; empty for all.
    networks: Vec<String>,
    /// What the data are used for.
    #[schema(value_type = String)]
    purpose: Purpose,
    /// Who made it.
    made_by: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    made_at: Time,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires: Time,
    /// When it was last used, to the minute; null before the first time.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Time>,
    /// When it was ended; null if it was not.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
}

/// A token that was just made.
#[derive(Serialize, utoipa::ToSchema)]
struct AddedToken {
    /// The token.
    #[serde(flatten)]
    token: TokenRow,
    /// What the machine sends as `Authorization: Bearer`. It is shown only now.
    secret: String,
}

/// All tokens.
#[derive(Serialize, utoipa::ToSchema)]
struct Tokens {
    /// By name, also those that have ended.
    items: Vec<TokenRow>,
}

/// A new token.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// The name. No person or token may have it, nor a token that has ended.
    name: String,
    /// What it allows: status, read, search, act, silence, export, retry and audit.
    #[schema(value_type = Vec<Right>)]
    rights: Rights,
    /// Up to which marking it shows alerts; a member that is left out sets no limit.
    #[serde(default)]
    ceilings: CeilingChange,
    /// When it ends, within a year.
    #[schema(value_type = String, format = DateTime)]
    expires: Time,
    /// Networks it may be used from, such as `192.0.2.0/24`; null for all.
    networks: Option<Vec<String>>,
    /// What the data are used for; null for the first purpose of the site.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
}

impl From<Token> for TokenRow {
    fn from(token: Token) -> TokenRow {
        TokenRow {
            name: token.name,
            rights: token.rights,
            ceilings: token.ceilings,
            networks: token.networks,
            purpose: token.purpose,
            made_by: token.made_by,
            made_at: token.made_at,
            expires: token.expires_at,
            last_used_at: token.used_at,
            ended_at: token.ended_at,
        }
    }
}

/// Lists all tokens.
#[utoipa::path(get, path = "/tokens", tag = "people",
    params(("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Maximum number of rows")), responses(
    (status = 200, description = "All tokens", body = Tokens),
    (status = 400, description = "A parameter is unknown"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn list(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Json<Tokens>, Problem> {
    let limit = Parameters::of(given, &["limit"])?.count("limit", MOST, MOST)?;
    let tokens = sources.stored(store::tokens).await?;
    Ok(Json(Tokens { items: tokens.into_iter().take(limit).map(TokenRow::from).collect() }))
}

/// Makes a token. Its secret is in the answer and nowhere else.
#[utoipa::path(post, path = "/tokens", tag = "people", request_body = NewToken, params(
    ("Idempotency-Key" = Option<String>, Header, description = "A key of your own; sent again within 24 hours, no second token is made")),
    responses(
    (status = 201, description = "Made", body = AddedToken),
    (status = 400, description = "The body cannot be used"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing, or not from the console"),
    (status = 409, description = "A person or token has this name, or the key was used before: the secret is not shown again"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 422, description = "Refused"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn create(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let wanted: NewToken = read(&headers, &bytes)?;
    let request = Keyed::of(&headers, "/tokens", &bytes)?;
    let now = sources.clock.now();
    if let Some(fault) = name_fault(&wanted.name) {
        return Err(wrong("name", fault));
    }
    let networks = wanted.networks.unwrap_or_default();
    if let Some((key, fault)) = token_fault(&wanted.rights, &networks, wanted.expires, now) {
        return Err(wrong(key, fault));
    }
    let ceilings = wanted.ceilings.over(Ceilings::default());
    if let Some((key, fault)) = ceilings_fault(&ceilings) {
        return Err(wrong(&format!("ceilings/{key}"), fault));
    }
    let usual = sources.access.settings().known_purposes().first().copied();
    let purpose = wanted.purpose.or(usual).unwrap_or(Purpose::NonSpecified);
    let secret = Secret::token().map_err(|_| Problem::busy("the system gives no random numbers"))?;
    let token = Token {
        name: wanted.name,
        rights: wanted.rights,
        ceilings,
        networks,
        purpose,
        made_by: reader.name.clone(),
        made_at: now,
        expires_at: wanted.expires,
        used_at: None,
        ended_at: None,
    };
    let (added, key) = (token.clone(), secret.digest());
    let again = format!("{}: {SECRET_GONE}", token.name);
    let add = move |path: &std::path::Path| {
        let request = request.as_ref().map(Keyed::stored);
        store::add_token_once(path, &added, &key, reader.actor(), request.as_ref(), now, (409, again))
    };
    match sources.stored(add).await? {
        Once::Done(()) => {
            let secret = secret.expose().to_owned();
            Ok(json(StatusCode::CREATED, &AddedToken { token: TokenRow::from(token), secret }))
        }
        Once::Repeated { status, body } => repeated(status, body),
        Once::Reused => Err(reused()),
    }
}

/// Ends a token.
#[utoipa::path(delete, path = "/tokens/{name}", tag = "people",
    params(("name" = String, Path, description = "Name of the token")), responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing, or not from the console"),
    (status = 404, description = "There is no such token in force"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn end(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let now = sources.clock.now();
    let is_ended = sources
        .stored(move |path| {
            if !store::tokens(path)?
                .iter()
                .any(|token| store::is_same_name(&token.name, &name) && token.ended_at.is_none())
            {
                return Ok(false);
            }
            store::end_token(path, &name, reader.actor(), now).map(|()| true)
        })
        .await?;
    sources.access.forget();
    match is_ended {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("there is no such token in force")),
    }
}
