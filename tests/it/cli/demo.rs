//! `atalaia demo` as a newcomer runs it: in any folder, without any files.

use std::process::Command;

use tempfile::TempDir;

/// Its output before the final count, which includes the run time and is followed by advice.
fn told() -> String {
    let nowhere = TempDir::new().unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_atalaia")).arg("demo").current_dir(&nowhere).env_clear().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(nowhere.path().read_dir().unwrap().count(), 0, "it leaves nothing behind");
    let text = String::from_utf8(output.stdout).unwrap();
    let (told, last) = text.split_once("\n32670 lines, ").expect("its count");
    assert!(
        last.contains("\nTry next:\n") && last.contains(&format!("{} init", env!("CARGO_BIN_EXE_atalaia"))),
        "{last}"
    );
    told.to_string()
}

#[test]
fn the_demo_shows_the_simulated_meeting_and_real_ships_and_is_always_the_same() {
    let told = told();
    let opened: Vec<&str> = told.lines().filter(|line| line.contains(" opened: ")).collect();
    let meetings: Vec<_> = opened.iter().filter(|line| line.contains(" rendezvous opened")).collect();
    assert_eq!(meetings.len(), 1, "only the simulated one: {meetings:?}");
    // They lie together from 07:10. Ten full minutes are reached at 07:19, and the alert opens with the next fix.
    assert!(meetings[0].starts_with("2017-03-21T07:19"), "{}", meetings[0]);
    assert!(meetings[0].contains("HIGH") && meetings[0].contains("EXERCISE ALFA and EXERCISE BRAVO"));
    let collected = "2017-03-21T14:10:00Z  HIGH      async_rendezvous opened: EXERCISE CHARLIE and EXERCISE DELTA";
    assert!(opened.iter().any(|line| line.starts_with(collected)), "{told}");
    assert!(told.contains("rendezvous ended: EXERCISE ALFA and EXERCISE BRAVO"), "{told}");
    assert!(opened.iter().any(|line| line.contains("zone_speed opened: LIBERTY")), "a real fast ferry: {told}");
    assert_eq!(told, self::told());
}

#[test]
fn every_alert_of_the_demo_adds_up() {
    let told = told();
    let mut sum = 0;
    let mut totals = 0;
    for line in told.lines().filter_map(|line| line.strip_prefix("    ")) {
        let line = line.trim_start();
        if let Some(total) = line.strip_prefix('=') {
            assert_eq!(total.split_whitespace().next().unwrap().parse(), Ok(sum), "{told}");
            sum = 0;
            totals += 1;
        } else if line.starts_with(['+', '-']) {
            sum += line.split_whitespace().next().unwrap().parse::<i32>().unwrap();
        }
    }
    assert!(2 <= totals);
}
