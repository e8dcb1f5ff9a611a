//! The API: who may ask what, and what is recorded.

mod following;
mod matrix;
mod signing_in;
mod trail;
