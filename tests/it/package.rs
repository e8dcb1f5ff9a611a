//! The Debian package: built, installed into a root of its own, run there, upgraded and removed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The packager, where `.ci/run` has put it.
const PACKAGER: &str = "ATALAIA_CARGO_DEB";

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}{}", String::from_utf8_lossy(&output.stdout));
    output
}

/// Builds the package from the program that the tests run.
fn build(packager: &str, out: &Path) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_atalaia"));
    let profile = program.parent().unwrap();
    run(Command::new(program).arg("man").arg("--out").arg(profile.join("package")));
    let name = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        name => name.unwrap(),
    };
    let target = profile.parent().unwrap();
    let mut command = Command::new(packager);
    command.args(["--no-build", "--offline", "--locked", "--profile", name, "--fast", "--output"]).arg(out);
    run(command.env("CARGO_TARGET_DIR", target));
    out.to_owned()
}

/// A root with nothing but dpkg's own records.
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

    /// What dpkg says.
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
fn the_package_installs_starts_nothing_runs_and_leaves_what_was_kept() {
    let Ok(packager) = std::env::var(PACKAGER) else {
        let told =
            format!("no packager ({PACKAGER} is not set; .ci/run sets it): the test of the package is passed over\n");
        std::io::stderr().write_all(told.as_bytes()).unwrap();
        return;
    };
    let folder = TempDir::new().unwrap();
    let package = build(&packager, &folder.path().join("atalaia.deb"));
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
        "usr/lib/sysusers.d/atalaia.conf",
        "usr/share/man/man8/atalaia.8.gz",
        "usr/share/man/man8/atalaia-run.8.gz",
        "usr/share/bash-completion/completions/atalaia",
        "usr/share/zsh/vendor-completions/_atalaia",
        "usr/share/fish/vendor_completions.d/atalaia.fish",
        "usr/share/doc/atalaia/copyright",
        "usr/share/doc/atalaia/README.md",
    ] {
        assert!(root.path(file).is_file(), "{file} is missing");
    }
    assert!(!root.path("etc/systemd/system").exists(), "nothing is enabled at install");

    // What is installed works.
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

    // An upgrade keeps what the operator wrote, and removing keeps it too.
    let own = format!("# ours\n{}", fs::read_to_string(&settings).unwrap());
    fs::write(&settings, &own).unwrap();
    fs::create_dir_all(root.path("var/lib/atalaia")).unwrap();
    fs::write(root.path("var/lib/atalaia/atalaia.sqlite"), "evidence").unwrap();
    root.dpkg(&["--install", package]);
    assert_eq!(fs::read_to_string(&settings).unwrap(), own);
    root.dpkg(&["--remove", "atalaia"]);
    assert!(!program.exists());
    assert_eq!(fs::read_to_string(&settings).unwrap(), own);
    // A purge takes the settings, never the evidence, and says so.
    let told = root.dpkg(&["--purge", "atalaia"]);
    assert!(!settings.exists());
    assert!(root.path("var/lib/atalaia/atalaia.sqlite").exists());
    assert!(told.contains("holds alerts, evidence and received lines"), "{told}");
}
