//! Every error of a settings file is reported at once, with its line.

use super::*;

fn problems(text: &str) -> Vec<String> {
    problems_of(&[("test.toml", text)])
}

fn problems_of(files: &[(&str, &str)]) -> Vec<String> {
    let layer = |(file, text): &(&str, &str)| Layer { file: (*file).to_owned(), text: (*text).to_owned() };
    let files: Vec<Layer> = files.iter().map(layer).collect();
    let loaded = load(&files);
    let located = loaded.config.iter().flat_map(Config::problems);
    let located: Vec<Problem> = located.map(|fault| loaded.locate(fault)).collect();
    let all = loaded.problems.iter().chain(&located);
    all.map(|problem| problem.to_string().replace("\n    ", " | ")).collect()
}

#[test]
fn every_error_is_reported_at_once_with_line_and_key() {
    let text = "\
[time]
latenes_seconds = 10
idle_after_seconds = \"60\"

[[inputs]]
kind = \"tpc\"
name = \"a\"

[[inputs]]
kind = \"udp\"
name = \"b\"
address = \"nowhere\"

[[inputs]]
kind = \"udp\"
address = \"0.0.0.0:10110\"

[[inputs]]
kind = \"udp\"
name = \"b\"
address = \"0.0.0.0:10111\"
time_zone = \"Lisboa\"

[zonez]
";
    let expected = [
        "test.toml:2: time.latenes_seconds: unknown key; did you mean `lateness_seconds`? | latenes_seconds = 10",
        "test.toml:3: time.idle_after_seconds: \"60\" is not a whole number (0 or more); write \
         idle_after_seconds = 60, without quotes | idle_after_seconds = \"60\"",
        "test.toml:6: inputs[0].kind: \"tpc\" is not known; did you mean `tcp`? | kind = \"tpc\"",
        "test.toml:14: inputs[2].name: is missing; write for instance name = \"coast-stations\" | [[inputs]]",
        "test.toml:24: zonez: unknown key; did you mean `zones`? | [zonez]",
        "test.toml:12: inputs[1].address: \"nowhere\" has no port; write host:port, for instance \"0.0.0.0:10110\" | \
         address = \"nowhere\"",
        "test.toml:22: inputs[3].time_zone: \"Lisboa\" is not a time zone; write an IANA name or an offset, for instance \
         \"Europe/Lisbon\" or \"+02:00\" | time_zone = \"Lisboa\"",
        "test.toml:20: inputs[3].name: two inputs are named \"b\"; give one of them another name | name = \"b\"",
    ];
    assert_eq!(problems(text), expected);
}

#[test]
fn numbers_out_of_range_are_reported_in_every_table() {
    type Keys = &'static [(&'static str, &'static str, &'static str)];
    let tables: [(&str, Keys); 5] = [
        (
            "alerts",
            &[
                ("alert_from", "0", "1 and 100"),
                ("merge_minutes", "2000", "0 and 1440"),
                ("update_minutes", "0", "1 and 1440"),
                ("evidence_before_minutes", "1000", "0 and 720"),
                ("evidence_points", "1", "2 and 200"),
                ("max_open", "99", "100 and 4294967295"),
                ("max_remembered", "0", "100 and 4294967295"),
            ],
        ),
        (
            "score",
            &[
                ("night_points", "101", "0 and 100"),
                ("fishing_points", "1", "-100 and 0"),
                ("leisure_shore_nm", "nan", "0 and 500"),
                ("repeat_days", "1000", "0 and 365"),
                ("source_region_days", "31", "0 and 30"),
                ("habit_points", "1", "-100 and 0"),
                ("habit_days", "6", "1 and 5"),
                ("place_nm", "21", "0 and 20"),
                ("fleet_nm", "31", "0 and 30"),
                ("lately_hours", "169", "0 and 168"),
            ],
        ),
        ("coverage", &[("learn_hours", "337", "0 and 336"), ("max_cells", "999", "1000 and 1036800")]),
        ("retention", &[("raw_days", "36501", "0 and 36500"), ("notes_days", "40000", "0 and 36500")]),
        ("http", &[("max_connections", "0", "1 and 65535")]),
    ];
    let (mut text, mut expected, mut line) = (String::new(), Vec::new(), 0);
    for (table, keys) in tables {
        text += &format!("[{table}]\n");
        line += 1;
        for (key, value, range) in keys {
            text += &format!("{key} = {value}\n");
            line += 1;
            expected.push(format!(
                "test.toml:{line}: {table}.{key}: must lie between {range}, not {value} | {key} = {value}"
            ));
        }
    }
    assert_eq!(problems(&text), expected);
}

