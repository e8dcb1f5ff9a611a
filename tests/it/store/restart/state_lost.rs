//! A journal lost entirely, in part or at its end: an ongoing alert continues, whether or not the feed is sent again.

use super::*;

/// Minutes after four at which the program dies: one alert has ended, one is pending, one is open.
const CUT: i64 = 105;
const OVER: u32 = 972_100_001;
const PENDING: u32 = 972_100_002;
const OPEN: u32 = 972_100_003;

/// Minutes in which each device sends.
const DEVICES: [(u32, std::ops::RangeInclusive<i64>); 3] = [(OVER, 0..=10), (PENDING, 62..=72), (OPEN, 60..=150)];

/// A ship that advances time for four hours, and three devices in distress; each line with its minute.
fn feed() -> Vec<(i64, String)> {
    let mut lines = Vec::new();
    for minute in 0..=240 {
        let mut say = |mmsi: u32, lat: f64, status: u8| {
            let at = Time::from_utc(2026, 3, 1, 4, 0, 0).unwrap() + Span::from_minutes(minute);
            let device = Transponder::class_a(mmsi).status(status).at(lat, -16.25);
            lines.push((minute, device.lines(Some(at))));
        };
        say(224_000_001, 40.0 + minute as f64 * 0.001, 0);
        for (number, (mmsi, minutes)) in DEVICES.iter().enumerate() {
            if minutes.contains(&minute) {
                say(*mmsi, 36.0 + number as f64 * 0.5, 14);
            }
        }
    }
    lines
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lost {
    Wholly,
    InPart,
    LastMoment,
}

/// Dies in the middle, loses this part of its journal, and restarts; returns the deliveries.
fn run(lost: Lost, resent: bool) -> BTreeMap<(String, u64), Value> {
    let (before, after): (Vec<_>, Vec<_>) = feed().into_iter().partition(|(minute, _)| *minute <= CUT);
    let lines = |part: Vec<(i64, String)>| part.into_iter().map(|(_, line)| line).collect::<Vec<String>>();
    let (before, after) = (lines(before), lines(after));
    let place = Place::new();
    let mut daemon = Daemon::start(&place.settings);
    let address = daemon.address();
    let mut stream = TcpStream::connect(address).unwrap();
    for chunk in before.chunks(before.len() / 8) {
        stream.write_all(chunk.concat().as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(70));
    }
    let known = |mmsi: u32| place.told().values().any(|line| line["alert"]["vessels"][0]["mmsi"] == mmsi);
    let all_known = || before.len() <= place.written_down() && [OVER, PENDING, OPEN].into_iter().all(known);
    wait_within(PATIENCE, all_known, || "it was not told or written down".to_owned());
    daemon.signal("KILL");
    assert_eq!(daemon.died_of("killed"), Some(KILLED));

    let segments = || {
        let files = fs::read_dir(place.journal()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|extension| extension == "journal"))
    };
    let cut_off = |share: f64| {
        for segment in segments() {
            let length = fs::metadata(&segment).unwrap().len();
            fs::OpenOptions::new().write(true).open(&segment).unwrap().set_len((length as f64 * share) as u64).unwrap();
        }
    };
    match lost {
        Lost::Wholly => remove(&place.journal()),
        Lost::InPart => cut_off(0.6),
        Lost::LastMoment => cut_off(0.99),
    }
    let kept = if lost == Lost::Wholly { 0 } else { place.written_down() };
    assert!(kept < before.len(), "{lost:?}: nothing is lost");
    assert!(lost == Lost::Wholly || 0 < kept, "{lost:?}: everything is lost");
    let mut rest: Vec<String> = if resent { before[kept..].to_vec() } else { Vec::new() };
    rest.extend(after);
    let mut daemon = Daemon::start(&place.settings);
    send(&daemon.address(), &rest);
    daemon.stop("feed");
    place.told()
}

/// The deliveries about one device, in order: change, time, reason and body, without those that only say that the state was lost.
fn story(told: &BTreeMap<(String, u64), Value>, mmsi: u32) -> Vec<Value> {
    let about = told.values().filter(|line| line["alert"]["vessels"][0]["mmsi"] == mmsi);
    let lost = |line: &&Value| line["reason"].as_str().unwrap().contains("the state of the program was lost");
    let without = |line: &Value| {
        let mut line = line.clone();
        line.as_object_mut().unwrap().remove("revision");
        line
    };
    about.filter(|line| !lost(line)).map(without).collect()
}

#[test]
fn an_alert_continues_whatever_part_of_the_journal_was_lost() {
    let lines: Vec<String> = feed().into_iter().map(|(_, line)| line).collect();
    let expected = Place::undisturbed(&lines);
    for lost in [Lost::Wholly, Lost::InPart, Lost::LastMoment] {
        for resent in [true, false] {
            let told = run(lost, resent);
            let what = format!("journal lost {lost:?}, feed sent again: {resent}");
            for mmsi in [OVER, PENDING, OPEN] {
                if resent {
                    assert_eq!(story(&told, mmsi), story(&expected, mmsi), "{what}: {mmsi}");
                }
                // Each alert ends once, as the last delivery about it.
                let mut by_id: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
                for ((id, _), line) in told.iter().filter(|(_, line)| line["alert"]["vessels"][0]["mmsi"] == mmsi) {
                    by_id.entry(id).or_default().push(line);
                }
                assert!(!by_id.is_empty(), "{what}: {mmsi}");
                for lines in by_id.values() {
                    assert_eq!(lines.first().unwrap()["change"], "opened", "{what}: {lines:?}");
                    assert_eq!(lines.last().unwrap()["change"], "ended", "{what}: {lines:?}");
                    let again =
                        lines.iter().filter(|line| line["reason"].as_str().unwrap().starts_with("followed again"));
                    assert!(again.count() <= 1, "{what}: {lines:?}");
                }
            }
            // If only a part was lost, or if the feed is sent again from the start, it stays one alert.
            if resent || lost != Lost::Wholly {
                let ids: std::collections::BTreeSet<&String> = told.keys().map(|(id, _)| id).collect();
                assert_eq!(ids.len(), 3, "{what}: {ids:?}");
            }
        }
    }
}
