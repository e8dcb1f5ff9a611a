//! Where one delivery is.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// Where one delivery is: a change of an alert on its way to one sink.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DeliveryState {
    /// Waiting for its turn, its digest, or another try.
    Pending,
    /// The sink took it.
    Delivered,
    /// Held back by a silence.
    Silenced,
    /// Held back because of the alert's marking.
    Withheld,
    /// Given up: it is tried again only if somebody asks for it.
    Failed,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [DeliveryState; 5] = [
        DeliveryState::Pending,
        DeliveryState::Delivered,
        DeliveryState::Silenced,
        DeliveryState::Withheld,
        DeliveryState::Failed,
    ];

    /// The word that people and programs read.
    pub fn name(self) -> &'static str {
        match self {
            DeliveryState::Delivered => "delivered",
            state => state.stored(),
        }
    }

    /// The word in the store's column `state`, which keeps the one of the first version.
    fn stored(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "told",
            DeliveryState::Silenced => "silenced",
            DeliveryState::Withheld => "withheld",
            DeliveryState::Failed => "failed",
        }
    }
}

impl FromSql for DeliveryState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<DeliveryState> {
        let stored = value.as_str()?;
        let found = DeliveryState::ALL.into_iter().find(|state| state.stored() == stored);
        found.ok_or_else(|| FromSqlError::Other(format!("`{stored}` is not a state of a delivery").into()))
    }
}

impl ToSql for DeliveryState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.stored().into())
    }
}
