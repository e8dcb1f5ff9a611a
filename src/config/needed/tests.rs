//! What is missing is reported, each thing once and with advice.

use super::super::{Purpose, check};
use super::*;

const BARE: &str = "[zones]\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n";

fn problems(folder: &Path, text: &str) -> Vec<String> {
    let file = folder.join("atalaia.toml");
    fs::write(&file, format!("{BARE}{text}")).expect("written");
    match check(Some(&file), None, Purpose::Run) {
        Ok(settings) => settings.warnings.into_iter().map(|warning| format!("warning {}", warning.fault)).collect(),
        Err(problems) => problems.into_iter().map(|problem| problem.fault.to_string()).collect(),
    }
}

#[test]
fn missing_files_are_found_before_the_first_alert() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let root = folder.path();
    fs::write(root.join("open"), "x").expect("written");
    fs::set_permissions(root.join("open"), fs::Permissions::from_mode(0o644)).expect("set");
    fs::write(root.join("kept"), "x").expect("written");
    fs::set_permissions(root.join("kept"), fs::Permissions::from_mode(0o600)).expect("set");
    let sink =
        |kind: &str, table: &str| format!("[[sinks]]\nkind = \"{kind}\"\nname = \"a\"\n[sinks.{kind}]\n{table}\n");
    let hook =
        |file: &str| sink("webhook", &format!("url = \"https://hooks.example/a\"\nbearer = {{ file = \"{file}\" }}"));
    for (text, problem) in [
        (hook("gone"), "sinks[0].webhook.bearer.file: "),
        (hook("open"), "sinks[0].webhook.bearer.file: "),
        (sink("exec", "command = [\"/no/such/program\"]"), "sinks[0].exec.command: /no/such/program is not a program"),
        (
            sink("cap", "spool = \"/no/such/spool\"\nsender = \"ops@centre.example\""),
            "sinks[0].cap.spool: the folder around /no/such/spool",
        ),
        (
            "[[sinks]]\nkind = \"log\"\nname = \"a\"\nbehaviours = [\"distres\"]\n".to_owned(),
            "sinks[0].behaviours: unknown behaviour `distres`; did you mean `distress`?",
        ),
        (
            "[[sinks]]\nkind = \"log\"\nname = \"a\"\nzones = [\"nowhere\"]\n".to_owned(),
            "warning sinks[0].zones: no zone has the id `nowhere`",
        ),
    ] {
        let found = problems(root, &text);
        assert!(found.len() == 1 && found[0].starts_with(problem), "{text}: {found:#?}");
    }
    assert_eq!(problems(root, &hook("kept")), [""; 0]);
    let told = "[[sinks]]\nkind = \"log\"\nname = \"a\"\nbehaviours = [\"distress\", \"delivery_failed\"]\n";
    assert_eq!(problems(root, told), [""; 0]);
}

