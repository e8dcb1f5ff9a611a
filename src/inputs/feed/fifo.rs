//! Named pipe: writers come and go while the pipe stays open.

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tracing::info;

use crate::ais::LineCutter;
use crate::inputs::error::InputError;
use crate::inputs::message::State;
use crate::inputs::port::Port;

const READ_BYTES: usize = 64 * 1024;

/// Ends only with an error.
pub(in crate::inputs) async fn run(port: &Port) -> Result<(), InputError> {
    let path = port.settings.path.clone().unwrap_or_default();
    // Opened for writing too, so that the last writer closing it does not cause an end of file.
    let mut pipe = pipe::OpenOptions::new()
        .read_write(true)
        .open_receiver(&path)
        .map_err(InputError::io(format!("open FIFO {}", path.display())))?;
    info!(path = %path.display(), input = %port.settings.name, "reading");
    port.state(State::Up).await;

    let mut cutter = LineCutter::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = pipe.read(&mut buffer).await.map_err(InputError::io("read"))?;
        if read == 0 {
            return Err(InputError::Closed);
        }
        let received = Some(port.clock.now());
        let lines = port.cut(&mut cutter, &buffer[..read]);
        port.send(received, lines).await?;
    }
}
