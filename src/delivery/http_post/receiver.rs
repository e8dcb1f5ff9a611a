//! A receiver for tests: answers each request with the next of its answers, and keeps what came.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request.
#[derive(Clone, Debug, Default)]
pub(in crate::delivery) struct Request {
    /// `POST /path HTTP/1.1`.
    pub(in crate::delivery) first: String,
    headers: Vec<(String, String)>,
    pub(in crate::delivery) body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub(in crate::delivery) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(in crate::delivery) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// A listening port of this machine.
pub(in crate::delivery) struct Receiver {
    address: SocketAddr,
    came: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    /// Answers with these, status line and headers without the last line end, then body; after the last one it takes and says nothing.
    pub(in crate::delivery) async fn answering(answers: &[&str]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let came = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut answers) =
            (came.clone(), answers.iter().map(|text| (*text).to_owned()).collect::<VecDeque<_>>());
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                kept.lock().expect("no panic").push(request);
                match answers.pop_front() {
                    Some(answer) => {
                        // One who is not read to the end is free to go.
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                    None => silent.push(stream),
                }
            }
        });
        Receiver { address, came }
    }

    /// `http://127.0.0.1:PORT/path`.
    pub(in crate::delivery) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All that came so far.
    pub(in crate::delivery) fn came(&self) -> Vec<Request> {
        self.came.lock().expect("no panic").clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        more(stream, &mut bytes).await?;
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let mut lines = text.split("\r\n");
    let first = lines.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request { first, headers, body: Vec::new() };
    let length: usize = request.header("content-length").unwrap_or("0").parse().ok()?;
    while bytes.len() < head + 4 + length {
        more(stream, &mut bytes).await?;
    }
    request.body = bytes[head + 4..].to_vec();
    Some(request)
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).await.ok().filter(|count| 0 < *count)?;
    bytes.extend_from_slice(&buffer[..count]);
    Some(())
}