#[test]
fn a_store_that_cannot_be_written_is_found_by_a_check_and_does_not_prevent_a_start() {
    if rustix::process::geteuid().is_root() {
        // As root, only a read-only disk denies access: tests/it/config/settings.rs.
        return;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("atalaia.toml");
    fs::create_dir(folder.path().join("state")).expect("made");
    fs::write(&file, format!("{BARE}[store]\npath = \"state/atalaia.sqlite\"\n")).expect("written");
    fs::set_permissions(folder.path().join("state"), fs::Permissions::from_mode(0o500)).expect("set");
    assert!(check(Some(&file), None, Purpose::Run).is_ok());
    let problems = check(Some(&file), None, Purpose::Service).expect_err("closed");
    assert!(problems.len() == 1 && problems[0].fault.key == "store.path", "{problems:?}");
    assert!(
        problems[0].fault.what.contains("state cannot be written by ")
            && problems[0].to_string().contains("; chmod u+rwx "),
        "{problems:?}"
    );
}

#[test]
fn an_unusable_secret_is_found_before_it_is_needed() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let root = folder.path();
    fs::create_dir(root.join("folder")).expect("made");
    for (name, text) in [
        ("empty", "\n"),
        ("word", "hunter2-canary"),
        ("short", "whsec_Y2FuYXJ5"),
        ("key", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    ] {
        fs::write(root.join(name), text).expect("written");
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(0o600)).expect("set");
    }
    let hook = |table: &str| {
        format!("[[sinks]]\nkind = \"webhook\"\nname = \"a\"\nwebhook.url = \"https://hooks.example/a\"\n{table}")
    };
    let bearer = |file: &str| hook(&format!("webhook.bearer = {{ file = \"{file}\" }}\n"));
    let keys = |files: [&str; 2]| {
        let [one, two] = files.map(|file| format!("{{ file = \"{file}\" }}"));
        hook(&format!("webhook.secrets = [{one}, {two}]\n"))
    };
    let login = "login.credentials = { file = \"word\" }\n";
    let stream = "url = \"tls://nats.example:4222\"\nstream = \"ais\"\nconsumer = \"a\"\n";
    let feed = format!("[[inputs]]\nkind = \"nats\"\nname = \"feed\"\n[inputs.nats]\n{stream}{login}");
    let sink =
        format!("[[sinks]]\nkind = \"nats\"\nname = \"a\"\n[sinks.nats]\nurl = \"tls://nats.example:4222\"\n{login}");
    for (text, key, fault) in [
        (bearer("empty"), "sinks[0].webhook.bearer.file: ", "holds no secret"),
        (bearer("folder"), "sinks[0].webhook.bearer.file: ", "is not an ordinary file; write the path"),
        (keys(["key", "word"]), "sinks[0].webhook.secrets[1]: ", "is not a signing key; write whsec_ and"),
        (keys(["short", "key"]), "sinks[0].webhook.secrets[0]: ", "is not a signing key; write whsec_ and"),
        (feed, "inputs[0].nats.login.credentials: ", "holds no JWT"),
        (sink, "sinks[0].nats.login.credentials: ", "holds no JWT"),
    ] {
        let found = problems(root, &text);
        let [problem] = &found[..] else { panic!("{text}: {found:#?}") };
        assert!(problem.starts_with(key) && problem.contains(fault), "{text}: {problem}");
        assert!(!problem.contains("canary"), "{problem}");
    }
    assert_eq!(problems(root, &keys(["key", "key"])), [""; 0]);
}

#[test]
fn an_input_does_not_listen_where_the_pages_are() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let with = |kind: &str, address: &str| {
        let input = format!("[[inputs]]\nkind = \"{kind}\"\nname = \"a\"\naddress = \"{address}\"\n");
        problems(folder.path(), &format!("[http]\naddress = \"127.0.0.1:9477\"\n{input}"))
    };
    for (kind, address) in [("tcp-listen", "0.0.0.0:9477"), ("aiscatcher-http", "127.0.0.1:9477")] {
        assert_eq!(with(kind, address), ["inputs[0].address: [http] listens there already; write another port"]);
    }
    for (kind, address) in [("udp", "0.0.0.0:9477"), ("tcp", "127.0.0.1:9477"), ("tcp-listen", "0.0.0.0:9478")] {
        assert_eq!(with(kind, address), [""; 0], "{kind} {address}");
    }
}

#[test]
fn settings_writable_by_everyone_run_no_program() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let exec = "[[sinks]]\nkind = \"exec\"\nname = \"a\"\nexec.command = [\"/bin/true\"]\n";
    assert_eq!(problems(folder.path(), exec), [""; 0]);
    fs::set_permissions(folder.path().join("atalaia.toml"), fs::Permissions::from_mode(0o666)).expect("set");
    assert_eq!(problems(folder.path(), exec), ["every user may write this file; run chmod o-w on it"]);
    assert_eq!(problems(folder.path(), ""), ["warning every user may write this file; run chmod o-w on it"]);
}
