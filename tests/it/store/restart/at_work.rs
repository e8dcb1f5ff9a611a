//! Killed while the state is saved and traffic flows: the deliveries equal those of an undisturbed daemon, and restarts use what was saved.

use super::*;

/// Ships heard once, which make the state large enough for a dozen slices.
const CROWD: u32 = 15_000;
/// Lines that are not AIS, of a thousand bytes each: enough that a snapshot is due after them.
const NOISE: usize = 17_000;
/// Number of deaths for each number of lanes.
const DEATHS: usize = 4;
/// Lines between two deaths that follow the noise slowly.
const SLOW: usize = 60;

/// A crowd, and then a scene, into which noise is put at as many places as there are deaths. Also where each noise ends.
fn feed() -> (Vec<String>, Vec<usize>) {
    let before = Time::from_utc(2026, 3, 1, 3, 0, 0).unwrap();
    let ship = |number: u32| {
        let (lat, lon) = (f64::from(number % 100) * 0.1 - 50.0, f64::from(number / 100) * 0.1 - 30.0);
        Transponder::class_a(205_000_000 + number).at(lat, lon).knots(12.0).lines(Some(before))
    };
    let scene = scene("company");
    let noise = format!("{}\n", "x".repeat(999));
    let mut lines: Vec<String> = (0..CROWD).map(ship).collect();
    let mut ends = Vec::new();
    for part in scene.chunks(scene.len().div_ceil(DEATHS)) {
        let (quick, slow) = part.split_at(part.len() - SLOW.min(part.len()));
        lines.extend_from_slice(quick);
        lines.extend(std::iter::repeat_n(noise.clone(), NOISE));
        ends.push(lines.len());
        lines.extend_from_slice(slow);
    }
    (lines, ends)
}

fn newest(place: &Place) -> Option<std::path::PathBuf> {
    place.snapshots().pop()
}

/// Kills a daemon with this many lanes after each noise. Returns how many of the restarts used a snapshot that was made at work.
fn lives(lanes: u32, lines: &[String], ends: &[usize], expected: &BTreeMap<(String, u64), Value>) -> usize {
    let place = Place::new();
    let text = fs::read_to_string(&place.settings).unwrap();
    fs::write(&place.settings, format!("{text}[tracks]\nshards = {lanes}\n")).unwrap();
    let mut chance = fastrand::Rng::with_seed(u64::from(lanes));
    let mut made = 0;
    for end in ends {
        let from = place.written_down();
        let mut daemon = Daemon::start(&place.settings);
        let address = daemon.address();
        let at_start = newest(&place);
        let (quick, slow) = (lines[from..*end].to_vec(), lines[*end..(*end + SLOW).min(lines.len())].to_vec());
        let feeder = thread::spawn(move || {
            let Ok(mut stream) = TcpStream::connect(address) else { return };
            // The daemon may be dead before it has read everything.
            let _ = stream.write_all(quick.concat().as_bytes());
            for line in slow {
                let _ = stream.write_all(line.as_bytes());
                thread::sleep(Duration::from_millis(25));
            }
        });
        wait_until(|| *end <= place.written_down());
        thread::sleep(Duration::from_millis(chance.u64(300..2500)));
        daemon.signal("KILL");
        assert_eq!(daemon.died_of("killed"), Some(KILLED));
        feeder.join().unwrap();
        made += usize::from(newest(&place) != at_start);
    }
    place.feed_rest(lines);
    assert_same(&place.told(), expected, &format!("{lanes} lanes"));
    made
}

#[test]
fn killed_while_the_state_is_saved_it_gives_the_same_output_as_one_that_never_died() {
    let (lines, ends) = feed();
    let expected = Place::undisturbed(&lines);
    assert!(expected.len() > 5, "little is told: {}", expected.len());
    let made: usize = [1, 2].into_iter().map(|lanes| lives(lanes, &lines, &ends, &expected)).sum();
    assert!(0 < made, "no snapshot was made while lines came");
}
