//! The API: who may ask what.

mod attacks;
mod ceilings;
mod described;
mod matrix;
mod signing_in;
