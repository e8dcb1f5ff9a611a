//! People and their sessions, for administrators.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Json};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa_axum::routes;

use super::keyed::{Keyed, repeated, response, reused};
use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{Reader, Right, Role, Secret, ceilings_fault, name_fault, password_fault};
use crate::http::body::{JsonBody, read, wrong};
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::SignIn;
use crate::storage::store::{self, Alteration, CeilingChange, Ceilings, Link, Once, Person, Session};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::{Span, Time};

/// What a repeated request is answered: the link was in the first answer and is not kept.
const LINK_GONE: &str =
    "this request has added the person already, and the one-time link was in that answer only; make another link";
/// How long the link of a new person without a password is valid.
const LINK_LIFE: Span = Span::from_hours(24);
/// Maximum number of rows of a list.
const MOST: usize = 1000;

/// Adds the routes of this file.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .add(Right::People, routes!(list, create))
        .add(Right::People, routes!(alter, remove))
        .add(Right::People, routes!(end_all))
        .add(Right::People, routes!(list_sessions))
}

/// A person.
#[derive(Serialize, utoipa::ToSchema)]
struct User {
    /// The name, as it appears in the audit trail.
    name: String,
    /// The roles.
    roles: Vec<Role>,
    /// Up to which marking the person sees alerts.
    ceilings: Ceilings,
    /// The usual purpose of the person's work; null for that of the settings.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// When the person was added.
    #[schema(value_type = String, format = DateTime)]
    made_at: Time,
    /// Since when the person may not sign in; null if the person may.
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Time>,
    /// Whether the person has a password.
    has_password: bool,
    /// Number of sessions in force.
    sessions: usize,
    /// When the person last signed in; null before the first time.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<Time>,
}

/// A person that was just added.
#[derive(Serialize, utoipa::ToSchema)]
struct AddedUser {
    /// The person.
    #[serde(flatten)]
    user: User,
    /// Secret of a one-time link, valid for 24 hours, for a person without a password; null for others. It is shown only now.
    link: Option<String>,
}

/// All people.
#[derive(Serialize, utoipa::ToSchema)]
struct Users {
    /// By name.
    items: Vec<User>,
}

/// A session in force.
#[derive(Serialize, utoipa::ToSchema)]
struct SessionRow {
    /// Its public name, as in the audit trail.
    id: String,
    /// Name of the person.
    name: String,
    /// How it began: `password` or `link`.
    #[schema(value_type = String)]
    way: SignIn,
    /// What the data are used for.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// Address of the client at the beginning.
    address: String,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    signed_in_at: Time,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Time,
    /// When it ends if it is not used any more.
    #[schema(value_type = String, format = DateTime)]
    idle_until: Time,
    /// When it ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    until: Time,
    /// Whether it is the reader's own.
    own: bool,
}

/// All sessions in force.
#[derive(Serialize, utoipa::ToSchema)]
struct Sessions {
    /// The last used first.
    items: Vec<SessionRow>,
}

/// A new person.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// The name. No person or token may have it.
    name: String,
    /// The password; without one, the answer has a one-time link.
    password: Option<String>,
    /// The roles.
    roles: Vec<Role>,
    /// Up to which marking the person sees alerts; a member that is left out sets no limit.
    #[serde(default)]
    ceilings: CeilingChange,
    /// The usual purpose of the person's work.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
}

/// What to change of a person. A member that is left out stays as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct UserChange {
    /// A new password. It ends all sessions of the person.
    password: Option<String>,
    /// New roles. They hold at once, also in sessions in force.
    roles: Option<Vec<Role>>,
    /// Which ceilings to change. They hold at once.
    ceilings: Option<CeilingChange>,
    /// A new usual purpose; null for that of the settings.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    purpose: Option<Option<Purpose>>,
    /// Whether the person may not sign in. It ends all sessions.
    disabled: Option<bool>,
}

