//! The API of people and machines, below `/api/v1`: one resource a file, every route behind a right.
//!
//! `routes` is the only way to add a route: it takes the right together with the handler. The description of the API (OpenAPI 3.1) is
//! collected from the same handlers. A handler takes its parameters, reads the store through [`Sources`] or asks the main loop, and returns
//! JSON or a [`Problem`].
//!
//! [`Problem`]: super::problem::Problem

mod bounds;
mod description;
mod map;
mod picture;
mod routes;
mod sources;

pub use picture::{Names, Pictures};
pub(super) use routes::router;
pub(super) use sources::Sources;
