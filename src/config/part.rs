//! Reads only the tables a command without an engine needs, regardless of errors in the other settings.
//!
//! A watch officer must be able to list alerts while another mends a zone file. So a command names the tables it
//! needs, and faults elsewhere are only counted; the command says that there are some.

use std::path::{Path, PathBuf};

use super::layers::Layer;
use super::load::{load, load_tables};
use super::places::Places;
use super::problem::Problem;
use super::settings::Config;
use crate::http;
use crate::storage::store::Filter;
use crate::storage::{evidence, journal, store};
use atalaia_core::base::fault::Fault;

/// A table that such a command may need.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Table {
    /// `[store]`
    Store,
    /// `[http]`
    Http,
    /// `[retention]`
    Retention,
    /// `[journal]`
    Journal,
    /// `[evidence]`
    Evidence,
}

impl Table {
    /// Its name in the file.
    fn name(self) -> &'static str {
        match self {
            Table::Store => "store",
            Table::Http => "http",
            Table::Retention => "retention",
            Table::Journal => "journal",
            Table::Evidence => "evidence",
        }
    }

    /// Errors in the table's values, beside those of type and range. A conflict between retention and `[handling]` is
    /// left to `check`, as it removes nothing too early.
    fn problems(self, config: &Config) -> Vec<Fault> {
        match self {
            Table::Store | Table::Evidence | Table::Journal => Vec::new(),
            Table::Http => config.http.problems(),
            Table::Retention => config.retention.problems(0),
        }
    }
}

/// The requested tables of a settings file; the others have their defaults. Paths are relative to the same folder as the path of the
/// file.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Path of the store; `None` for no store.
    pub store: Option<PathBuf>,
    /// Where the daemon serves its pages.
    pub http: http::Settings,
    /// Address of the console for a browser, as far as it can be read; `None` if the settings do not tell it.
    pub console: Option<String>,
    /// How long records in the store are kept.
    pub retention: store::RetentionSettings,
    /// How received lines are kept.
    pub journal: journal::Settings,
    /// How evidence bundles are signed.
    pub evidence: evidence::Settings,
    /// Names of the sinks, as far as they can be read.
    pub sinks: Vec<String>,
    /// What each of these sinks selects and may carry.
    pub filters: Vec<Filter>,
    /// Number of errors in the other settings. Zones and watchlists are not read and not counted.
    pub elsewhere: usize,
}

/// Reads the needed tables from a settings file, or from a folder with one, and its drop-ins.
///
/// # Errors
/// Errors in these tables, or a file that cannot be read or is not TOML.
pub fn store_settings(file: &Path, needed: &[Table]) -> Result<StoreSettings, Vec<Problem>> {
    let places = Places::of(file);
    part(&places.read()?, places.folder(), needed)
}

