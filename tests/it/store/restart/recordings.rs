//! A recording that is read again after a restart: what was used is skipped, what was appended is not, nor is another recording.

use super::*;
use crate::harness::beacons::{after_four, mmsi};
use crate::harness::daemon::input;

/// Lets a daemon read its recording to the end, and returns the number of lines it has used in all its lives.
fn read(place: &Place) -> usize {
    let mut daemon = Daemon::start(&place.settings);
    daemon.wait_for(&["all inputs have ended"]);
    daemon.stop("feed");
    place.written_down()
}

#[test]
fn lines_that_were_used_are_skipped_and_those_of_another_recording_are_read() {
    let place = Place::fed_by(&input("file", "path = \"recording\""));
    let write = |lines: &[String]| fs::write(place.file("recording"), lines.concat()).unwrap();
    let reports =
        |from: u32, count: u32| (from..from + count).map(|number| after_four(number, i64::from(number), 0.01));
    let mut first: Vec<String> = reports(0, 20).collect();
    write(&first);
    assert_eq!(read(&place), 20);
    assert_eq!(read(&place), 20, "read again");
    first.extend(reports(20, 5));
    write(&first);
    assert_eq!(read(&place), 25, "longer by five");
    // As long as the first, and none of it was used.
    write(&reports(100, 25).collect::<Vec<_>>());
    assert_eq!(read(&place), 50, "another recording under the same path");
    assert_eq!(read(&place), 50, "read again");
    let settings = fs::read_to_string(&place.settings).unwrap();
    fs::rename(place.file("recording"), place.file("moved")).unwrap();
    fs::write(&place.settings, settings.replace("\"recording\"", "\"moved\"")).unwrap();
    assert_eq!(read(&place), 50, "the same recording under another path");
    let told = place.told();
    let has = |number: u32| told.values().any(|line| line["alert"]["vessels"][0]["mmsi"] == mmsi(number));
    assert!([0, 24, 100, 124].into_iter().all(has), "{:?}", told.keys());
}
