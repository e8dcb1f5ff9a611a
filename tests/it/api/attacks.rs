//! Attempts to get past the gate, to act in the name of somebody else, and to keep others out.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use serde_json::json;

use crate::harness::api::{Api, Caller, PASSWORD};
use crate::harness::daemon::wait_until;
use crate::harness::servers::free_port;

/// Sends bytes as they are, and returns what comes back within some seconds.
fn raw(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
    // A server that has refused already may have closed the connection.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer; 0 without one.
fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

#[test]
fn no_way_of_writing_an_address_or_method_gets_past_the_gate() {
    let api = Api::start("");
    api.add("ana", "admin");
    let methods = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "get", "PROPFIND"];
    let paths = [
        "/api/v1/users",
        "/api/v1/users/",
        "//api/v1/users",
        "/api//v1/users",
        "/api/v1/./users",
        "/api/v1/x/../users",
        "/api/v1/%75sers",
        "/api/v1%2Fusers",
        "/api/v1/session/../users",
        "/api/v1/openapi.json/../users",
        "/API/V1/USERS",
        "/api/v1/users;a=b",
        "/api/v1/users%00",
        "/api/v1/users?_method=GET",
        "/api/v1/users#x",
        "/api/v1/openapi.json%2f..%2fusers",
        "/console/../api/v1/users",
        "/problems/%2e%2e/api/v1/users",
        "http://127.0.0.1/api/v1/users",
    ];
    for method in methods {
        for path in paths {
            let head = format!(
                "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-HTTP-Method-Override: GET\r\nX-Original-URL: /api/v1/users\r\n\
                 X-Forwarded-For: 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
                api.address
            );
            let answer = raw(&api.address, head.as_bytes());
            assert!(!(200..300).contains(&status(&answer)), "{method} {path}: {answer}");
            assert!(!answer.contains("\"ana\""), "{method} {path}: {answer}");
        }
    }
    for path in [
        "/console/x/../../../../etc/passwd",
        "/console/x/%2e%2e%2f%2e%2e%2fCargo.toml",
        "/problems/..%2f..%2fetc%2fpasswd",
    ] {
        let answer = raw(
            &api.address,
            format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", api.address).as_bytes(),
        );
        assert_eq!(status(&answer), 404, "{path}: {answer}");
    }
}

#[test]
fn a_form_or_text_of_another_site_changes_nothing() {
    let api = Api::start("");
    api.add("ana", "admin,analyst");
    let ana = api.sign_in("ana");
    let cookie = &ana.headers.iter().find(|(name, _)| name == "Cookie").unwrap().1;
    let body = json!({"name": "eve", "password": PASSWORD, "roles": ["admin"]}).to_string();
    for kind in
        ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "application/json", "text/json"]
    {
        for more in ["", "Origin: http://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n", "Origin: null\r\n"] {
            for path in ["/api/v1/users", "/api/v1/alerts/acts", "/api/v1/session"] {
                let head = format!(
                    "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\n{more}Content-Length: {}\r\n\r\n",
                    api.address,
                    body.len()
                );
                let answer = raw(&api.address, format!("{head}{body}").as_bytes());
                // A sign-in needs no session; a wrong one is refused as such.
                let wanted: &[u16] = if path.ends_with("session") { &[400, 401, 403, 415, 429] } else { &[403] };
                assert!(wanted.contains(&status(&answer)), "{path} {kind} {more}: {answer}");
            }
        }
    }
    assert!(!api.call(&ana, "GET", "/users", None).body.contains("eve"));
    // A host that is not this one is refused before the cookie is read.
    let forged = api.call(&ana.with("Host", "evil.example"), "GET", "/me", None);
    assert_eq!((forged.status, forged.problem().as_str()), (421, "host"));
}

