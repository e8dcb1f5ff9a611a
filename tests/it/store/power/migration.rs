//! The migration of a store from an earlier version, interrupted by death at every statement, loss of power at any moment, or a disk that
//! is
//! full from any write on. Also stores of versions that this program must leave alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::checks::open;
use super::disk::{Disk, Forgets};
use super::record::{recorded, steps, unsynced};
use super::{MOMENTS, STORE, complaint, place};
use crate::harness::daemon::Daemon;
use crate::harness::lives::ABORTED;

/// Stores as earlier versions left them, with rows in every table, the first version first.
const EARLIER: [&str; 6] = [
    include_str!("../../../schemas/1.sql"),
    include_str!("../../../schemas/2.sql"),
    include_str!("../../../schemas/3.sql"),
    include_str!("../../../schemas/4.sql"),
    include_str!("../../../schemas/5.sql"),
    include_str!("../../../schemas/6.sql"),
];
/// Number of statements of the step to the version of this program.
const NEWEST: usize = 8;
/// Table without rows: a digest ends when a daemon starts, which removes its row.
const EMPTY: &str = "digests";
/// Store version of this program.
const NOW: i64 = EARLIER.len() as i64 + 1;
/// Retention that keeps everything.
const KEEP: &str = "[retention]\nraw_days = 0\nalerts_days = 0\ncases_days = 0\nnotes_days = 0\naudit_days = 0\n";

/// Rows of every table, by its name.
type Rows = BTreeMap<String, Vec<Vec<Value>>>;

/// An earlier version, and the content of its store.
struct Earlier {
    version: i64,
    columns: BTreeMap<String, Vec<String>>,
    rows: Rows,
}

impl Earlier {
    fn of(version: i64) -> Earlier {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(EARLIER[version as usize - 1]).unwrap();
        let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
        let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let columns = |table: &str| {
            let mut columns = connection.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
            columns.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let columns = tables.iter().map(|table| (table.clone(), columns(table))).collect();
        let mut earlier = Earlier { version, columns, rows: Rows::new() };
        earlier.rows = earlier.read(&connection);
        assert!(earlier.rows.iter().all(|(table, rows)| table == EMPTY || !rows.is_empty()), "a table without a row");
        earlier
    }

    /// A store's content in the columns of this version.
    fn read(&self, connection: &Connection) -> Rows {
        let read = |(table, columns): (&String, &Vec<String>)| {
            let list = columns.join(", ");
            let mut rows = connection.prepare(&format!("SELECT {list} FROM {table} ORDER BY {list}")).unwrap();
            let row = |row: &rusqlite::Row<'_>| (0..columns.len()).map(|column| row.get(column)).collect();
            let rows = rows.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap();
            (table.clone(), rows)
        };
        self.columns.iter().map(read).collect()
    }

    /// A folder with such a store and settings. Its rows are partly in the log, as after a kill.
    fn place(&self) -> (TempDir, PathBuf) {
        let (folder, settings) = place(KEEP);
        let elsewhere = TempDir::new().unwrap();
        let made = elsewhere.path().join(STORE);
        let connection = open(&made).unwrap();
        connection.execute_batch("PRAGMA page_size = 4096").unwrap();
        let (head, rest) = EARLIER[self.version as usize - 1].split_once("INSERT").unwrap();
        connection.execute_batch(head).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").unwrap();
        connection.execute_batch(&format!("INSERT{rest}")).unwrap();
        for part in ["", "-wal"] {
            let name = format!("{STORE}{part}");
            fs::copy(elsewhere.path().join(&name), folder.path().join(&name)).unwrap();
        }
        (folder, settings)
    }

    /// Version of the store in a folder; fails unless it is entirely of this version or the program's, with every row.
    fn check(&self, folder: &Path) -> Result<i64, String> {
        let connection = open(&folder.join(STORE)).map_err(|error| error.to_string())?;
        let found = self.sound(&connection)?;
        if found != self.version && found != NOW {
            return Err(format!("neither of version {} nor of {NOW}: {found}", self.version));
        }
        let copy = folder.join(format!("{STORE}.schema-{}", self.version));
        if found == NOW || copy.exists() {
            let copy = open(&copy).map_err(|error| format!("the copy: {error}"))?;
            let kept = self.sound(&copy).map_err(|wrong| format!("the copy: {wrong}"))?;
            if kept != self.version {
                return Err(format!("the copy is of version {kept}"));
            }
        }
        Ok(found)
    }

    fn sound(&self, connection: &Connection) -> Result<i64, String> {
        let ask = |text: &str| connection.query_row(text, [], |row| row.get::<_, Value>(0));
        let said = ask("PRAGMA integrity_check").map_err(|error| error.to_string())?;
        if said != Value::Text("ok".to_owned()) {
            return Err(format!("{said:?}"));
        }
        let found = ask("PRAGMA user_version").map_err(|error| error.to_string())?;
        if found == Value::Integer(0) {
            return Err("it is no store at all".to_owned());
        }
        match self.read(connection) == self.rows {
            true => Ok(if let Value::Integer(found) = found { found } else { 0 }),
            false => Err(format!("other rows than before, version {found:?}")),
        }
    }

    /// Starts the daemon undisturbed: it migrates the store and wipes what is left over.
    fn finish(&self, folder: &Path, settings: &Path) -> Result<(), String> {
        let mut daemon = Daemon::start_command(&mut unsynced(), settings);
        daemon.address();
        if let Some(line) = complaint(&daemon) {
            return Err(format!("it complains: {line}"));
        }
        daemon.stop("feed");
        let found = self.check(folder)?;
        let connection = open(&folder.join(STORE)).unwrap();
        let vacuums: i64 = connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0)).unwrap();
        let leftover = left_over(folder);
        match (found, vacuums, leftover.is_empty()) {
            (NOW, 2, true) => Ok(()),
            _ => Err(format!("version {found}, auto_vacuum {vacuums}, left over {leftover:?}")),
        }
    }
}

