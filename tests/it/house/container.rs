//! The container files: checked by linters, as there is no container engine here, and the example of `compose.yaml` run without containers.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

use tempfile::TempDir;

use crate::harness::daemon::{Daemon, PATIENCE, wait_until};
use crate::harness::passed_over::installed;
use crate::harness::servers::free_port;

/// Variable with the folder of the linters, set by `tests/run`.
const LINTERS: &str = "ATALAIA_LINTERS";
const FOLDER: &str = "docs/container";

fn lint(program: &Path, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {told}", program.display());
}

#[test]
fn linters_accept_the_container_files_and_scripts() {
    let Some(linters) = installed(LINTERS) else { return };
    lint(&linters.join("hadolint"), &["docs/container/Dockerfile"]);
    let compose = ["--builtin-schema", "vendor.compose-spec", "docs/container/compose.yaml"];
    lint(&linters.join("check-jsonschema"), &compose);
    let scripts = ["tests/run", "tests/package", "tests/long", ".ci/run", "fuzz/run", "systemd/debian/postinst"];
    lint(&linters.join("shellcheck"), &scripts);
}

#[test]
fn files_named_in_the_container_files_exist() {
    let compose = fs::read_to_string(Path::new(FOLDER).join("compose.yaml")).unwrap();
    let mounted = compose.lines().filter_map(|line| line.trim().strip_prefix("- .")?.split_once(':'));
    let mounted: Vec<String> = mounted.map(|(path, _)| format!("{FOLDER}/.{path}")).collect();
    assert!(4 <= mounted.len(), "{mounted:?}");
    let file = fs::read_to_string(Path::new(FOLDER).join("Dockerfile")).unwrap();
    let copied = file.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--"));
    let copied = copied.flat_map(|line| line.split_whitespace().rev().skip(1).map(str::to_owned).collect::<Vec<_>>());
    for path in mounted.into_iter().chain(copied) {
        assert!(Path::new(&path).exists(), "{path} is missing");
    }
    let version = concat!("FROM rust:", env!("CARGO_PKG_RUST_VERSION"), "-");
    assert!(file.contains(version), "it builds with the oldest compiler that is promised");
}

/// A process of the example, killed at the end of the test.
struct Part(Child);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_example_sends_the_alerts_of_its_feed_to_its_receiver() {
    let Some(python) = installed("ATALAIA_WITNESS_PYTHON") else { return };
    let folder = TempDir::new().unwrap();
    let (feed, receiver) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
    let start = |script: &str, arguments: &[&str]| {
        let mut command = Command::new(&python);
        command.arg(Path::new(FOLDER).join(script)).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        Part(command.spawn().unwrap())
    };
    let recording = "tests/recordings/cases/17-circling-slowly/in.nmea.gz";
    let compose = fs::read_to_string(Path::new(FOLDER).join("compose.yaml")).unwrap();
    assert!(compose.contains(recording), "the same recording as in compose.yaml");
    let _feed = start("feed.py", &[recording, &feed]);
    let mut received = start("receiver.py", &[&receiver]);
    for address in [&feed, &receiver] {
        wait_until(|| TcpStream::connect(address).is_ok());
    }
    let text = fs::read_to_string(Path::new(FOLDER).join("atalaia.toml")).unwrap();
    let store = folder.path().join("store");
    fs::create_dir(&store).unwrap();
    let text = [
        ("\"feed:5631\"", format!("\"{feed}\"")),
        ("receiver:8080", receiver.clone()),
        ("172.30.94.0/24", "127.0.0.1/32".to_owned()),
        ("/var/lib/atalaia", store.display().to_string()),
        ("0.0.0.0:9477", format!("127.0.0.1:{}", free_port())),
        ("folder = \"zones\"", format!("folder = \"{}/zones\"", env!("CARGO_MANIFEST_DIR"))),
    ]
    .iter()
    .fold(text, |text, (there, here)| {
        assert!(text.contains(there), "{there} is not in the settings");
        text.replace(there, here)
    });
    let settings = folder.path().join("atalaia.toml");
    fs::write(&settings, text).unwrap();
    let _daemon = Daemon::start(&settings);
    let (sender, lines) = channel();
    let said = BufReader::new(received.0.stdout.take().unwrap());
    thread::spawn(move || said.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    while !lines.recv_timeout(PATIENCE).expect("the alert of the ship that circles").contains("loitering opened") {}
}
