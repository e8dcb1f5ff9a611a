//! The API: who may ask what.

mod matrix;
mod signing_in;