/// Tells a member that is null from one that is left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl User {
    /// The person as it is shown, with what is known of the person's sessions.
    fn of(person: Person, sessions: &[Session]) -> User {
        User {
            sessions: sessions.iter().filter(|session| session.person == person.name).count(),
            last_sign_in_at: person.signed_in_at,
            has_password: person.password.is_some(),
            name: person.name,
            roles: person.roles,
            ceilings: person.ceilings,
            purpose: person.purpose,
            made_at: person.made_at,
            disabled_at: person.disabled_at,
        }
    }
}

/// Lists all people.
#[utoipa::path(get, path = "/users", tag = "people",
    params(("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Maximum number of rows")), responses(
    (status = 200, description = "All people, by name", body = Users),
    (status = 400, description = "A parameter is unknown"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn list(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Json<Users>, Problem> {
    let limit = Parameters::of(given, &["limit"])?.count("limit", MOST, MOST)?;
    let now = sources.clock.now();
    let idle = sources.access.settings().idle();
    let (people, sessions) =
        sources.stored(move |path| Ok((store::people(path)?, store::sessions(path, idle, now)?))).await?;
    Ok(Json(Users { items: people.into_iter().take(limit).map(|person| User::of(person, &sessions)).collect() }))
}

/// Adds a person.
#[utoipa::path(post, path = "/users", tag = "people", request_body = NewUser, params(
    ("Idempotency-Key" = Option<String>, Header, description = "A key of your own; sent again within 24 hours, nothing is done twice")),
    responses(
    (status = 201, description = "Added", body = AddedUser),
    (status = 400, description = "The body cannot be used"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing, or not from the console"),
    (status = 409, description = "A person or token has this name, or the key was used before: a link is not shown again"),
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
    let wanted: NewUser = read(&headers, &bytes)?;
    let request = Keyed::with_password(&headers, "/users", &bytes)?;
    if let Some(fault) = name_fault(&wanted.name) {
        return Err(wrong("name", fault));
    }
    let ceilings = wanted.ceilings.over(Ceilings::default());
    if let Some((key, fault)) = ceilings_fault(&ceilings) {
        return Err(wrong(&format!("ceilings/{key}"), fault));
    }
    let password = match wanted.password {
        Some(password) => Some(hashed(&sources, password, &wanted.name).await?),
        None => None,
    };
    let now = sources.clock.now();
    let person = Person {
        name: wanted.name,
        password,
        roles: Role::sorted(wanted.roles),
        ceilings,
        purpose: wanted.purpose,
        made_at: now,
        disabled_at: None,
        signed_in_at: None,
        preferences: serde_json::json!({}),
        seen: None,
    };
    let secret = match &person.password {
        Some(_) => None,
        None => Some(Secret::fresh().map_err(|_| Problem::busy("the system gives no random numbers"))?),
    };
    let added = person.clone();
    let link = secret.as_ref().map(|secret| Link { secret: secret.digest(), ends_at: now + LINK_LIFE });
    let name = person.name.clone();
    let user = AddedUser { user: User::of(person, &[]), link: secret.map(|secret| secret.expose().to_owned()) };
    // Plain data always serialises.
    let body = format!("{}\n", serde_json::to_string(&user).unwrap_or_default());
    let again = match &user.link {
        Some(_) => (409, format!("{name}: {LINK_GONE}")),
        None => (201, body.clone()),
    };
    let add = move |path: &std::path::Path| {
        let request = request.as_ref().map(Keyed::stored);
        store::add_person_once(path, &added, link.as_ref(), reader.actor(), request.as_ref(), now, again)
    };
    match sources.stored(add).await? {
        Once::Done(()) => {
            sources.access.forget();
            Ok(response(201, body, None))
        }
        Once::Repeated { status, body } => repeated(status, body),
        Once::Reused => Err(reused()),
    }
}

/// Changes a person.
#[utoipa::path(patch, path = "/users/{name}", tag = "people", request_body = UserChange,
    params(("name" = String, Path, description = "Name of the person")), responses(
    (status = 200, description = "The person after the change", body = User),
    (status = 400, description = "The body cannot be used"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing, or not from the console"),
    (status = 404, description = "There is no such person"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 422, description = "Nothing to change, or no administrator would be left"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn alter(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(name): Path<String>,
    JsonBody(wanted): JsonBody<UserChange>,
) -> Result<Json<User>, Problem> {
    let person = known(&sources, &name).await?;
    let ceilings = wanted.ceilings.as_ref().map(|change| change.over(person.ceilings.clone()));
    if let Some((key, fault)) = ceilings.as_ref().and_then(ceilings_fault) {
        return Err(wrong(&format!("ceilings/{key}"), fault));
    }
    let password = match wanted.password {
        Some(password) => Some(hashed(&sources, password, &person.name).await?),
        None => None,
    };
    let change = Alteration {
        password,
        roles: wanted.roles.map(Role::sorted),
        ceilings: wanted.ceilings,
        purpose: wanted.purpose,
        disabled: wanted.disabled,
    };
    let (now, idle) = (sources.clock.now(), sources.access.settings().idle());
    let (person, sessions) = sources
        .stored(move |path| {
            // An administrator who changes the own password stays signed in here.
            let (by, keep) = (reader.actor(), reader.session.as_deref());
            let person = store::alter_person(path, &person.name, &change, keep, by, now)?;
            Ok((person, store::sessions(path, idle, now)?))
        })
        .await?;
    sources.access.forget();
    Ok(Json(User::of(person, &sessions)))
}

/// Removes a person. The audit trail keeps the name.
#[utoipa::path(delete, path = "/users/{name}", tag = "people",
    params(("name" = String, Path, description = "Name of the person")), responses(
    (status = 204, description = "Removed"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing, or not from the console"),
    (status = 404, description = "There is no such person"),
    (status = 422, description = "No administrator would be left"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn remove(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let person = known(&sources, &name).await?;
    let now = sources.clock.now();
    sources.stored(move |path| store::remove_person(path, &person.name, reader.actor(), now)).await?;
    sources.access.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of a person.
#[utoipa::path(delete, path = "/users/{name}/sessions", tag = "people",
    params(("name" = String, Path, description = "Name of the person")), responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing, or not from the console"),
    (status = 404, description = "There is no such person"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn end_all(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let person = known(&sources, &name).await?;
    let now = sources.clock.now();
    sources.stored(move |path| store::end_sessions(path, &person.name, None, reader.actor(), now)).await?;
    sources.access.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the sessions in force.
#[utoipa::path(get, path = "/sessions", tag = "people",
    params(("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Maximum number of rows")), responses(
    (status = 200, description = "The sessions in force", body = Sessions),
    (status = 400, description = "A parameter is unknown"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The right is missing"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn list_sessions(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Json<Sessions>, Problem> {
    let limit = Parameters::of(given, &["limit"])?.count("limit", MOST, MOST)?;
    let (now, idle) = (sources.clock.now(), sources.access.settings().idle());
    let sessions = sources.stored(move |path| store::sessions(path, idle, now)).await?;
    let row = |session: Session| SessionRow {
        idle_until: sources.access.idle_until(&session),
        own: reader.session.as_ref() == Some(&session.id),
        id: session.id,
        name: session.person,
        way: session.way,
        purpose: session.purpose,
        address: session.address,
        signed_in_at: session.began_at,
        last_used_at: session.used_at,
        until: session.ends_at,
    };
    Ok(Json(Sessions { items: sessions.into_iter().take(limit).map(row).collect() }))
}

/// The hash of a password that was checked against the rules.
async fn hashed(sources: &Sources, password: String, name: &str) -> Result<String, Problem> {
    match password_fault(&password, name) {
        Some(fault) => Err(wrong("password", fault)),
        None => sources.access.hashed(password).await,
    }
}

/// The person of a path.
async fn known(sources: &Sources, name: &str) -> Result<Person, Problem> {
    let wanted = name.to_owned();
    let person = sources.stored(move |path| store::person(path, &wanted)).await?;
    person.ok_or_else(|| Problem::not_found("there is no such person"))
}
