//! Killed at any moment while its files are written and SIGHUP arrives: the deliveries equal those of an undisturbed daemon, byte for byte.

use super::*;

/// Deaths per folder.
const ROUNDS: usize = 20;
/// Variable with the number of folders; `tests/long` uses 50, which is 1 000 deaths.
const LIVES: &str = "ATALAIA_RELOAD_LIVES";

/// The deliveries about vessels, each line as written, by key; a repeat must be identical to the byte. A sink removed from the settings
/// while
/// lines wait for it is rightly reported, and left out here.
fn bodies(place: &Place) -> BTreeMap<(String, u64), String> {
    let text = fs::read_to_string(place.file("alerts.jsonl")).unwrap_or_default();
    let mut bodies = BTreeMap::new();
    for line in text.lines() {
        // A line cut short by a death was not delivered.
        let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
        if value["alert"]["behaviour"] == "delivery_failed" {
            continue;
        }
        let key = (value["alert"]["id"].as_str().unwrap().to_owned(), value["revision"].as_u64().unwrap());
        if let Some(before) = bodies.insert(key, line.to_owned()) {
            assert_eq!(before, line, "a repeat says another thing");
        }
    }
    bodies
}

/// Changes to the files before a signal that leave their meaning the same.
fn touch(place: &Place, round: usize, which: u8) {
    let text = fs::read_to_string(&place.settings).unwrap();
    match which {
        // Another comment.
        0 => fs::write(&place.settings, format!("{text}# round {round}\n")).unwrap(),
        // The zones again, as an editor saves them.
        1 => {
            let zones = place.file("scenes/scenes.geojson");
            let beside = place.file("scenes/saved");
            fs::copy(&zones, &beside).unwrap();
            fs::rename(&beside, &zones).unwrap();
        }
        // A sink that does not affect the deliveries to others.
        2 => {
            let sink = "[[sinks]]\nkind = \"log\"\nname = \"seen\"\n";
            let other = if text.contains(sink) { text.replace(sink, "") } else { format!("{sink}{text}") };
            fs::write(&place.settings, other).unwrap();
        }
        _ => {}
    }
}

/// Kills one daemon `ROUNDS` times over the lines, with reloads all the while. Returns how many reloads were done, and how many deaths were
/// between a signal and the reload it requested.
fn one_life(lines: &[String], expected: &BTreeMap<(String, u64), String>, seed: u64) -> (usize, usize) {
    let place = Place::new();
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut cuts: Vec<usize> = (0..ROUNDS).map(|_| chance.usize(1..lines.len())).collect();
    cuts.sort_unstable();
    let (mut reloads, mut amid) = (0, 0);
    for (round, cut) in cuts.into_iter().enumerate() {
        let from = place.written_down();
        let part: Vec<String> = lines.get(from..cut).unwrap_or_default().to_vec();
        let mut daemon = Daemon::start(&place.settings);
        let address = daemon.address();
        let feeder = thread::spawn(move || {
            let Ok(mut stream) = TcpStream::connect(address) else { return };
            for some in part.chunks(part.len() / 8 + 1) {
                // The daemon may be dead by now.
                if stream.write_all(some.concat().as_bytes()).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(10));
            }
        });
        for _ in 0..chance.usize(1..5) {
            touch(&place, round, chance.u8(0..4));
            daemon.signal("HUP");
            thread::sleep(Duration::from_millis(chance.u64(0..60)));
        }
        daemon.signal("KILL");
        assert_eq!(daemon.died_of("killed"), Some(KILLED));
        feeder.join().unwrap();
        let done = daemon.log_to_the_end().iter().filter(|line| line.contains(" reloaded")).count();
        reloads += done;
        amid += usize::from(done == 0);
        bodies(&place);
    }
    place.feed_rest(lines);
    assert_eq!(place.written_down(), lines.len(), "seed {seed}");
    let got = bodies(&place);
    for (key, line) in expected {
        assert_eq!(got.get(key), Some(line), "seed {seed}");
    }
    let more: Vec<_> = got.iter().filter(|(key, _)| !expected.contains_key(*key)).map(|(_, line)| line).collect();
    assert!(more.is_empty(), "seed {seed}: told beyond that: {more:#?}");
    (reloads, amid)
}

#[test]
#[allow(clippy::print_stdout)] // The counts, for runs with --nocapture.
fn killed_amid_reloads_its_deliveries_equal_those_of_an_undisturbed_daemon() {
    let lives: u64 = std::env::var(LIVES).map_or(2, |text| text.parse().unwrap());
    let scenes: Vec<_> = ["meeting", "company"].into_iter().map(scene).collect();
    let undisturbed = |lines: &Vec<String>| {
        let place = Place::new();
        place.feed_rest(lines);
        bodies(&place)
    };
    let expected: Vec<_> = scenes.iter().map(undisturbed).collect();
    assert!(expected.iter().all(|bodies| 5 < bodies.len()), "little is told");
    let (mut reloads, mut amid) = (0, 0);
    for life in 0..lives {
        let which = life as usize % scenes.len();
        let (done, cut_off) = one_life(&scenes[which], &expected[which], life);
        (reloads, amid) = (reloads + done, amid + cut_off);
    }
    let deaths = lives as usize * ROUNDS;
    println!("{deaths} deaths, {reloads} reloads, {amid} deaths before the first reload was done");
    assert!(deaths / 2 < reloads, "only {reloads} reloads in {deaths} lives");
}