/// Files that are no longer needed.
fn left_over(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("unfinished") || name.contains("corrupt")).collect()
}

/// Step between the tests that run: `gate` in the gate, 1 in `tests/long`.
fn every(gate: usize) -> usize {
    if std::env::var_os(MOMENTS).is_some() { 1 } else { gate }
}

#[test]
fn killed_at_every_statement_of_a_migration_the_store_has_one_version_and_the_next_start_finishes() {
    // Statements from each version to this one, the commit, the wiping if there is something to wipe, and the end.
    for (version, points) in [
        (1, 78 + NEWEST + 3),
        (2, 66 + NEWEST + 2),
        (3, 57 + NEWEST + 2),
        (4, 49 + NEWEST + 2),
        (5, 43 + NEWEST + 2),
        (6, NEWEST + 2),
    ] {
        let earlier = Earlier::of(version);
        let committed = points - if version == 1 { 1 } else { 0 };
        // The statements of the later versions are the last ones of the first.
        for point in (1..=points + 1).filter(|point| version == 1 || every(2) == 1 || points <= point + 2) {
            let (folder, settings) = earlier.place();
            let mut dying = unsynced();
            dying.env("ATALAIA_FAULT", format!("migration:{point}"));
            let mut daemon = Daemon::start_command(&mut dying, &settings);
            if points < point {
                daemon.address();
                break;
            }
            let what = format!("from version {version}, point {point}");
            assert_eq!(daemon.died_of(&what), Some(ABORTED), "{what}");
            let found = earlier.check(folder.path()).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
            assert_eq!(found, if point < committed { version } else { NOW }, "{what}");
            if point % every(16) == 0 || point == committed {
                earlier.finish(folder.path(), &settings).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
            }
        }
    }
}

