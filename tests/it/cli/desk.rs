//! An analyst's questions to the store: open alerts, recent changes, who did what, one alert in full, the alerts a silence withholds.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::desk::Desk;

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The id of the first alert of a behaviour.
fn id_of(desk: &Desk, behaviour: &str) -> String {
    let all = desk.says(&["alerts", "list", "--state", "all", "--facts", "--behaviour", behaviour, "--json"], None);
    objects(&all)[0]["id"].as_str().unwrap().to_owned()
}

/// The numbers of `12 more: 9 closed (--state all), 3 below medium (--severity info)`.
fn left_out(line: &str) -> (usize, usize) {
    let (all, parts) = line.split_once(" more: ").unwrap();
    let part = |part: &str| part.split(' ').next().unwrap().parse::<usize>().unwrap();
    (all.parse().unwrap(), parts.split(", ").map(part).sum())
}

#[test]
fn the_list_has_open_alerts_first_and_says_what_it_leaves_out() {
    let desk = Desk::with_zones();
    let all = objects(&desk.says(&["alerts", "list", "--state", "all", "--facts", "--json"], None));
    let closed = all.iter().find(|alert| alert["severity"] == "high").unwrap()["id"].as_str().unwrap();
    desk.says(&["alerts", "close", closed, "--finding", "benign", "--why", "known"], None);

    let list = desk.says(&["alerts", "list", "--limit", "3"], None);
    let lines: Vec<&str> = list.lines().collect();
    let (more, parts) = left_out(lines.last().unwrap());
    assert_eq!((more, lines.len() - 2 + more), (parts, all.len()), "{list}");
    assert!(list.contains("1 closed (--state all)") && list.contains(" below these (--limit N)"), "{list}");
    assert!(!list.contains(&closed[..8]), "{list}");
    let shown = objects(&desk.says(&["alerts", "list", "--severity", "low", "--json"], None));
    let order: Vec<(bool, i64)> =
        shown.iter().map(|alert| (alert["status"] == "open", alert["score"].as_i64().unwrap())).collect();
    assert!(order.is_sorted_by(|a, b| a >= b), "{order:?}");
    let one = desk.says(&["alerts", "list", "--severity", "low", "--limit", "1"], None);
    assert!(one.lines().count() == 3 && one.contains(" below these (--limit N)"), "{one}");

    // Each filter, with arguments that find nothing.
    for (arguments, fits) in [
        (vec!["--open"], &(|alert: &Value| alert["status"] == "open") as &dyn Fn(&Value) -> bool),
        (vec!["--text", "alfa bravo"], &|alert| alert["summary"].as_str().unwrap().contains("BRAVO")),
        (vec!["--mmsi", "224123456"], &|alert| alert["vessels"].to_string().contains("224123456")),
        (vec!["--age", "36500d"], &|_| true),
    ] {
        let arguments = [&["alerts", "list", "--facts", "--json"], arguments.as_slice()].concat();
        let found = objects(&desk.says(&arguments, None));
        assert!(!found.is_empty() && found.iter().all(fits), "{arguments:?}: {found:?}");
    }
    for (arguments, words) in [
        (["--zone", "atlantis"], "zone \"atlantis\""),
        (["--mmsi", "000000123"], "MMSI 000000123"),
        (["--text", "nobody knows it"], "\"nobody knows it\""),
    ] {
        let none = desk.says(&[["alerts", "list"], arguments].concat(), None);
        assert_eq!(none, format!("no alert in the store fits: {words}\n"), "no header without rows");
    }
    assert!(desk.says(&["alerts", "list", "--age", "1h"], None).contains("no alert in the store fits"));
    let short = desk.runs(&["alerts", "list", "--mmsi", "123"], None);
    let why = String::from_utf8_lossy(&short.stderr).into_owned();
    assert!(short.status.code() == Some(2) && why.contains("nine digits"), "{why}");
}

