//! The API of people and machines, below `/api/v1`: one resource a file, every route behind a right.
//!
//! `routes` is the only way to add a route: it takes the right together with the handler. `router` lists what adds its routes. The
//! description of the API (OpenAPI 3.1) is collected from the same handlers. A handler takes its parameters, reads the store through
//! [`Sources`] or asks the main loop, and returns JSON or a [`Problem`].
//!
//! [`Problem`]: super::problem::Problem

mod acts;
mod alerts;
mod answers;
mod audit;
mod bounds;
mod case_acts;
mod cases;
mod checks;
mod consulted;
mod deliveries;
mod described;
mod description;
mod events;
mod filter;
mod item;
mod journal;
mod keyed;
mod map;
mod me;
mod personal;
mod picture;
mod ration;
mod readings;
mod recent;
mod refusals;
mod router;
mod routes;
mod session;
mod silences;
mod sources;
mod status;
mod store_problem;
mod tokens;
mod users;
mod vessels;
mod violations;

pub use picture::{Names, Pictures};
pub(super) use router::router;
pub(super) use routes::PREFIX;
pub(super) use sources::Sources;

#[cfg(test)]
mod tests;
