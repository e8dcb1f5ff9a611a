//! Roles: named sets of rights. A person may have several; no role includes another.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::right::{Right, Rights};

/// A role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads alerts, cases, vessels and the picture.
    Viewer,
    /// Stands the watch: reads, searches, acts, exports.
    Analyst,
    /// Responsible for the watch: also lowers markings, silences zones and behaviours, holds cases, retries
    /// deliveries.
    Supervisor,
    /// Manages users, tokens and sessions. Sees no alerts.
    Admin,
    /// Reads and verifies the audit trail. Sees no alerts.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] = [Role::Viewer, Role::Analyst, Role::Supervisor, Role::Admin, Role::Auditor];

    /// Name of the role in settings, commands and answers.
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Analyst => "analyst",
            Role::Supervisor => "supervisor",
            Role::Admin => "admin",
            Role::Auditor => "auditor",
        }
    }

    /// Its rights.
    fn rights(self) -> &'static [Right] {
        use Right::{
            Act, Audit, Export, Hold, MarkDown, Own, People, Read, Retry, Search, Silence, SilenceWide, Status,
        };
        match self {
            Role::Viewer => &[Own, Status, Read],
            Role::Analyst => &[Own, Status, Read, Search, Act, Silence, Export],
            Role::Supervisor => &[Own, Status, Read, Search, Act, Silence, Export, MarkDown, SilenceWide, Hold, Retry],
            Role::Admin => &[Own, Status, People, Retry],
            Role::Auditor => &[Own, Status, Audit],
        }
    }

    /// Roles in order, each once, as they are stored.
    pub fn sorted(roles: impl IntoIterator<Item = Role>) -> Vec<Role> {
        BTreeSet::from_iter(roles).into_iter().collect()
    }

    /// The rights of several roles together.
    pub fn rights_of(roles: &[Role]) -> Rights {
        roles.iter().flat_map(|role| role.rights()).copied().collect()
    }
}
