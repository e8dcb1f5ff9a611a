//! Who acts: for the audit trail, and for messages that name users.
//!
//! An audit trail that says "root" or "atalaia" does not name a person. The account is therefore traced back through
//! `sudo` and `su` to a person, and a service account must name one with `--as`. Such a name is only as true
//! as the user who gives it, so the account that called the program is recorded beside it.

use std::fs;
use std::ops::Deref;
use std::process::Command;

use rustix::process::getuid;

use super::failure::Failure;
use crate::storage::store::{Actor, SignIn};
use atalaia_core::ais::hidden;

/// File of the local accounts; read directly, without the name service of the C library.
const ACCOUNTS: &str = "/etc/passwd";
/// Program that knows the accounts of a directory service too, such as LDAP. Only asked if the local file
/// does not have the number.
const ASKS_DIRECTORY: &str = "/usr/bin/getent";
/// File with the user id of the login, which the kernel records and `sudo` and `su` do not change. Missing on
/// a kernel without audit.
const LOGIN: &str = "/proc/self/loginuid";
/// The id in [`LOGIN`] if there was no login.
const NO_LOGIN: u32 = u32::MAX;
/// User ids that are not people: distributions give 1 to 999 to services, and 65534 to services without an account of
/// their own.
const SERVICES: std::ops::RangeInclusive<u32> = 1..=999;
/// User id of services without an account of their own (`nobody`).
const NOBODY: u32 = 65_534;
/// Bound on a name in the audit trail, in characters. The trail is shown in columns, and a name is not a
/// place for remarks.
const LONGEST_NAME: usize = 64;

/// The person who acts, as the audit trail names them. Only [`who`] creates one, so a name that is reserved
/// for the program cannot get into the trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Person {
    /// The name that the trail shows first, at most [`LONGEST_NAME`] characters, on one line.
    name: String,
    /// The account that called the program, if it differs from `name`.
    caller: Option<String>,
}

impl Deref for Person {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}

impl<'a> From<&'a Person> for Actor<'a> {
    fn from(person: &'a Person) -> Actor<'a> {
        let caller = person.caller.as_deref();
        Actor { who: &person.name, caller, way: Some(SignIn::LocalAccount), ..Actor::default() }
    }
}

/// The person who acts: as given with `--as`, else the user of `sudo`, else the login, else the account of the process.
///
/// # Errors
/// If the name is empty or reserved for the program, or if a service account without a person behind it does not name
/// one.
pub(super) fn who(said: Option<&String>) -> Result<Person, Failure> {
    Surroundings::of_process().who(said.map(String::as_str))
}

/// The same, but an account of a service that names no person counts as itself. For what may run on a schedule, such as an export.
///
/// # Errors
/// If the name is empty or reserved for the program.
pub(super) fn person_or_account(said: Option<&String>) -> Result<Person, Failure> {
    Surroundings::of_process().person_or_account(said.map(String::as_str))
}

/// A user account, by number and name.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Account {
    /// User id, as the kernel knows it.
    number: u32,
    /// Name of the account, cleaned; `uid N` if the number has none.
    name: String,
}

impl Account {
    /// Whether the account can belong to a person. Root can: administrators work as root on small machines.
    fn is_person(&self) -> bool {
        !SERVICES.contains(&self.number) && self.number != NOBODY
    }
}

/// The accounts behind this process.
#[derive(Clone, Debug)]
struct Surroundings {
    /// The user who ran `sudo`. Only as reliable as the environment variables that `sudo` sets.
    sudo: Option<Account>,
    /// The user who logged in, as recorded by the kernel.
    login: Option<Account>,
    /// The real user of the process.
    own: Account,
}

impl Surroundings {
    /// Reads the accounts of this process from the environment, the kernel and the account files.
    fn of_process() -> Surroundings {
        let variable = |name: &str| std::env::var(name).ok().map(|value| clean(&value)).filter(|value| is_name(value));
        let named = |number: u32| account(number).map(|name| clean(&name));
        let sudo = variable("SUDO_USER").zip(variable("SUDO_UID").and_then(|number| number.parse().ok()));
        // Both variables must name the same account, as far as this machine knows it.
        let sudo = sudo.filter(|(name, number)| named(*number).is_none_or(|known| known == *name));
        let login = fs::read_to_string(LOGIN).ok().and_then(|number| number.trim().parse().ok());
        let login = login.filter(|number| *number != NO_LOGIN);
        let number = getuid().as_raw();
        let own = named(number).or_else(|| variable("USER")).or_else(|| variable("LOGNAME"));
        // An account that this machine does not know still identifies the caller.
        let unnamed = |number: u32| format!("uid {number}");
        Surroundings {
            sudo: sudo.map(|(name, number)| Account { number, name }),
            login: login.map(|number| Account { number, name: named(number).unwrap_or_else(|| unnamed(number)) }),
            own: Account { number, name: own.unwrap_or_else(|| unnamed(number)) },
        }
    }

