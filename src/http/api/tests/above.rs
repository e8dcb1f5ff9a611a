//! What is above the ceiling of a reader changes no byte of any answer but the number that is withheld.
//!
//! Two sites are compared: one in which the alert above the ceiling never existed, and one in which it does, in a case and a group with the
//! alert below it, which it superseded, and with a note of its own.

use super::*;
use crate::storage::store::Clearance;
use crate::testing::chart;
use atalaia_core::alerts::cases::Case;
use atalaia_core::alerts::{Change, Severity};

/// Two distress devices, and a vessel far away that lets time pass.
const SCRIPT: &str = "SART 970123456 status=14 mute\n 12:00 28 -17\n stop 10\nSARU 970123457 status=14 mute\n 12:05 28.1 -17.1\n stop 10\n\
     ALFA 224000001\n 12:00 40 -30\n stop 120";
/// MMSI of the alert below and of the one above the ceiling.
pub(super) const MMSI: [u32; 2] = [970_123_456, 970_123_457];

/// Id of the case of both alerts.
const CASE: &str = "caaaaaaaaaaaaaaaaaaaaaaaaa";
/// How long the store may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// A site, and the ids of both alerts.
struct Compared {
    site: Site,
    ids: [String; 2],
}

/// The changes of the alert of one device under a marking, with what ties it to the other.
fn changes(mmsi: u32, tlp: Tlp, other: Option<(&str, &str)>) -> Vec<Change> {
    let all = run(&only("distress"), AREA, SCRIPT);
    let own = all.into_iter().filter(|change| change.alert.vessels[0].mmsi == mmsi);
    own.map(|mut change| {
        let alert = Arc::make_mut(&mut change.alert);
        alert.handling.tlp = tlp;
        if let Some((id, case)) = other {
            (alert.replaces, alert.group_id) = (Some(id.to_owned()), Some("gaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned()));
            alert.case_id = Some(case.to_owned());
        }
        change
    })
    .collect()
}

/// A site with the alert below the ceiling and, if `hidden`, the other one.
async fn compared(hidden: bool) -> Compared {
    let ids = MMSI.map(|mmsi| changes(mmsi, Tlp::Amber, None)[0].alert.id.clone());
    let [below, above] = &ids;
    let fill = |store: &Store, path: &std::path::Path| {
        store.changes(changes(MMSI[0], Tlp::Amber, hidden.then_some((above.as_str(), CASE))), 0);
        assert!(store.settle(PATIENCE));
        if hidden {
            store.changes(changes(MMSI[1], Tlp::Red, Some((below.as_str(), CASE))), 0);
            let case = Case {
                id: CASE.to_owned(),
                score: 90,
                score_reasons: Vec::new(),
                severity: Severity::Critical,
                vessels: Vec::new(),
                roles: Vec::new(),
                alerts: ids.to_vec(),
                story: "SARU was there".to_owned(),
            };
            store.cases(vec![case]);
            assert!(store.settle(PATIENCE));
            let note = store::Action::Note("seen by few".to_owned());
            store::act(path, above, &note, "ana", None, Clock.now()).expect("a note");
        }
        // Both are open, so that they count in the picture and in every number, and were stored at the same moment.
        let same = "UPDATE alerts SET status = 'open', touched_at = 1, body = json_set(body, '$.status', 'open');
             UPDATE changes SET stored_at = 1; UPDATE audit SET at = 1";
        rusqlite::Connection::open(path).and_then(|store| store.execute_batch(same)).expect("a store");
    };
    let site = site_with(below, fill).await;
    Compared { site, ids }
}

impl Compared {
    /// Every route that is described and reads, with the ids of both alerts and vessels, and lists with what could tell of the other.
    async fn paths(&self) -> Vec<String> {
        let described = self.site.get(&self.site.amber, "/openapi.json").await.body;
        let paths = described["paths"].as_object().expect("paths").iter().filter(|(_, item)| item["get"].is_object());
        let mut all: Vec<String> = Vec::new();
        for (path, _) in paths {
            let path = path.strip_prefix("/api/v1").expect("a path of the API");
            // A stream does not end; its entries are those of `/changes`. Land is the same for everybody.
            if path.ends_with("/events") || path.contains("/map/") {
                continue;
            }
            for (id, mmsi) in self.ids.iter().zip(MMSI) {
                let id = if path.starts_with("/cases") { CASE } else { id };
                all.push(path.replace("{id}", id).replace("{mmsi}", &mmsi.to_string()).replace("{name}", "parameter"));
            }
        }
        let [below, above] = &self.ids;
        let why = "why=for%20the%20test%20of%20ceilings";
        all.extend([
            format!("/alerts/{below}?include=notes,history,deliveries,similar"),
            format!("/alerts?case={CASE}&facts=true"),
            format!("/alerts/summary?case={CASE}"),
            format!("/alerts?mmsi={}", MMSI[1]),
            "/alerts?q=SARU".to_owned(),
            format!("/alerts/{above}?include=history"),
            "/cases?status=open".to_owned(),
            "/changes?limit=1".to_owned(),
            "/changes?topics=alert,case".to_owned(),
            format!("/vessels/{}/alerts?facts=true", MMSI[0]),
        ]);
        let formats = ["geojson", "jsonl", "csv", "kml", "text"];
        all.extend(formats.map(|format| format!("/alerts/export?facts=true&format={format}&{why}")));
        all.dedup();
        all
    }

    /// An answer without what differs between two runs: the times of the daemon itself.
    async fn bytes(&self, path: &str) -> (u16, String, String) {
        let got = self.site.get(&self.site.amber, path).await;
        let text = match path {
            "/status" => json!([got.body["alerts"], got.body["open_alerts"]]).to_string(),
            "/me" | "/session" => String::new(),
            _ => got.text,
        };
        (got.status, got.etag, text)
    }
}

/// A text with every number that is withheld as 0.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("\"withheld\":");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        all += "\"withheld\":0";
        all += part.trim_start_matches(|letter: char| letter.is_ascii_digit());
    }
    all
}

