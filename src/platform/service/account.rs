//! Accounts of this machine, by name or number, with their groups. For checks of the settings by another user than the daemon's: they say
//! what the daemon will be allowed to do.

use std::fs;
use std::process::Command;

/// A user account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Account name, or `uid <number>` if the machine knows no name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Id of the primary group.
    pub gid: u32,
    /// Ids of the other groups, in the order of `/etc/group`.
    pub groups: Vec<u32>,
}

impl Account {
    /// The account with this name or number; `None` if there is none.
    pub fn find(named: &str) -> Option<Account> {
        let passwd = database("passwd", named)?;
        let account = of(&passwd, named)?;
        let groups = fs::read_to_string("/etc/group").unwrap_or_default();
        Some(Account { groups: groups_of(&groups, &account), ..account })
    }

    /// The account this process runs as. It is named by its number if the machine knows no name.
    pub fn own() -> Account {
        let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let unnamed = || Account { name: format!("uid {uid}"), uid, gid, groups: Vec::new() };
        Account::find(&uid.to_string()).unwrap_or_else(unnamed)
    }

    /// Name and number for messages: `atalaia (uid 999)`.
    pub fn shown(&self) -> String {
        match self.name.starts_with("uid ") {
            true => self.name.clone(),
            false => format!("{} (uid {})", self.name, self.uid),
        }
    }
}

/// Id of the group with this name or number; `None` if there is none.
pub fn group(named: &str) -> Option<u32> {
    let line = database("group", named)?;
    let fields: Vec<&str> = line.lines().next()?.split(':').collect();
    fields.get(2)?.parse().ok()
}

/// Name of the group with this id; `None` if the machine knows none.
pub fn group_name(gid: u32) -> Option<String> {
    let line = database("group", &gid.to_string())?;
    line.split(':').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The database entry of a name or number. Entries from other sources than the files are found through `getent`.
fn database(which: &str, named: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/etc/{which}")).unwrap_or_default();
    let found = text.lines().find(|line| {
        let mut fields = line.split(':');
        fields.next() == Some(named) || fields.nth(1) == Some(named)
    });
    let asked = || {
        let output = Command::new("getent").args([which, named]).output().ok()?;
        let line = String::from_utf8(output.stdout).ok()?;
        Some(line.lines().next()?.to_owned())
    };
    found.map(str::to_owned).or_else(asked)
}

/// The account in a line of the user database, without its other groups; `None` if the line is of another one.
fn of(passwd: &str, named: &str) -> Option<Account> {
    let fields: Vec<&str> = passwd.lines().next()?.split(':').collect();
    let (name, uid, gid) = (*fields.first()?, *fields.get(2)?, *fields.get(3)?);
    (name == named || uid == named).then_some(())?;
    Some(Account { name: name.to_owned(), uid: uid.parse().ok()?, gid: gid.parse().ok()?, groups: Vec::new() })
}

/// Ids of the groups that list an account as a member, without its primary group.
fn groups_of(groups: &str, account: &Account) -> Vec<u32> {
    let gid = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let is_member = fields.get(3)?.split(',').any(|member| member == account.name);
        fields.get(2)?.parse().ok().filter(|gid| is_member && *gid != account.gid)
    };
    groups.lines().filter_map(gid).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_name_or_number_with_its_groups() {
        let line = "atalaia:x:999:998:Atalaia:/var/lib/atalaia:/usr/sbin/nologin";
        let account = of(line, "atalaia").expect("an account");
        assert_eq!((account.uid, account.gid, account.shown()), (999, 998, "atalaia (uid 999)".to_owned()));
        assert_eq!(of(line, "999"), Some(account.clone()));
        assert_eq!(of(line, "998"), None);
        let groups = "root:x:0:\natalaia:x:998:atalaia\ndialout:x:20:maria,atalaia\nssl-cert:x:107:atalaiax\n";
        assert_eq!(groups_of(groups, &account), [20]);
        assert_eq!(Account::find("root").map(|root| (root.uid, root.gid)), Some((0, 0)));
        assert_eq!(Account::find("no-such-account-here"), None);
        assert_eq!(group_name(0).as_deref(), Some("root"));
    }
}
