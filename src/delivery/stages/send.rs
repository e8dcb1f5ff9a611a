//! Send: hands deliveries to the sink, once, and waits for its answer for a limited time.
//!
//! The limit is only a safeguard against a sink that hangs: each sink has its own, which gives a better reason.

use std::time::Duration;

use tokio::time::timeout;

use crate::delivery::send::{Delivery, SendError};
use crate::delivery::sink::AnySink;

/// Upper bound for one `send` or `refresh`; the sinks' own time-outs are shorter.
const LONGEST_SEND: Duration = Duration::from_secs(120);

/// Sends the deliveries. No answer in time is a failure that may pass.
/// The call is dropped at the limit; whether the receiver got the deliveries is then unknown, so they are sent again.
pub(in crate::delivery) async fn send(sink: &mut dyn AnySink, deliveries: &[Delivery]) -> Result<(), SendError> {
    let late = || SendError::Later { wait: None, reason: format!("no answer within {} s", LONGEST_SEND.as_secs()) };
    timeout(LONGEST_SEND, sink.send(deliveries)).await.unwrap_or_else(|_| Err(late()))
}

/// Sends the open alerts again. A missing answer is not reported, because they are soon sent again anyway.
pub(in crate::delivery) async fn refresh(sink: &mut dyn AnySink, open: &[Delivery]) -> Result<(), SendError> {
    timeout(LONGEST_SEND, sink.refresh(open)).await.unwrap_or(Ok(()))
}
