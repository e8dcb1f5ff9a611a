//! Tests of mqtt.
