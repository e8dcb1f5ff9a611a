//! Tests of cot.
