//! What is kept, and how it leaves the house.

pub mod export;
