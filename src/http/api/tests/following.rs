//! The log over a socket: pieces of it, and the stream of events that windows follow.

use std::time::Duration;

use super::*;

/// How long an event may take. The stream looks every 150 milliseconds.
const SOON: Duration = Duration::from_secs(1);
/// How long something that comes with a look at the session may take.
const LOOK: Duration = Duration::from_secs(5);

/// An open stream.
struct Stream {
    answer: reqwest::Response,
    text: String,
}

/// An event.
#[derive(Debug)]
struct Event {
    name: String,
    id: Option<i64>,
    data: Value,
}

impl Site {
    /// Opens a stream.
    async fn events(&self, secret: &Secret, path: &str, last: Option<i64>) -> Stream {
        crate::platform::tls::set_up();
        let request = reqwest::Client::new().get(format!("http://{}/api/v1/events{path}", self.address));
        let mut request = request.bearer_auth(secret.expose());
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last.to_string());
        }
        let answer = request.send().await.expect("an answer");
        let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        assert_eq!((answer.status().as_u16(), kind), (200, Some("text/event-stream")));
        Stream { answer, text: String::new() }
    }

    /// Adds a note to the alert beside the daemon.
    fn note(&self, text: &str) {
        let note = store::Action::Note(text.to_owned());
        store::act(&self.path, &self.id, &note, "ana", None, Clock.now()).expect("a note");
    }
}

impl Stream {
    /// The next event that is not about feeds. `None` once the stream has ended.
    async fn next(&mut self, patience: Duration) -> Option<Event> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let piece: String = self.text.drain(..end + 2).collect();
                let line = |name: &str| piece.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
                let (Some(name), Some(data)) = (line("event: "), line("data: ")) else {
                    continue;
                };
                if name != "status" {
                    let id = line("id: ").and_then(|id| id.parse().ok());
                    return Some(Event { name, id, data: serde_json::from_str(&data).expect("JSON") });
                }
            }
            let piece = tokio::time::timeout(patience, self.answer.chunk()).await.expect("an event in time");
            self.text += std::str::from_utf8(&piece.expect("a piece")?).expect("text");
        }
    }

    /// The next event, which must have this name.
    async fn one(&mut self, name: &str, patience: Duration) -> Event {
        let event = self.next(patience).await.expect("an event");
        assert_eq!(event.name, name, "{event:?}");
        event
    }
}

#[test]
fn a_stream_says_hello_and_then_what_happens_within_a_second() {
    run_test(async {
        let site = site().await;
        let mut stream = site.events(&site.all, "", None).await;
        let hello = stream.one("hello", SOON).await.data;
        assert_eq!((&hello["user"], &hello["build"]), (&json!("all"), &json!(env!("CARGO_PKG_VERSION"))));
        site.note("<b>on deck</b>\nnow");
        let change = stream.one("change", SOON).await;
        assert!(hello["seq"].as_i64() < change.id && change.data["seq"].as_i64() == change.id, "{change:?}");
        let said = ["topic", "what", "who", "subject"].map(|name| change.data[name].as_str().unwrap_or_default());
        assert_eq!(said, ["act", "noted", "ana", site.id.as_str()]);
        assert_eq!((&change.data["item"]["id"], &change.data["item"]["notes"]), (&json!(site.id), &json!(1)));
    });
}

#[test]
fn a_client_that_comes_back_gets_what_it_missed_and_nothing_twice() {
    run_test(async {
        let site = site().await;
        let mut stream = site.events(&site.all, "", None).await;
        stream.one("hello", SOON).await;
        site.note("1");
        let last = stream.one("change", SOON).await.id;
        drop(stream);
        site.note("2");
        site.note("3");
        let mut stream = site.events(&site.all, "", last).await;
        stream.one("hello", SOON).await;
        let missed = [stream.one("change", SOON).await, stream.one("change", SOON).await];
        site.note("4");
        let next = stream.one("change", SOON).await;
        let ids: Vec<_> = missed.iter().chain([&next]).map(|event| event.id).collect();
        assert_eq!(ids, (1..=3).map(|more| last.map(|last| last + more)).collect::<Vec<_>>());
        let pieces = site.get(&site.all, &format!("/changes?after={}&limit=2", last.unwrap_or_default())).await;
        let items = pieces.body["items"].as_array().map(Vec::len);
        assert_eq!((items, &pieces.body["reset"]), (Some(2), &json!(false)), "{}", pieces.text);
        assert_eq!((pieces.body["through"].as_i64(), pieces.body["last"].as_i64()), (missed[1].id, next.id));
    });
}

