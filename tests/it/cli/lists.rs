//! Lists at a terminal: `alerts list`, `cases list`, `deliveries list`, `zones list`.

use std::process::Command;

use serde_json::Value;

use crate::harness::desk::Desk;

/// The lists with their first column heads, and how many lines follow the rows.
const LISTS: [(&[&str], &str, usize); 5] = [
    (&["alerts", "list", "--severity", "low"], "id        severity", 0),
    (&["cases", "list"], "id        severity", 1),
    (&["deliveries", "list", "--state", "delivered"], "sink     alert", 0),
    (&["deliveries", "list", "--state", "told"], "sink     alert", 0),
    (&["zones", "list"], "id", 1),
];

#[test]
fn a_list_has_a_header_aligned_columns_and_an_object_per_row() {
    let desk = Desk::new();
    for (arguments, head, after) in LISTS {
        let list = desk.says(arguments, None);
        let mut lines: Vec<&str> = list.lines().collect();
        lines.truncate(lines.len() - after);
        assert!(lines[0].starts_with(head), "{list}");
        assert!(1 < lines.len(), "{arguments:?} has rows: {list}");
        assert!(lines.iter().all(|line| !line.ends_with(' ') && !line.contains('\t')), "{list}");
        // Each head is above the start of its cells: all rows have blanks before it.
        let starts = |head: &str| -> Vec<usize> {
            head.match_indices("  ")
                .map(|(place, _)| place + 2)
                .filter(|place| !head[*place..].starts_with(' '))
                .collect()
        };
        let left = starts(lines[0]).into_iter().filter(|place| {
            let head = lines[0][*place..].split(' ').next().unwrap();
            !["score", "weight", "alerts", "tried", "age", "sq", "land"].contains(&head)
        });
        for place in left.collect::<Vec<_>>() {
            for line in &lines[1..] {
                let before: Vec<char> = line.chars().skip(place - 2).take(2).collect();
                assert!(before.iter().all(|c| *c == ' '), "{arguments:?}: column {place}:\n{list}");
            }
        }
        let objects = desk.says(&[arguments, &["--json"]].concat(), Some("40"));
        let objects: Vec<Value> = objects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects.len(), lines.len() - 1, "{arguments:?}");
        let key = if arguments[0] == "deliveries" { "alert" } else { "id" };
        for (object, line) in objects.iter().zip(&lines[1..]) {
            let id: String = object[key].as_str().unwrap().chars().take(8).collect();
            assert!(object.is_object() && line.contains(&id), "{object}: {line}");
        }
    }
}

#[test]
fn lines_are_cut_to_columns_and_complete_in_a_pipe() {
    let desk = Desk::new();
    // Alerts and zones have columns that give way to others, which `desk` and the test below show.
    let is_cut = |arguments: &[&str]| !["alerts", "zones"].contains(&arguments[0]);
    for (arguments, ..) in LISTS.into_iter().filter(|(arguments, ..)| is_cut(arguments)) {
        let whole = desk.says(arguments, None);
        let cut = desk.says(arguments, Some("50"));
        assert!(whole.lines().any(|line| 50 < line.chars().count()) && !whole.contains('…'), "{whole}");
        assert_eq!(whole.lines().count(), cut.lines().count());
        for (whole, cut) in whole.lines().zip(cut.lines()) {
            match whole.chars().count() {
                51.. => assert!(cut.chars().count() == 50 && cut.ends_with('…'), "{cut}"),
                _ => assert_eq!(whole, cut),
            }
        }
        assert_eq!(desk.says(arguments, Some("500")).lines().next(), whole.lines().next());
        assert_eq!(desk.says(arguments, Some("wide")).lines().next(), whole.lines().next());
    }
}

#[test]
fn a_list_of_zones_on_a_narrow_terminal_has_whole_numbers_and_names() {
    let desk = Desk::new();
    let list = desk.says(&["zones", "list"], Some("80"));
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{list}");
    assert!(lines[0].starts_with("id ") && lines[0].trim_end().ends_with("name"), "{list}");
    let at = lines[0].find("name").unwrap();
    for line in &lines[1..lines.len() - 1] {
        let before: String = line.chars().take(at).collect();
        assert!(before.split_whitespace().skip(1).all(|cell| !cell.contains('…')), "only names are cut: {line}");
        assert!(line.chars().count() > at, "each has a name: {line}");
    }
}

#[test]
fn a_misspelt_sink_is_not_mistaken_for_a_sink_without_deliveries() {
    let desk = Desk::new();
    let misspelt = desk.runs(&["deliveries", "list", "--sink", "archiv"], None);
    let why = String::from_utf8_lossy(&misspelt.stderr).into_owned();
    assert_eq!((misspelt.status.code(), misspelt.stdout.len()), (Some(2), 0), "{why}");
    assert!(why.contains("did you mean `archive`?"), "{why}");
    // A sink that has had no deliveries is still a sink.
    let none = desk.says(&["deliveries", "list", "--sink", "director"], None);
    assert_eq!(none, "no delivery to director failed or waits\n");
    // Without the settings, only the store knows the sinks.
    let store = desk.folder.path().join("atalaia.sqlite");
    let list = |sink: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        command.args(["deliveries", "list", "--sink", sink, "--store"]).arg(&store).output().unwrap()
    };
    assert!(list("archive").status.success());
    assert_eq!(list("archiv").status.code(), Some(2));
}