#[test]
fn a_session_that_was_planted_is_not_taken_over_by_a_sign_in() {
    let api = Api::start("");
    api.add("ana", "admin");
    api.add("eve", "viewer");
    let planted = "atalaia=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let body = Some(json!({"name": "ana", "password": PASSWORD}));
    for cookie in [planted.to_owned(), api.sign_in("eve").headers[0].1.clone()] {
        let answer = api.call(&Caller::default().with("Cookie", &cookie), "POST", "/session", body.clone());
        assert_eq!(answer.status, 200, "{answer:?}");
        let signed_in = answer.signed_in();
        assert_ne!(signed_in.headers[0].1, cookie, "the secret is new");
        let before = api.call(&Caller::default().with("Cookie", &cookie), "GET", "/me", None);
        assert!(before.status == 401 || before.json()["name"] == "eve", "{before:?}");
    }
    let twice = api.sign_in("ana").headers[0].1.clone();
    let doubled = api.call(&Caller::default().with("Cookie", &format!("{planted}; {twice}")), "GET", "/me", None);
    assert_eq!(doubled.status, 401, "of two cookies none counts");
}

#[test]
fn hostile_queries_and_bodies_get_a_clear_answer() {
    let api = Api::start("");
    api.add("ana", "admin,supervisor");
    let ana = api.sign_in("ana");
    let long = "x".repeat(60_000);
    let deep = "[".repeat(5000);
    for path in [
        format!("/alerts?q={long}"),
        format!("/alerts?q={}", "a%20".repeat(4000)),
        format!("/alerts?mmsi={}", "224000001,".repeat(3000)),
        "/alerts?cursor=-score.99999999999999999999.1.a".to_owned(),
        "/alerts?cursor=-score.1.1.'%20OR%201=1".to_owned(),
        "/alerts?cursor=%00".to_owned(),
        "/cases?cursor=1.%27%3B%20DROP%20TABLE%20cases".to_owned(),
        "/alerts?q=%25%5F'%22%3B--".to_owned(),
        "/alerts?zone=%27%29%20OR%201=1--".to_owned(),
        "/alerts?limit=-1".to_owned(),
        "/alerts?limit=18446744073709551616".to_owned(),
        "/alerts?since=999999999999h".to_owned(),
        "/alerts?bbox=NaN,NaN,NaN,NaN".to_owned(),
        "/alerts?bbox=1e999,0,1,1".to_owned(),
        "/changes?after=9223372036854775807".to_owned(),
        "/changes?after=-1".to_owned(),
        "/picture?after=4294967295".to_owned(),
        "/vessels?near=NaN,NaN&radius_nm=inf".to_owned(),
        "/vessels/99999999999999999999".to_owned(),
        "/map/land/99/99/99".to_owned(),
        "/map/land/8/-1/0".to_owned(),
        "/alerts/%F0%9F%98%80".to_owned(),
        "/alerts/%ff%fe".to_owned(),
        "/alerts/export?format=csv&why=%0d%0aSet-Cookie:%20a=b%20long%20enough".to_owned(),
        "/alerts?sort=score;DROP".to_owned(),
    ] {
        let answer = api.call(&ana, "GET", &path, None);
        let shown = &path[..path.len().min(60)];
        assert!([200, 400, 404, 414, 431].contains(&answer.status), "{shown}: {} {}", answer.status, answer.body);
        assert!(answer.body.len() < 20_000, "{shown}: the answer repeats what was sent");
        assert!(answer.header("set-cookie").is_none(), "{shown}: {answer:?}");
        if 400 <= answer.status && answer.status < 414 {
            let problem = answer.json();
            let instance = problem["instance"].as_str().unwrap_or_default();
            assert!(instance.starts_with("/api/v1/") && !instance.contains('?'), "{shown}: {problem}");
        }
    }
    let send = |path: &str, body: &str| {
        let headers: String = ana.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!(
            "POST /api/v1{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            api.address,
            body.len()
        );
        status(&raw(&api.address, format!("{head}{body}").as_bytes()))
    };
    for path in ["/users", "/tokens", "/silences", "/alerts/acts", "/session"] {
        for body in [
            deep.as_str(),
            "{\"a\":",
            "nul",
            "\u{0}",
            "[]",
            "{\"name\":\"\\ud800\"}",
            "1e999999",
            "{\"name\":\"a\",\"name\":\"b\"}",
        ] {
            let got = send(path, body);
            assert!([400, 429].contains(&got), "{path} {}: {got}", &body[..body.len().min(30)]);
        }
        assert_eq!(send(path, &"x".repeat(2 * 1024 * 1024)), 413, "{path}");
    }
}