/// [`store_settings`] for texts that have been read; relative paths refer to `folder`.
fn part(layers: &[Layer], folder: &Path, needed: &[Table]) -> Result<StoreSettings, Vec<Problem>> {
    let names: Vec<&str> = needed.iter().map(|table| table.name()).collect();
    let mut wanted = load_tables(layers, &names);
    let mut problems = std::mem::take(&mut wanted.problems);
    let Some(config) = wanted.config.take() else {
        return Err(problems);
    };
    let faults = needed.iter().flat_map(|table| table.problems(&config));
    problems.extend(faults.map(|fault| wanted.locate(fault)));
    if !problems.is_empty() {
        wanted.sort(&mut problems);
        return Err(problems);
    }
    // The command that needs the key is about to sign with it.
    if let Some(key) = config.evidence.key.as_ref().filter(|_| needed.contains(&Table::Evidence))
        && let Some(fault) = evidence::key_fault(&folder.join(key))
    {
        return Err(vec![wanted.locate(fault.below("evidence.key"))]);
    }
    // The needed tables are valid, so every error of the whole is elsewhere.
    let whole = load(layers);
    let elsewhere = whole.problems.len() + whole.config.as_ref().map_or(0, |config| config.problems().len());
    let filters: Vec<Filter> = whole.config.iter().flat_map(|config| &config.sinks).map(|sink| sink.filter()).collect();
    let sinks = filters.iter().map(|filter| filter.sink.clone()).collect();
    let within = |path: Option<PathBuf>| path.map(|path| folder.join(path));
    Ok(StoreSettings {
        store: within(config.store.path),
        http: config.http,
        console: whole.config.as_ref().and_then(|config| config.api.console()),
        retention: config.retention,
        journal: journal::Settings { path: within(config.journal.path), ..config.journal },
        evidence: evidence::Settings { key: within(config.evidence.key) },
        sinks,
        filters,
        elsewhere,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, needed: &[Table]) -> Result<StoreSettings, Vec<String>> {
        let layer = Layer { file: "a.toml".to_owned(), text: text.to_owned() };
        let told = |problems: Vec<Problem>| problems.iter().map(Problem::to_string).collect();
        part(&[layer], Path::new("/etc/here"), needed).map_err(told)
    }

    #[test]
    fn errors_elsewhere_are_counted_and_do_not_fail() {
        let text = "[store]\npath = \"alerts.sqlite\"\n[zones]\nfolder = \"nowhere\"\nfoldr = 3\n[tracks]\nmax_tracks = \"x\"\n\
                    [[inputs]]\nkind = \"tpc\"\nname = \"a\"\n[[sinks]]\nkind = \"log\"\nname = \"desk\"\n[[sinks]]\nkind = 5\n\
                    [retention]\naudit_days = 1\n[handling]\nretain_days = 1\n";
        let settings = read(text, &[Table::Store]).expect("the store's table is sound");
        assert_eq!(settings.store, Some(PathBuf::from("/etc/here/alerts.sqlite")));
        assert_eq!(settings.sinks, ["desk"]);
        assert!(5 <= settings.elsewhere, "{}", settings.elsewhere);
        let told = read(text, &[Table::Store, Table::Retention]).expect_err("the audit trail must outlast alerts");
        assert!(told.len() == 1 && told[0].starts_with("a.toml:17: retention.audit_days: "), "{told:?}");
    }

    #[test]
    fn a_missing_signing_key_is_a_fault_at_its_line_only_where_it_is_needed() {
        let text = "[store]\npath = \"a\"\n[evidence]\nkey = \"sign.key\"\n";
        assert!(read(text, &[Table::Store]).is_ok());
        assert_eq!(
            read(text, &[Table::Store, Table::Evidence]).expect_err("missing"),
            [
                "a.toml:4: evidence.key: /etc/here/sign.key: no such file, so bundles cannot be signed; make one: atalaia bundle keygen \
              --out /etc/here/sign.key, or write the path of another\n    key = \"sign.key\""
            ]
        );
    }

    #[test]
    fn sound_settings_have_no_faults_elsewhere() {
        let text =
            "[store]\npath = \"/srv/alerts.sqlite\"\n[journal]\npath = \"lines\"\n[evidence]\nkey = \"sign.key\"\n";
        let settings = read(text, &[Table::Store, Table::Journal]).expect("sound");
        assert_eq!(settings.elsewhere, 0);
        assert_eq!(settings.store, Some(PathBuf::from("/srv/alerts.sqlite")));
        assert_eq!(settings.journal.path, Some(PathBuf::from("/etc/here/lines")));
        assert_eq!(settings.evidence.key, None, "not needed");
    }

    #[test]
    fn a_fault_in_a_table_that_is_needed_has_its_line() {
        let told = read("[store]\npaht = \"a\"\n", &[Table::Store]).expect_err("misspelt");
        assert_eq!(told, ["a.toml:2: store.paht: unknown key; did you mean `path`?\n    paht = \"a\""]);
        let told = read("[store\npath = 3\n", &[Table::Store]).expect_err("not TOML");
        assert!(told.iter().any(|line| line.starts_with("a.toml:1: not TOML: ")), "{told:?}");
        let told = read("store = 3\n", &[Table::Store]).expect_err("not a table");
        assert!(told[0].starts_with("a.toml:1: store: "), "{told:?}");
    }
}
