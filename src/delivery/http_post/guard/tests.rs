//! Which destinations are permitted, and which are refused under any spelling.

use super::*;

fn guard(allow: &[&str]) -> Guard {
    Guard::new(false, allow.iter().map(|text| network(text).expect("a network")).collect())
}

#[test]
fn no_notation_of_an_address_reaches_a_private_network() {
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "100.64.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[::ffff:10.0.0.1]",
        "[100::1]",
    ] {
        let url = Url::parse(&format!("https://{host}/x")).expect(host);
        assert!(guard(&[]).host(&url).is_err(), "{host}");
    }
    for host in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "[2606:4700::1111]", "hooks.example"] {
        let url = Url::parse(&format!("https://{host}/x")).expect(host);
        assert_eq!(guard(&[]).host(&url), Ok(()), "{host}");
    }
}

#[test]
fn a_named_network_is_reached_and_no_other() {
    let guard = guard(&["10.1.0.0/16", "::1"]);
    let may = |text: &str| guard.address(text.parse().expect("an address")).is_ok();
    assert!(may("10.1.2.3") && may("::ffff:10.1.2.3") && may("::1"));
    assert!(!may("10.2.0.1") && !may("127.0.0.1") && !may("fe80::1"));
    assert!(network("10.0.0.0/33").is_err() && network("lan").is_err());
}

#[test]
fn without_tls_only_named_networks_are_reached() {
    let guard = Guard::new(true, vec![network("192.168.7.0/24").expect("a network")]);
    assert!(guard.address("192.168.7.9".parse().expect("an address")).is_ok());
    assert!(guard.address("8.8.8.8".parse().expect("an address")).expect_err("refused").to_string().contains("https"));
}

#[test]
fn a_name_that_later_resolves_to_this_machine_is_refused() {
    fn rebinding(name: &str) -> Resolving {
        let address: SocketAddr = match name {
            "first.example" => "93.184.216.34:0",
            _ => "127.0.0.1:0",
        }
        .parse()
        .expect("an address");
        Box::pin(async move { Ok(Box::new(std::iter::once(address)) as Addrs) })
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let guard = guard(&[]).resolving(rebinding);
    let found = |name: &str| runtime.block_on(guard.resolve(name.parse().expect("a name")));
    assert_eq!(found("first.example").expect("the Internet's").count(), 1);
    let error = found("second.example").err().expect("refused").to_string();
    assert_eq!(error, "127.0.0.1 is this machine; name its network in allow if that is meant");
}
