//! NATS connections of inputs and sinks: the login (user and password, token or credentials file) and the gate in front of the client.

mod gate;
pub(crate) mod guard;
mod login;

pub use gate::{Gate, GateError};
pub use guard::Violation;
pub use login::{Identity, Login, LoginError};
