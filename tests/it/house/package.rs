//! The Debian package: built, installed into a separate root, run there, upgraded and removed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::read::GzDecoder;
use tempfile::TempDir;

use crate::harness::passed_over::installed;

/// Variable with the packager's path, set by `tests/run`.
const PACKAGER: &str = "ATALAIA_CARGO_DEB";

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}{}", String::from_utf8_lossy(&output.stdout));
    output
}

/// Builds the package as the README says, from the program that the tests run.
fn build(out: &Path) {
    let program = env!("CARGO_BIN_EXE_atalaia");
    let output = run(Command::new("tests/package").args(["--program", program, "--out"]).arg(out));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), out.to_str().unwrap(), "it says where it is");
}

/// A root with only dpkg's own records.
struct Root(TempDir);

impl Root {
    fn new() -> Root {
        let root = TempDir::new().unwrap();
        for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/log", "etc"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("var/lib/dpkg/status"), "").unwrap();
        Root(root)
    }

    /// Output of dpkg.
    fn dpkg(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("dpkg");
        command.arg(format!("--root={}", self.0.path().display()));
        command.args([
            "--force-script-chrootless",
            "--force-not-root",
            "--force-depends",
            "--force-confdef",
            "--force-confold",
        ]);
        let output = run(command.args(arguments));
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }
}

#[test]
fn the_package_installs_without_starting_runs_and_keeps_the_users_files() {
    if installed(PACKAGER).is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let package = folder.path().join("atalaia.deb");
    build(&package);
    let package = package.to_str().unwrap();
    let root = Root::new();
    root.dpkg(&["--install", package]);
    for file in [
        "usr/bin/atalaia",
        "etc/atalaia/atalaia.toml",
        "etc/atalaia/zones/iberia.geojson",
        "usr/lib/systemd/system/atalaia.service",
        "usr/lib/systemd/system/atalaia-udp.socket",
        "usr/lib/systemd/system/atalaia-http.socket",
        "usr/lib/systemd/system/atalaia-api.socket",
        "usr/lib/sysusers.d/atalaia.conf",
        "usr/share/man/man8/atalaia.8.gz",
        "usr/share/man/man8/atalaia-run.8.gz",
        "usr/share/bash-completion/completions/atalaia",
        "usr/share/zsh/vendor-completions/_atalaia",
        "usr/share/fish/vendor_completions.d/atalaia.fish",
        "usr/share/doc/atalaia/copyright",
        "usr/share/man/man8/atalaia-alerts-list.8.gz",
        "usr/share/atalaia/atalaia.schema.json",
        "usr/share/atalaia/alert.schema.json",
        "usr/share/doc/atalaia/README.md",
    ] {
        assert!(root.path(file).is_file(), "{file} is missing");
    }
    links_are_valid(&root.path("usr/share/doc/atalaia"));
    pages_refer_to_pages(&root.path("usr/share/man/man8"));
    let fields = run(Command::new("dpkg-deb").args(["--field", package, "Recommends"])).stdout;
    assert!(String::from_utf8_lossy(&fields).contains("ca-certificates"), "TLS needs authorities");
    assert!(!root.path("etc/systemd/system").exists(), "nothing is enabled at install");

    // The installed program works.
    let settings = root.path("etc/atalaia/atalaia.toml");
    let program = root.path("usr/bin/atalaia");
    let checked = Command::new(&program).args(["check", "--config"]).arg(&settings).output().unwrap();
    let told = String::from_utf8_lossy(&checked.stderr);
    assert!(
        checked.status.code() == Some(78) && told.contains("inputs: there is none"),
        "all it lacks is a feed: {told}"
    );
    let shown = run(Command::new(&program).arg("demo"));
    assert!(String::from_utf8_lossy(&shown.stdout).contains("EXERCISE"));
    run(Command::new("bash").arg("-n").arg(root.path("usr/share/bash-completion/completions/atalaia")));
    zones_and_schema_are_those_installed(&root, &program, &settings);

    // Upgrading and removing keep the operator's settings.
    let own = format!("# ours\n{}", fs::read_to_string(&settings).unwrap());
    fs::write(&settings, &own).unwrap();
    fs::create_dir_all(root.path("var/lib/atalaia")).unwrap();
    fs::write(root.path("var/lib/atalaia/atalaia.sqlite"), "evidence").unwrap();
    root.dpkg(&["--install", package]);
    assert_eq!(fs::read_to_string(&settings).unwrap(), own);
    root.dpkg(&["--remove", "atalaia"]);
    assert!(!program.exists());
    assert_eq!(fs::read_to_string(&settings).unwrap(), own);
    // A purge removes the settings but never the evidence, and says so.
    let told = root.dpkg(&["--purge", "atalaia"]);
    assert!(!settings.exists());
    assert!(root.path("var/lib/atalaia/atalaia.sqlite").exists());
    assert!(told.contains("holds alerts, evidence and received lines"), "{told}");
}

/// The settings use the zones beside them, so that editing those has an effect, and name the installed schema.
fn zones_and_schema_are_those_installed(root: &Root, program: &Path, settings: &Path) {
    let text = fs::read_to_string(settings).unwrap();
    let schema = text.lines().next().unwrap().strip_prefix("#:schema file:///").unwrap().to_owned();
    let schema: serde_json::Value = serde_json::from_slice(&fs::read(root.path(&schema)).unwrap()).unwrap();
    assert!(schema["properties"]["zones"].is_object());

    let own = root.path("etc/atalaia/zones/own.geojson");
    let zone = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"our-own-zone","name":"Our own zone",
        "kind":"area","radius_nm":5},"geometry":{"type":"Point","coordinates":[-9.5,38.0]}}]}"#;
    fs::write(&own, zone).unwrap();
    let listed = run(Command::new(program).args(["zones", "list", "--config"]).arg(settings)).stdout;
    assert!(String::from_utf8_lossy(&listed).contains("our-own-zone"));
    fs::remove_file(own).unwrap();
}

/// Every page that a manual page refers to is installed.
fn pages_refer_to_pages(folder: &Path) {
    let mut pages = BTreeSet::new();
    let mut referred = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        pages.insert(path.file_name().unwrap().to_str().unwrap().trim_end_matches(".8.gz").to_owned());
        let mut text = String::new();
        GzDecoder::new(File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        let text = text.replace("\\-", "-");
        let before: Vec<&str> = text.split("(8)").collect();
        for before in &before[..before.len() - 1] {
            let name = before.rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').next().unwrap();
            referred.insert(name.to_owned());
        }
    }
    assert!(30 < referred.len(), "{referred:?}");
    assert!(referred.is_subset(&pages), "no page: {:?}", referred.difference(&pages));
}

/// Every relative link of the documents leads to an installed file.
fn links_are_valid(folder: &Path) {
    let mut documents = vec![folder.join("README.md")];
    documents.extend(fs::read_dir(folder.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    for document in documents.iter().filter(|path| path.extension().is_some_and(|end| end == "md")) {
        let text = fs::read_to_string(document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            let leads = path.is_empty() || path.contains("://") || document.parent().unwrap().join(path).exists();
            assert!(leads, "{}: {link} leads nowhere", document.display());
        }
    }
}
