//! Who acts: for the audit trail, and for messages that name users.

use std::fs;
use std::process::Command;

/// The accounts of this machine.
const ACCOUNTS: &str = "/etc/passwd";
/// Knows those of a directory service too.
const ASKS_DIRECTORY: &str = "/usr/bin/getent";

/// The name of a user, by number; absent where the machine knows none.
pub(super) fn account(number: u32) -> Option<String> {
    let local = fs::read_to_string(ACCOUNTS).ok().and_then(|accounts| name_in(&accounts, number));
    local.or_else(|| {
        let answer = Command::new(ASKS_DIRECTORY).args(["passwd", &number.to_string()]).output().ok()?;
        name_in(&String::from_utf8_lossy(&answer.stdout), number)
    })
}

/// The name of a user in lines of the form of `passwd(5)`.
fn name_in(accounts: &str, number: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let of = fields.nth(1)?.parse::<u32>().ok()?;
        (of == number).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_number() {
        let accounts =
            "root:x:0:0:root:/root:/bin/sh\n# note\n\natalaia:x:999:999::/var/lib/atalaia:/usr/sbin/nologin\n";
        assert_eq!(name_in(accounts, 999).as_deref(), Some("atalaia"));
        assert_eq!(name_in(accounts, 0).as_deref(), Some("root"));
        assert_eq!(name_in(accounts, 99), None);
    }
}
