//! Arguments shared by the commands that list what was stored between two times.
//!
//! The default is the last watch: 8 hours. Times here are those of storage, by the clock of the machine,
//! because the question is "what came in while I was away"; event times of a late feed would leave out what
//! came late.

use super::failure::Failure;
use super::table::screen_rows;
use super::when::past;
use atalaia_core::base::time::{Span, Time};

/// The period that is listed, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Period {
    /// Start, by the clock of this machine, as `02:00`, `yesterday 22:00`, `-6h`
    #[arg(long, value_name = "T", value_parser = past, default_value = "-8h", allow_hyphen_values = true)]
    pub(super) since: Time,
    /// End, not included [default: now]
    #[arg(long, value_name = "T", value_parser = past, allow_hyphen_values = true)]
    until: Option<Time>,
    /// Show the last N [default: as many as the terminal has room for; all with --json, and into a file or
    /// pipe]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print one JSON object per line
    #[arg(long)]
    pub(super) json: bool,
}

impl Period {
    /// The end of the period, which is not part of it.
    ///
    /// # Errors
    /// If the start is in the future, or not before the end.
    pub(super) fn until(&self, now: Time) -> Result<Time, Failure> {
        has_come(self.since, now)?;
        match self.until {
            Some(until) if until <= self.since => Err(Failure::Usage(format!(
                "--until {} UTC is not after --since {} UTC",
                until.minute(),
                self.since.minute()
            ))),
            // What was stored in this very millisecond belongs to the list.
            until => Ok(until.unwrap_or(now + Span::from_millis(1))),
        }
    }

    /// How many of `count` rows are left out so that the rest fits. The earliest rows are left out. With
    /// `--limit`, that limit counts; else the height of the terminal, except for JSON.
    pub(super) fn earlier(&self, count: usize) -> usize {
        let screen = screen_rows().filter(|_| !self.json);
        count.saturating_sub(self.limit.or(screen).unwrap_or(usize::MAX))
    }
}

/// Refuses a `--since` in the future: the list would be empty and look like a quiet watch.
///
/// # Errors
/// Wrong usage, with the time now.
pub(super) fn has_come(since: Time, now: Time) -> Result<(), Failure> {
    match now < since {
        true => Err(Failure::Usage(format!(
            "--since {} UTC is in the future; it is {} UTC now",
            since.minute(),
            now.minute()
        ))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    #[derive(clap::Parser)]
    struct Words {
        #[command(flatten)]
        period: Period,
    }

    #[test]
    fn without_a_start_the_period_is_that_of_a_watch() {
        let since = <Words as clap::Parser>::parse_from(["audit"]).period.since;
        let length = Clock.now() - since;
        assert!(Span::from_hours(8) <= length && length < Span::from_minutes(8 * 60 + 5), "{length}");
    }
}