#[test]
fn numbers_out_of_range_are_reported_for_every_input_and_sink() {
    let tables = [
        ("inputs", "digitraffic", "", "connects_per_minute", "0", "1 and 6000"),
        ("inputs", "serial", "", "baud", "3", "1200 and 4000000"),
        (
            "inputs",
            "nats",
            "url = \"\"\nstream = \"\"\nconsumer = \"\"\n",
            "acknowledge_within_seconds",
            "3601",
            "1 and 3600",
        ),
        ("inputs", "udp", "", "idle_timeout_seconds", "86401", "1 and 86400"),
        ("inputs", "udp", "", "max_clients", "0", "1 and 65535"),
        ("sinks", "mqtt", "url = \"\"\n", "timeout_seconds", "101", "1 and 100"),
        ("sinks", "cot", "address = \"\"\n", "multicast_hops", "300", "0 and 255"),
        ("sinks", "cot", "address = \"\"\n", "stale_minutes", "0", "1 and 43200"),
        ("sinks", "syslog", "address = \"\"\n", "longest_bytes", "100", "480 and 65000"),
        ("sinks", "email", "address = \"\"\nfrom = \"\"\nto = []\n", "max_per_hour", "0", "1 and 3600"),
        ("sinks", "log", "", "min_score", "101", "0 and 100"),
        ("sinks", "log", "", "max_per_second", "10001", "1 and 10000"),
    ];
    for (list, kind, needed, key, value, range) in tables {
        let own = if matches!(kind, "udp" | "log") { String::new() } else { format!("[{list}.{kind}]\n") };
        let text = format!("[[{list}]]\nname = \"a\"\nkind = \"{kind}\"\n{own}{needed}{key} = {value}\n");
        let problem = format!(".{key}: must lie between {range}, not {value} | {key} = {value}");
        assert!(problems(&text).iter().any(|told| told.ends_with(&problem)), "{problem}: {:?}", problems(&text));
    }
}

#[test]
fn a_key_under_its_former_name_is_read_and_reported() {
    let layers = [Layer { file: "a.toml".to_owned(), text: "[tracks]\nshards = 3\n".to_owned() }];
    let loaded = load(&layers);
    assert_eq!((loaded.config.as_ref().expect("sound").tracks.lanes, loaded.problems.len()), (3, 0));
    let told: Vec<String> = loaded.renamed.iter().map(Problem::to_string).collect();
    let expected =
        "a.toml:2: tracks.shards: is called `lanes`; rename it: the former name is still read\n    shards = 3";
    assert_eq!(told, [expected]);
    assert_eq!(
        problems("[tracks]\nlanes = 2\nshards = 3\n"),
        ["test.toml:3: tracks.shards: is the former name of lanes, which is also set; remove this line | shards = 3"]
    );
    assert_eq!(
        problems("[tracks]\nshards = 65\n"),
        ["test.toml:2: tracks.shards: must lie between 0 and 64, not 65 | shards = 65"]
    );
}

const MAIN: &str = "\
[time]
lateness_seconds = 10
idle_after_seconds = 20

[behaviours.loitering]
score = 31
after_minutes = 70

[[inputs]]
kind = \"udp\"
name = \"a\"
address = \"0.0.0.0:10110\"

