//! Fault points: named places in the code where a test can make the process abort or hang, to check how it recovers.
//!
//! The environment variable `ATALAIA_FAULT` selects one point. `NAME` or `NAME:n` aborts the process at the n-th pass (from 1). `NAME:hang`
//! makes the passing thread hang for ever. `NAME:log` writes a line to standard error at each pass, which proves that the point is reached.
//! If the variable is not set, a point costs one relaxed load.

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Name of the environment variable. It is read once, at start.
pub const VARIABLE: &str = "ATALAIA_FAULT";

/// Names of all fault points, in the order in which a change passes them.
pub const NAMES: &[&str] = &[
    "lines-before-engine",
    "journal-before-append",
    "journal-after-write",
    "journal-after-sync",
    "kept-before-acknowledge",
    "journal-segment-begun",
    "journal-sealed-before-rename",
    "journal-sealed-after-rename",
    "snapshot-half-written",
    "snapshot-before-rename",
    "snapshot-after-rename",
    "snapshot-after-folder-sync",
    "purge-between-removals",
    "store-before-commit",
    "store-after-commit",
    "store-checkpoint",
    "told-before-mark",
    "told-after-mark",
    "migration",
    "backup",
    "replay-half",
    "restart-begun",
];

/// Whether a point is selected. Set once, at start.
static ARMED: AtomicBool = AtomicBool::new(false);
/// The selected point; unset in every ordinary run.
static PLAN: OnceLock<Plan> = OnceLock::new();

/// Why the value of the variable is not valid. Reported at start with exit code 2.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// The name is not one of [`NAMES`].
    #[error("{VARIABLE}: there is no fault point `{name}`; there are: {}", NAMES.join(", "))]
    Unknown {
        /// The name from the variable.
        name: String,
    },
    /// The text after the colon is not a number from 1, `hang` or `log`.
    #[error("{VARIABLE}: `{text}` is not a number from 1, `hang` or `log`")]
    Number {
        /// The text after the colon.
        text: String,
    },
}

/// Reads the variable and arms its fault point. Call it once at start, before any file is opened.
///
/// # Errors
/// If the value is not valid. The process must then end: a test that arms nothing would pass without testing anything.
pub fn arm() -> Result<(), FaultError> {
    let Some(text) = std::env::var_os(VARIABLE) else {
        return Ok(());
    };
    let plan = Plan::parse(&text.to_string_lossy())?;
    if PLAN.set(plan).is_ok() {
        ARMED.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// Marks a fault point. `name` must be one of [`NAMES`], which debug builds check.
#[inline]
pub fn point(name: &'static str) {
    debug_assert!(NAMES.contains(&name), "{name} is not a fault point");
    if ARMED.load(Ordering::Relaxed)
        && let Some(plan) = PLAN.get()
    {
        match plan.passed(name) {
            Outcome::Nothing => {}
            // If standard error is closed, there is nowhere to report it.
            Outcome::Say => drop(writeln!(std::io::stderr(), "fault point {name}")),
            // No destructor may run: a loss of power runs none either.
            Outcome::Die => std::process::abort(),
            Outcome::Hang => {
                drop(writeln!(std::io::stderr(), "fault point {name} hangs"));
                loop {
                    std::thread::park();
                }
            }
        }
    }
}

/// The value of the variable.
#[derive(Debug)]
struct Plan {
    /// Name of the point.
    name: &'static str,
    /// What happens there.
    fault: Fault,
    /// How often it was passed.
    passes: AtomicU64,
}

/// What happens at the selected point.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Aborts the process at this pass, counted from 1.
    Deadly(u64),
    /// Makes the passing thread hang.
    Hangs,
    /// Logs each pass.
    Logged,
}

/// What a pass causes.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It goes on.
    Nothing,
    /// A line on standard error.
    Say,
    /// The thread never returns.
    Hang,
    /// The process aborts.
    Die,
}

impl Plan {
    /// Parses the value of the variable; without a colon, the first pass is deadly.
    fn parse(text: &str) -> Result<Plan, FaultError> {
        let (name, rest) = text.split_once(':').unwrap_or((text, "1"));
        let name =
            NAMES.iter().find(|known| **known == name).ok_or_else(|| FaultError::Unknown { name: name.to_owned() })?;
        let fault = match rest {
            "log" => Fault::Logged,
            "hang" => Fault::Hangs,
            number => match number.parse() {
                Ok(number) if 0 < number => Fault::Deadly(number),
                _ => return Err(FaultError::Number { text: number.to_owned() }),
            },
        };
        Ok(Plan { name, fault, passes: AtomicU64::new(0) })
    }

    /// Counts a pass of this point and says what it causes.
    fn passed(&self, name: &str) -> Outcome {
        if name != self.name {
            return Outcome::Nothing;
        }
        let pass = self.passes.fetch_add(1, Ordering::Relaxed) + 1;
        match self.fault {
            Fault::Logged => Outcome::Say,
            Fault::Hangs => Outcome::Hang,
            Fault::Deadly(deadly) if deadly == pass => Outcome::Die,
            Fault::Deadly(_) => Outcome::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dies_at_the_pass_that_was_named_and_at_no_other() {
        let plan = Plan::parse("journal-after-sync:3").expect("a plan");
        let outcomes: Vec<_> = (0..4).map(|_| plan.passed("journal-after-sync")).collect();
        assert_eq!(outcomes, [Outcome::Nothing, Outcome::Nothing, Outcome::Die, Outcome::Nothing]);
        let plan = Plan::parse("backup").expect("a plan");
        assert_eq!(plan.passed("migration"), Outcome::Nothing);
        assert_eq!(plan.passed("backup"), Outcome::Die);
    }

    #[test]
    fn says_each_pass() {
        let plan = Plan::parse("migration:log").expect("a plan");
        assert_eq!(plan.passed("migration"), Outcome::Say);
        assert_eq!(plan.passed("migration"), Outcome::Say);
        assert_eq!(plan.passed("backup"), Outcome::Nothing);
    }

    #[test]
    fn hangs_at_its_own_point_only() {
        let plan = Plan::parse("lines-before-engine:hang").expect("a plan");
        assert_eq!(plan.passed("backup"), Outcome::Nothing);
        assert_eq!(plan.passed("lines-before-engine"), Outcome::Hang);
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_list() {
        let error = Plan::parse("journal-after-synk:2").expect_err("no such point");
        let text = error.to_string();
        assert!(NAMES.iter().all(|name| text.contains(name)), "{text}");
        for wrong in ["backup:0", "backup:-1", "backup:", "backup:x", "backup:1:2"] {
            assert!(matches!(Plan::parse(wrong), Err(FaultError::Number { .. })), "{wrong}");
        }
        assert!(matches!(Plan::parse(""), Err(FaultError::Unknown { .. })));
    }

    #[test]
    fn names_differ() {
        let mut names = NAMES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NAMES.len());
    }
}
