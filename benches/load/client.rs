//! A client of the API that does little beside sending and reading, so that it takes little of the processor.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest wait for an answer or event.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept open, with the token that its requests have.
pub(super) struct Client {
    stream: TcpStream,
    address: SocketAddr,
    token: String,
    /// What was read and not used.
    bytes: Vec<u8>,
}

/// An answer.
pub(super) struct Answer {
    /// Status.
    pub(super) status: u16,
    /// Body.
    pub(super) body: Vec<u8>,
}

impl Client {
    /// Connects.
    pub(super) async fn new(address: SocketAddr, token: &str) -> Client {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream, address, token: token.to_owned(), bytes: Vec::new() }
    }

    /// Has another token from now on.
    pub(super) fn renew(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    /// Asks for a path below `/api/v1` and reads the answer, which must be one that was asked for.
    pub(super) async fn get(&mut self, path: &str) -> Vec<u8> {
        self.send("GET", path, "").await;
        let answer = self.answer().await;
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.body
    }

    /// Sends a body of JSON, and reads the answer.
    pub(super) async fn post(&mut self, path: &str, body: &str) {
        self.send("POST", path, body).await;
        let answer = self.answer().await;
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    }

    /// Begins a stream of events.
    pub(super) async fn follow(&mut self) {
        self.send("GET", "/events", "").await;
        let (head, _) = self.head().await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }

    /// The next event of the stream: its lines.
    pub(super) async fn event(&mut self) -> String {
        loop {
            let found = self.bytes.windows(2).position(|two| two == b"\n\n");
            if let Some(end) = found {
                let event = String::from_utf8_lossy(&self.bytes[..end]).into_owned();
                self.bytes.drain(..end + 2);
                return event;
            }
            self.more().await;
        }
    }

    /// Sends a request.
    async fn send(&mut self, method: &str, path: &str, body: &str) {
        let Client { address, token, .. } = &self;
        let mut text =
            format!("{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n");
        if !body.is_empty() {
            text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        self.stream.write_all(format!("{text}\r\n{body}").as_bytes()).await.unwrap();
    }

    /// Reads an answer whose length is known.
    async fn answer(&mut self) -> Answer {
        let (head, length) = self.head().await;
        while self.bytes.len() < length {
            self.more().await;
        }
        let rest = self.bytes.split_off(length);
        let body = std::mem::replace(&mut self.bytes, rest);
        Answer { status: head[9..12].parse().unwrap(), body }
    }

    /// Reads the head of an answer. Returns it with the length of the body; 0 if it does not say.
    async fn head(&mut self) -> (String, usize) {
        let end = loop {
            let found = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
            match found {
                Some(end) => break end,
                None => self.more().await,
            }
        };
        let head = String::from_utf8_lossy(&self.bytes[..end]).to_ascii_lowercase();
        self.bytes.drain(..end + 4);
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
        (head.to_ascii_uppercase(), length.unwrap_or(0))
    }

    /// Reads what has come.
    async fn more(&mut self) {
        self.bytes.reserve(64 * 1024);
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.bytes)).await.expect("an answer in time").unwrap();
        assert!(0 < read, "the connection was closed");
    }
}
