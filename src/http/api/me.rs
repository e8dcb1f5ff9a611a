//! What concerns only oneself: name and rights, purpose, password, and what the console keeps.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::routes;

use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{Access, AskPurpose, Credential, Identity, Right, Rights, Role, password_fault};
use crate::http::body::{JsonBody, wrong};
use crate::http::problem::Problem;
use crate::storage::store::SignIn;
use crate::storage::store::{self, Alteration, Ceilings, Person, Session};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::Time;

/// Maximum length of the preferences. Bytes.
const PREFERENCES: usize = 64 * 1024;

/// Adds the routes of this file.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .add(Right::Own, routes!(show))
        .add(Right::Own, routes!(keep_preferences))
        .add(Right::Own, routes!(move_mark))
        .add(Right::Own, routes!(change_purpose))
        .add(Right::Own, routes!(change_password))
}

/// The reader, as the console needs it. What only a person in a session has is null for a token.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Me {
    /// Name of the person or token.
    name: String,
    /// Roles of the person; empty for a token.
    roles: Vec<Role>,
    /// What the reader may do.
    #[schema(value_type = Vec<Right>)]
    rights: Rights,
    /// Up to which marking the reader sees alerts.
    ceilings: Ceilings,
    /// What the data are used for, by its name in CISE.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// The purpose that was set for the person; `null` if none was, and for a token.
    #[schema(value_type = Option<String>)]
    usual_purpose: Option<Purpose>,
    /// The purposes to choose from.
    #[schema(value_type = Vec<String>)]
    purposes: Vec<Purpose>,
    /// When the reader is asked for a purpose or reason.
    ask_purpose: AskPurpose,
    /// Value of the header `X-Atalaia-Csrf`, which every change by cookie needs.
    csrf: Option<String>,
    /// When the session began.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_in_at: Option<Time>,
    /// When the session ends if it is not used any more.
    #[schema(value_type = Option<String>, format = DateTime)]
    idle_until: Option<Time>,
    /// When the session or token ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    until: Time,
    /// How the reader was identified: `password`, `link` or `token`.
    #[schema(value_type = String)]
    way: SignIn,
    /// Whether the person has a password; false for one who came by a link and has none yet, and for a token.
    has_password: bool,
    /// What the console keeps for the person.
    preferences: Value,
    /// The person's mark in the log.
    seen: Option<i64>,
    /// Name of the site.
    site: String,
    /// Version of the program.
    version: &'static str,
    /// Whether the alerts that are raised now belong to an exercise or a test, or are the only ones that the reader may see.
    exercise: bool,
}

/// The reader of a credential.
pub(super) fn me(access: &Access, credential: &Credential) -> Me {
    let settings = access.settings();
    let is_exercise = |ceilings: &Ceilings| {
        use atalaia_core::alerts::handling::Reality;
        let realities = ceilings.realities.as_ref();
        access.is_exercise() || realities.is_some_and(|realities| !realities.contains(&Reality::Actual))
    };
    let (purposes, ask_purpose, site) = (settings.known_purposes(), settings.ask_purpose, settings.site.clone());
    let version = env!("CARGO_PKG_VERSION");
    match credential {
        Credential::Session(held) => {
            let (session, person) = &**held;
            Me {
                name: person.name.clone(),
                roles: person.roles.clone(),
                rights: Role::rights_of(&person.roles),
                exercise: is_exercise(&person.ceilings),
                ceilings: person.ceilings.clone(),
                purpose: session.purpose,
                usual_purpose: person.purpose,
                purposes,
                ask_purpose,
                csrf: Some(session.csrf.clone()),
                signed_in_at: Some(session.began_at),
                idle_until: Some(access.idle_until(session)),
                until: session.ends_at,
                way: session.way,
                has_password: person.password.is_some(),
                preferences: person.preferences.clone(),
                seen: person.seen,
                site,
                version,
            }
        }
        Credential::Token(token) => Me {
            name: token.name.clone(),
            roles: Vec::new(),
            rights: token.rights.clone(),
            exercise: is_exercise(&token.ceilings),
            ceilings: token.ceilings.clone(),
            purpose: Some(token.purpose),
            usual_purpose: None,
            purposes,
            ask_purpose,
            csrf: None,
            signed_in_at: None,
            idle_until: None,
            until: token.expires_at,
            way: SignIn::Token,
            has_password: false,
            preferences: Value::Object(Default::default()),
            seen: None,
            site,
            version,
        },
    }
}

/// The session and person of a reader.
///
/// # Errors
/// `forbidden` for a token, which has neither.
fn person(identity: Identity) -> Result<(Session, Person), Problem> {
    match identity.credential {
        Credential::Session(held) => Ok(*held),
        Credential::Token(_) => Err(Problem::forbidden("only a person in a session has this")),
    }
}

/// The reader.
#[utoipa::path(get, path = "/me", tag = "me", responses(
    (status = 200, description = "The reader", body = Me),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "Not allowed"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn show(State(sources): State<Sources>, Extension(identity): Extension<Identity>) -> Json<Me> {
    Json(me(&sources.access, &identity.credential))
}