#[test]
fn a_client_of_another_log_or_too_far_behind_loads_everything_again() {
    run_test(async {
        let site = site().await;
        let mut later = site.events(&site.all, "", Some(1_000_000)).await;
        later.one("hello", SOON).await;
        later.one("reset", SOON).await;
        site.note("x");
        later.one("change", SOON).await;
        // Retention takes the beginning, twice: the record of the first purge stays.
        let behaviour = store::Silence { behaviour: Some("drifting".to_owned()), ..store::Silence::default() };
        let purge = |days: i64| {
            let now = Clock.now() + Span::from_hours(24 * days);
            let gone = store::purge(&site.path, &store::RetentionSettings::default(), "ana", now, false);
            assert!(0 < gone.expect("a store").audit);
            store::silence(&site.path, &behaviour, now, now + Span::from_hours(1), "ana", "a drill", now)
                .expect("made");
            store::head(&site.path).expect("a chain").seq
        };
        let (first, second) = (purge(5000), purge(10_000));
        for after in [1, first - 1] {
            let mut earlier = site.events(&site.all, &format!("?after={after}"), None).await;
            earlier.one("hello", SOON).await;
            earlier.one("reset", SOON).await;
            let changes = site.get(&site.all, &format!("/changes?after={after}")).await;
            assert_eq!(changes.body["reset"], json!(true), "{after}: {}", changes.text);
        }
        // A client that reads everything from the start, in small pieces, is not sent back.
        let (mut after, mut found) = (0, 0);
        while after < second {
            let piece = site.get(&site.all, &format!("/changes?after={after}&limit=1")).await.body;
            assert_eq!(piece["reset"], json!(false), "{after}: {piece}");
            found += piece["items"].as_array().map_or(0, Vec::len);
            after = piece["through"].as_i64().expect("a number");
        }
        assert!(0 < found);
    });
}

