//! The names of the settings file: the one on the command line, the one in the environment, and the one that packages install.

use std::path::{Path, PathBuf};

/// Environment variable that names the settings file of commands without `--config`.
pub(super) const VARIABLE: &str = "ATALAIA_CONFIG";
/// Where packages install the settings file.
pub(super) const INSTALLED: &str = "/etc/atalaia/atalaia.toml";

/// The settings file that the command line or the variable names.
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
