//! The stream of events of a session.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use atalaia::platform::clock::Clock;
use tempfile::TempDir;

use crate::harness::api::{Api, Caller, serving};
use crate::harness::daemon::{Daemon, PATIENCE, accept, input, settings, wait_until};
use crate::harness::scenes;

/// A connection with a stream of events.
struct Stream {
    socket: TcpStream,
    text: String,
}

impl Stream {
    fn open(api: &Api, caller: &Caller) -> Stream {
        let mut socket = TcpStream::connect(&api.address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let headers: String = caller.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("GET /api/v1/events HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", api.address);
        socket.write_all(head.as_bytes()).unwrap();
        Stream { socket, text: String::new() }
    }

    /// Reads until the text has come, and returns how long that took.
    #[track_caller]
    fn until(&mut self, wanted: &str) -> Duration {
        let began = Clock.moment();
        let mut piece = [0; 4096];
        while !self.text.contains(wanted) {
            match self.socket.read(&mut piece).unwrap() {
                0 => panic!("the stream ended without `{wanted}`: {}", self.text),
                count => self.text += &String::from_utf8_lossy(&piece[..count]),
            }
        }
        Clock.moment().since(began)
    }
}

#[test]
fn an_alert_never_names_a_case_that_cannot_be_opened() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let feed = input("tcp", &format!("address = \"{}\"", listener.local_addr().unwrap()));
    let text = format!(
        "{feed}[store]\npath = \"atalaia.sqlite\"\n[api]\naddress = \"127.0.0.1:0\"\n[time]\nlateness_seconds = {}\n",
        scenes::LATENESS
    );
    let path = settings(&folder, &text);
    let mut daemon = Daemon::start(&path);
    let address = serving(&mut daemon);
    let api = Api { folder, settings: path, daemon, address };
    api.add("ana", "analyst");
    let ana = api.sign_in("ana");
    let mut stream = accept(&listener);
    stream.write_all(scenes::meeting(4).nmea().as_bytes()).unwrap();
    let named = || {
        let list = api.call(&ana, "GET", "/alerts?facts=true&fields=case_id", None).json();
        list["items"].as_array().unwrap().iter().find_map(|item| item["case_id"].as_str().map(str::to_owned))
    };
    wait_until(|| named().is_some());
    // In the same moment: the cases as a whole are stored every ten seconds only.
    let case = named().unwrap();
    let answer = api.call(&ana, "GET", &format!("/cases/{case}"), None);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(!answer.json()["alerts"].as_array().unwrap().is_empty(), "{answer:?}");
}

#[test]
fn the_streams_of_a_session_show_what_others_do_and_end_with_it() {
    let api = Api::start("");
    api.add("root", "admin");
    api.add("ana", "analyst");
    let (root, ana) = (api.sign_in("root"), api.sign_in("ana"));
    let mut stream = Stream::open(&api, &ana);
    stream.until("event: hello");
    assert!(stream.text.contains("\"user\":\"ana\""), "{}", stream.text);
    api.print(&["alerts", "silence", "--mmsi", "224000001", "--until", "+1h", "--why", "a drill", "--as", "bea"]);
    assert!(stream.until("\"subject\":\"silence 1\"") < Duration::from_secs(2), "an act of a command");
    assert_eq!(api.call(&root, "DELETE", "/users/ana/sessions", None).status, 204);
    stream.until("event: end");
    // The last piece of a body of unknown length is empty.
    stream.until("\r\n0\r\n\r\n");
    assert!(!stream.text.contains("person ana"), "people are for those who may see them: {}", stream.text);
}