/// Keeps preferences of the console: an object, at most 64 KiB.
#[utoipa::path(put, path = "/me/preferences", tag = "me", request_body = Object, responses(
    (status = 204, description = "Kept"),
    (status = 400, description = "The body is no JSON object"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "A token, or not from the console"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn keep_preferences(
    State(sources): State<Sources>,
    Extension(identity): Extension<Identity>,
    JsonBody(preferences): JsonBody<Value>,
) -> Result<StatusCode, Problem> {
    let (_, person) = person(identity)?;
    if !preferences.is_object() {
        return Err(Problem::body("write an object", Vec::new()));
    }
    if PREFERENCES < preferences.to_string().len() {
        return Err(Problem::too_large("preferences may have at most 64 KiB"));
    }
    sources.stored(move |path| store::set_preferences(path, &person.name, &preferences)).await?;
    sources.access.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// A mark in the log.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Mark {
    /// Number of the last entry that counts as read.
    #[schema(minimum = 0)]
    seq: i64,
}

/// Moves the mark up to which the log counts as read.
#[utoipa::path(put, path = "/me/seen", tag = "me", request_body = Mark, responses(
    (status = 204, description = "Moved"),
    (status = 400, description = "The body cannot be used"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "A token, or not from the console"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn move_mark(
    State(sources): State<Sources>,
    Extension(identity): Extension<Identity>,
    JsonBody(mark): JsonBody<Mark>,
) -> Result<StatusCode, Problem> {
    let (_, person) = person(identity)?;
    if mark.seq < 0 {
        return Err(wrong("seq", "write a number of the log"));
    }
    sources.stored(move |path| store::set_seen(path, &person.name, mark.seq)).await?;
    sources.access.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// A purpose.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPurpose {
    /// By its name in CISE.
    #[schema(value_type = String)]
    purpose: Purpose,
}

/// Changes what the data are used for in this session.
#[utoipa::path(put, path = "/me/purpose", tag = "me", request_body = NewPurpose, responses(
    (status = 200, description = "The reader", body = Me),
    (status = 400, description = "The body cannot be used, or the purpose is none of this site"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "A token, or not from the console"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 429, description = "Too many requests"),
    (status = 503, description = "Busy")))]
async fn change_purpose(
    State(sources): State<Sources>,
    Extension(identity): Extension<Identity>,
    JsonBody(wanted): JsonBody<NewPurpose>,
) -> Result<Json<Me>, Problem> {
    let reader = identity.reader.clone();
    let (mut session, person) = person(identity)?;
    if !sources.access.settings().known_purposes().contains(&wanted.purpose) {
        return Err(wrong("purpose", "is not a purpose of this site"));
    }
    let (now, before) = (sources.clock.now(), session.clone());
    sources.stored(move |path| store::set_purpose(path, &before, wanted.purpose, reader.actor(), now)).await?;
    sources.access.forget();
    session.purpose = Some(wanted.purpose);
    Ok(Json(me(&sources.access, &Credential::Session(Box::new((session, person))))))
}

/// A new password, and the one before.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The password before; not needed by a person who has none yet.
    old: Option<String>,
    /// The new password, at least 12 characters.
    new: String,
}

/// Changes one's password, and ends all other sessions.
#[utoipa::path(put, path = "/me/password", tag = "me", request_body = NewPassword, responses(
    (status = 204, description = "Changed"),
    (status = 400, description = "The body cannot be used, or the new password is too short"),
    (status = 401, description = "Not signed in, or no longer"),
    (status = 403, description = "The old password is wrong, a token, or not from the console"),
    (status = 413, description = "The body is too large"),
    (status = 415, description = "The body is not JSON"),
    (status = 422, description = "The person is gone"),
    (status = 429, description = "Too many attempts"),
    (status = 503, description = "Busy")))]
async fn change_password(
    State(sources): State<Sources>,
    Extension(identity): Extension<Identity>,
    JsonBody(given): JsonBody<NewPassword>,
) -> Result<Response, Problem> {
    let reader = identity.reader.clone();
    let address = reader.address;
    let (session, person) = person(identity)?;
    if let Some(fault) = password_fault(&given.new, &person.name) {
        return Err(wrong("new", fault));
    }
    if let Some(hash) = person.password {
        // Somebody at an unlocked desk must not find the password by trying.
        sources.access.attempt(Some(&person.name), address)?;
        if !sources.access.is_password(given.old.unwrap_or_default(), Some(hash)).await? {
            return Err(Problem::forbidden("the old password is wrong"));
        }
        sources.access.attempt_was_right(Some(&person.name), address);
    }
    let change = Alteration { password: Some(sources.access.hashed(given.new).await?), ..Alteration::default() };
    let now = sources.clock.now();
    sources
        .stored(move |path| {
            let by = reader.actor();
            store::alter_person(path, &session.person, &change, Some(&session.id), by, now).map(drop)
        })
        .await?;
    sources.access.forget();
    Ok(StatusCode::NO_CONTENT.into_response())
}
