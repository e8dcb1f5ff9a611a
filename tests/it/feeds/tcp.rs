//! A TCP connection that breaks in every possible way. The break is detected within the limit; a feed that delivered is reconnected at
//! once,
//! any other with growing delays.

use std::time::Duration;

use atalaia::inputs::State;
use atalaia::platform::clock::Clock;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{interval, timeout};

use crate::harness::servers::{Running, soon};

const LINE: &[u8] = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\r\n";

async fn feed(idle_timeout_seconds: u32) -> (TcpListener, Running) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = format!("kind = \"tcp\"\naddress = \"{address}\"\nidle_timeout_seconds = {idle_timeout_seconds}");
    let running = Running::start(&settings);
    (listener, running)
}

async fn come(listener: &TcpListener) -> TcpStream {
    soon("a connection", listener.accept()).await.unwrap().0
}

/// Ends a connection with RST.
fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

#[tokio::test]
async fn a_reset_or_closed_connection_is_reopened_and_received_lines_are_kept() {
    let (listener, mut feed) = feed(60).await;
    for ends_by_reset in [true, false] {
        let mut stream = come(&listener).await;
        feed.until(State::Up).await;
        stream.write_all(LINE).await.unwrap();
        assert!(feed.line().await.ends_with("0*24"));
        match ends_by_reset {
            true => reset(stream),
            false => drop(stream),
        }
        feed.until(State::Down).await;
    }
    feed.finish().await;
}

#[tokio::test]
async fn a_peer_that_stops_answering_is_detected_by_its_silence() {
    let (listener, mut feed) = feed(1).await;
    let mut held = come(&listener).await;
    held.write_all(LINE).await.unwrap();
    feed.line().await;
    let start = Clock.moment();
    feed.until(State::Down).await;
    let took = Clock.moment().since(start);
    assert!(Duration::from_millis(500) < took && took < Duration::from_secs(5), "{took:?}");
    // Kept open until here, so that only silence could reveal it.
    drop(held);
    come(&listener).await.write_all(LINE).await.unwrap();
    feed.line().await;
    feed.finish().await;
}

#[tokio::test]
async fn a_trickle_of_single_bytes_is_not_silence_and_gives_complete_lines() {
    let (listener, mut feed) = feed(1).await;
    let mut stream = come(&listener).await;
    stream.set_nodelay(true).unwrap();
    let mut beat = interval(Duration::from_millis(40));
    let start = Clock.moment();
    for byte in LINE {
        beat.tick().await;
        stream.write_all(&[*byte]).await.unwrap();
    }
    assert!(feed.line().await.ends_with("0*24"));
    assert!(Duration::from_secs(1) < Clock.moment().since(start), "longer than what counts as silence");
    assert_eq!(feed.counters.read().connections, 1);
    feed.finish().await;
}

#[tokio::test]
async fn a_server_that_disconnects_at_once_is_retried_with_growing_delays() {
    let (listener, feed) = feed(60).await;
    let start = Clock.moment();
    let mut came = Vec::new();
    while let Ok(accepted) = timeout(Duration::from_secs(8), listener.accept()).await {
        drop(accepted.unwrap());
        came.push(Clock.moment().since(start));
        if came.len() == 4 {
            break;
        }
    }
    // At once, then after at least half of 1 s, 2 s and 4 s.
    let waits: Vec<Duration> = came.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(waits.len(), 3, "{came:?}");
    for (wait, least) in waits.iter().zip([500, 1000, 2000]) {
        assert!(Duration::from_millis(least) <= *wait && *wait < Duration::from_millis(3 * least), "{waits:?}");
    }
    feed.finish().await;
}

/// Serves each connection for `open` with `line` every 100 ms; returns when each began and ended, relative to the first.
async fn serve(listener: &TcpListener, open: Duration, line: &[u8], connections: usize) -> Vec<(Duration, Duration)> {
    let mut served = Vec::new();
    let mut first = None;
    for _ in 0..connections {
        let mut stream = come(listener).await;
        let came = *first.get_or_insert_with(|| Clock.moment());
        let began = Clock.moment();
        let mut beat = interval(Duration::from_millis(100));
        while Clock.moment().since(began) < open {
            beat.tick().await;
            stream.write_all(line).await.unwrap();
        }
        served.push((began.since(came), Clock.moment().since(came)));
    }
    served
}

#[tokio::test]
async fn a_feed_that_delivers_and_closes_on_a_schedule_is_received_nearly_always() {
    let (listener, feed) = feed(60).await;
    let served = serve(&listener, Duration::from_millis(1_100), LINE, 3).await;
    let heard: Duration = served.iter().map(|(came, ended)| *ended - *came).sum();
    let share = heard.as_secs_f64() / served[2].1.as_secs_f64();
    assert!(0.95 <= share, "heard {share}: {served:?}");
    feed.finish().await;
}

#[tokio::test]
async fn a_server_that_refuses_in_text_or_disconnects_after_a_line_is_not_hammered() {
    for (line, least) in [(&b"ERROR: too many clients\r\n"[..], [500, 1_000]), (LINE, [400, 400])] {
        let (listener, feed) = feed(60).await;
        let served = serve(&listener, Duration::from_millis(1), line, 3).await;
        let waits = [served[1].0 - served[0].1, served[2].0 - served[1].1];
        for (wait, least) in waits.iter().zip(least) {
            assert!(Duration::from_millis(least) <= *wait, "{waits:?}");
        }
        feed.finish().await;
    }
}
