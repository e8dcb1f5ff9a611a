//! The filter in the text of `q`, as in the filter box of the console.

use super::basis::Basis;
use super::fields::FIELDS;
use super::token::{Comparison, Token, tokens};
use super::value::{self, Wrong};
use crate::http::problem::{Place, Problem};
use crate::storage::store::AlertFilter;
use atalaia_core::base::text::advice;

/// Most tokens in one text.
const MOST: usize = 60;

/// Adds what the text says to the filter.
pub(super) fn add(filter: &mut AlertFilter, text: &str, basis: &Basis<'_>) -> Result<(), Problem> {
    let place = |detail: String, first: usize, beyond: usize| Place { pointer: format!("q/{first}/{beyond}"), detail };
    let refused = |places: Vec<Place>| {
        let detail = places.first().map_or(String::new(), |place| format!("q: {}", place.detail));
        Problem::filter(detail, places)
    };
    let found = tokens(text).map_err(|(wrong, first, beyond)| refused(vec![place(wrong, first, beyond)]))?;
    if MOST < found.len() {
        return Err(Problem::parameter(format!("q: has more than {MOST} words")));
    }
    let mut wrong = Vec::new();
    for token in &found {
        if let Err(detail) = take(filter, token, basis) {
            wrong.push(place(detail, token.first, token.beyond));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(refused(wrong)) }
}

/// Adds one token.
fn take(filter: &mut AlertFilter, token: &Token, basis: &Basis<'_>) -> Result<(), Wrong> {
    let Some(key) = token.key.as_deref() else {
        filter.words.push(value::words(&token.value)?);
        return Ok(());
    };
    let fields = || FIELDS.iter().filter(|field| field.in_text);
    let Some(field) = fields().find(|field| field.name == key) else {
        let names: Vec<&str> = fields().map(|field| field.name).collect();
        let unknown = format!("{}: unknown field; {}", value::shown(key), advice(key, &names));
        return Err(format!("{unknown} (in quotation marks it is searched as a text)"));
    };
    let result = match field.is_ordered || token.comparison == Comparison::Is {
        true => (field.read)(filter, token.comparison, &token.value, basis),
        false => Err("is compared with `:` only".to_owned()),
    };
    result.map_err(|wrong| format!("{key}: {wrong}"))
}
