//! The raw sentences behind an alert.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};

use atalaia::cli::demo;
use atalaia_core::base::time::Time;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::api::Api;
use crate::harness::daemon::{PATIENCE, accept};

#[test]
fn an_alert_of_a_recording_that_was_played_in_years_later_has_its_sentences() {
    let feed = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("zones/demo.geojson"), demo::ZONES).unwrap();
    let address = feed.local_addr().unwrap();
    let input = format!("[[inputs]]\nkind = \"tcp\"\nname = \"exercise\"\nrecorded = true\naddress = \"{address}\"\n");
    let api = Api::start_in(folder, &format!("[zones]\nfolder = \"zones\"\n{input}"));
    let mut stream = accept(&feed);
    stream.write_all(&demo::feed().unwrap()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // The daemon closes once it has read everything.
    let _ = stream.read(&mut [0]);
    api.add("ana", "analyst");
    let ana = api.sign_in("ana");
    let get = |path: &str| -> Value { serde_json::from_str(&api.call(&ana, "GET", path, None).body).unwrap() };
    let list = get("/alerts?limit=50");
    let alerts = list["items"].as_array().unwrap();
    assert!(3 <= alerts.len(), "{list}");
    let mut whole = 0;
    for alert in alerts {
        let id = alert["id"].as_str().unwrap();
        let answer = get(&format!("/alerts/{id}/sentences?limit=2000"));
        let items = answer["items"].as_array().unwrap();
        assert!(!items.is_empty(), "{id} has none: {alert}");
        let time = |key: &str| Time::parse(answer[key].as_str().unwrap()).unwrap();
        let period = time("from")..=time("until");
        for item in items {
            // Each line of this recording begins with its time in seconds.
            let line = item["line"].as_str().unwrap();
            let Some(seconds) = line.split(',').next().and_then(|seconds| seconds.parse::<i64>().ok()) else {
                continue;
            };
            assert!(period.contains(&Time::from_millis(seconds * 1000)), "{line} is not in {period:?}");
        }
        whole += usize::from(answer["complete"] == true);
    }
    assert!(0 < whole, "the journal has all of the recording, and no alert all of its sentences");
}
