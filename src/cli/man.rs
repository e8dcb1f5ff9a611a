//! `atalaia man`: the manual pages and the completions of the shells, for packages.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_complete::aot::{Bash, Fish, Zsh, generate_to};
use clap_mangen::Man;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::Failure;

/// Of programs for administrators.
const SECTION: &str = "8";

/// Arguments of `atalaia man`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder to write into; made if missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes `atalaia.8.gz`, a page for each command, `atalaia.bash`, `_atalaia` and `atalaia.fish`.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let out = &arguments.out;
    write(out).map_err(|error| Failure::Other(format!("{}: {error}", out.display())))
}

fn write(out: &Path) -> io::Result<()> {
    fs::create_dir_all(out)?;
    let mut command = super::Arguments::command();
    generate_to(Bash, &mut command, "atalaia", out)?;
    generate_to(Zsh, &mut command, "atalaia", out)?;
    generate_to(Fish, &mut command, "atalaia", out)?;
    command.build();
    page(&command, "atalaia", out)?;
    for one in command.get_subcommands().filter(|one| !one.is_hide_set() && one.get_name() != "help") {
        page(one, &format!("atalaia-{}", one.get_name()), out)?;
    }
    Ok(())
}

/// Compressed, as they are installed.
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

/// What the commands do not say of themselves.
const SEE_ALSO: &str = ".SH FILES
.TP
\\fI/etc/atalaia/atalaia.toml\\fR
The settings; every key is in it, with its default and what it is for.
.TP
\\fI/etc/atalaia/zones\\fR
Zone files (GeoJSON), where \\fBfolder\\fR of \\fB[zones]\\fR says so.
.TP
\\fI/var/lib/atalaia\\fR
The store, the journal and what sinks write.
.SH SIGNALS
SIGTERM and SIGINT stop the daemon in order; SIGHUP reads settings and zones again and opens files anew.
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1)
";

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn every_command_has_a_page_and_every_shell_its_completions() {
        let folder = tempfile::TempDir::new().expect("a folder");
        write(folder.path()).expect("written");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect(name);
        let unpacked = |name: &str| {
            let mut text = String::new();
            let mut packed = flate2::read::GzDecoder::new(File::open(folder.path().join(name)).expect(name));
            packed.read_to_string(&mut text).expect(name);
            text
        };
        let main = unpacked("atalaia.8.gz");
        assert!(main.contains(".TH ATALAIA 8") && main.contains(".SH FILES"), "{main}");
        for command in ["run", "check", "replay", "alerts", "backup"] {
            let page = unpacked(&format!("atalaia-{command}.8.gz"));
            assert!(page.contains(&format!("atalaia\\-{command}")), "{page}");
        }
        for file in ["atalaia.bash", "_atalaia", "atalaia.fish"] {
            assert!(read(file).contains("replay"), "{file}");
        }
        assert!(!folder.path().join("atalaia-man.8.gz").exists(), "what only packages need has no page");
    }
}
