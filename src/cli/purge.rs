//! `atalaia purge`: deletes records past their retention, or shows what would be deleted.
//!
//! The daemon purges once a day by itself. The command is for those who must show that data are gone, and for
//! a look beforehand.

use std::path::PathBuf;

use super::access::refused;
use super::failure::Failure;
use super::output::print;
use super::person::who;
use super::place::of_settings;
use crate::config::Table;
use crate::daemon::{self, PurgedLines};
use crate::platform::clock::Clock;
use crate::storage::journal::Rehearsal;
use crate::storage::store::{self, Actor, Purged};

/// Arguments of `atalaia purge`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file whose [store] and `[retention]` are used [default: the variable ATALAIA_CONFIG, else
    /// /etc/atalaia/atalaia.toml]
    #[arg(long, value_name = "FILE", alias = "settings")]
    config: Option<PathBuf>,
    /// Only show what would be deleted
    #[arg(long)]
    dry_run: bool,
    /// Name of the person acting, for the audit trail; the account that calls is recorded too [default: the
    /// user who called sudo, else the user of the login, else that of the process]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
}

/// Deletes the records, or counts them, and prints the result class by class. Records of the store go first,
/// then received lines and the settings that only those needed.
///
/// # Errors
/// The settings or the store cannot be used, or no person is named.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let (path, settings) = of_settings(arguments.config.as_deref(), &[Table::Retention, Table::Journal], None)?;
    // A dry run deletes nothing, so it needs no person.
    let who = (!arguments.dry_run).then(|| who(arguments.who.as_ref())).transpose()?;
    let actor = who.as_ref().map_or(Actor::from(""), Actor::from);
    let purged = store::purge(&path, &settings.retention, actor, Clock.now(), arguments.dry_run).map_err(refused)?;
    let rehearsal = if arguments.dry_run { Rehearsal::Yes } else { Rehearsal::No };
    let days = settings.retention.raw_days;
    let lines = daemon::purge_lines(&path, &settings.journal, days, Clock.now(), rehearsal);
    let lines = lines.map_err(|error| Failure::Other(error.to_string()))?;
    print(&purged_text(&purged, &lines, if arguments.dry_run { "would go" } else { "gone" }))
}

/// One line for each class of records. `what` says what happened to them: `gone` or `would go`.
fn purged_text(purged: &Purged, PurgedLines { lines, in_force }: &PurgedLines, what: &str) -> String {
    let line = |class: &str, gone: u64, held: u64, waiting: u64| {
        let held = if held == 0 { String::new() } else { format!("  {held} kept by a hold") };
        let waiting = if waiting == 0 { String::new() } else { format!("  {waiting} not delivered yet") };
        format!("{class:<10} {gone:>8} {what}{held}{waiting}\n")
    };
    let mega = lines.bytes as f64 / 1e6;
    let held =
        if lines.kept_for_hold == 0 { String::new() } else { format!("  {} kept by a hold", lines.kept_for_hold) };
    let raw = format!("{:<10} {:>8} {what}{held}  files of received lines, {mega:.1} MB\n", "raw", lines.files);
    [
        line("alerts", purged.alerts, purged.held_alerts, purged.waiting),
        line("cases", purged.cases, purged.held_cases, 0),
        line("notes", purged.notes, purged.held_notes, 0),
        line("silences", purged.silences, 0, 0),
        line("audit", purged.audit, purged.held_audit, 0),
        line("copies", purged.copies, 0, 0)
            .replace('\n', "  copies of the store from before an upgrade or set aside as damaged\n"),
        raw,
        format!(
            "{:<10} {in_force:>8} {what}  sets of settings and zones that those lines were read with\n",
            "settings"
        ),
    ]
    .concat()
}