[[inputs]]
kind = \"udp\"
name = \"b\"
address = \"0.0.0.0:10111\"
";

fn config_of(drop_ins: &[&str]) -> Config {
    let mut files = vec![Layer { file: "main.toml".to_owned(), text: MAIN.to_owned() }];
    files.extend(drop_ins.iter().map(|text| Layer { file: "drop-in".to_owned(), text: (*text).to_owned() }));
    let loaded = load(&files);
    assert_eq!(loaded.problems, Vec::new());
    let config = loaded.config.clone().expect("sound settings");
    assert_eq!(config.problems(), []);
    config
}

#[test]
fn a_drop_in_changes_the_keys_it_gives_and_no_others() {
    let config = config_of(&[
        "time.lateness_seconds = 11\n[behaviours]\nloitering = { score = 32 }\n",
        "[behaviours.loitering]\nscore = 33\n[handling]\neuropol = []\n",
    ]);
    assert_eq!((config.time.lateness_seconds, config.time.idle_after_seconds), (11, 20));
    let loitering = &config.behaviours.loitering;
    assert_eq!((loitering.score, loitering.after_minutes), (33, 70.0), "the last one wins");
    assert!(config.handling.europol.is_empty(), "a list of words is replaced, not added to");
    assert_eq!(config.inputs.len(), 2);
}

#[test]
fn entries_of_a_drop_in_are_added_or_change_the_one_of_their_name() {
    let config = config_of(&[
        "[[inputs]]\nname = \"b\"\nlateness_seconds = 99\n[[inputs]]\nkind = \"stdin\"\nname = \"c\"\n\
         [[sinks]]\nkind = \"log\"\nname = \"d\"\n",
        "[[inputs]]\nname = \"c\"\ntime_zone = \"+02:00\"\n",
    ]);
    let told = |input: &crate::inputs::Settings| (input.name.clone(), input.kind.name(), input.lateness_seconds);
    let expected = [("a", "udp", None), ("b", "udp", Some(99)), ("c", "stdin", None)];
    let expected = expected.map(|(name, kind, lateness)| (name.to_owned(), kind, lateness));
    assert_eq!(config.inputs.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(config.inputs[1].address.as_deref(), Some("0.0.0.0:10111"));
    assert_eq!(config.inputs[2].time_zone.as_deref(), Some("+02:00"));
    let sinks: Vec<&str> = config.sinks.iter().map(|sink| sink.name.as_str()).collect();
    assert_eq!(sinks, ["d"], "the default sink is not an entry");
}

#[test]
fn every_error_names_the_file_it_is_in() {
    let one = "[time]\nlateness_seconds = \"1\"\n\n[[inputs]]\nname = \"a\"\naddress = \"nowhere\"\n";
    let two = "# ø\n[time]\nidle_after = 3\n[[inputs]]\nname = \"b\"\nkind = \"tpc\"\n[[inputs]]\nname = \"b\"\n\
               kind = \"stdin\"\n";
    assert_eq!(
        problems_of(&[("main.toml", MAIN), ("one.toml", one), ("two.toml", two)]),
        [
            "one.toml:2: time.lateness_seconds: \"1\" is not a whole number (0 or more); write \
             lateness_seconds = 1, without quotes | lateness_seconds = \"1\"",
            "two.toml:3: time.idle_after: unknown key; did you mean `idle_after_seconds`? | idle_after = 3",
            "two.toml:6: inputs[1].kind: \"tpc\" is not known; did you mean `tcp`? | kind = \"tpc\"",
            "one.toml:6: inputs[0].address: \"nowhere\" has no port; write host:port, for instance \
             \"0.0.0.0:10110\" | address = \"nowhere\"",
        ]
    );
    let doubled = "[[inputs]]\nname = \"b\"\nkind = \"stdin\"\n";
    assert_eq!(
        problems_of(&[("main.toml", ""), ("one.toml", &format!("{doubled}{doubled}"))]),
        ["one.toml:5: inputs[1].name: two inputs are named \"b\"; give one of them another name | name = \"b\""],
        "two of one name in one file are no change of one another"
    );
    assert_eq!(
        problems_of(&[("main.toml", "[time\n"), ("one.toml", "a = 1\n"), ("two.toml", "b = \"\n")]).len(),
        2,
        "invalid TOML is reported for every file, and nothing else then"
    );
}

#[test]
fn neither_depth_nor_length_is_followed_to_its_end() {
    for text in [
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]\nb = 1", "a.".repeat(100_000)),
        format!("{} = 1", "x".repeat(3_000_000)),
        format!("profile = \"{}\"", "x".repeat(3_000_000)),
        format!("time.lateness_seconds = \"{}\"", "x".repeat(3_000_000)),
    ] {
        let told = problems(&text);
        assert!((1..=MOST_PROBLEMS).contains(&told.len()), "{} of {}", told.len(), &text[..20]);
        assert!(told.iter().all(|line| line.len() < 1500), "{} ...", &text[..20]);
    }
}

