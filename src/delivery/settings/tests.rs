//! Settings of sinks and of delivery that are valid, and those that are refused.

use super::*;
use atalaia_core::base::fault;

#[test]
fn waits_follow_the_list_and_the_last_repeats() {
    let settings = DeliverySettings::default();
    let backoff = settings.backoff();
    let waits: Vec<u64> = (1..=6).map(|tries| backoff.delay(tries, 0.5).as_secs()).collect();
    assert_eq!(waits, [5, 30, 120, 600, 600, 600]);
    assert_eq!(settings.problems(), []);
}

#[test]
fn a_kind_has_its_own_table_and_no_other() {
    let problems =
        |text: &str| fault::lines("sinks[0]", toml::from_str::<Settings>(text).expect("settings").problems());
    assert_eq!(problems("kind = \"exec\"\nname = \"a\"\nexec.command = [\"/bin/true\"]"), [""; 0]);
    assert_eq!(
        problems("kind = \"exec\"\nname = \"a\""),
        ["sinks[0]: kind \"exec\" needs a table of its own; write [sinks.exec] below it"]
    );
    assert_eq!(
        problems("kind = \"log\"\nname = \"a\"\nexec.command = [\"true\"]"),
        ["sinks[0].exec: kind \"log\" takes no such table; leave it out"]
    );
}

#[test]
fn people_get_digests_and_machines_a_rate_unless_they_ask_for_something_else() {
    let made = |kind: Kind, digest_after_per_hour, max_per_second| {
        let settings = Settings { kind, digest_after_per_hour, max_per_second, ..Settings::default() };
        (settings.filter().digest_after, settings.most_a_second())
    };
    for kind in [Kind::Email, Kind::Alertmanager, Kind::Cot, Kind::Cap] {
        assert_eq!(made(kind, None, None), (Some(60), 200), "{kind:?}");
        assert_eq!(made(kind, Some(0), Some(5)), (None, 5), "{kind:?}");
    }
    for kind in [Kind::Webhook, Kind::Mqtt, Kind::Nats, Kind::Syslog, Kind::Exec, Kind::Cise] {
        assert_eq!(made(kind, None, None), (None, 200), "{kind:?}");
    }
    assert_eq!(made(Kind::Jsonl, None, None), (None, 1000));
    assert_eq!(made(Kind::Webhook, Some(10), None), (Some(10), 200));
    let syslog = "kind = \"syslog\"\nname = \"a\"\ndigest_after_per_hour = 10\nsyslog.address = \"a:1\"\nsyslog.transport = \"tcp\"";
    let settings: Settings = toml::from_str(syslog).expect("settings");
    let expected = "sinks[0].digest_after_per_hour: kind \"syslog\" has no room for the ids of a digest; leave it out";
    assert_eq!(fault::lines("sinks[0]", settings.problems()), [expected]);
}

#[test]
fn a_sink_on_this_machine_may_carry_red_by_default() {
    assert_eq!(Settings::default().filter().clearance.max_tlp, Tlp::Red);
}

#[test]
fn every_kind_is_named_in_the_settings_as_it_names_itself() {
    for kind in Kind::ALL {
        assert_eq!(serde_json::to_value(kind).expect("a name"), kind.name());
        assert!(!kind.character().about.is_empty(), "{kind:?}");
    }
    let settings = Settings::default();
    assert!(settings.tables().iter().all(|(kind, _)| !kind.character().table.is_empty()));
}

#[test]
fn a_sink_that_connects_says_where() {
    let endpoint =
        |text: &str| toml::from_str::<Settings>(&format!("name = \"a\"\n{text}")).expect("settings").endpoint();
    let at = |host: &str, port, encrypted| Some(Endpoint { host: host.to_owned(), port, encrypted, path: None });
    let over_http =
        |path: &str, endpoint: Option<Endpoint>| Some(Endpoint { path: Some(path.to_owned()), ..endpoint? });
    assert_eq!(endpoint("kind = \"log\""), None);
    assert_eq!(
        endpoint("kind = \"webhook\"\nwebhook.url = \"https://hooks.example/a\""),
        over_http("/a", at("hooks.example", 443, true))
    );
    assert_eq!(endpoint("kind = \"mqtt\"\nmqtt.url = \"mqtts://broker.example\""), at("broker.example", 8883, true));
    assert_eq!(endpoint("kind = \"syslog\"\nsyslog.address = \"log.example:6514\""), at("log.example", 6514, true));
    assert_eq!(endpoint("kind = \"syslog\"\nsyslog.address = \"log.example:514\"\nsyslog.transport = \"udp\""), None);
    let mail =
        "kind = \"email\"\nemail = { address = \"mail.example:587\", from = \"a@b.example\", to = [\"a@b.example\"] }";
    assert_eq!(endpoint(mail), at("mail.example", 587, false), "it encrypts when both have agreed to");
}