#[test]
fn a_burst_of_300_notes_reaches_open_windows_and_one_that_comes_back() {
    run_test(async {
        let site = site().await;
        let mut open = site.events(&site.all, "", None).await;
        let last = open.one("hello", SOON).await.data["seq"].as_i64();
        let text = "x".repeat(1500);
        for number in 0..300 {
            site.note(&format!("{number} {text}"));
        }
        let mut back = site.events(&site.all, "", last).await;
        back.one("hello", LOOK).await;
        for stream in [&mut open, &mut back] {
            let mut before = last;
            for number in 0..300 {
                // Slower than the server, but alive.
                if number % 50 == 0 {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                let change = stream.one("change", LOOK).await;
                assert!(before < change.id, "{number}: in order, nothing twice: {change:?}");
                before = change.id;
            }
            let after = last.unwrap_or_default();
            let log = site.get(&site.all, &format!("/changes?after={after}&limit=1000")).await;
            let items = log.body["items"].as_array().expect("entries");
            assert_eq!(
                (items.len(), items.last().and_then(|item| item["seq"].as_i64())),
                (300, before),
                "nothing is left out"
            );
        }
    });
}

#[test]
fn a_stream_ends_with_its_token_and_says_so() {
    run_test(async {
        let site = site().await;
        let mut stream = site.events(&site.all, "", None).await;
        stream.one("hello", SOON).await;
        store::end_token(&site.path, "all", "ana", Clock.now()).expect("a token");
        let end = stream.one("end", LOOK).await;
        assert_eq!(end.data["why"], "the session is over");
        assert!(stream.next(LOOK).await.is_none(), "nothing follows");
    });
}

#[test]
fn nothing_above_the_ceiling_is_in_the_log_or_the_stream() {
    run_test(async {
        let site = site().await;
        site.mark_red();
        let vessel = "970123456";
        let (mut low, mut high) = (site.events(&site.amber, "", None).await, site.events(&site.all, "", None).await);
        low.one("hello", SOON).await;
        high.one("hello", SOON).await;
        // By then the alert was taken away, which names it.
        let begun = site.get(&site.amber, "/changes").await.body["through"].clone();
        site.note("MARIA, 970123456");
        let close = store::Action::Close(store::Finding::Benign);
        store::act(&site.path, &site.id, &close, "ana", Some("970123456 drills"), Clock.now()).expect("closed");
        high.one("change", SOON).await;
        high.one("change", SOON).await;
        // Something that everybody may see comes through, so the stream lives and has passed over the rest.
        let silence = store::Silence { behaviour: Some("drifting".to_owned()), ..store::Silence::default() };
        let now = Clock.now();
        store::silence(&site.path, &silence, now, now + Span::from_hours(1), "ana", "a drill", now).expect("made");
        let next = low.one("change", SOON).await;
        assert_eq!((&next.data["topic"], &next.data["item"]), (&json!("silence"), &Value::Null), "{next:?}");
        let log = site.get(&site.amber, &format!("/changes?after={begun}")).await;
        assert_eq!(log.status, 200);
        for text in [&log.text, &next.data.to_string()] {
            assert!(!text.contains(&site.id) && !text.contains(vessel) && !text.contains("token "), "{text}");
        }
        let all = site.get(&site.all, "/changes").await;
        assert!(
            all.text.contains(&site.id) && !all.text.contains("token "),
            "people are for those who may: {}",
            all.text
        );
    });
}

#[test]
fn a_stream_of_chosen_topics_has_no_others() {
    run_test(async {
        let site = site().await;
        let mut stream = site.events(&site.all, "?topics=silence,settings", None).await;
        stream.one("hello", SOON).await;
        site.note("x");
        let vessel = store::Silence { mmsi: Some(970_123_456), ..store::Silence::default() };
        let now = Clock.now();
        store::silence(&site.path, &vessel, now, now + Span::from_hours(1), "ana", "a drill", now).expect("made");
        let change = stream.one("change", SOON).await;
        assert_eq!((&change.data["topic"], &change.data["subject"]), (&json!("silence"), &json!("silence 1")));
        for (path, advice) in [("/events?topics=silences", "did you mean `silence`?"), ("/changes?after=x", "1234")] {
            let got = site.get(&site.all, path).await;
            assert_eq!(got.status, 400, "{path}");
            assert!(got.body["detail"].as_str().is_some_and(|detail| detail.contains(advice)), "{path}: {}", got.text);
        }
    });
}

/// Raises or lowers the marking of the alert.
fn marked(site: &Site, tlp: Tlp) {
    let mark = Mark { tlp: Some(tlp), ..Mark::default() };
    store::mark(&site.path, &site.id, &mark, "ana", "a source at risk", Clock.now()).expect("a mark");
}

#[test]
fn an_alert_whose_marking_is_raised_is_taken_away_and_comes_back_when_it_is_lowered() {
    run_test(async {
        let site = site().await;
        let green = token(&site.path, "green", &[Right::Read], Tlp::Green);
        let (mut low, mut high) = (site.events(&site.amber, "", None).await, site.events(&site.all, "", None).await);
        let mut never = site.events(&green, "", None).await;
        for stream in [&mut low, &mut high, &mut never] {
            stream.one("hello", SOON).await;
        }
        marked(&site, Tlp::Red);
        let gone = low.one("change", SOON).await;
        let said = ["topic", "what", "who", "subject"].map(|name| gone.data[name].as_str().unwrap_or_default());
        assert_eq!(said, ["alert", "withdrawn", store::OURSELVES, site.id.as_str()]);
        assert_eq!((&gone.data["item"], &gone.data["why"]), (&Value::Null, &Value::Null), "nothing more: {gone:?}");
        assert_eq!(high.one("change", SOON).await.data["what"], "marked");
        // What happens above the ceiling stays there.
        site.note("seen by few");
        marked(&site, Tlp::Amber);
        let mut back = low.one("change", SOON).await;
        // The note may come, too, if the log was read only now: the alert may be seen again.
        if back.data["what"] == "noted" {
            back = low.one("change", SOON).await;
        }
        assert_eq!((&back.data["what"], &back.data["item"]["id"]), (&json!("marked"), &json!(site.id)), "{back:?}");
        // A client that was away is told the same, and one that never saw the alert nothing at all.
        marked(&site, Tlp::Red);
        let after = back.id.unwrap_or_default();
        let missed = site.get(&site.amber, &format!("/changes?after={after}")).await;
        let what: Vec<&Value> = missed.body["items"].as_array().into_iter().flatten().map(|one| &one["what"]).collect();
        assert_eq!(what, ["withdrawn"], "{}", missed.text);
        let silence = store::Silence { behaviour: Some("drifting".to_owned()), ..store::Silence::default() };
        let now = Clock.now();
        store::silence(&site.path, &silence, now, now + Span::from_hours(1), "ana", "a drill", now).expect("made");
        let next = never.one("change", SOON).await;
        assert_eq!(next.data["topic"], "silence", "{next:?}");
    });
}

#[test]
fn a_ceiling_that_is_lowered_is_told_to_the_client() {
    run_test(async {
        let site = site().await;
        let mut stream = site.events(&site.all, "", None).await;
        stream.one("hello", SOON).await;
        let lower = "UPDATE tokens SET ceilings = json_set(ceilings, '$.max_tlp', 'GREEN') WHERE name = 'all'";
        rusqlite::Connection::open(&site.path).and_then(|store| store.execute_batch(lower)).expect("a store");
        stream.one("access", LOOK).await;
    });
}