#[test]
fn a_header_that_is_not_closed_is_reported_as_such_even_if_its_table_was_given_before() {
    for last in
        ["[time\n", "[time", "[time # again\n", "[time lateness_seconds = 20\n", "[time\nlateness_seconds = 20\n"]
    {
        let found = problems(&format!("[time]\nlateness_seconds = 10\n\n{last}"));
        let expected = "test.toml:4: not TOML: this header has too few or too many brackets; ";
        assert!(found.len() == 1 && found[0].starts_with(expected), "{last:?}: {found:?}");
    }
}

#[test]
fn a_key_below_the_wrong_header_is_told_its_table() {
    for (text, advice) in [
        ("[zones]\nlateness_seconds = 20\n", "it belongs to [time] or [[inputs]]: move it below that header"),
        ("[zones]\nprofile = \"gfw\"\n", "it belongs to no table: write it above the first [table]"),
        (
            "[[sinks]]\nkind = \"webhook\"\nname = \"a\"\n[sinks.webhook]\nurl = \"https://example.org\"\nmin_severity = \"low\"\n",
            "it belongs to [[sinks]]: write it above [sinks.webhook]",
        ),
        ("[alerts]\nretain_days = 20\n", "it belongs to [handling]: move it below that header"),
        ("[time]\nlatenes_seconds = 20\n", "did you mean `lateness_seconds`?"),
        ("[time]\ncolour = 20\n", "write one of: "),
    ] {
        let found = problems(text);
        let expected = format!(": unknown key; {advice}");
        assert!(found.len() == 1 && found[0].contains(&expected), "{advice}: {found:?}");
    }
}

#[test]
fn a_word_in_place_of_true_or_false_is_taken_as_it_was_meant() {
    for (word, advice) in [
        ("\"yes\"", "write enabled = true, without quotes"),
        ("\"No\"", "write enabled = false, without quotes"),
        ("\"off\"", "write enabled = false, without quotes"),
        ("1", "write enabled = true, without quotes"),
        ("\"perhaps\"", "write enabled = true or enabled = false, without quotes"),
    ] {
        let found = problems(&format!("[journal]\nenabled = {word}\n"));
        assert!(
            found.len() == 1 && found[0].contains(&format!("is not true or false; {advice} |")),
            "{word}: {found:?}"
        );
    }
}

#[test]
fn a_threshold_that_contradicts_the_default_of_another_is_shown_at_its_own_line() {
    let found = problems("[behaviours.loitering]\nmin_shore_nm = 20\nslow_knots = 5\n");
    assert_eq!(
        found,
        [
            "test.toml:3: behaviours.loitering.moving_knots: 3 is below slow_knots (5); write 5 or more, or lower slow_knots (a gap \
          between the two stops alerts from opening and ending repeatedly) | slow_knots = 5"
        ]
    );
}
