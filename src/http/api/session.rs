//! Signing in and out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, RequestExt};
use serde::Deserialize;
use tracing::{info, warn};
use utoipa_axum::routes;

use super::me::{Me, me};
use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{
    Credential, Identity, Right, Role, Secret, cleared, cookie, digest, is_foreign, name_fault, password_fault,
};
use crate::http::body::{JsonBody, wrong};
use crate::http::page::found;
use crate::http::problem::Problem;
use crate::storage::store::{self, Actor, Ceilings, NewSession, Person, SignIn};
use atalaia_core::alerts::handling::Purpose;

/// Adds the routes of this file.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .add(Right::Open, routes!(sign_in))
        .add_polled(Right::Own, routes!(show, sign_out))
        .add(Right::Open, routes!(make_first))
}

/// How somebody signs in: by name and password, or by a one-time link.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// Name of the person; its case does not matter.
    name: Option<String>,
    /// The password.
    password: Option<String>,
    /// The secret of a one-time link, in place of name and password.
    link: Option<String>,
    /// What the data are used for in this session; by default the person's usual purpose, else that of the settings.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
}

/// The first administrator.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct FirstPerson {
    /// The token from the log of the daemon.
    token: String,
    /// The administrator's name.
    name: String,
    /// The administrator's password.
    password: String,
    /// Further roles, for a site where one person does everything. `admin` is always added.
    #[serde(default)]
    roles: Vec<Role>,
}

/// Where a request comes from.
fn address_of(request: &Request) -> IpAddr {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    address.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip())
}

/// Refuses to sign anybody in for a page of another site: it could sign a victim in under the attacker's name.
fn from_here(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    match is_foreign(headers, uri.authority().map(|authority| authority.as_str())) {
        true => Err(Problem::csrf("a page of another site has caused this request")),
        false => Ok(()),
    }
}

/// Signs in. The answer sets the cookie of the session.
#[utoipa::path(post, path = "/session", tag = "session", request_body = Credentials, responses(
    (status = 200, description = "Signed in; `Set-Cookie` has the session", body = Me),
    (status = 400, description = "The body cannot be used"),
    (status = 401, description = "Name or password is wrong, or the link is unknown or used up"),
    (status = 403, description = "A page of another site has caused the request"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 429, description = "More than five attempts in a minute"),
    (status = 503, description = "Busy")))]
async fn sign_in(State(sources): State<Sources>, request: Request) -> Result<Response, Problem> {
    from_here(request.headers(), request.uri())?;
    let address = address_of(&request);
    let JsonBody(given): JsonBody<Credentials> = request.extract().await?;
    if given.purpose.is_some_and(|purpose| !sources.access.settings().known_purposes().contains(&purpose)) {
        return Err(wrong("purpose", "is not a purpose of this site"));
    }
    let (person, way) = match (given.name, given.password, given.link) {
        (Some(name), Some(password), None) => (by_password(&sources, name, password, address).await?, SignIn::Password),
        (None, None, Some(link)) => (by_link(&sources, &link, address).await?, SignIn::Link),
        _ => return Err(Problem::body("write name and password, or link", Vec::new())),
    };
    begin(&sources, person, way, given.purpose, address).await
}

/// The person of this name and password. Takes the same time for a name that nobody has.
async fn by_password(sources: &Sources, name: String, password: String, address: IpAddr) -> Result<Person, Problem> {
    let access = &sources.access;
    if name_fault(&name).is_some() {
        // Nobody has it. As long as it takes for a name that nobody has, so that the two are answered alike.
        access.attempt(None, address)?;
        access.is_password(password, None).await?;
        return Err(Problem::unauthenticated("name or password is wrong"));
    }
    access.attempt(Some(&name), address)?;
    let wanted = name.clone();
    let person = sources.stored(move |path| store::person(path, &wanted)).await?;
    let person = person.filter(|person| person.disabled_at.is_none());
    let hash = person.as_ref().and_then(|person| person.password.clone());
    let is_right = access.is_password(password, hash).await?;
    match person.filter(|_| is_right) {
        Some(person) => {
            access.attempt_was_right(Some(&name), address);
            Ok(person)
        }
        None => {
            // Without the name: people type their password there by mistake.
            warn!(%address, "a sign-in was refused");
            Err(Problem::unauthenticated("name or password is wrong"))
        }
    }
}

/// The person of a one-time link, which is used up.
async fn by_link(sources: &Sources, link: &str, address: IpAddr) -> Result<Person, Problem> {
    sources.access.attempt(None, address)?;
    let (key, now) = (digest(link), sources.clock.now());
    let person = sources
        .stored(move |path| match store::redeem(path, &key, now)? {
            Some(name) => store::person(path, &name),
            None => Ok(None),
        })
        .await?;
    let person = person.filter(|person| person.disabled_at.is_none());
    let person = person.ok_or_else(|| Problem::unauthenticated("the link is unknown, used up or too old"))?;
    sources.access.attempt_was_right(None, address);
    Ok(person)
}

