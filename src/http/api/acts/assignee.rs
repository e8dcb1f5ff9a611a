//! To whom an alert can be assigned: the people of the site who may act.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::http::access::{Right, Role};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::problem::Problem;
use crate::storage::store::{self, Action, Deed, Person};
use atalaia_core::base::text::advice;

/// The people to whom an alert can be assigned.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Assignees {
    /// Their names, in order.
    items: Vec<String>,
}

/// Names of the people to whom an alert can be assigned: those who may act and sign in.
#[utoipa::path(get, path = "/alerts/assignees", tag = "alerts",
    responses((status = 200, description = "Names, in order", body = Assignees), Refusals))]
pub(super) async fn list_assignees(State(sources): State<Sources>) -> Result<Json<Assignees>, Problem> {
    let people = sources.stored(store::people).await?;
    Ok(Json(Assignees { items: people.into_iter().filter(may_act).map(|person| person.name).collect() }))
}

/// The act with the name of its assignee as the site writes it. A site without people takes any name: its alerts are handled elsewhere.
///
/// # Errors
/// `refused` if no person of the site has this name, or the person may not act on alerts. The detail suggests the nearest name.
pub(super) async fn known(deed: Deed, sources: &Sources) -> Result<Deed, Problem> {
    let Deed::Action(Action::Assign(Some(name))) = deed else {
        return Ok(deed);
    };
    let people = sources.stored(store::people).await?;
    if people.is_empty() {
        return Ok(Deed::Action(Action::Assign(Some(name))));
    }
    let names: Vec<&str> = people.iter().filter(|person| may_act(person)).map(|person| person.name.as_str()).collect();
    let found = names.iter().find(|known| store::is_same_name(known, &name));
    match found {
        Some(known) => Ok(Deed::Action(Action::Assign(Some((*known).to_owned())))),
        None => {
            Err(Problem::refused(format!("to: no person of this name can act on alerts; {}", advice(&name, &names))))
        }
    }
}

/// Whether a person may act on alerts and sign in.
fn may_act(person: &Person) -> bool {
    person.disabled_at.is_none() && Role::rights_of(&person.roles).allow(Right::Act)
}
