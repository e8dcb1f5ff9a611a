//! `atalaia man`: writes the manual pages and shell completions, for packages.
//!
//! Pages and completions are made of the same arguments that the program parses, so that they cannot differ
//! from it. The command is hidden: only the makers of packages need it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::aot::{Bash, Fish, Zsh, generate_to};
use clap_mangen::Man;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::failure::Failure;

/// Manual section of programs for administrators. `man 8 atalaia` is where administrators look.
const SECTION: &str = "8";

/// Arguments of `atalaia man`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder to write into; created if missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes `atalaia.8.gz`, a page for each command and subcommand, and `atalaia.bash`, `_atalaia` and `atalaia.fish`.
///
/// `program` is the whole command line, of which the pages and completions are made.
pub(super) fn main(arguments: &Arguments, program: &Command) -> Result<(), Failure> {
    let out = &arguments.out;
    write(program, out).map_err(|error| Failure::Other(format!("{}: {error}", out.display())))
}

/// Writes all pages and completions into the folder, which is created if it is missing. Files of the same
/// names are replaced.
fn write(program: &Command, out: &Path) -> io::Result<()> {
    fs::create_dir_all(out)?;
    let mut command = program.clone();
    generate_to(Bash, &mut command, "atalaia", out)?;
    generate_to(Zsh, &mut command, "atalaia", out)?;
    generate_to(Fish, &mut command, "atalaia", out)?;
    // `help` subcommands would have pages too, and no package installs those.
    let mut command = program.clone().disable_help_subcommand(true);
    command.build();
    pages(&command, "atalaia", out)
}

/// Writes the page of a command and those of its subcommands, which it refers to.
fn pages(command: &Command, name: &str, out: &Path) -> io::Result<()> {
    page(command, name, out)?;
    for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        pages(one, &format!("{name}-{}", one.get_name()), out)?;
    }
    Ok(())
}

/// Writes one page, compressed as packages install it.
fn page(command: &Command, name: &str, out: &Path) -> io::Result<()> {
    let man = Man::new(command.clone()).section(SECTION).manual("Atalaia").title(name.to_uppercase());
    let file = File::create(out.join(format!("{name}.{SECTION}.gz")))?;
    let mut packed = GzEncoder::new(file, Compression::best());
    man.render(&mut packed)?;
    if name == "atalaia" {
        packed.write_all(SEE_ALSO.as_bytes())?;
    }
    packed.finish().map(drop)
}

/// Sections of the main page that the arguments do not contain.
const SEE_ALSO: &str = ".SH FILES
.TP
\\fI/etc/atalaia/atalaia.toml\\fR
The settings; every key is in it, with its default and what it is for.
.TP
\\fI/etc/atalaia/zones\\fR
Zone files (GeoJSON); \\fBfolder\\fR of \\fB[zones]\\fR names this folder.
.TP
\\fI/usr/share/atalaia/atalaia.schema.json\\fR, \\fI/usr/share/atalaia/alert.schema.json\\fR
JSON Schemas of the settings and of an alert line.
.TP
\\fI/var/lib/atalaia\\fR
The store, the journal and what sinks write.
.SH SIGNALS
SIGTERM and SIGINT stop the daemon in order; SIGHUP reads settings and zones again and reopens files.
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1)
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read;

    use clap::CommandFactory;

    use super::*;

    /// Every page in the folder, unpacked, with its name.
    fn written(folder: &Path) -> Vec<(String, String)> {
        let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").file_name());
        let pages = names.filter_map(|name| Some(name.to_str()?.strip_suffix(".8.gz")?.to_owned()));
        let unpacked = pages.map(|name| {
            let mut text = String::new();
            let file = File::open(folder.join(format!("{name}.8.gz"))).expect("written");
            flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
            (name, text)
        });
        unpacked.collect()
    }

    #[test]
    fn every_command_has_a_page_and_every_shell_its_completions() {
        let folder = tempfile::TempDir::new().expect("a folder");
        write(&crate::cli::Arguments::command(), folder.path()).expect("written");
        let pages = written(folder.path());
        let page = |name: &str| &pages.iter().find(|(page, _)| page == name).expect(name).1;
        let main = page("atalaia");
        assert!(main.contains(".TH ATALAIA 8") && main.contains(".SH FILES"), "{main}");
        for command in ["run", "check", "init", "replay", "alerts", "backup"] {
            assert!(page(&format!("atalaia-{command}")).contains(&format!("atalaia\\-{command}")), "{command}");
        }
        for file in ["atalaia.bash", "_atalaia", "atalaia.fish"] {
            assert!(fs::read_to_string(folder.path().join(file)).expect(file).contains("replay"), "{file}");
        }
        assert!(!pages.iter().any(|(name, _)| name == "atalaia-man"), "what only packages need has no page");
    }

    #[test]
    fn every_page_that_a_page_refers_to_exists() {
        let folder = tempfile::TempDir::new().expect("a folder");
        write(&crate::cli::Arguments::command(), folder.path()).expect("written");
        let pages = written(folder.path());
        let names: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        let mut referred = BTreeSet::new();
        for (_, text) in &pages {
            let text = text.replace("\\-", "-");
            for before in text.split("(8)").collect::<Vec<_>>().split_last().expect("one at least").1 {
                let start = before.rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
                referred.insert(before[start.map_or(0, |start| start + 1)..].to_owned());
            }
        }
        assert!(referred.contains("atalaia-alerts-list"), "{referred:?}");
        let missing: Vec<_> = referred.iter().filter(|name| !names.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
