//! The filter of alerts as a request writes it: one parameter a field, or all fields in the text of `q`.
//!
//! Both forms know the same words. A word that is not known is refused with the nearest one, because a filter that is ignored shows alerts
//! that look as if they matched. A fault in `q` is named with its place in the text: `q/FIRST/BEYOND`, counted in characters.

mod basis;
mod fields;
mod parameters;
mod text;
mod token;
pub(super) mod value;

pub(super) use basis::Basis;
pub(super) use fields::{described, keys};
pub(super) use parameters::filter;

#[cfg(test)]
mod tests;
