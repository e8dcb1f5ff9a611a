//! The problems that any reading route can answer with, for the description of the API.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, RefOr, Response, ResponseBuilder};

/// Status and meaning.
const ALL: [(&str, &str); 9] = [
    ("400", "A parameter is unknown, missing or wrong; the detail has the nearest word that is known"),
    ("401", "Not signed in, or no longer"),
    ("403", "The right is missing"),
    ("404", "There is no such thing, or the reader may not see it"),
    ("405", "The method is not supported here"),
    ("413", "The body is too large"),
    ("422", "The store refuses it"),
    ("429", "Too many requests; Retry-After says when to try again"),
    ("503", "The daemon has too much to do, or cannot use its store; Retry-After says when to try again"),
];

/// Problems of RFC 9457, the same for every route that reads.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let one = |(status, meaning): (&str, &str)| {
            let body = ContentBuilder::new().build();
            let response = ResponseBuilder::new().description(meaning).content("application/problem+json", body);
            (status.to_owned(), RefOr::T(response.build()))
        };
        ALL.into_iter().map(one).collect()
    }
}
