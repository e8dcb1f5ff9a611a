//! Several recordings read in the order of their times.

use std::io::Cursor;

use super::*;
use crate::inputs::Limits;

fn merge(texts: &[&str]) -> Vec<String> {
    let limits = Limits { ratio: 100, bytes: 1 << 40 };
    let recordings =
        texts.iter().map(|text| Recording::read_from(Cursor::new((*text).to_owned()), "test", limits).unwrap());
    let reading = Reading { time_zone: None, lateness: Some(Span::from_seconds(120)) };
    let mut merged = MergedRecordings::new(recordings.collect(), &reading).unwrap();
    let mut lines = Vec::new();
    let mut keep = |_: usize, line: &[u8]| lines.push(String::from_utf8_lossy(line).into_owned());
    while merged.read_block(&mut keep).unwrap() {}
    lines
}

/// A sentence with its checksum, as a receiver writes it.
fn sentence(time: Option<u32>, payload: &str, part: &str) -> String {
    let body = format!("AIVDM,{part},B,{payload},0");
    let sum = body.bytes().fold(0, |sum, byte| sum ^ byte);
    let prefix = time.map_or(String::new(), |time| format!("{time},"));
    format!("{prefix}!{body}*{sum:02X}\n")
}

fn payloads(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.rsplit(',').nth(1).unwrap_or("header")).collect()
}

#[test]
fn lines_come_by_time_and_those_without_stay_where_they_were() {
    let line = |seconds: u32, payload| sentence(Some(1_490_075_400 + seconds), payload, "1,1,");
    let one = [line(79, "a"), "$GPTXT,a2\n".to_owned(), line(90, "c")].concat();
    let two = ["header\n".to_owned(), line(80, "b"), line(95, "d")].concat();
    let lines = merge(&[&one, &two]);
    let order: Vec<bool> = lines.iter().map(|line| line.starts_with('1')).collect();
    assert_eq!(order, [true, false, false, true, true, true]);
    assert_eq!((lines[1].as_str(), lines[2].as_str()), ("$GPTXT,a2", "header"));
    assert_eq!(payloads(&[&lines[..1], &lines[3..]].concat()), ["a", "b", "c", "d"]);
}

#[test]
fn a_line_with_a_wrong_clock_does_not_delay_the_rest_of_its_recording() {
    let line = |seconds: u32, payload| sentence(Some(1_490_075_400 + seconds), payload, "1,1,");
    let all = |from: u32, payload| (0..20).map(move |n| line(from + 10 * n, payload)).collect::<Vec<_>>();
    for place in [0, 5, 10] {
        let mut one = all(0, "a");
        one.insert(place, line(43_200, "w"));
        let lines = merge(&[&one.concat(), &all(5, "b").concat()]);
        let order: Vec<&str> = payloads(&lines).into_iter().filter(|payload| *payload != "w").collect();
        assert_eq!(order, ["a", "b"].repeat(20), "wrong at {place}");
    }
    // A real gap in the recording is not a wrong clock.
    let two = [all(0, "a"), all(43_200, "a")].concat().concat();
    let lines = merge(&[&two, &all(43_205, "b").concat()]);
    assert_eq!(payloads(&lines)[..20], ["a"; 20]);
}

#[test]
fn a_recording_cut_between_the_parts_of_a_message_is_joined_again() {
    let one = sentence(Some(1_490_075_479), "a", "2,1,1");
    let two = sentence(None, "b", "2,2,1") + &sentence(Some(1_490_075_480), "c", "1,1,");
    assert_eq!(payloads(&merge(&[&one, &two])), ["a", "b", "c"]);
}

#[test]
fn the_position_is_that_of_the_reading_and_not_of_the_check_before_it() {
    let row = |n: u32| format!("338148873,2022-01-03T{:02}:{:02}:{:02},1,1\n", n / 3600, n / 60 % 60, n % 60);
    let rows: String = (0..80_000).map(row).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, format!("MMSI,BaseDateTime,LAT,LON\n{rows}")).unwrap();
    let recording = Recording::open(&path, Limits { ratio: 100, bytes: 1 << 40 }).unwrap();
    let size = recording.size().unwrap();
    let reading = Reading { time_zone: None, lateness: Some(Span::from_seconds(120)) };
    let mut merged = MergedRecordings::new(vec![recording], &reading).unwrap();
    let positions = merged.positions();
    let position = || positions[0].load(std::sync::atomic::Ordering::Relaxed);
    assert!(position() < size / 2, "nothing is handed out yet: {} of {size}", position());
    while merged.read_block(&mut |_: usize, _: &[u8]| {}).unwrap() {}
    assert_eq!(position(), size);
}

#[test]
fn rows_far_out_of_order_are_sorted_and_equal_times_keep_their_order() {
    let text = "MMSI,BaseDateTime,LAT,LON\n\
                338148873,2022-01-03T00:20:00,1,1\n\
                338148873,2022-01-03T00:00:00,2,1\n\
                338148873,2022-01-03T00:20:00,3,1\n\
                338148873,2022-01-03T00:00:00,4,1\n";
    let lats: Vec<String> = merge(&[text]).iter().map(|line| line.split(',').nth(2).unwrap().to_owned()).collect();
    assert_eq!(lats, ["LAT", "2", "4", "1", "3"]);
}
