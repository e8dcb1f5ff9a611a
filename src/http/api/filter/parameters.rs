//! The filter in the parameters of a request.

use super::basis::Basis;
use super::fields::FIELDS;
use super::text;
use super::token::Comparison;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::AlertFilter;

/// Longest `q` in bytes.
const LONGEST: usize = 4096;

/// The filter of a request. A field may be written as a parameter and in `q`: then the alert may match either value.
///
/// # Errors
/// `parameter` for a value that cannot be used, with the nearest word that is known.
pub(in crate::http::api) fn filter(given: &Parameters, basis: &Basis<'_>) -> Result<AlertFilter, Problem> {
    let mut filter = AlertFilter::default();
    for field in FIELDS.iter().filter(|field| field.meaning.is_some()) {
        if let Some(text) = given.text(field.name) {
            let wrong = |detail: String| Problem::parameter(format!("{}: {detail}", field.name));
            (field.read)(&mut filter, Comparison::Is, text, basis).map_err(wrong)?;
        }
    }
    match given.text("q") {
        Some(text) if LONGEST < text.len() => {
            return Err(Problem::parameter(format!("q: is longer than {LONGEST} bytes")));
        }
        Some(text) => text::add(&mut filter, text, basis)?,
        None => {}
    }
    Ok(filter)
}
