//! The one who asks: a person in a session, or a machine with a token.

use std::net::IpAddr;

use crate::http::problem::Problem;
use crate::storage::store::{Actor, Clearance, Right, Rights, SignIn};

/// A signed-in reader. Each request has one. It is at most 0.8 s old, so a right or ceiling that is taken away is gone within a second.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::http) struct Reader {
    /// Name of the person or token, as it is recorded.
    pub(in crate::http) name: String,
    /// How the reader was identified.
    pub(in crate::http) way: SignIn,
    /// Public id of the session; `None` for a token.
    pub(in crate::http) session: Option<String>,
    /// What the reader may do.
    pub(in crate::http) rights: Rights,
    /// Up to which marking the reader may see alerts.
    pub(in crate::http) clearance: Clearance,
    /// What the reader uses the data for; `None` if it was not asked.
    pub(in crate::http) purpose: Option<String>,
    /// Whether the purpose was stated with this request, in the header `X-Atalaia-Purpose`.
    pub(in crate::http) is_stated: bool,
    /// Address of the client.
    pub(in crate::http) address: IpAddr,
}

impl Reader {
    /// The reader as the audit trail names it.
    pub(in crate::http) fn actor(&self) -> Actor<'_> {
        Actor {
            who: &self.name,
            caller: None,
            way: Some(self.way),
            session: self.session.as_deref(),
            address: Some(self.address),
            purpose: self.purpose.as_deref(),
        }
    }

    /// A problem unless the reader has the right. For what depends on the content of a request; the route's own right is checked before.
    pub(in crate::http) fn need(&self, right: Right) -> Result<(), Problem> {
        match self.rights.allow(right) {
            true => Ok(()),
            false => Err(Problem::forbidden("your roles do not allow this")),
        }
    }
}
