//! How somebody was identified.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;

/// How a person or a program was identified.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(into = "&'static str")]
pub enum SignIn {
    /// By a session that began with a password.
    Password,
    /// By a session that began with a one-time link.
    Link,
    /// By a token.
    Token,
    /// On the machine itself, by the account that runs the command.
    LocalAccount,
}

impl SignIn {
    /// All ways.
    const ALL: [SignIn; 4] = [SignIn::Password, SignIn::Link, SignIn::Token, SignIn::LocalAccount];

    /// Its name, as stored and as the API writes it.
    pub const fn name(self) -> &'static str {
        match self {
            SignIn::Password => "password",
            SignIn::Link => "link",
            SignIn::Token => "token",
            SignIn::LocalAccount => "local account",
        }
    }
}

impl From<SignIn> for &'static str {
    fn from(way: SignIn) -> &'static str {
        way.name()
    }
}

impl FromSql for SignIn {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<SignIn> {
        let stored = value.as_str()?;
        let found = SignIn::ALL.into_iter().find(|way| way.name() == stored);
        found.ok_or_else(|| FromSqlError::Other(format!("`{stored}` is not a way to sign in").into()))
    }
}

impl ToSql for SignIn {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}
