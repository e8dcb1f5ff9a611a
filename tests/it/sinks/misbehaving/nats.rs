//! A NATS server with a JetStream stream, as far as a publisher needs one.

use std::io;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use serde_json::Value;

use super::servers::{Connection, Desk, Misdeed};

/// Maximum length of a client's line here.
const LONGEST: usize = 1 << 16;

/// A line, without its end.
fn line(connection: &mut Connection) -> io::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n") {
        assert!(bytes.len() < LONGEST, "a line without an end");
        bytes.append(&mut connection.read(1)?);
    }
    bytes.truncate(bytes.len() - 2);
    Ok(String::from_utf8(bytes).unwrap())
}

fn info(elsewhere: &[&str]) -> String {
    let info = serde_json::json!({
        "server_id": "x", "server_name": "x", "version": "2.12.1", "go": "x", "host": "127.0.0.1", "port": 4222,
        "headers": true, "max_payload": 1_048_576, "proto": 1, "jetstream": true, "connect_urls": elsewhere,
    });
    format!("INFO {info}\r\n")
}

/// A message from the client.
struct Message {
    subject: String,
    answer_to: String,
    id: String,
    payload: Vec<u8>,
}

/// Reads the rest of a message that begins with these words.
fn message(connection: &mut Connection, words: &[&str]) -> io::Result<Message> {
    let lengths = if words[0] == "HPUB" { 2 } else { 1 };
    let length = |place: usize| -> usize { words[words.len() - place].parse().unwrap() };
    let (all, head) = (length(1), if lengths == 2 { length(2) } else { 0 });
    let bytes = connection.read(all + 2)?;
    let head_text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let id = head_text.lines().find_map(|line| line.strip_prefix("Nats-Msg-Id: ")).unwrap_or_default().to_owned();
    let answer_to = if words.len() == 3 + lengths { words[2] } else { "" };
    let payload = bytes[head..all].to_vec();
    Ok(Message { subject: words[1].to_owned(), answer_to: answer_to.to_owned(), id, payload })
}

/// Serves one client.
pub fn session(mut connection: Connection, desk: &Desk) -> io::Result<()> {
    let wrong = desk.wrong();
    match wrong {
        Some(Misdeed::ClosesAtOnce) => return Ok(()),
        Some(Misdeed::Resets) => return connection.reset(),
        Some(Misdeed::Silent) => return connection.hang(),
        Some(Misdeed::StopsReading) => {
            connection.say(info(&[]).as_bytes())?;
            return connection.ignore();
        }
        Some(Misdeed::Drips) => return connection.drip(info(&[]).as_bytes(), Duration::from_millis(50)),
        Some(Misdeed::Garbage) => return connection.pour(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        Some(Misdeed::Endless) => return connection.pour(b"INFO {\"server_id\":\""),
        Some(Misdeed::Redirects) => connection.say(info(&[&desk.elsewhere]).as_bytes())?,
        _ => connection.say(info(&[]).as_bytes())?,
    }
    let began = Clock.moment();
    let (mut subscription, mut secret) = (String::new(), String::new());
    loop {
        let line = line(&mut connection)?;
        let words: Vec<&str> = line.split(' ').collect();
        match words[0] {
            "CONNECT" => {
                let said: Value = serde_json::from_str(&line["CONNECT ".len()..]).unwrap();
                secret = said["pass"].as_str().unwrap_or_default().to_owned();
            }
            "PING" => {
                match wrong {
                    Some(Misdeed::ClosesAfterLogin) => return Ok(()),
                    Some(Misdeed::Huge) => return connection.pour(b"MSG _INBOX.x 1 18446744073709551615\r\n"),
                    Some(Misdeed::Refuses(_)) => return connection.say(b"-ERR 'Authorization Violation'\r\n"),
                    Some(Misdeed::RefusesWithEcho) => {
                        return connection.say(format!("-ERR 'no user has the password {secret}'\r\n").as_bytes());
                    }
                    _ => connection.say(b"PONG\r\n")?,
                }
                if wrong == Some(Misdeed::Talks) {
                    for number in 0..300 {
                        let text =
                            format!("MSG not.asked.for {number} 2000\r\n{}\r\nPING\r\n+OK\r\n", "x".repeat(2000));
                        connection.say(text.as_bytes())?;
                    }
                }
            }
            "SUB" => subscription = words[words.len() - 1].to_owned(),
            "PUB" | "HPUB" => {
                let message = message(&mut connection, &words)?;
                let flapped = wrong == Some(Misdeed::Flaps) && Duration::from_secs(1) <= Clock.moment().since(began);
                if desk.wrong() != wrong || flapped {
                    return Ok(());
                }
                let told = Told { wrong, subscription: &subscription, secret: &secret };
                if !published(&mut connection, desk, &told, &message)? {
                    return match wrong {
                        Some(Misdeed::ResetsAfterMessage) => connection.reset(),
                        _ => Ok(()),
                    };
                }
            }
            _ => {}
        }
    }
}

/// What is known of a client when it sends a message.
struct Told<'a> {
    wrong: Option<Misdeed>,
    subscription: &'a str,
    secret: &'a str,
}