#[test]
fn the_trail_of_an_earlier_version_stays_before_the_chain_and_later_rows_are_checked() {
    for version in [1, 5] {
        let earlier = Earlier::of(version);
        let (folder, settings) = earlier.place();
        earlier.finish(folder.path(), &settings).unwrap();
        let store = folder.path().join(STORE);
        let run = |words: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
            command.args(words).arg("--store").arg(&store).output().unwrap()
        };
        let id: String =
            open(&store).unwrap().query_row("SELECT id FROM alerts ORDER BY id LIMIT 1", [], |row| row.get(0)).unwrap();
        let noted = run(&["alerts", "--as", "bea", "note", &id, "after the upgrade"]);
        assert!(noted.status.success(), "{}", String::from_utf8_lossy(&noted.stderr));
        let said = String::from_utf8(run(&["audit", "verify"]).stdout).unwrap();
        let before = format!("{} before the chain, not checked", earlier.rows["audit"].len());
        assert!(said.contains(&before) && said.ends_with("sound\n"), "{said}");
        open(&store)
            .unwrap()
            .execute("UPDATE audit SET who = 'ana' WHERE who = 'bea' AND hash IS NOT NULL", [])
            .unwrap();
        let changed = run(&["audit", "verify"]);
        assert_eq!(changed.status.code(), Some(1), "{}", String::from_utf8_lossy(&changed.stdout));
    }
}

#[test]
#[allow(clippy::print_stdout)] // The moments tested, for runs with --nocapture.
fn whenever_power_is_lost_in_a_migration_the_store_has_one_version() {
    for version in [1, 2, 3, 4, 5] {
        let earlier = Earlier::of(version);
        let (folder, settings) = earlier.place();
        let root = folder.path().canonicalize().unwrap();
        let (before, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        Disk::of(&root, Forgets::Nothing).put_seen("", before.path());
        let log = elsewhere.path().join("log");
        let mut daemon = Daemon::start_command(&mut recorded(&root, &log), &settings);
        daemon.address();
        daemon.signal("KILL");
        daemon.died_of("killed");
        let steps = steps(&log);
        let lose = |forgets: Forgets, every: usize, draws: usize| {
            let mut disk = Disk::of(before.path(), forgets);
            let mut of_version = BTreeMap::new();
            for (place, step) in steps.iter().enumerate() {
                disk.apply(step);
                for seed in (0..draws).filter(|_| place % every == 0) {
                    let folder = TempDir::new().unwrap();
                    disk.lose(&mut fastrand::Rng::with_seed((place * draws + seed) as u64), folder.path());
                    let wrong = |wrong| format!("version {version}, after {} steps, seed {seed}: {wrong}", place + 1);
                    *of_version.entry(earlier.check(folder.path()).map_err(wrong)?).or_insert(0) += 1;
                    if seed == 0 && place % (every * 24) == 0 {
                        earlier.finish(folder.path(), &folder.path().join("atalaia.toml")).map_err(wrong)?;
                    }
                }
            }
            Ok::<_, String>(of_version)
        };
        let met = lose(Forgets::Nothing, self::every(5), self::every(2) * 2).unwrap();
        println!("version {version}: {} steps, {met:?} losses of power", steps.len());
        assert!(met.len() == 2 && met.values().all(|count| 5 < *count), "only {met:?}");
        for forgets in [Forgets::FilesLike(".unfinished"), Forgets::Folders] {
            assert!(lose(forgets, 5, 2).is_err(), "{forgets:?}: nobody noticed");
        }
    }
}

#[test]
fn a_disk_full_from_any_write_on_stops_a_migration_without_harm() {
    for version in [1, 5] {
        let earlier = Earlier::of(version);
        let mut of_version = BTreeMap::new();
        for number in (1..).step_by(every(37)) {
            let (folder, settings) = earlier.place();
            let elsewhere = TempDir::new().unwrap();
            let root = folder.path().canonicalize().unwrap();
            let mut full = recorded(&root, &elsewhere.path().join("log"));
            full.env("ATALAIA_POWER_FULL", number.to_string());
            let mut daemon = Daemon::start_command(&mut full, &settings);
            if daemon.address_unless_dead().is_some() {
                break;
            }
            let what = format!("from version {version}, full at write {number}");
            assert_eq!(daemon.wait(), Some(1), "{what}: {:?}", daemon.heard());
            let said = daemon.heard().join("\n");
            assert!(said.contains("full") || said.contains("No space left"), "{what}: {said}");
            assert_eq!(left_over(folder.path()), [""; 0], "{what}: it takes room");
            let found = earlier.check(folder.path()).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
            *of_version.entry(found).or_insert(0) += 1;
            earlier.finish(folder.path(), &settings).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
        }
        assert!(of_version.get(&version).is_some_and(|count| 1 < *count), "{of_version:?}");
    }
}

/// Every file of a folder with its content, without shared memory, locks and empty logs, which opening the store creates.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let named = files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()));
    named
        .filter(|(name, bytes)| {
            !(name.ends_with("-shm") || name.ends_with(".lock") || name.ends_with("-wal") && bytes.is_empty())
        })
        .collect()
}