#[test]
fn lists_fit_every_width_and_keep_the_important_columns() {
    let desk = Desk::with_zones();
    let id = id_of(&desk, "rendezvous");
    desk.says(&["alerts", "--as", "ana", "assign", &id, "ana"], None);
    for arguments in [
        vec!["alerts", "list", "--facts"],
        vec!["alerts", "changes", "--since", "-1h"],
        vec!["audit", "--since", "-1h"],
    ] {
        for (columns, width) in [("80", 80), ("120", 120), ("160", 160)] {
            let list = desk.says(&arguments, Some(columns));
            assert!(list.lines().all(|line| line.chars().count() <= width), "{list}");
            assert!(list.contains(&id[..8]), "{list}");
        }
    }
    let head = |columns: &str| desk.says(&["alerts", "list"], Some(columns)).lines().next().unwrap().to_owned();
    for word in ["id", "severity", "score", "behaviour", "state", "began", "vessels"] {
        assert!(head("80").split_whitespace().any(|head| head == word), "{word}: {}", head("80"));
    }
    for word in ["ended", "changed", "age", "zone", "assignee", "text"] {
        assert!(head("200").split_whitespace().any(|head| head == word), "{word}: {}", head("200"));
    }
}

#[test]
fn one_alert_is_shown_as_completely_as_in_a_mail() {
    let desk = Desk::with_zones();
    let id = id_of(&desk, "rendezvous");
    desk.says(&["alerts", "--as", "ana", "note", &id, "aircraft asked for"], None);
    let page = desk.says(&["alerts", "show", &id[..6]], None);
    for part in [
        "TLP:AMBER",
        "Position   35°59.",
        "'W (35.9",
        "ALFA, MMSI 224123456, IMO 9074729, call sign EAAA, flag Spain, cargo, class A",
        "BRAVO, MMSI 263400001",
        "Measured",
        "; threshold",
        "Stations   ",
        "Confidence normal",
        "Score      +",
        "opened",
        "noted: aircraft asked for",
        "archive  revision",
        "delivered",
        "This is a lead for people to look into",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    let narrow = desk.says(&["alerts", "show", &id], Some("80"));
    assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
    let object = &objects(&desk.says(&["alerts", "show", &id, "--json"], None))[0];
    assert!(object["evidence"]["tracks"].is_array() && object["notes"][0]["text"] == "aircraft asked for");
    assert_eq!(object["changes"][0]["change"], "opened");
    assert!(object["deliveries"][0]["state"] == "delivered" && object["deliveries"][0]["error"].is_null(), "{object}");
    assert!(object["audit"].as_array().unwrap().iter().any(|act| act["what"] == "noted"));
}

#[test]
fn changes_and_actions_are_listed_by_time() {
    let desk = Desk::with_zones();
    let id = id_of(&desk, "rendezvous");
    desk.says(&["alerts", "--as", "ana", "ack", &id, "--why", "seen"], None);
    desk.says(&["alerts", "--as", "bea", "close", &id, "--finding", "confirmed", "--why", "bales"], None);

    let text = desk.says(&["alerts", "changes", "--since", "-1h"], None);
    for part in ["opened", "ended", "acknowledged by ana", "closed by bea", "confirmed: bales", &id[..8]] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let all = objects(&desk.says(&["alerts", "changes", "--since", "-1h", "--facts", "--json"], None));
    let alerts: BTreeSet<&str> = all.iter().filter_map(|line| line["alert"]["id"].as_str()).collect();
    let stored = desk.says(&["alerts", "list", "--state", "all", "--facts", "--json"], None);
    assert_eq!(alerts.len(), stored.lines().count());
    assert!(all.iter().is_sorted_by_key(|line| line["time"].as_str().map(str::to_owned)));
    let grave = ["alerts", "changes", "--since", "-1h", "--facts", "--severity", "high", "--json"];
    let grave = objects(&desk.says(&grave, None));
    let severities: BTreeSet<&str> = grave.iter().filter_map(|line| line["alert"]["severity"].as_str()).collect();
    assert!(severities.contains("high") && !severities.contains("info"), "{severities:?}");
    let last = ["alerts", "changes", "--since", "-1h", "--facts", "--json", "--limit", "2"];
    assert_eq!(objects(&desk.says(&last, None)), all[all.len() - 2..], "the last two");
    let nothing = desk.says(&["alerts", "changes", "--since", "yesterday", "--until", "-2h"], None);
    assert!(nothing.lines().count() == 2 && nothing.contains("no change since "), "{nothing}");

    desk.says(&["alerts", "--as", "cai", "note", &id, "master answered on VHF 16"], None);
    for command in [&["audit", "--since", "-1h"][..], &["alerts", "changes", "--since", "-1h"]] {
        let text = desk.says(command, None);
        let noted = text.lines().find(|line| line.contains("noted")).unwrap_or_else(|| panic!("{text}"));
        assert!(noted.ends_with("master answered on VHF 16"), "{text}");
    }
    let empty = desk.runs(&["alerts", "--as", "cai", "note", &id, " "], None);
    let why = String::from_utf8_lossy(&empty.stderr).into_owned();
    assert!(empty.status.code() == Some(2) && why.contains("a note needs a text"), "{why}");

    let trail = desk.says(&["audit", "--since", "-1h"], None);
    assert!(trail.contains("ana") && trail.contains("bea") && trail.contains("bales"), "{trail}");
    assert!(trail.contains(&format!("alert {}", &id[..8])) && !trail.contains("opened"), "{trail}");
    let hers = objects(&desk.says(&["audit", "--since", "-1h", "--who", "bea", "--json"], None));
    assert!(hers.len() == 1 && hers[0]["what"] == "closed" && hers[0]["subject"] == id.as_str(), "{hers:?}");
    let last = objects(&desk.says(&["audit", "--since", "-1h", "--limit", "1", "--json"], None));
    assert!(last.len() == 1 && last[0]["who"] == "cai", "{last:?}");
    let none = desk.says(&["audit", "--since", "-1h", "--who", "rui"], None);
    assert!(none.contains("rui did nothing since "), "{none}");
    let with_machine = desk.says(&["audit", "--since", "-1h", "--machine"], None);
    assert!(with_machine.contains("(atalaia)") && with_machine.contains("opened"), "{with_machine}");
    for command in [&["audit"][..], &["alerts", "changes"], &["handover"]] {
        let ahead = desk.runs(&[command, &["--since", "+2h"]].concat(), None);
        let why = String::from_utf8_lossy(&ahead.stderr).into_owned();
        assert!(ahead.status.code() == Some(2) && why.contains(" is in the future; it is "), "{command:?}: {why}");
    }
    let turned = desk.runs(&["audit", "--since", "-1h", "--until", "-2h"], None);
    let why = String::from_utf8_lossy(&turned.stderr).into_owned();
    assert!(turned.status.code() == Some(2) && why.contains(" is not after --since "), "{why}");
    let wrong = desk.runs(&["audit", "--since", "noon"], None);
    let why = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(wrong.status.code() == Some(2) && why.contains("yesterday 02:00"), "{why}");
}

#[test]
fn a_silence_shows_the_alerts_it_would_withhold_before_it_is_made() {
    let desk = Desk::with_zones();
    let would = desk.says(
        &["alerts", "silence", "--behaviour", "rendezvous", "--from", "2024-03-01", "--until", "12h", "--dry-run"],
        None,
    );
    assert!(would.contains("(not made)"), "{would}");
    assert_eq!(desk.says(&["alerts", "silences", "--json"], None), "", "a dry run makes none");
    let open = objects(&desk.says(&["alerts", "list", "--open", "--severity", "low", "--json"], None));
    let zone = &open.iter().find_map(|alert| alert["zones"][0]["id"].as_str()).unwrap();
    let made =
        desk.says(&["alerts", "--as", "ana", "silence", "--zone", zone, "--until", "12h", "--why", "drill"], None);
    let there = open.iter().filter(|alert| alert["zones"].to_string().contains(&format!("\"{zone}\""))).count();
    assert!(made.starts_with("silence 1 of zone "), "{made}");
    assert!(made.contains(&format!("of {there} open alert")), "{made}");
    assert!(made.contains("goes by the time of the reports: it begins when"), "the scene plays in 2024\n{made}");

    // A false alarm silences this behaviour for this ship for half a day, by the clock like any other silence.
    let id = id_of(&desk, "rendezvous");
    let close = ["alerts", "--as", "ana", "close", &id, "--finding", "false", "--why", "a buoy", "--silence", "12h"];
    let said = desk.says(&close, None);
    assert!(
        said.starts_with(&format!("closed {} rendezvous ", &id[..8]))
            && said.contains(", false\nsilence 2 of rendezvous, MMSI 224123456, 2024-03-0")
            && !said.contains(" to 2024-")
            && said.contains("\neach silence also covers meetings of its ship with other ships\n")
            && said.contains("goes by the time of the reports: it begins when"),
        "{said}"
    );
    // The list has the beginning that the answer stated, which is that of the alert's last moment.
    let last_at = objects(&desk.says(&["alerts", "show", &id, "--json"], None))[0]["last_at"].clone();
    let listed = objects(&desk.says(&["alerts", "silences", "--json"], None));
    let second = listed.iter().find(|one| one["number"] == 2).unwrap();
    assert_eq!(second["from"], last_at, "{said}");
    let stated = last_at.as_str().unwrap()[..16].replace('T', " ");
    assert!(said.contains(&format!("MMSI 224123456, {stated} to ")), "{stated} in\n{said}");
    // Reopening it does not lift the silence, and says so. The id may be in capitals.
    let said = desk.says(&["alerts", "--as", "ana", "reopen", &id[..8].to_ascii_uppercase()], None);
    assert!(
        said.starts_with(&format!("reopened {} rendezvous ", &id[..8]))
            && said.contains("\nsilence 2 of rendezvous, MMSI 224123456 is still in force until 2")
            && said.contains(" UTC: atalaia alerts lift 2\n"),
        "{said}"
    );
    let silences = objects(&desk.says(&["alerts", "silences", "--json"], None));
    assert!(silences.iter().any(|one| one["mmsi"] == 263_400_001 && one["why"] == "a buoy"), "{silences:?}");
    let help = desk.runs(&["alerts", "close", "--help"], None);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for part in ["- confirmed:", "- benign:", "- false:"] {
        assert!(help.contains(part), "{part} in\n{help}");
    }
}

#[test]
fn alerts_about_the_daemon_name_their_subject_in_every_list() {
    let desk = Desk::with_zones();
    let id = id_of(&desk, "rendezvous");
    // Simulates a receiver that refuses its deliveries.
    for (table, column, alert) in [("alerts", "body", "$"), ("changes", "line", "$.alert")] {
        let key = if table == "alerts" { "id" } else { "alert" };
        desk.sql(&format!(
            "UPDATE {table} SET {column} = json_set({column}, '{alert}.behaviour', 'delivery_failed', '{alert}.kind', 'system',
                 '{alert}.status', 'open', '{alert}.vessels', json('[]'), '{alert}.evidence.measured', json('{{\"sink\":\"partner\"}}'))
             WHERE {key} = '{id}'"
        ));
    }
    desk.sql(&format!("UPDATE alerts SET behaviour = 'delivery_failed', status = 'open' WHERE id = '{id}'"));
    desk.says(&["alerts", "--as", "ana", "ack", &id], None);
    let silence = ["alerts", "silence", "--behaviour", "delivery_failed", "--until", "12h", "--dry-run"];
    for arguments in [
        &["alerts", "list"][..],
        &["alerts", "changes", "--since", "-1h"],
        &["handover", "--since", "-1h"],
        &["audit", "--since", "-1h"],
        &silence,
    ] {
        let list = desk.says(arguments, None);
        let rows: Vec<&str> = list.lines().filter(|line| line.contains(&id[..8])).collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.contains("receiver partner")), "{arguments:?}:\n{list}");
    }
}

