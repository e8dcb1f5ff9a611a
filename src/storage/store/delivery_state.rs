//! The state of a delivery.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// The state of a delivery, that is, of one change on its way to one sink. Only `Pending` changes by itself; `Failed` and
/// `Withheld` become `Pending` again on request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DeliveryState {
    /// Waiting for its turn, its digest or another attempt.
    Pending,
    /// Accepted by the sink.
    Delivered,
    /// Not meant for the sink: its filter does not select the alert.
    NotSelected,
    /// Held back by a silence.
    Silenced,
    /// Held back because the sink may not receive the alert's marking.
    Withheld,
    /// Given up. It is tried again only on request.
    Failed,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [DeliveryState; 6] = [
        DeliveryState::Pending,
        DeliveryState::Delivered,
        DeliveryState::NotSelected,
        DeliveryState::Silenced,
        DeliveryState::Withheld,
        DeliveryState::Failed,
    ];

    /// Name for users and other programs.
    pub fn name(self) -> &'static str {
        match self {
            DeliveryState::Delivered => "delivered",
            state => state.stored(),
        }
    }

    /// Name in the store's column `state`. The spelling of the first version is kept: stored rows and the indexes on `pending` and
    /// `failed` use it.
    pub(super) fn stored(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "told",
            DeliveryState::NotSelected => "not_selected",
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
