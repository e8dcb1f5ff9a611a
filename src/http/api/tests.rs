//! What all routes have in common.
