//! The reading routes over a real socket: what a reader gets, and what a reader with a lower ceiling does not.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::http::access::Secret;
use crate::http::ask::{QuestionQueue, asking};
use crate::http::tests::view;
use crate::platform::clock::Clock;
use crate::storage::store::{self, Ceilings, Orders, Right, Rights, Store, Token};
use crate::testing::{AREA, engine, only, run};
use atalaia_core::alerts::handling::{Mark, Purpose, Tlp};
use atalaia_core::base::time::Span;
use atalaia_core::engine::questions::Picture;

mod above;
mod acting;
mod delivering;
mod exporting;
mod following;
mod hanging;
mod holding;
mod silencing;

/// A daemon without engine: the routes, a store with one alert, and tokens.
struct Site {
    _folder: TempDir,
    /// The main loop's side of the questions, which the tests do not answer.
    queue: QuestionQueue,
    address: SocketAddr,
    path: std::path::PathBuf,
    /// Sees everything.
    all: Secret,
    /// Sees up to AMBER.
    amber: Secret,
    /// May read the state only.
    state: Secret,
    /// Full id of the alert.
    id: String,
}

/// A token with these rights and this ceiling.
fn token(path: &std::path::Path, name: &str, rights: &[Right], max_tlp: Tlp) -> Secret {
    let secret = Secret::token().expect("random numbers");
    let token = Token {
        name: name.to_owned(),
        rights: rights.iter().copied().collect::<Rights>(),
        ceilings: Ceilings { max_tlp, ..Ceilings::default() },
        networks: Vec::new(),
        purpose: Purpose::LawEnforcementMonitoring,
        made_by: "ana".to_owned(),
        made_at: Clock.now(),
        expires_at: Clock.now() + Span::from_hours(1),
        used_at: None,
        ended_at: None,
    };
    store::add_token(path, &token, &secret.digest(), "ana", Clock.now()).expect("a token");
    secret
}

/// Opens a site with one alert about a distress device. Its routes end with the runtime of the test.
async fn site() -> Site {
    let script = "SART 970123456 status=14 mute\n 12:00 28 -17\n stop 10\nALFA 224000001\n 12:00 40 -30\n stop 120";
    let changes = run(&only("distress"), AREA, script);
    let id = changes[0].alert.id.clone();
    site_with(&id, |store, _| store.changes(changes, 0)).await
}