#[test]
fn case_in_names_is_ignored_and_hidden_characters_are_dropped() {
    let desk = Desk::with_zones();
    let id = id_of(&desk, "rendezvous");
    desk.says(&["alerts", "--as", "bea", "assign", &id, "Ana\u{202e}\n"], None);
    for name in ["ana", "ANA"] {
        let list = objects(&desk.says(&["alerts", "list", "--assignee", name, "--json"], None));
        assert!(list.len() == 1 && list[0]["assignee"] == "Ana", "{name}: {list:?}");
        let watch = desk.says(&["handover", "--since", "-1h", "--as", name], None);
        assert!(watch.contains("MINE 1") && !watch.contains("[Ana]"), "{name}:\n{watch}");
    }
    assert_eq!(desk.runs(&["alerts", "--as", "bea", "assign", &id, "\u{202e}"], None).status.code(), Some(2));
}

#[test]
fn one_refused_alert_does_not_hide_the_results_for_the_others() {
    let desk = Desk::with_zones();
    let all = objects(&desk.says(&["alerts", "list", "--facts", "--json"], None));
    let [first, second] = [0, 1].map(|place| all[place]["id"].as_str().unwrap());
    let three = [first, "nosuchalert", second];
    let runs = |arguments: &[&str]| {
        let output = desk.runs(arguments, None);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let ids = |verb: &str, said: &str| -> Vec<String> {
        let id = |line: &str| line.strip_prefix(verb)?.split(' ').nth(1).map(str::to_owned);
        said.lines().map(|line| id(line).unwrap_or_default()).collect()
    };
    let both = [&first[..8], &second[..8]];
    let (code, said, why) = runs(&[&["alerts", "--as", "ana", "ack"][..], &three].concat());
    assert_eq!((code, ids("acknowledged", &said)), (Some(2), both.map(str::to_owned).to_vec()), "{said}{why}");
    assert_eq!(why, "atalaia: no alert nosuchalert\natalaia: done with 2 of 3 alerts\n");
    let close = [&["alerts", "--as", "ana", "close"][..], &three, &["--finding", "benign", "--why", "known"]].concat();
    let (code, said, why) = runs(&close);
    assert_eq!((code, ids("closed", &said)), (Some(2), both.map(str::to_owned).to_vec()), "{said}{why}");
    let (code, said, why) = runs(&["alerts", "--as", "ana", "ack", first]);
    assert_eq!((code, said.as_str()), (Some(2), ""), "{why}");
    assert_eq!(why, format!("atalaia: {first}: is closed; reopen it first\n"), "one alert needs no count");
}

#[test]
fn why_an_alert_was_or_was_not_delivered_is_said_for_each_sink() {
    let desk = Desk::new();
    let archived =
        objects(&desk.says(&["deliveries", "list", "--state", "delivered", "--sink", "archive", "--json"], None));
    let id = archived[0]["alert"].as_str().unwrap();
    let page = desk.says(&["deliveries", "why", id], None);
    let sent = "  select > silence > clear > pace > send: delivered";
    assert!(page.contains("  archive  revision") && page.contains(sent), "{page}");
    let because = "is below min_severity = \"critical\"";
    assert!(
        page.contains("  director  revision")
            && page.contains("  select: not selected: severity ")
            && page.contains(because),
        "{page}"
    );
    let of_one = objects(&desk.says(&["deliveries", "why", &id[..8], "director", "--json"], None));
    assert!(of_one.iter().all(|outcome| outcome["sink"] == "director") && of_one[0]["revisions"][0] == 1, "{of_one:?}");
    assert_eq!(of_one[0]["stage"], "select", "{of_one:?}");
    let refused = desk.runs(&["deliveries", "why", id, "directer"], None);
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && text.contains("no sink `directer`"), "{text}");
}