    /// The person behind the process, and the person whom the kernel records as logged in.
    fn person(&self) -> (Option<&Account>, Option<&Account>) {
        let login = self.login.as_ref().filter(|account| account.is_person());
        let all = [self.sudo.as_ref(), login, Some(&self.own)];
        (all.into_iter().flatten().find(|account| account.is_person()), login)
    }

    /// Decides on the person and the caller. `said` is the value of `--as`.
    ///
    /// # Errors
    /// See [`who`].
    fn who(&self, said: Option<&str>) -> Result<Person, Failure> {
        let (person, login) = self.person();
        // What the kernel records is trusted more than what `sudo` says of itself.
        let seen = login.or(person).unwrap_or(&self.own);
        let name = match said.map(clean) {
            Some(said) if said.is_empty() => {
                return Err(Failure::Usage("name the person who acts: --as NAME".to_owned()));
            }
            Some(said) if !is_name(&said) => {
                return Err(Failure::Usage(format!(
                    "--as {said}: a name in parentheses is the program's own; write the name of a person"
                )));
            }
            // The name of the service itself would say nothing about who acted.
            Some(said) if person.is_none() && said == self.own.name => return Err(self.needs_person()),
            Some(said) => said,
            None => person.ok_or_else(|| self.needs_person())?.name.clone(),
        };
        let caller = Some(seen.name.clone()).filter(|caller| *caller != name);
        Ok(Person { name, caller })
    }

    /// The person named by `--as`, otherwise the account of the process.
    ///
    /// # Errors
    /// See [`person_or_account`].
    fn person_or_account(&self, said: Option<&str>) -> Result<Person, Failure> {
        match said {
            None => Ok(self.who(None).unwrap_or_else(|_| Person { name: self.own.name.clone(), caller: None })),
            said => self.who(said),
        }
    }

    /// The failure of a service account that does not name a person.
    fn needs_person(&self) -> Failure {
        Failure::Usage(format!(
            "{} is the account of a service, and the audit trail names people: say who acts with --as NAME, or come from a login of \
             your own with sudo -u {}",
            self.own.name, self.own.name
        ))
    }
}

/// The person an alert is assigned to, cleaned. `None` for `-`, which removes the assignment.
///
/// # Errors
/// If no visible character is left, or if the name is reserved for the program.
pub(super) fn assignee(said: &str) -> Result<Option<String>, Failure> {
    match clean(said) {
        name if name == "-" => Ok(None),
        name if is_name(&name) => Ok(Some(name)),
        name if name.is_empty() => {
            Err(Failure::Usage("name the person it is assigned to, or write `-` to assign it to no one".to_owned()))
        }
        name => Err(Failure::Usage(format!(
            "{name}: a name in parentheses is the program's own; write the name of a person"
        ))),
    }
}

/// Whether this can be the name of a person. Names in parentheses are reserved for the program.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('(')
}

/// Cleans a name so that it can be shown on one line: no control or invisible characters, single spaces, bounded
/// length.
fn clean(name: &str) -> String {
    let seen: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !hidden(*c)).collect();
    let words = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(LONGEST_NAME).collect::<String>().trim_end().to_owned()
}

/// The name of a user, by number. `None` if this machine does not know the number.
pub(super) fn account(number: u32) -> Option<String> {
    let local = fs::read_to_string(ACCOUNTS).ok().and_then(|accounts| name_in(&accounts, number));
    local.or_else(|| {
        let answer = Command::new(ASKS_DIRECTORY).args(["passwd", &number.to_string()]).output().ok()?;
        name_in(&String::from_utf8_lossy(&answer.stdout), number)
    })
}

/// The name of a user, by number, in lines in the format of `passwd(5)`.
fn name_in(accounts: &str, number: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let of = fields.nth(1)?.parse::<u32>().ok()?;
        (of == number).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests;
