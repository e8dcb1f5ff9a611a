//! `atalaia audit verify`, `head` and `export`: the audit trail as a hash chain, for auditors.

use std::io::Write;

use data_encoding::HEXLOWER;
use serde_json::json;

use crate::cli::access::refused;
use crate::cli::exported::exported;
use crate::cli::failure::Failure;
use crate::cli::output::{print, print_by};
use crate::cli::place::StoreArguments;
use crate::storage::store::{self, Head, Verified};

/// Length of a hash in bytes.
const LENGTH: usize = 32;

/// The subcommands.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Check that no row was changed, removed, added or moved; exit code 1 if one was
    Verify {
        #[command(flatten)]
        store: StoreArguments,
        /// A head noted earlier, as `audit head` prints it: shows also whether rows were cut off since
        #[arg(long, value_name = "SEQ:HASH", value_parser = noted)]
        head: Option<Head>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print the end of the chain as `SEQ:HASH`, to note it elsewhere
    Head {
        #[command(flatten)]
        store: StoreArguments,
    },
    /// Write every row with its digest and hash, one JSON object per line
    Export {
        #[command(flatten)]
        store: StoreArguments,
    },
}

/// Runs one of them.
///
/// # Errors
/// The store cannot be read, or the chain has a fault.
pub(super) fn main(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Verify { store, head, json } => {
            let found = store::verify(&store.path()?, head.as_ref()).map_err(refused)?;
            let text = if *json { format!("{}\n", object(&found)) } else { page(&found) };
            print(&text)?;
            match found.faults.is_empty() {
                true => Ok(()),
                false => Err(Failure::Shown { code: 1, text: String::new() }),
            }
        }
        Command::Head { store } => print(&format!("{}\n", shown(&store::head(&store.path()?).map_err(refused)?))),
        Command::Export { store } => export(store),
    }
}

/// Prints all rows.
fn export(store: &StoreArguments) -> Result<(), Failure> {
    let path = store.path()?;
    exported(&path, None, "audit", "all rows")?;
    let mut read = Ok(());
    print_by(|out| {
        let mut written = Ok(());
        read = store::each_row(&path, &mut |row| {
            written = writeln!(out, "{}", row.value());
            written.is_ok()
        });
        written
    })?;
    read.map_err(refused)
}

/// The result of a check, as text.
fn page(found: &Verified) -> String {
    let mut text =
        format!("rows         {}\nfrom         {}\nhead         {}\n", found.rows, found.from, shown(&found.head));
    let notes = [
        (found.before, "before the chain, not checked"),
        (found.without_text, "without their text, emptied by retention"),
        (found.emptied, "emptied by retention, only their place checked"),
    ];
    for (count, what) in notes.into_iter().filter(|(count, _)| 0 < *count) {
        text += &format!("             {count} {what}\n");
    }
    if found.faults.is_empty() {
        text += "sound\n";
    }
    for fault in &found.faults {
        text += &format!("fault        row {}: {}\n", fault.seq, fault.what);
    }
    text
}

/// The result of a check, as in the API.
fn object(found: &Verified) -> serde_json::Value {
    let fault = |fault: &store::ChainFault| json!({ "seq": fault.seq, "what": fault.what });
    json!({
        "rows": found.rows, "from_seq": found.from,
        "head": { "seq": found.head.seq, "hash": HEXLOWER.encode(&found.head.hash) },
        "before": found.before, "without_text": found.without_text, "emptied": found.emptied,
        "sound": found.faults.is_empty(), "faults": found.faults.iter().map(fault).collect::<Vec<_>>(),
    })
}

/// A head as it is printed.
fn shown(head: &Head) -> String {
    format!("{}:{}", head.seq, HEXLOWER.encode(&head.hash))
}

/// Reads a head as it is printed.
fn noted(text: &str) -> Result<Head, String> {
    let parts = text.trim().split_once(':');
    let read = parts.and_then(|(seq, hash)| Some((seq.parse().ok()?, HEXLOWER.decode(hash.as_bytes()).ok()?)));
    match read {
        Some((seq, hash)) if hash.len() == LENGTH => Ok(Head { seq, hash }),
        _ => Err("write it as `atalaia audit head` prints it: a number, a colon and 64 hexadecimal digits".to_owned()),
    }
}