/// Every command that opens the store, with made-up ids.
const COMMANDS: &[&str] = &[
    "alerts list",
    "alerts show aaaa",
    "alerts export --format csv",
    "alerts ack aaaa",
    "alerts assign aaaa bea",
    "alerts note aaaa text",
    "alerts mark aaaa --tlp RED --why x",
    "alerts close aaaa --finding false --why x",
    "alerts reopen aaaa",
    "alerts report aaaa",
    "handover --since -1h",
    "alerts silence --mmsi 224000001 --from 2026-03-01T00:00:00Z --until 2026-03-02T00:00:00Z --why x",
    "alerts silences",
    "alerts lift 1",
    "cases list",
    "cases show cccc",
    "cases report cccc",
    "cases export",
    "cases hold cccc --reason x",
    "cases release cccc --reason x",
    "cases bundle cccc --out OUT",
    "deliveries list",
    "deliveries count",
    "deliveries retry",
    "backup OUT",
    "purge --dry-run",
    "purge",
    "audit",
    "audit verify",
    "audit head",
    "audit export",
    "run",
];

#[test]
fn a_store_of_another_version_is_refused_by_every_command_and_stays_unchanged() {
    let later = "CREATE TABLE later (x INTEGER) STRICT; INSERT INTO later VALUES (1)";
    const LATER: &str = "later version (schema 99";
    for (mode, version, what) in [("WAL", 99, LATER), ("DELETE", 99, LATER), ("WAL", 4, "earlier version")] {
        let (folder, settings) = place(KEEP);
        let store = folder.path().join(STORE);
        let elsewhere = TempDir::new().unwrap();
        let made = elsewhere.path().join(STORE);
        let connection = open(&made).unwrap();
        connection.pragma_update(None, "journal_mode", mode).unwrap();
        connection
            .execute_batch(&format!("PRAGMA wal_autocheckpoint = 0; {later}; PRAGMA user_version = {version}"))
            .unwrap();
        for part in ["", "-wal"] {
            // As after a kill.
            let from = elsewhere.path().join(format!("{STORE}{part}"));
            if from.exists() {
                fs::copy(from, folder.path().join(format!("{STORE}{part}"))).unwrap();
            }
        }
        let before = files(folder.path());
        assert_eq!(before.contains_key("atalaia.sqlite-wal"), mode == "WAL");
        let out = elsewhere.path().join("out");
        // All of them once, some of each kind with the other files.
        let some = ["alerts list", "alerts ack aaaa", "cases list", "backup OUT", "purge --dry-run", "run"];
        let chosen = COMMANDS.iter().filter(|words| what == LATER && mode == "WAL" || some.contains(words));
        for words in chosen.filter(|words| **words != "run" || what == LATER) {
            let words = words.split(' ').map(|word| if word == "OUT" { out.to_str().unwrap() } else { word });
            let words: Vec<&str> = words.collect();
            let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
            let output = command.args(&words).arg("--config").arg(&settings).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.code().is_some_and(|code| code != 0) && said.contains(what), "{words:?}: {said}");
            assert!(said.contains(STORE), "{words:?}: {said}");
            assert!(before == files(folder.path()), "{mode}, version {version}, {words:?}: something was changed");
        }
        assert!(store.exists() && !out.exists());
    }
}
