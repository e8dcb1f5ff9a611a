//! The API: who may ask what, and what is recorded.

mod attacks;
mod ceilings;
mod described;
mod following;
mod matrix;
mod metrics;
mod sentences;
mod signing_in;
mod trail;
