//! A receiver on a serial line, simulated by a pair of pseudo-terminals.

use atalaia::inputs::State;
use tokio::io::AsyncWriteExt;
use tokio_serial::{SerialPort, SerialStream};

use crate::harness::servers::Running;

#[tokio::test]
async fn lines_arrive_over_a_serial_line_that_may_be_unplugged() {
    let (mut receiver, line) = SerialStream::pair().unwrap();
    let path = line.name().unwrap();
    drop(line);
    let mut feed = Running::start(&format!("kind = \"serial\"\npath = \"{path}\"\n[serial]\nbaud = 38400"));
    feed.until(State::Up).await;
    receiver.write_all(b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\r\n").await.unwrap();
    assert!(feed.line().await.ends_with("0*24"));
    drop(receiver);
    feed.until(State::Down).await;
    feed.finish().await;
}
