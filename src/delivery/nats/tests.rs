//! Tests of nats.