/// A moment at which nothing happens.
fn epoch() -> atalaia_core::base::time::Time {
    atalaia_core::base::time::Time::from_millis(0)
}

/// An engine that has heard both devices.
fn hearing() -> atalaia_core::engine::Engine {
    let mut engine = engine(&only("distress"), AREA);
    for line in crate::testing::lines(SCRIPT) {
        let source = atalaia_core::ais::SourceId(0);
        let line = atalaia_core::ais::Line { source, received: None, bytes: line.as_bytes() };
        engine.line(line, &mut Vec::new());
    }
    engine
}

/// The picture of that engine.
fn heard() -> Arc<Picture> {
    Arc::new(Picture::of(&hearing()))
}

/// Answers the questions of a site from an engine that has heard both devices, on a thread of its own: an engine stays on its thread.
pub(super) fn answering(queue: QuestionQueue) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(answer(queue));
    });
}

async fn answer(mut queue: QuestionQueue) {
    let engine = hearing();
    let chart = Arc::new(chart(AREA));
    queue.publish_chart(&chart);
    loop {
        tokio::select! {
            ask = queue.next() => match ask {
                Some(ask) => {
                    if let Some(answer) = ask.question().map(|question| question.answer(&engine, &chart)) {
                        ask.answer(answer);
                    }
                }
                None => return,
            },
            () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {
                queue.publish(Clock.moment(), || Picture::of(&engine));
            }
        }
    }
}

#[test]
fn an_alert_above_the_ceiling_changes_no_byte_but_the_number_that_is_withheld() {
    run_test(async {
        let (mut bare, mut full) = (compared(false).await, compared(true).await);
        for one in [&mut bare, &mut full] {
            answering(std::mem::replace(&mut one.site.queue, asking(Clock).1));
        }
        let paths = full.paths().await;
        assert!(40 < paths.len(), "{paths:?}");
        let mut faults = Vec::new();
        for path in &paths {
            // The stream of frames differs by the moment; it is compared below.
            if path.starts_with("/picture") {
                continue;
            }
            let ((status, etag, text), (other_status, other_etag, other_text)) =
                (bare.bytes(path).await, full.bytes(path).await);
            let (text, withheld) =
                (without_numbers(&text), text != without_numbers(&text) || other_text.contains("withheld"));
            if status != other_status || text != without_numbers(&other_text) || (!withheld && etag != other_etag) {
                faults
                    .push(format!("{path}: {status} {etag}\n  {text}\n  {other_status} {other_etag}\n  {other_text}"));
            }
            if ["seen by few", "SARU was there"].iter().any(|word| other_text.contains(word)) {
                faults.push(format!("{path}: {other_text}"));
            }
        }
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
        // The frames of the same picture at the same moment.
        let picture = heard();
        let frame = |site: &Site, max_tlp| {
            let clearance = Clearance { max_tlp, ..Clearance::everything() };
            let (pictures, now) = (Pictures::new(epoch()), epoch());
            pictures.frame(&site.path, &picture, &clearance, (None, None), now).expect("a frame")
        };
        let below = frame(&bare.site, Tlp::Amber);
        assert_eq!(below, frame(&full.site, Tlp::Amber));
        assert_ne!(below, frame(&full.site, Tlp::Red), "the alert above is in the picture of those who may see it");
        // A reader who may see everything gets other bytes, so the comparison is not one of nothing with nothing.
        let all = token(&full.site.path, "everything", &[Right::Read], Tlp::Red);
        let item = full.site.get(&all, &format!("/alerts/{}", full.ids[0])).await.body;
        for member in ["case_id", "replaces", "group_id"] {
            assert!(item[member].is_string(), "{member}: {item}");
        }
    });
}
