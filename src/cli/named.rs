//! The names of the settings file: the one on the command line, the one in the environment, and the one
//! that packages install.
//!
//! Nothing is opened here: the file may not exist, or not be readable. [`place`](super::place) checks that.

use std::path::{Path, PathBuf};

/// Environment variable that names the settings file of commands without `--config`.
pub(super) const VARIABLE: &str = "ATALAIA_CONFIG";
/// Where packages install the settings file; the unit `atalaia.service` names it too. The last resort of
/// commands without `--config` and without the variable.
pub(super) const INSTALLED: &str = "/etc/atalaia/atalaia.toml";

/// The settings file, or a folder with one, that the command line or the variable names; the command line
/// wins. `None` if neither does. A variable that is set but empty counts as not set, as in a shell that
/// has cleared it.
pub(super) fn named_settings(given: Option<&Path>) -> Option<PathBuf> {
    let variable = || std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    given.map(Path::to_owned).or_else(variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_wins_over_the_variable() {
        assert_eq!(named_settings(Some(Path::new("a.toml"))), Some(PathBuf::from("a.toml")));
    }
}
