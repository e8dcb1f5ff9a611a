//! The topics that a client asks for.

use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::Topic;
use atalaia_core::base::text::advice;

/// A set of topics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Topics([bool; Topic::ALL.len()]);

impl Topics {
    /// The topics in the parameter `topics`; all of them without it.
    ///
    /// # Errors
    /// `parameter` for a topic that does not exist.
    pub(super) fn of(given: &Parameters) -> Result<Topics, Problem> {
        let Some(text) = given.text("topics") else {
            return Ok(Topics([true; Topic::ALL.len()]));
        };
        let mut topics = Topics([false; Topic::ALL.len()]);
        for word in text.split(',').map(str::trim) {
            let place = Topic::ALL.iter().position(|topic| topic.name() == word);
            let names = Topic::ALL.map(Topic::name);
            let place = place.ok_or_else(|| Problem::parameter(format!("topics: {}", advice(word, &names))))?;
            topics.0[place] = true;
        }
        Ok(topics)
    }

    /// Whether a topic is in the set.
    pub(super) fn contains(self, topic: Topic) -> bool {
        Topic::ALL.iter().zip(self.0).any(|(one, chosen)| *one == topic && chosen)
    }
}

/// A number of an entry; `None` if it is not given.
///
/// # Errors
/// `parameter` if it is not a whole number from 0.
pub(super) fn number(given: &Parameters, name: &str) -> Result<Option<i64>, Problem> {
    let wrong = || Problem::parameter(format!("{name}: write the number of an entry, as 1234"));
    let read = |text: &str| text.parse().ok().filter(|number| 0 <= *number).ok_or_else(wrong);
    given.text(name).map(read).transpose()
}
