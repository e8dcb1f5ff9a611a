//! The stages of a delivery after the store has queued it: `pace`, `send`, `retry`.
//!
//! Each is a function of what it is given, without a state of its own, so each can be tested alone.
//!
//! Before them the store decides in `select`, `silence` and `clear` whether there is a delivery at all. The outbox keeps the outcome of the
//! stage that a change of an alert has reached on its way to a sink; `atalaia deliveries why` shows it.

pub(super) mod pace;
pub(super) mod retry;
pub(super) mod send;
