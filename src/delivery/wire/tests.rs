//! Streams and datagrams to receivers that come, go and break off.

use tokio::net::TcpListener;

use super::*;

#[test]
fn addresses_are_parsed_and_invalid_ones_rejected() {
    let read = |text: &str| text.parse::<Address>().map(|address| (address.host, address.port));
    assert_eq!(read("tak.example.org:8089"), Ok(("tak.example.org".to_owned(), 8089)));
    assert_eq!(read("[::1]:514"), Ok(("::1".to_owned(), 514)));
    for bad in ["", "host", ":514", "host:0", "host:70000", "a b:1", "http://host:1", "user@host:1", "[x]:1", "a\n:1"] {
        assert_eq!(read(bad), Err(()), "{bad:?}");
    }
    assert!("localhost:1".parse::<Address>().unwrap().is_loopback());
    assert!(!"192.0.2.1:1".parse::<Address>().unwrap().is_loopback());
}

async fn heard(listener: &TcpListener, count: usize) -> (TcpStream, Vec<u8>) {
    let (mut stream, _) = listener.accept().await.expect("a client");
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).await.expect("the expected bytes");
    (stream, bytes)
}

#[tokio::test]
async fn a_receiver_that_went_away_is_reconnected() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string().parse().expect("an address");
    let mut wire = Wire::new(address, None, Duration::from_secs(10));
    let (wrote, (mut stream, bytes)) = tokio::join!(wire.write(b"one"), heard(&listener, 3));
    assert_eq!((wrote, bytes), (Ok(()), b"one".to_vec()));
    stream.write_all(b"unasked").await.expect("written");
    assert_eq!(wire.write(b"two").await, Ok(()));
    stream.read_exact(&mut [0; 3]).await.expect("the same connection, whatever it said");
    drop(stream);
    // The end must reach our side before a write can detect it.
    let mut kept = wire.open.take().expect("kept");
    while kept.read(&mut [0; 8]).await.is_ok_and(|more| more != 0) {}
    wire.open = Some(kept);
    let (wrote, (_stream, bytes)) = tokio::join!(wire.write(b"tri"), heard(&listener, 9));
    assert_eq!((wrote, bytes), (Ok(()), b"onetwotri".to_vec()), "what it may not have read comes once more");
}

#[tokio::test]
async fn unconfirmed_data_is_written_once_more_after_a_disconnect_and_only_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string().parse().expect("an address");
    let mut wire = Wire::new(address, None, Duration::from_secs(10));
    let (wrote, (stream, bytes)) = tokio::join!(wire.write(b"one"), heard(&listener, 3));
    assert_eq!((wrote, bytes), (Ok(()), b"one".to_vec()));
    assert_eq!(wire.write(b"two").await, Ok(()));
    assert_eq!(wire.tend().await, Ok(false), "it is still there");
    // It never read the second write.
    drop(stream);
    let tended = async {
        loop {
            match wire.tend().await {
                Ok(false) => tokio::task::yield_now().await,
                other => return other,
            }
        }
    };
    let (tended, (stream, bytes)) = tokio::join!(tended, heard(&listener, 6));
    assert_eq!((tended, bytes), (Ok(true), b"onetwo".to_vec()));
    drop(stream);
    let mut kept = wire.open.take().expect("kept");
    while kept.read(&mut [0; 8]).await.is_ok_and(|more| more != 0) {}
    wire.open = Some(kept);
    assert_eq!(wire.tend().await, Ok(false), "each at most twice");
}

#[tokio::test]
async fn a_receiver_that_hangs_up_at_once_has_taken_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string().parse().expect("an address");
    let mut wire = Wire::new(address, None, Duration::from_secs(10));
    let (wrote, accepted) = tokio::join!(wire.write(b"one"), async { drop(listener.accept().await) });
    assert_eq!(accepted, ());
    assert!(matches!(wrote, Err(SendError::Later { .. })), "{wrote:?}");
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_tried_later() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address: Address = listener.local_addr().expect("bound").to_string().parse().expect("an address");
    drop(listener);
    let mut wire = Wire::new(address, None, Duration::from_secs(10));
    let error = wire.write(b"one").await.expect_err("no listener");
    assert!(matches!(&error, SendError::Later { wait: None, reason } if reason.contains("refused")), "{error}");
}
