//! Tests of journald.
