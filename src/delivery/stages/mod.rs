//! The stages of a delivery after the store has queued it: `pace`, `send`, `retry`.
//!
//! Before them the store decides in `select`, `silence` and `clear` whether there is a delivery at all. The outbox keeps the outcome of the
//! stage that a change of an alert has reached on its way to a sink; `atalaia deliveries why` shows it.

pub(super) mod pace;
pub(super) mod retry;
pub(super) mod send;
