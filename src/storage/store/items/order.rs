//! Orders of a list, and the place in it where a page ends.

use std::fmt;
use std::str::FromStr;

use rusqlite::types::Value as Bound;

use super::condition::Conditions;

/// What a list is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sorted {
    /// By score, then by last time, the latest first.
    #[default]
    Score,
    /// By the latest time at which the behaviour is known to have held.
    LastAt,
    /// By the wall clock of the last change or act.
    ChangedAt,
    /// By the time when the behaviour began.
    StartedAt,
}

/// The order of a list. Alerts that are equal in it are sorted by id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// What it is sorted by.
    pub by: Sorted,
    /// Whether the least comes first.
    pub ascending: bool,
}

/// The last row of a page. Written as `ORDER.KEY.LAST_AT.ID`; it belongs to one order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The order it belongs to.
    pub order: Order,
    /// The value that the order sorts by.
    pub key: i64,
    /// The last time in milliseconds; decides among equal scores.
    pub last_at: i64,
    /// Full id of the alert.
    pub id: String,
}

impl Default for Order {
    fn default() -> Order {
        Order { by: Sorted::Score, ascending: false }
    }
}

impl Order {
    /// The names of all orders, as a request writes them.
    pub const NAMES: [&str; 8] =
        ["-score", "-last_at", "-changed_at", "-started_at", "score", "last_at", "changed_at", "started_at"];

    /// The order with this name; `None` if there is none.
    pub fn named(name: &str) -> Option<Order> {
        let (ascending, word) = name.strip_prefix('-').map_or((true, name), |word| (false, word));
        let by = match word {
            "score" => Sorted::Score,
            "last_at" => Sorted::LastAt,
            "changed_at" => Sorted::ChangedAt,
            "started_at" => Sorted::StartedAt,
            _ => return None,
        };
        Some(Order { by, ascending })
    }

    /// Its column.
    pub(super) fn column(self) -> &'static str {
        match self.by {
            Sorted::Score => "score",
            Sorted::LastAt => "last_at",
            Sorted::ChangedAt => "touched_at",
            Sorted::StartedAt => "started_at",
        }
    }

    /// The text after `ORDER BY`.
    pub(super) fn text(self) -> String {
        let (column, direction) = (self.column(), if self.ascending { "ASC" } else { "DESC" });
        match self.by {
            Sorted::Score => format!("score {direction}, last_at DESC, id"),
            Sorted::LastAt | Sorted::ChangedAt | Sorted::StartedAt => format!("{column} {direction}, id"),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = match self.by {
            Sorted::ChangedAt => "changed_at",
            Sorted::Score | Sorted::LastAt | Sorted::StartedAt => self.column(),
        };
        write!(f, "{}{column}", if self.ascending { "" } else { "-" })
    }
}

impl Cursor {
    /// Adds the condition that a row comes after this one in its order.
    pub(super) fn limit(&self, conditions: &mut Conditions) {
        let (column, beyond) = (self.order.column(), if self.order.ascending { ">" } else { "<" });
        conditions.bind("key", Bound::Integer(self.key));
        conditions.bind("after", Bound::Text(self.id.clone()));
        // First alone, so that the index is entered at the key.
        conditions.add(format!("{column} {beyond}= :key"));
        match self.order.by {
            Sorted::Score => {
                conditions.bind("key_last", Bound::Integer(self.last_at));
                conditions.add(format!(
                    "({column} {beyond} :key OR last_at < :key_last OR (last_at = :key_last AND id > :after))"
                ));
            }
            Sorted::LastAt | Sorted::ChangedAt | Sorted::StartedAt => {
                conditions.add(format!("({column} {beyond} :key OR id > :after)"));
            }
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.order, self.key, self.last_at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Cursor, ()> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next().ok_or(());
        let order = Order::named(part()?).ok_or(())?;
        let mut number = || part()?.parse::<i64>().map_err(|_| ());
        let (key, last_at) = (number()?, number()?);
        let id = part()?;
        let is_id = !id.is_empty() && id.len() <= 26 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_id { Ok(Cursor { order, key, last_at, id: id.to_owned() }) } else { Err(()) }
    }
}
