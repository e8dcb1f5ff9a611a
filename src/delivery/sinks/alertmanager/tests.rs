//! Alerts sent to a recording receiver, and to a real Alertmanager, read back with its own tool.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::*;
use crate::delivery::http_post::testing::Receiver;
use crate::delivery::testing::installed;
use crate::delivery::testing::sample;
use atalaia_core::base::fault;
use atalaia_core::base::time::Time;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn sink(url: &str) -> Alertmanager {
    let text = format!("url = \"{url}\"\nallow = [\"127.0.0.1\"]\ntls.ca = \"tests/payloads/ca.pem\"");
    let settings: Settings = toml::from_str(&text).expect("settings");
    assert_eq!(fault::lines("sinks[0].alertmanager", settings.problems()), [""; 0]);
    Alertmanager::new(&settings, &SenderIdentity { site: "lisbon-1".to_owned() }).expect("a sink")
}

fn ended(delivery: &Delivery) -> Delivery {
    sample("rendezvous-opened", |change| {
        *change = delivery.json();
        change["change"] = json!("ended");
        change["revision"] = json!(2);
        change["alert"]["status"] = json!("ended");
        change["alert"]["ended_at"] = json!("2026-03-14T03:00:00Z");
    })
}

#[tokio::test]
async fn open_alerts_are_repeated_and_resolved_ones_for_a_while() {
    let receiver = Receiver::answering(&[OK; 4]).await;
    let mut sink = sink(&receiver.url("/am/"));
    sink.now = || Time::parse("2026-03-14T04:00:00Z").expect("a time");
    let first = sample("rendezvous-opened", |_| {});
    let second = sample("rendezvous-opened", |change| change["alert"]["id"] = json!("bbbbbbbbbbbbbbbbbbbbbbbbbb"));
    assert_eq!(sink.send(std::slice::from_ref(&first)).await, Ok(()));
    assert_eq!(sink.refresh(&[first.clone(), second.clone()]).await, Ok(()));
    assert_eq!(sink.send(&[ended(&first)]).await, Ok(()));
    // The list of open alerts may be older than the end.
    assert_eq!(sink.refresh(&[first, second]).await, Ok(()));
    let came = receiver.came();
    assert!(came.iter().all(|request| request.first == "POST /am/api/v2/alerts HTTP/1.1"), "{}", came[0].first);
    let ends = |index: usize| -> Vec<String> {
        let body = came[index].json();
        body.as_array()
            .expect("a list")
            .iter()
            .map(|alert| alert["endsAt"].as_str().expect("a time").to_owned())
            .collect()
    };
    let (lasts, over) = ("2026-03-14T04:05:00Z", "2026-03-14T03:00:00Z");
    assert_eq!(ends(0), [lasts]);
    assert_eq!(ends(1), [lasts, lasts]);
    assert_eq!(ends(2), [over]);
    assert_eq!(ends(3), [lasts, over]);
    assert_eq!(sink.refresh_every(), Some(Duration::from_secs(60)));
}

#[tokio::test]
async fn without_open_alerts_nothing_is_posted() {
    let receiver = Receiver::answering(&[]).await;
    assert_eq!(sink(&receiver.url("")).refresh(&[]).await, Ok(()));
    assert!(receiver.came().is_empty());
}

/// A real Alertmanager, stopped when dropped.
struct Real {
    child: Child,
    url: String,
    tool: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Real {
    /// `None` if it is not installed (see `tests/run`).
    fn start() -> Option<Real> {
        let program = installed("ATALAIA_ALERTMANAGER")?;
        let folder = tempfile::TempDir::new().expect("a folder");
        let settings = folder.path().join("alertmanager.yml");
        std::fs::write(&settings, "route: {receiver: none}\nreceivers: [{name: none}]\n").expect("written");
        let mut child = Command::new(&program)
            .arg(format!("--config.file={}", settings.display()))
            .arg(format!("--storage.path={}", folder.path().join("data").display()))
            .args(["--web.listen-address=127.0.0.1:0", "--cluster.listen-address=", "--log.format=logfmt"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("Alertmanager starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("address=127.0.0.1:")?;
            Some(rest.split_whitespace().next()?.to_owned())
        });
        // Its log must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let url = format!("http://127.0.0.1:{}", address.expect("it says where it listens"));
        let tool = program.with_file_name("amtool");
        Some(Real { child, url, tool, _folder: folder })
    }

    /// The alerts that amtool lists.
    fn alerts(&self, filter: &[&str]) -> serde_json::Value {
        let shown = Command::new(&self.tool)
            .arg(format!("--alertmanager.url={}", self.url))
            .args(["alert", "query", "-o", "json"])
            .args(filter)
            .output()
            .expect("amtool runs");
        assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
        serde_json::from_slice(&shown.stdout).expect("JSON")
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        // Fails only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn alertmanager_itself_has_it_firing_and_then_no_more() {
    let Some(real) = Real::start() else { return };
    let mut sink = sink(&real.url);
    let delivery = sample("rendezvous-opened", |change| {
        change["alert"]["vessels"][0]["name"] = json!("{{ .Labels }}\"\\<b>\u{0}");
    });
    assert_eq!(sink.send(std::slice::from_ref(&delivery)).await, Ok(()));
    assert_eq!(sink.send(&[sample("loitering-retracted", |_| {})]).await, Ok(()));
    let open = [delivery.clone()];
    assert_eq!(sink.refresh(&open).await, Ok(()));
    let seen = real.alerts(&["alertname=rendezvous"]);
    assert_eq!(seen.as_array().map(Vec::len), Some(1), "one, however often it is sent: {seen}");
    assert_eq!(seen[0]["labels"]["alert"], delivery.change.alert.id);
    assert_eq!(seen[0]["annotations"]["severity"], "high");
    assert_eq!(seen[0]["annotations"]["vessels"], "{{ .Labels }}\"\\<b>, EXAMPLE TWO");
    assert_eq!(real.alerts(&["alertname=loitering"]), json!([]), "what was retracted does not fire");
    assert_eq!(sink.send(&[ended(&delivery)]).await, Ok(()));
    assert_eq!(sink.refresh(&[]).await, Ok(()));
    assert_eq!(real.alerts(&[]), json!([]));
}
