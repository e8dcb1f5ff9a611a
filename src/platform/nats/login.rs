//! The login of a NATS connection: its settings, and the secrets once they are read. There is one way at a time; settings that name several
//! are refused.

use std::fmt;
use std::path::Path;

use async_nats::ConnectOptions;
use serde::{Deserialize, Serialize};

use crate::platform::secret::{Revealed, Secret, SecretError};
use atalaia_core::base::fault::{self, Fault};

/// `login` of `[inputs.nats]` and `[sinks.nats]`. Empty if the server asks for no login or identifies us by our certificate.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Login {
    /// User name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Password of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Token, instead of user and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// A `.creds` file with a user's JWT and key seed, instead of user, password or token. The seed signs and is never sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Secret>,
}

/// A login whose secrets have been read. Prints as `***`.
pub enum Identity {
    /// No login.
    Anonymous,
    /// User name and password.
    User(String, Revealed),
    /// A token.
    Token(Revealed),
    /// The text of a `.creds` file.
    Credentials(Revealed),
}

/// Why a login cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The credentials file contains no JWT with a seed.
    #[error("{}", no_jwt())]
    NoCredentials,
}

/// The fault of a credentials file without a JWT and seed. It does not quote the file.
fn no_jwt() -> Fault {
    let fault = Fault::new("login.credentials", "holds no JWT with a user's seed");
    fault.advise("write the path of a .creds file as nsc makes it")
}

impl Login {
    /// The secrets that are set, with their keys.
    fn secrets(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        let all = [("password", &self.password), ("token", &self.token), ("credentials", &self.credentials)];
        all.into_iter().filter_map(|(key, secret)| Some((key, secret.as_ref()?)))
    }

    /// What is wrong with these settings beyond the ranges of single keys.
    pub fn problems(&self) -> Vec<Fault> {
        let mut problems: Vec<Fault> =
            self.secrets().flat_map(|(key, secret)| fault::below(key, secret.problems())).collect();
        match (&self.user, &self.password) {
            (Some(_), None) => {
                problems.push(Fault::new("password", "is missing").advise("write the password of the user"))
            }
            (None, Some(_)) => problems.push(Fault::new("user", "is missing").advise("write the user of the password")),
            _ => {}
        }
        // The client would use one of them and ignore the others without a word.
        let ways = [self.user.is_some() || self.password.is_some(), self.token.is_some(), self.credentials.is_some()];
        if 1 < ways.into_iter().filter(|way| *way).count() {
            problems.push(
                Fault::new("", "names several of user, token and credentials").advise("write the one that is used"),
            );
        }
        problems
    }

    /// Lists what is wrong with secrets that can be read. Keys are relative to the table around the login.
    pub fn requirements(&self) -> Vec<Fault> {
        match self.read() {
            Err(LoginError::NoCredentials) => vec![no_jwt()],
            _ => Vec::new(),
        }
    }

    /// Resolves relative paths of secret files against `folder`.
    pub fn within(&mut self, folder: &Path) {
        for secret in [&mut self.password, &mut self.token, &mut self.credentials].into_iter().flatten() {
            secret.within(folder);
        }
    }

    /// Whether an eavesdropper could reuse what is sent. A signature is valid only once.
    pub fn is_shown(&self) -> bool {
        self.password.is_some() || self.token.is_some()
    }

    /// Reads the secrets.
    ///
    /// # Errors
    /// `Secret` if a secret cannot be read, `NoCredentials` if a credentials file has no JWT and seed.
    pub fn read(&self) -> Result<Identity, LoginError> {
        if let (Some(user), Some(password)) = (&self.user, &self.password) {
            return Ok(Identity::User(user.clone(), password.read()?));
        }
        if let Some(token) = &self.token {
            return Ok(Identity::Token(token.read()?));
        }
        let Some(credentials) = &self.credentials else {
            return Ok(Identity::Anonymous);
        };
        let identity = Identity::Credentials(credentials.read()?);
        identity.options(ConnectOptions::new()).map(|_| identity)
    }
}

impl Identity {
    /// The secret that the server receives and could repeat. `None` for a signature, which is of no use to others.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Identity::Anonymous | Identity::Credentials(_) => None,
            Identity::User(_, secret) | Identity::Token(secret) => {
                Some(secret.expose()).filter(|secret| !secret.is_empty())
            }
        }
    }

    /// A text of the server with the secret replaced by `***`.
    pub fn hide(&self, text: &str) -> String {
        self.secret().map_or_else(|| text.to_owned(), |secret| text.replace(secret, "***"))
    }

    /// Adds the login to the options of a connection.
    ///
    /// # Errors
    /// `NoCredentials` if the text of a credentials file is not valid; no other login fails.
    pub fn options(&self, options: ConnectOptions) -> Result<ConnectOptions, LoginError> {
        match self {
            Identity::Anonymous => Ok(options),
            Identity::User(user, password) => Ok(options.user_and_password(user.clone(), password.expose().to_owned())),
            Identity::Token(token) => Ok(options.token(token.expose().to_owned())),
            // The library requires a final line end, which secrets are stripped of. Its own error may quote the file.
            Identity::Credentials(text) => {
                options.credentials(&format!("{}\n", text.expose())).map_err(|_| LoginError::NoCredentials)
            }
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(text: &str) -> Login {
        toml::from_str(text).expect("a login")
    }

    #[test]
    fn there_is_one_way_to_log_in() {
        let secret = "{ credential = \"nats\" }";
        for good in [
            String::new(),
            format!("token = {secret}"),
            format!("credentials = {secret}"),
            format!("user = \"me\"\npassword = {secret}"),
        ] {
            assert_eq!(fault::lines("login", login(&good).problems()), [""; 0], "{good}");
        }
        for (bad, problem) in [
            ("user = \"me\"".to_owned(), "login.password: is missing"),
            (format!("password = {secret}"), "login.user: is missing"),
            (format!("token = {secret}\ncredentials = {secret}"), "login: names several"),
            (format!("user = \"me\"\npassword = {secret}\ntoken = {secret}"), "login: names several"),
        ] {
            let problems = fault::lines("login", login(&bad).problems());
            assert!(problems.len() == 1 && problems[0].starts_with(problem), "{bad}: {problems:?}");
        }
    }

    #[test]
    fn a_file_without_credentials_is_named_and_not_shown() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("user.creds");
        std::fs::write(&path, "-----BEGIN NATS USER JWT-----\ncanary\n------END NATS USER JWT------\n")
            .expect("written");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("set");
        let login = login(&format!("credentials = {{ file = \"{}\" }}", path.display()));
        let error = login.read().expect_err("no seed in it").to_string();
        assert!(error.contains("login.credentials") && !error.contains("canary"), "{error}");
    }
}