#[test]
fn many_bad_sign_ins_are_refused_and_readers_go_on() {
    let api = Api::start("");
    api.add("ana", "admin");
    let ana = api.sign_in("ana");
    let (mut looked_at, began) = (0, Clock.moment());
    for number in 0..10_000 {
        let body = json!({"name": format!("guess{}", number % 50), "password": "not the right words"}).to_string();
        let head = format!(
            "POST /api/v1/session HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            api.address,
            body.len()
        );
        let got = status(&raw(&api.address, format!("{head}{body}").as_bytes()));
        assert!([401, 429].contains(&got), "{got}");
        looked_at += u32::from(got == 401);
        if number % 500 == 0 {
            let asked = Clock.moment();
            assert_eq!(api.call(&ana, "GET", "/me", None).status, 200);
            assert!(Clock.moment().since(asked) < Duration::from_secs(2), "a reader waits for those who guess");
        }
        if Duration::from_secs(60) < Clock.moment().since(began) {
            break;
        }
    }
    // Five a minute from one address, and the loop may end in the second minute.
    assert!(looked_at <= 10, "{looked_at} attempts were looked at");
}

#[test]
fn two_hundred_slow_peers_keep_no_reader_out() {
    let api = Api::start("max_connections = 64\n");
    api.add("ana", "viewer");
    let ana = api.sign_in("ana");
    let headers: String = ana.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    // A reader who stays: a stream.
    let mut stream = TcpStream::connect(&api.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
        .write_all(format!("GET /api/v1/events HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", api.address).as_bytes())
        .unwrap();
    let mut piece = [0; 4096];
    let count = stream.read(&mut piece).unwrap();
    assert!(String::from_utf8_lossy(&piece[..count]).starts_with("HTTP/1.1 200"));
    let mut slow: Vec<TcpStream> = Vec::new();
    for number in 0..200 {
        let mut peer = TcpStream::connect(&api.address).unwrap();
        let _ = peer.write_all(if number % 2 == 0 {
            b"GET /api/v1/me HTTP/1.1\r\nHost: a".as_slice()
        } else {
            b"P".as_slice()
        });
        slow.push(peer);
    }
    for _ in 0..5 {
        let asked = Clock.moment();
        assert_eq!(api.call(&ana, "GET", "/me", None).status, 200);
        assert!(Clock.moment().since(asked) < Duration::from_secs(3), "{:?}", Clock.moment().since(asked));
        for peer in &mut slow {
            let _ = peer.write_all(b"x");
        }
        sleep(Duration::from_millis(100));
    }
    // The stream still lives: its beat comes.
    let began = Clock.moment();
    let mut heard = String::new();
    while Clock.moment().since(began) < Duration::from_secs(18) && !heard.contains(": beat") {
        let count = stream.read(&mut piece).unwrap();
        assert!(0 < count, "the stream was ended: {heard}");
        heard += &String::from_utf8_lossy(&piece[..count]);
    }
    assert!(heard.contains(": beat"), "{heard}");
}

#[test]
fn a_stream_ends_when_its_token_is_revoked_or_expires() {
    let api = Api::start("");
    api.add("ana", "admin");
    for (name, end) in [("revoked", ""), ("expired", "UPDATE tokens SET expires_at = 1 WHERE name = 'expired'")] {
        let secret = api.print(&["tokens", "add", name, "--rights", "read", "--purpose", "Safety"]);
        let mut stream = TcpStream::connect(&api.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let head = format!(
            "GET /api/v1/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            api.address,
            secret.trim()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut piece = [0; 4096];
        assert!(0 < stream.read(&mut piece).unwrap());
        match end {
            "" => drop(api.print(&["tokens", "remove", name])),
            end => crate::harness::api::write(&api.store(), end),
        }
        let mut rest = String::new();
        let _ = stream.read_to_string(&mut rest);
        assert!(rest.contains("event: end"), "{name}: {rest}");
    }
}

#[test]
fn a_site_that_asks_for_a_purpose_answers_only_with_one() {
    let api = Api::start("ask_purpose = \"search\"\npurposes = [\"Safety\", \"SAR\"]\n");
    api.add("ana", "analyst");
    let ana = api.sign_in("ana");
    let export = "/alerts/export?format=jsonl&why=for%20the%20report";
    for path in [export, "/vessels?q=alfa"] {
        let answer = api.call(&ana, "GET", path, None);
        assert_eq!((answer.status, answer.problem().as_str()), (400, "purpose"), "{path}: {answer:?}");
        assert!(
            answer.json()["detail"].as_str().unwrap().contains("X-Atalaia-Purpose with one of Safety, SAR"),
            "{answer:?}"
        );
        assert_eq!(api.call(&ana.with("X-Atalaia-Purpose", "SAR"), "GET", path, None).status, 200, "{path}");
        let other = api.call(&ana.with("X-Atalaia-Purpose", "VTM"), "GET", path, None);
        assert_eq!((other.status, other.problem().as_str()), (400, "purpose"), "not a purpose of this site");
    }
    assert_eq!(api.call(&ana, "GET", "/alerts", None).status, 200, "a list is not a search by identity");
    let about = api.ask(&Caller::default(), "GET", "/problems/purpose", None);
    assert!(about.body.contains("X-Atalaia-Purpose"));
    let token = api.print(&["tokens", "add", "machine", "--rights", "read,export", "--purpose", "Safety"]);
    assert_eq!(api.call(&Caller::token(&token), "GET", export, None).status, 200, "a token has its purpose");
    api.add("una", "auditor");
    let rows = api.call(&api.sign_in("una"), "GET", "/audit?verb=disclosure", None).json();
    let purposes: Vec<&str> =
        rows["items"].as_array().unwrap().iter().filter_map(|row| row["purpose"].as_str()).collect();
    assert!(purposes.contains(&"SAR"), "{rows}");
}

#[test]
fn what_a_program_needs_to_read_alerts_is_served_and_an_exercise_is_named() {
    let api = Api::start("[handling]\nreality = \"exercise\"\n");
    let schema = api.ask(&Caller::default(), "GET", "/schema/alert.json", None);
    assert_eq!((schema.status, schema.header("content-type")), (200, Some("application/schema+json")));
    assert!(schema.json()["properties"]["alert"].is_object());
    api.add("ana", "viewer");
    assert_eq!(api.call(&api.sign_in("ana"), "GET", "/me", None).json()["exercise"], true);
}

#[test]
fn the_pages_do_not_speak_http2() {
    let pages = format!("127.0.0.1:{}", free_port());
    let _api = Api::start(&format!("[http]\naddress = \"{pages}\"\n"));
    wait_until(|| TcpStream::connect(&pages).is_ok());
    // The preface of a client, and its empty settings.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    assert_eq!(raw(&pages, preface), "");
    let answer = raw(&pages, format!("GET /healthz HTTP/1.1\r\nHost: {pages}\r\nConnection: close\r\n\r\n").as_bytes());
    assert_eq!(status(&answer), 200, "{answer}");
    let other = raw(&pages, format!("PRINT / HTTP/1.1\r\nHost: {pages}\r\nConnection: close\r\n\r\n").as_bytes());
    assert_eq!(status(&other), 405, "only the preface is refused: {other}");
}