/// Opens a site whose store is filled once it has its tokens. `id` is the alert that it is about.
async fn site_with(id: &str, fill: impl FnOnce(&Store, &std::path::Path)) -> Site {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("alerts.sqlite");
    let orders = Orders { filters: Vec::new(), handling: atalaia_core::alerts::HandlingSettings::default() };
    let store = Store::open(&path, orders, || Clock.now(), |_| {}, |_| {}).expect("a store");
    let read = [Right::Read, Right::Search, Right::Export, Right::Status];
    let (all, amber) = (token(&path, "all", &read, Tlp::Red), token(&path, "amber", &read, Tlp::Amber));
    let state = token(&path, "state", &[Right::Status], Tlp::Red);
    fill(&store, &path);
    assert!(store.finish());
    let (asker, queue) = asking(Clock);
    let (_, view) = watch::channel(Arc::new(view()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let routes = router(Sources::new(path.clone(), asker, view, Clock));
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Site { _folder: folder, queue, address, path, all, amber, state, id: id.to_owned() }
}

/// An answer.
struct Got {
    status: u16,
    etag: String,
    link: String,
    text: String,
    body: Value,
}

impl Site {
    /// Asks with a token and, if it is not empty, an entity tag.
    async fn get_if(&self, secret: &Secret, path: &str, etag: &str) -> Got {
        crate::platform::tls::set_up();
        let client = reqwest::Client::new();
        let mut request = client.get(format!("http://{}/api/v1{path}", self.address)).bearer_auth(secret.expose());
        if !etag.is_empty() {
            request = request.header("If-None-Match", etag);
        }
        let answer = request.send().await.expect("an answer");
        let header = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (status, etag, link) = (answer.status().as_u16(), header("etag"), header("link"));
        let text = answer.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or_default();
        Got { status, etag, link, text, body }
    }

    /// Sends a request with a token, further headers and a body of JSON.
    async fn send(&self, secret: &Secret, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Got {
        crate::platform::tls::set_up();
        let method = method.parse().expect("a method");
        let request = reqwest::Client::new().request(method, format!("http://{}/api/v1{path}", self.address));
        let request = request.bearer_auth(secret.expose()).header("Content-Type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        let etag = answer.headers().get("etag").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or_default();
        Got { status, etag, link: String::new(), text, body }
    }

    /// Asks with a token.
    async fn get(&self, secret: &Secret, path: &str) -> Got {
        self.get_if(secret, path, "").await
    }

    /// Adds an alert like the first with another id.
    fn copy(&self, id: &str) {
        let connection = rusqlite::Connection::open(&self.path).expect("a store");
        let copy = "INSERT INTO alerts (id, behaviour, announced, status, severity, score, started_at, opened_at, last_at, revision, body)
             SELECT ?1, behaviour, 1, status, severity, score, started_at, opened_at, last_at, revision, json_set(body, '$.id', ?1)
             FROM alerts WHERE id = ?2";
        connection.execute(copy, rusqlite::params![id, self.id]).expect("a copy");
    }

    /// Marks the alert RED.
    fn mark_red(&self) {
        let red = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
        store::mark(&self.path, &self.id, &red, "ana", "a source at risk", Clock.now()).expect("a mark");
    }

    /// Rows of the audit trail about something.
    fn trail(&self, subject: &str) -> Vec<(String, String)> {
        let connection = rusqlite::Connection::open(&self.path).expect("a store");
        let mut query =
            connection.prepare("SELECT verb, what FROM audit WHERE subject LIKE ?1 ORDER BY seq").expect("SQL");
        let rows = query.query_map([subject], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    }
}

fn run_test(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
}

#[test]
fn a_list_has_items_counts_and_an_entity_tag() {
    run_test(async {
        let site = site().await;
        let list = site.get(&site.all, "/alerts?sort=-last_at&limit=1").await;
        assert_eq!((list.status, &list.body["total"], &list.body["withheld"]), (200, &json!(1), &json!(0)));
        let item = &list.body["items"][0];
        assert_eq!((&item["id"], &item["state"], &item["owner"]), (&json!(site.id), &json!("new"), &Value::Null));
        assert!(item["evidence"].get("tracks").is_none() && item["evidence"].get("measured").is_some());
        for name in super::item::member_names() {
            assert!(item.get(name).is_some(), "{name} is described but not there");
        }
        let same = site.get_if(&site.all, "/alerts?sort=-last_at&limit=1", &list.etag).await;
        assert_eq!((same.status, same.text.as_str()), (304, ""));
        store::act(&site.path, &site.id, &store::Action::Note("seen".to_owned()), "ana", None, Clock.now())
            .expect("a note");
        let other = site.get_if(&site.all, "/alerts?sort=-last_at&limit=1", &list.etag).await;
        assert_eq!((other.status, &other.body["items"][0]["notes"]), (200, &json!(1)), "an act is visible at once");
        let picked = site.get(&site.all, "/alerts?fields=id,score").await;
        assert_eq!(picked.body["items"][0].as_object().map(|item| item.len()), Some(2));
    });
}

#[test]
fn a_wrong_parameter_is_refused_with_the_nearest_one() {
    run_test(async {
        let site = site().await;
        for (path, advice) in [
            ("/alerts?stat=new", "did you mean `state`?"),
            ("/alerts?sort=-scor", "did you mean `-score`?"),
            ("/alerts?q=behavior:drift", "did you mean `behaviour`?"),
            ("/alerts?cursor=x", "begin without it"),
            ("/alerts?sort=score&cursor=-score.1.1.abcd", "belongs to the order -score"),
            ("/alerts?limit=1001", "from 1 to 1000"),
            ("/alerts?fields=scor", "did you mean `score`?"),
            ("/alerts?as_of=2026-01-01T00:00:00Z", "as_of: unknown parameter"),
            ("/alerts/summary?limit=1", "limit: unknown parameter"),
            ("/vessels?bbox=1,2", "west,south,east,north"),
            ("/alerts?bbox=1,1,1,2", "bbox: write west,south,east,north in degrees, as -18.5,27,-12,29.5"),
            ("/vessels?bbox=1,1,2,1", "bbox: write west,south,east,north in degrees, as -18.5,27,-12,29.5"),
            ("/picture?bbox=1,1,1,1", "bbox: write west,south,east,north in degrees, as -18.5,27,-12,29.5"),
            ("/vessels?mmsi=12", "nine digits"),
            ("/cases?sort=-scores", "did you mean `-score`?"),
            (
                "/who?near=28,-17&radius_nm=5&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
                "the reason for the search",
            ),
            ("/alerts/export?format=xls&why=for%20the%20test", "unknown format"),
        ] {
            let got = site.get(&site.all, path).await;
            assert_eq!((got.status, &got.body["type"]), (400, &json!("/problems/parameter")), "{path}: {}", got.text);
            assert!(got.body["detail"].as_str().is_some_and(|detail| detail.contains(advice)), "{path}: {}", got.text);
        }
    });
}

#[test]
fn an_alert_above_the_ceiling_is_not_listed_opened_explained_or_exported() {
    run_test(async {
        let site = site().await;
        assert_eq!(site.get(&site.amber, &format!("/alerts/{}", site.id)).await.status, 200);
        site.mark_red();
        let list = site.get(&site.amber, "/alerts").await;
        assert_eq!((&list.body["items"], &list.body["withheld"]), (&json!([]), &json!(1)));
        let counts = site.get(&site.amber, "/alerts/summary").await;
        assert_eq!((&counts.body["behaviour"], &counts.body["withheld"]), (&json!({}), &json!(1)));
        for part in ["", "/explanation", "/sentences"] {
            let path = format!("/alerts/{}{part}", site.id);
            assert_eq!((site.get(&site.amber, &path).await.status, part), (404, part));
            assert_eq!((site.get(&site.all, &path).await.status, part), (200, part));
        }
        let export = site.get(&site.amber, "/alerts/export?format=jsonl&why=for%20the%20test").await;
        assert_eq!((export.status, export.text.trim()), (200, ""));
        let of_vessel = site.get(&site.amber, "/vessels/970123456/alerts").await;
        assert_eq!((&of_vessel.body["items"], &of_vessel.body["withheld"]), (&json!([]), &json!(0)));
        // Numbers must not tell about which vessel, place or time an alert is that the reader may not see.
        for filter in ["mmsi=970123456", "mmsi=224000001", "q=zzzz", "bbox=-20,20,-10,30", "bbox=0,0,1,1", "since=6h"] {
            for list in ["/alerts", "/alerts/summary"] {
                let got = site.get(&site.amber, &format!("{list}?{filter}")).await;
                assert_eq!((&got.body["withheld"], &got.body["total"]), (&json!(1), &json!(0)), "{list} {filter}");
            }
        }
        let like = site.get(&site.all, "/alerts?name=%25&limit=5").await;
        assert_eq!((like.status, &like.body["total"]), (200, &json!(0)), "a wildcard is a character");
        let status = site.get(&site.amber, "/status").await;
        assert_eq!(status.body["alerts"]["open"]["critical"], json!(0), "{}", status.text);
    });
}

#[test]
fn a_reader_without_the_right_reads_nothing() {
    run_test(async {
        let site = site().await;
        assert_eq!(site.get(&site.state, "/alerts").await.status, 403);
        let status = site.get(&site.state, "/status").await;
        assert_eq!((status.status, &status.body["alerts"]), (200, &Value::Null));
        assert_eq!(site.get(&site.state, "/feeds").await.body["items"][0]["name"], json!("coast"));
        assert_eq!(site.get(&Secret::token().expect("random numbers"), "/alerts").await.status, 401);
    });
}

#[test]
fn one_alert_has_tracks_and_the_parts_that_are_asked_for() {
    run_test(async {
        let site = site().await;
        store::act(&site.path, &site.id, &store::Action::Note("<b>seen</b>".to_owned()), "ana", None, Clock.now())
            .expect("it");
        let path = format!("/alerts/{}?include=notes,history,deliveries,similar", site.id);
        let got = site.get(&site.all, &path).await;
        assert_eq!(got.status, 200, "{}", got.text);
        assert!(got.body["evidence"]["tracks"].as_array().is_some_and(|tracks| !tracks.is_empty()));
        assert_eq!(got.body["notes"][0]["text"], json!("<b>seen</b>"));
        let history = got.body["history"].as_array().expect("a history");
        let what: Vec<&str> = history.iter().filter_map(|row| row["what"].as_str()).collect();
        assert_eq!((what.first(), what.last()), (Some(&"opened"), Some(&"noted")));
        assert_eq!((&history[0]["revision"], &history[0]["who"]), (&json!(1), &json!("(atalaia)")));
        assert_eq!(history.last().map(|row| &row["why"]), Some(&json!("<b>seen</b>")));
        assert_eq!((&got.body["deliveries"], &got.body["similar"]["last"]), (&json!([]), &json!([])));
        let plain = format!("/alerts/{}", site.id);
        let first = site.get(&site.all, &plain).await;
        assert_eq!(site.get_if(&site.all, &plain, &first.etag).await.status, 304);
        // As an acknowledgement that expires: neither a change nor an act.
        let store = rusqlite::Connection::open(&site.path).expect("a store");
        store.execute("UPDATE alerts SET state = 'acknowledged'", []).expect("written");
        let other = site.get_if(&site.all, &plain, &first.etag).await;
        assert_eq!((other.status, &other.body["state"]), (200, &json!("acknowledged")), "{}", other.text);
        assert_eq!(site.get(&site.all, "/alerts/abcd").await.status, 404);
        assert!(site.trail(&site.id).contains(&("consultation".to_owned(), "alert".to_owned())));
    });
}

#[test]
fn counts_of_a_vessel_leave_a_row_and_belong_to_the_one_who_asks() {
    run_test(async {
        let site = site().await;
        assert_eq!(site.get(&site.all, "/alerts/summary?mmsi=970123456").await.status, 200);
        assert!(site.trail("alerts mmsi=970123456").contains(&("consultation".to_owned(), "list".to_owned())));
        let to = store::Action::Assign(Some("all".to_owned()));
        store::act(&site.path, &site.id, &to, "ana", None, Clock.now()).expect("assigned");
        let other = token(&site.path, "other", &[Right::Read], Tlp::Red);
        // However `me` is written.
        for (secret, count) in [(&site.all, 1), (&other, 0)] {
            let got = site.get(secret, "/alerts/summary?owner=%6De").await;
            assert_eq!(got.body["total"], json!(count), "{}", got.text);
        }
    });
}

#[test]
fn an_explanation_has_what_was_measured_and_what_ais_cannot_show() {
    run_test(async {
        let site = site().await;
        let got = site.get(&site.all, &format!("/alerts/{}/explanation", site.id)).await;
        assert_eq!((got.status, &got.body["now"]), (200, &Value::Null), "{}", got.text);
        assert!(got.body["decided_at"].is_string() && got.body["blind_spots"].is_string());
        assert_eq!(got.body["limits"].as_array().map(Vec::len), Some(5));
        let item = site.get(&site.all, &format!("/alerts/{}", site.id)).await;
        let points = got.body["score"].as_array().into_iter().flatten().filter_map(|line| line["points"].as_i64());
        assert_eq!(Some(points.sum::<i64>()), item.body["score"].as_i64(), "the lines add up to the score");
    });
}

#[test]
fn pages_follow_one_another_by_their_links() {
    run_test(async {
        let site = site().await;
        let connection = rusqlite::Connection::open(&site.path).expect("a store");
        for number in 0..5 {
            let copy = "INSERT INTO alerts (id, behaviour, announced, status, severity, score, started_at, opened_at, last_at, revision, body)
                 SELECT printf('%026d', ?1), behaviour, 1, status, severity, score, started_at, opened_at, last_at, 1,
                     json_set(body, '$.id', printf('%026d', ?1)) FROM alerts WHERE id = ?2";
            connection.execute(copy, rusqlite::params![number, site.id]).expect("a copy");
        }
        let (mut path, mut seen) = ("/alerts?limit=2&kind=vessel".to_owned(), Vec::new());
        for _ in 0..10 {
            let page = site.get(&site.all, &path).await;
            let items = page.body["items"].as_array().expect("items").clone();
            seen.extend(items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)));
            let next = page.link.strip_prefix("</api/v1").and_then(|link| link.strip_suffix(">; rel=\"next\""));
            match next {
                Some(next) => path = next.to_owned(),
                None => break,
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), sorted.len()), (6, 6));
    });
}

#[test]
fn vessels_are_found_by_place_box_and_identity() {
    run_test(async {
        let site = site().await;
        let script = "ALFA 224000001\n 12:00 28 -17\n stop 10\nBRAVO 255000002\n 12:00 28.5 -17\n stop 10";
        let mut engine = engine(&only("distress"), AREA);
        for line in crate::testing::lines(script) {
            let line = atalaia_core::ais::Line {
                source: atalaia_core::ais::SourceId(0),
                received: None,
                bytes: line.as_bytes(),
            };
            engine.line(line, &mut Vec::new());
        }
        let ask = async |path: &str| {
            let get = site.get(&site.all, path);
            tokio::pin!(get);
            loop {
                tokio::select! {
                    got = &mut get => return got,
                    () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {
                        site.queue.publish(Clock.moment(), || Picture::of(&engine));
                    }
                }
            }
        };
        let names = |got: &Got| -> Vec<String> {
            let items = got.body["items"].as_array().into_iter().flatten();
            items.filter_map(|item| item["mmsi"].as_u64().map(|mmsi| mmsi.to_string())).collect()
        };
        let near = ask("/vessels?near=28.4,-17&radius_nm=60").await;
        assert_eq!(names(&near), ["255000002", "224000001"], "{}", near.text);
        assert!(near.body["items"][0]["nm"].as_f64().is_some_and(|nm| (5.0..7.0).contains(&nm)));
        assert_eq!(names(&ask("/vessels?bbox=-18,27,-16,28.2").await), ["224000001"]);
        assert_eq!(names(&ask("/vessels?q=2240").await), ["224000001"]);
        assert_eq!(names(&ask("/vessels?flag=PT").await), ["255000002"]);
        let first = ask("/vessels?limit=1").await;
        let next = first.body["next"].as_str().expect("another page").to_owned();
        assert_eq!(names(&ask(&format!("/vessels?limit=1&cursor={next}")).await), ["255000002"]);
        assert_eq!(site.trail("vessels%"), [("consultation".to_owned(), "identity".to_owned())]);
    });
}

#[test]
fn a_reader_without_personal_data_does_not_find_or_open_a_small_craft() {
    run_test(async {
        let mut site = site().await;
        above::answering(std::mem::replace(&mut site.queue, asking(Clock).1));
        let rights =
            "UPDATE tokens SET ceilings = json_set(ceilings, '$.personal_data', json('false')) WHERE name = 'amber'";
        rusqlite::Connection::open(&site.path).and_then(|store| store.execute_batch(rights)).expect("a store");
        // The distress devices and the vessel never said what they are: they count as small craft.
        let number = above::MMSI[0];
        let why = "why=for%20the%20test%20of%20it&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z";
        for (path, hidden) in [
            (format!("/vessels/{number}"), 404),
            (format!("/vessels/{number}/track"), 404),
            (format!("/vessels/{number}/explanations"), 404),
            (format!("/vessels?mmsi={number}"), 200),
            ("/vessels?near=28,-17&radius_nm=20".to_owned(), 200),
            ("/picture/names".to_owned(), 200),
            (format!("/who?near=28,-17&radius_nm=20&{why}"), 200),
        ] {
            let (low, all) = (site.get(&site.amber, &path).await, site.get(&site.all, &path).await);
            assert_eq!((low.status, all.status), (hidden, 200), "{path}: {}", low.text);
            let names = |got: &Got| hidden == 200 && got.body["items"].to_string().contains(&number.to_string());
            assert!(!names(&low), "{path}: {}", low.text);
            assert!(
                path.contains("names") || path.contains("who") || hidden == 404 || names(&all),
                "{path}: {}",
                all.text
            );
        }
        let list = site.get(&site.amber, "/vessels?q=zzzz").await;
        assert_eq!((&list.body["items"], &list.body["withheld"]), (&json!([]), &json!(3)), "{}", list.text);
        assert_eq!(site.get(&site.amber, "/picture/names").await.body["items"], json!([]));
    });
}
