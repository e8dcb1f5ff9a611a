//! Settings of inputs that are valid, and those that are refused.

use super::*;
use atalaia_core::base::fault;

fn problems(text: &str) -> Vec<String> {
    let settings: Settings = toml::from_str(&format!("name = \"a\"\n{text}")).expect("settings");
    fault::lines("inputs[0]", settings.problems())
}

#[test]
fn a_table_belongs_to_its_kind() {
    assert_eq!(
        problems("kind = \"aisstream\""),
        ["inputs[0]: kind \"aisstream\" needs a table; write [inputs.aisstream] below it"]
    );
    assert_eq!(problems("kind = \"digitraffic\""), [""; 0]);
    assert_eq!(
        problems("kind = \"stdin\"\n[serial]\nbaud = 3\n"),
        ["inputs[0].serial: kind \"stdin\" takes no such table; leave it out"]
    );
}

#[test]
fn errors_in_the_tables_name_their_key() {
    let found = problems(
        "kind = \"digitraffic\"\naddress = \"a:1\"\n[digitraffic]\nurl = \"http://a\"\ntopics = [\"a/#/b\", \"vessels-v2/+/locations\"]\n\
         digitraffic_user = \"a\\r\\nb\"\n",
    );
    let keys: Vec<&str> = found.iter().filter_map(|problem| problem.split(": ").next()).collect();
    let keys: Vec<&str> = keys.iter().map(|key| key.strip_prefix("inputs[0].").unwrap_or(key)).collect();
    let expected = ["address", "digitraffic.url", "digitraffic.topics", "digitraffic.topics"];
    assert_eq!(keys[..4], expected, "{found:?}");
    assert_eq!(keys[4..], ["digitraffic.digitraffic_user"], "{found:?}");
}

#[test]
fn an_address_is_a_host_and_a_port_and_a_password_in_it_is_not_repeated() {
    let found = |address: &str| problems(&format!("kind = \"tcp\"\naddress = \"{address}\""));
    for good in ["feed.example:5631", "10.0.0.1:5631", "[::1]:5631", "localhost:1"] {
        assert_eq!(found(good), [""; 0], "{good}");
    }
    let secret = found("ana:hunter2@feed.example:5631").join("");
    assert!(secret.contains("has a user name") && !secret.contains("hunter2"), "{secret}");
    assert!(found("300.1.1.1:5631").join("").contains("\"300.1.1.1\" is not an IPv4 address"));
    assert!(found("foo bar:5631").join("").contains("\"foo bar\" is not the name of a host"));
}

#[test]
fn time_zones_are_names_or_offsets() {
    for good in ["UTC", "Z", "Europe/Lisbon", "+02:00", "-3", "+05:30"] {
        assert!(time_zone(good).is_some(), "{good}");
    }
    for bad in ["", "Lisbon", "+2:99", "+-2", "+99:00", "2"] {
        assert!(time_zone(bad).is_none(), "{bad}");
    }
}

#[test]
fn two_listeners_may_not_share_a_port_unless_one_takes_datagrams() {
    let listening = |kind, address: &str| Settings { address: Some(address.to_owned()), ..Settings::of(kind, "a") };
    let http = listening(Kind::AiscatcherHttp, "127.0.0.1:8110");
    assert!(http.takes_address_of(&listening(Kind::TcpListen, "0.0.0.0:8110")));
    assert!(!http.takes_address_of(&listening(Kind::Udp, "0.0.0.0:8110")));
    assert!(!http.takes_address_of(&listening(Kind::Gpsd, "127.0.0.1:8110")));
}

#[test]
fn every_kind_is_named_in_the_settings_as_it_names_itself() {
    for kind in Kind::ALL {
        assert_eq!(serde_json::to_value(kind).expect("a name"), kind.name());
        assert!(!kind.character().about.is_empty(), "{kind:?}");
    }
    let settings = Settings::of(Kind::Tcp, "a");
    let tables = settings.tables();
    assert!(tables.iter().all(|(kind, _)| !kind.character().table.is_empty()));
}

#[test]
fn an_input_that_connects_says_where() {
    let mut input = Settings::of(Kind::Tcp, "a");
    input.address = Some("feed.example:5631".to_owned());
    let at = |host: &str, port, encrypted| Endpoint { host: host.to_owned(), port, encrypted, path: None };
    assert_eq!(input.endpoints(), [("address".to_owned(), at("feed.example", 5631, false))]);
    assert_eq!(Settings { kind: Kind::Udp, ..input }.endpoints(), []);
    let public = Settings::of(Kind::Digitraffic, "b").endpoints();
    let public: Vec<(String, Endpoint)> =
        public.into_iter().map(|(key, endpoint)| (key, Endpoint { path: None, ..endpoint })).collect();
    assert_eq!(public, [("digitraffic.url".to_owned(), at("meri.digitraffic.fi", 443, true))]);
}
