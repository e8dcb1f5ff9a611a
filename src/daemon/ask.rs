//! Answers questions between two batches of lines.

use std::time::Duration;

use super::{Daemon, TICK};
use crate::http::{self, Ask, Asker, QuestionQueue};
use crate::platform::clock::Clock;
use atalaia_core::engine::questions::Picture;

/// Share of the loop's time that questions may take.
const SHARE: u32 = 10;

/// The questions that wait, and the time spent on answers.
pub(super) struct Questions {
    asked: QuestionQueue,
    /// Time spent on answers and not yet paid for by the passing seconds.
    spent: Duration,
}

impl Questions {
    /// The loop's side, and the side of the pages.
    pub(super) fn new(clock: Clock) -> (Asker, Questions) {
        let (asker, asked) = http::asking(clock);
        (asker, Questions { asked, spent: Duration::ZERO })
    }

    /// Whether another question may be answered before more lines: questions take at most a tenth of the time.
    pub(super) fn may(&self) -> bool {
        self.spent < TICK / SHARE
    }

    /// The next question. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Ask> {
        self.asked.next().await
    }
}

impl Daemon {
    /// Answers a question from the engine, unless the page no longer waits for the answer. Changes nothing.
    pub(super) fn answer(&mut self, ask: Ask) {
        let began = self.clock.moment();
        let Some(question) = ask.question() else {
            return;
        };
        let answer = question.answer(&self.driver.engine, &self.settings.chart);
        ask.answer(answer);
        self.questions.spent += self.clock.moment().since(began);
    }

    /// Once a second: publishes the picture if a page reads it, and gives questions their share of the coming second.
    pub(super) fn publish_picture(&mut self) {
        let now = self.clock.moment();
        self.questions.asked.publish(now, || Picture::of(&self.driver.engine));
        self.questions.spent = self.questions.spent.saturating_sub(TICK / SHARE);
    }
}
