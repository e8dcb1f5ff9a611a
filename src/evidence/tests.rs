//! Bundles as a whole.
