//! What the user who runs the daemon cannot do is reported before the start.

use std::net::{TcpListener, UdpSocket};

use super::*;

fn told(text: &str, asker: &Asker) -> Vec<(Weight, String)> {
    let config: Config = toml::from_str(text).expect("settings");
    hindrances(&config, asker).into_iter().map(|(weight, fault)| (weight, fault.to_string())).collect()
}

fn asker(strict: bool) -> Asker {
    Asker { own: Account::own(), service: None, unit: None, strict }
}

#[test]
fn a_port_that_our_own_program_holds_is_free_for_it() {
    let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = tcp.local_addr().expect("bound");
    let text = format!("[[inputs]]\nkind = \"tcp-listen\"\nname = \"a\"\naddress = \"{at}\"\n");
    assert_eq!(told(&text, &asker(true)), [], "a running daemon is not an obstacle");
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = udp.local_addr().expect("bound");
    let text = format!("[[inputs]]\nkind = \"udp\"\nname = \"a\"\naddress = \"{at}\"\n");
    assert_eq!(told(&text, &asker(true)), []);
}

#[test]
fn a_port_of_the_daemons_user_is_held_by_the_daemon_and_nobody_is_told_to_stop_it() {
    let daemon = Running { pid: None, uids: vec![999] };
    let holder = |uid| Holder { pid: None, program: None, uid };
    let taken = |holder: &Holder| daemon.taken("127.0.0.1:5631", Some(holder), "ss -ltnp");
    assert_eq!(taken(&holder(999)), Some("127.0.0.1:5631 is held by the running daemon (uid 999)".into()));
    let other = taken(&holder(33)).expect("an obstacle").to_string();
    assert!(other.starts_with("127.0.0.1:5631 is taken by a process of uid 33; stop it"), "{other}");
    let locked = Running { pid: Some(7), uids: Vec::new() };
    assert_eq!(locked.taken("127.0.0.1:5631", Some(&holder(999)), "ss -ltnp"), None);
}

#[test]
fn a_file_that_is_no_store_is_an_obstacle_before_the_start_refuses_it() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("notes.txt");
    fs::write(&path, "not a store\n").expect("written");
    let found = told(&format!("[store]\npath = {path:?}\n"), &asker(false));
    let [(Weight::Certain, what)] = &found[..] else { panic!("{found:?}") };
    assert!(what.starts_with("store.path: this is a text or compressed file, not a store"), "{what}");
    fs::write(folder.path().join("notes.txt.lock"), "").expect("written");
    assert_eq!(told(&format!("[store]\npath = {path:?}\n"), &asker(false)), [], "a daemon sets a damaged store aside");
}

#[test]
fn a_folder_with_settings_is_not_handed_over() {
    let folder = tempfile::TempDir::new().expect("a folder");
    assert!(!holds_settings(folder.path()));
    fs::write(folder.path().join("atalaia.toml"), "").expect("written");
    assert!(holds_settings(folder.path()));
}

#[test]
fn an_address_of_another_machine_is_an_obstacle() {
    let text = "[http]\naddress = \"192.0.2.1:9477\"\nallow_remote = true\n";
    let (weight, what) = told(text, &asker(true)).remove(0);
    assert!(
        weight == Weight::Certain && what.starts_with("http.address: 192.0.2.1:9477 is not an address of this"),
        "{what}"
    );
    assert_eq!(told(text, &asker(false))[0].0, Weight::Possible, "a plain check only warns");
}

#[test]
fn a_missing_or_invalid_certificate_is_reported_before_it_is_needed() {
    let folder = tempfile::TempDir::new().expect("a folder");
    fs::write(folder.path().join("ca.pem"), "not PEM").expect("written");
    let with = |tls: &str| {
        let text = format!(
            "[[sinks]]\nkind = \"webhook\"\nname = \"a\"\nwebhook = {{ url = \"https://h.example/\", tls = {{ {tls} }} }}\n"
        );
        told(&text, &asker(false)).into_iter().map(|(_, what)| what).collect::<Vec<_>>()
    };
    let none = with(&format!("ca = {:?}", folder.path().join("ca.pem")));
    assert!(
        none.len() == 1 && none[0].starts_with("sinks[0].webhook.tls: ") && none[0].ends_with("holds no certificate"),
        "{none:?}"
    );
    let gone = with("ca = \"/no/such.pem\"");
    assert!(gone.len() == 1 && gone[0].ends_with("; write the path of a PEM file"), "{gone:?}");
}

#[test]
fn restrictions_of_the_unit_are_reported_regardless_of_permissions() {
    let folder = tempfile::TempDir::new_in("/var/lib").or_else(|_| tempfile::TempDir::new_in("."));
    let folder = folder.expect("a folder");
    let shipped = include_str!("../../../systemd/atalaia.service").to_owned();
    let unit = Unit { file: "/etc/x.service".into(), ..Unit::parse([shipped].into_iter()) };
    let store = folder.path().join("atalaia.sqlite");
    let text = format!("[store]\npath = {store:?}\n");
    let asker = Asker { unit: Some(unit), ..asker(true) };
    let found = told(&text, &asker);
    assert!(!found.is_empty() && found.iter().all(|(weight, _)| *weight == Weight::Certain), "{found:?}");
    let hidden = "closed to the service by ProtectHome= of /etc/x.service";
    let closed = "read-only to the service by ProtectSystem=strict of /etc/x.service";
    assert!(found[0].1.starts_with("store.path: ") && [hidden, closed].iter().any(|part| found[0].1.contains(part)));
    let text = "[[sinks]]\nkind = \"email\"\nname = \"a\"\n[sinks.email]\naddress = \"a:1\"\nfrom = \"a@b.c\"\nto = [\"a@b.c\"]\nuser = \"a\"\n\
                password = { credential = \"smtp\" }\n";
    let what = told(text, &asker).remove(0).1;
    assert!(
        what.starts_with(
            "sinks[0].email.password.credential: /etc/x.service hands over no \"smtp\"; add LoadCredential="
        ),
        "{what}"
    );
}

#[test]
fn a_closed_file_needs_another_mode_if_it_is_the_users_own_and_another_owner_if_not() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let found = fs::metadata(file.path()).expect("there");
    let shown = file.path().display();
    assert_eq!(asker(true).mend(&found, file.path(), "u+rw"), format!("chmod u+rw {shown}"));
    let mut other = asker(true);
    (other.own.uid, other.own.name) = (found.uid() + 1, "atalaia".to_owned());
    assert_eq!(other.mend(&found, file.path(), "u+rw"), format!("chown atalaia {shown}"));
}
