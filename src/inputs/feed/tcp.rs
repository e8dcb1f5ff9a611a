//! TCP client: connects to a feed and reads lines until the connection breaks or falls silent.

use crate::inputs::connect::open_stream;
use crate::inputs::error::InputError;
use crate::inputs::message::State;
use crate::inputs::port::Port;

/// Always returns an error, because a feed has no regular end.
pub(in crate::inputs) async fn run(port: &Port) -> Result<(), InputError> {
    let address = port.settings.address.as_deref().unwrap_or_default();
    let stream = open_stream(address).await?;
    port.connected(address);
    port.state(State::Up).await;
    port.pump(stream).await
}
