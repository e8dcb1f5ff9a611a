//! Programs that succeed, fail, hang, write too much or leave processes behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;
use crate::delivery::testing::sample;
use atalaia_core::base::fault;

const SECOND: u64 = 1;

struct Program {
    folder: tempfile::TempDir,
    path: PathBuf,
}

/// A shell script run as a program.
fn program(text: &str) -> Program {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("hook");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
    Program { folder, path }
}

impl Program {
    async fn delivered(&self, arguments: &[&str]) -> Result<(), SendError> {
        let command = std::iter::once(self.path.to_str().expect("UTF-8")).chain(arguments.iter().copied());
        let command: Vec<String> = command.map(str::to_owned).collect();
        let settings = Settings { command, timeout_seconds: SECOND };
        let sender = SenderIdentity { site: "lisbon-1".to_owned() };
        let delivery = sample("loitering-retracted", |_| {});
        Exec::new(&settings, &sender).expect("a program").send(&[delivery]).await
    }

    fn kept(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

#[tokio::test]
async fn it_reads_the_change_as_one_line_and_nothing_of_it_as_a_command() {
    let program = program("cd \"$(dirname \"$0\")\"; cat > input; env > env; printf '%s\\n' \"$@\" > arguments");
    assert_eq!(program.delivered(&["$(id)", "; touch x", "a b"]).await, Ok(()));
    let delivery = sample("loitering-retracted", |_| {});
    assert_eq!(program.kept("input"), format!("{}\n", delivery.line));
    assert_eq!(program.kept("arguments"), "$(id)\n; touch x\na b\n");
    let names: Vec<String> =
        program.kept("env").lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.to_owned()).collect();
    // Variables that the shell itself sets.
    let own = ["PATH", "PWD", "OLDPWD", "SHLVL", "_"];
    assert!(names.iter().all(|name| own.contains(&name.as_str())) && names.contains(&"PATH".to_owned()), "{names:?}");
}

#[tokio::test]
async fn how_it_ends_says_whether_another_try_can_help() {
    assert_eq!(program("exit 0").delivered(&[]).await, Ok(()), "it need not read");
    let later = program("echo try later >&2; exit 75").delivered(&[]).await.expect_err("75");
    assert!(
        matches!(&later, SendError::Later { reason, .. } if reason.ends_with("ended with 75: try later")),
        "{later}"
    );
    let refused = program("echo no; exit 3").delivered(&["--token=canary"]).await.expect_err("3");
    assert!(matches!(&refused, SendError::Refused { reason } if reason.ends_with("ended with 3: no")), "{refused}");
    assert!(!refused.to_string().contains("canary"), "{refused}");
    let killed = program("kill -9 $$").delivered(&[]).await.expect_err("killed");
    assert!(matches!(&killed, SendError::Refused { reason } if reason.ends_with("signal 9")), "{killed}");
    let missing = Program { path: "/no/such/program".into(), ..program("") };
    assert!(matches!(missing.delivered(&[]).await, Err(SendError::Later { .. })));
}

#[tokio::test]
async fn one_that_hangs_is_killed_with_all_it_started() {
    let program = program("cd \"$(dirname \"$0\")\"; sleep 600 & echo $! > other; echo $$ > own; wait");
    let outcome = program.delivered(&[]).await.expect_err("killed");
    assert!(
        matches!(&outcome, SendError::Later { reason, .. } if reason.contains("was killed after 1 s")),
        "{outcome}"
    );
    for name in ["own", "other"] {
        assert!(is_over(program.kept(name).trim()), "{name}");
    }
}

#[tokio::test]
async fn processes_left_behind_do_not_block_the_sink() {
    let program = program("cd \"$(dirname \"$0\")\"; sleep 600 & echo $! > other; exit 0");
    assert_eq!(program.delivered(&[]).await, Ok(()), "though its pipes are held open");
    assert!(is_over(program.kept("other").trim()));
}

#[tokio::test]
async fn excessive_output_is_cut_and_never_blocks_it() {
    let program = program("head -c 5000000 /dev/zero | tr '\\0' '\\033' >&2; head -c 300000 /dev/zero; exit 1");
    let refused = program.delivered(&[]).await.expect_err("1").to_string();
    assert!(refused.len() < 500 && !refused.contains('\u{1b}'), "{refused}");
}

#[test]
fn a_program_is_named_from_the_root() {
    let problems =
        |text: &str| fault::lines("sinks[0].exec", toml::from_str::<Settings>(text).expect("settings").problems());
    assert_eq!(problems("command = [\"/bin/true\"]"), [""; 0]);
    assert_eq!(problems("command = []").len(), 1);
    assert_eq!(problems("command = [\"true\"]").len(), 1);
}

/// Whether the process has ended. A zombie counts as ended.
fn is_over(process: &str) -> bool {
    assert!(process.parse::<u32>().is_ok(), "{process:?} is not a process id");
    for _ in 0..1000 {
        match fs::read_to_string(format!("/proc/{process}/stat")) {
            Err(_) => return true,
            Ok(stat) if stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')) => return true,
            Ok(_) => std::thread::yield_now(),
        }
    }
    false
}