/// Answers a message; returns whether the connection continues.
fn published(connection: &mut Connection, desk: &Desk, told: &Told<'_>, message: &Message) -> io::Result<bool> {
    let Told { wrong, subscription, secret } = told;
    let to = &message.answer_to;
    let answer = |to: &str, json: &str| format!("MSG {to} {subscription} {}\r\n{json}\r\n", json.len());
    let stored = r#"{"stream":"ALERTS","seq":7}"#;
    let text = match wrong {
        Some(Misdeed::NeverAcknowledges) => return Ok(true),
        Some(Misdeed::ClosesAfterMessage | Misdeed::ResetsAfterMessage) => return Ok(false),
        Some(Misdeed::ClosesInAnswer) => {
            let whole = answer(to, stored);
            connection.say(&whole.as_bytes()[..whole.len() - 9])?;
            return Ok(false);
        }
        Some(Misdeed::HugeAfterwards) => {
            let head = format!("MSG {to} {subscription} {}\r\n", 1 << 30);
            return connection.pour(head.as_bytes()).map(|()| false);
        }
        // As if to another request that was never made.
        Some(Misdeed::AcknowledgesAnother) => answer(&format!("{to}x"), stored),
        Some(Misdeed::AcknowledgesStrangely) => answer(to, r#"{"stream":"ALERTS","seq":"seven"}"#),
        Some(Misdeed::AnswersNothing) => answer(to, ""),
        // There are no responders.
        Some(Misdeed::AnswersError) => {
            let head = "NATS/1.0 503\r\n\r\n";
            format!("HMSG {to} {subscription} {} {}\r\n{head}\r\n", head.len(), head.len())
        }
        Some(Misdeed::AnswersWords) => {
            let description = format!("maximum bytes exceeded by {secret}");
            let error = serde_json::json!({"code": 503, "err_code": 10077, "description": description});
            answer(to, &serde_json::json!({"error": error, "stream": "ALERTS", "seq": 0}).to_string())
        }
        Some(Misdeed::KnowsIt) => answer(to, r#"{"stream":"ALERTS","seq":7,"duplicate":true}"#),
        Some(Misdeed::AcknowledgesTwice) => answer(to, stored).repeat(2),
        Some(Misdeed::Redirects) => {
            let info = info(&[&desk.elsewhere]);
            info + &answer(to, stored)
        }
        None | Some(_) => answer(to, stored),
    };
    let is_taken = wrong.is_none_or(Misdeed::is_harmless);
    if is_taken {
        assert!(message.subject.starts_with("atalaia.v1.alerts."), "{}", message.subject);
        desk.take(&message.id, &message.payload);
    }
    connection.say(text.as_bytes())?;
    Ok(true)
}