/// Begins a session and answers with its cookie.
async fn begin(
    sources: &Sources,
    person: Person,
    way: SignIn,
    purpose: Option<Purpose>,
    address: IpAddr,
) -> Result<Response, Problem> {
    let access = &sources.access;
    let fresh = || Secret::fresh().map_err(|_| Problem::busy("the system gives no random numbers"));
    let (secret, csrf, id) = (fresh()?, fresh()?, fresh()?);
    let now = sources.clock.now();
    let session = NewSession {
        // Public session id: short enough to list, and not a credential.
        id: id.expose().chars().take(16).collect(),
        secret: secret.digest(),
        csrf: csrf.expose().to_owned(),
        way,
        purpose: purpose.or(person.purpose).or(access.settings().known_purposes().first().copied()),
        address: address.to_string(),
        ends_at: now + access.settings().longest(),
    };
    let key = session.secret;
    let held = sources
        .stored(move |path| {
            let purpose = session.purpose.map(Purpose::name);
            let by = Actor {
                who: &person.name,
                caller: None,
                way: Some(session.way),
                session: Some(&session.id),
                address: Some(address),
                purpose: purpose.as_deref(),
            };
            store::begin_session(path, &person.name, &session, by, now)?;
            store::session(path, &key)
        })
        .await?;
    let held = held.ok_or_else(|| Problem::unauthenticated("sign in again"))?;
    let mut response = found(&me(&sources.access, &Credential::Session(Box::new(held)))).into_response();
    let set = HeaderValue::from_str(&cookie(secret.expose(), access.is_secure()));
    // A secret has only characters that a header may have.
    response.headers_mut().insert(SET_COOKIE, set.map_err(|_| Problem::busy("try again"))?);
    Ok(response)
}

/// Makes the first administrator by the token in the daemon's log, and signs in.
#[utoipa::path(post, path = "/session/first", tag = "session", request_body = FirstPerson, responses(
    (status = 200, description = "Made and signed in; `Set-Cookie` has the session", body = Me),
    (status = 400, description = "The body cannot be used"),
    (status = 401, description = "The token is wrong or too old, or there are people already"),
    (status = 403, description = "A page of another site has caused the request"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 429, description = "More than five attempts in a minute"),
    (status = 503, description = "Busy")))]
async fn make_first(State(sources): State<Sources>, request: Request) -> Result<Response, Problem> {
    from_here(request.headers(), request.uri())?;
    let address = address_of(&request);
    let JsonBody(given): JsonBody<FirstPerson> = request.extract().await?;
    if let Some(fault) = name_fault(&given.name) {
        return Err(wrong("name", fault));
    }
    if let Some(fault) = password_fault(&given.password, &given.name) {
        return Err(wrong("password", fault));
    }
    sources.access.attempt(None, address)?;
    let hash = sources.access.hashed(given.password).await?;
    let now = sources.clock.now();
    let person = Person {
        name: given.name,
        password: Some(hash),
        roles: Role::sorted(given.roles.into_iter().chain([Role::Admin])),
        ceilings: Ceilings::default(),
        purpose: None,
        made_at: now,
        disabled_at: None,
        signed_in_at: None,
        preferences: serde_json::json!({}),
        seen: None,
    };
    let (key, made) = (digest(&given.token), person.clone());
    let done = sources.stored(move |path| store::first(path, &key, &made, now)).await?;
    done.ok_or_else(|| Problem::unauthenticated("the token is wrong or too old, or there are people already"))?;
    info!(person = person.name, "the first administrator was made");
    sources.access.attempt_was_right(None, address);
    begin(&sources, person, SignIn::Password, None, address).await
}

/// The reader and the session.
#[utoipa::path(get, path = "/session", tag = "session", responses(
    (status = 200, description = "The reader", body = Me),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "Not allowed"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn show(State(sources): State<Sources>, Extension(identity): Extension<Identity>) -> Response {
    found(&me(&sources.access, &identity.credential))
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "session", responses(
    (status = 204, description = "Signed out"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "Not allowed, or not from the console"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn sign_out(
    State(sources): State<Sources>,
    Extension(identity): Extension<Identity>,
) -> Result<Response, Problem> {
    let Credential::Session(held) = identity.credential else {
        return Err(Problem::forbidden("a token is ended by an administrator"));
    };
    let (now, reader) = (sources.clock.now(), identity.reader);
    let session = held.0;
    sources
        .stored(move |path| store::end_sessions(path, &session.person, Some(&session.id), reader.actor(), now))
        .await?;
    sources.access.forget();
    let set = HeaderValue::from_str(&cleared(sources.access.is_secure()));
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(set.map(|set| (SET_COOKIE, set)));
    Ok(response)
}
