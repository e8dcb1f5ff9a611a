//! The pages that a daemon serves over HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;

use atalaia::platform::clock::Clock;

use super::daemon::{Daemon, PATIENCE, pause};

/// Addresses of the input and of the pages, which are logged in any order.
pub fn places(daemon: &mut Daemon) -> (String, String) {
    let mut place = |words: &str| {
        let heard = daemon.heard().iter().find(|line| line.contains(words)).cloned();
        let line = heard.unwrap_or_else(|| daemon.wait_for(&[words]));
        line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
    };
    (place("listening address="), place("serving /metrics"))
}

/// The complete answer to a request line.
pub fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(format!("{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The answer to a request for a page, once it is as wanted.
pub fn wait_for_page(address: &str, page: &str, holds: impl Fn(&str) -> bool) -> String {
    let start = Clock.moment();
    loop {
        let answer = ask(address, &format!("GET {page}"));
        if holds(&answer) {
            return answer;
        }
        assert!(Clock.moment().since(start) < PATIENCE, "{page} never came to say so:\n{answer}");
        pause();
    }
}
