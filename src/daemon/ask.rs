//! Answers questions between two batches of lines.
//!
//! An answer is made on the loop, because only the loop may read the engine. So answers are rationed: pages must not
//! slow the watch down.

use std::sync::Arc;
use std::time::Duration;

use super::ticks::TICK;
use crate::http::{self, Ask, Asker, QuestionQueue};
use crate::platform::clock::Clock;
use atalaia_core::engine::Engine;
use atalaia_core::engine::questions::Picture;
use atalaia_core::zones::Chart;

/// Share of the loop's time that questions may take: one part in this many.
const SHARE: u32 = 10;

/// The questions that wait, and the time spent on answers.
pub(super) struct Questions {
    /// For the time that answers take.
    clock: Clock,
    /// The loop's end of the queue of questions.
    asked: QuestionQueue,
    /// Time spent on answers and not yet paid for by the passing seconds.
    spent: Duration,
}

impl Questions {
    /// The loop's side, and the side of the pages.
    pub(super) fn new(clock: Clock) -> (Asker, Questions) {
        let (asker, asked) = http::asking(clock);
        (asker, Questions { clock, asked, spent: Duration::ZERO })
    }

    /// Whether another question may be answered before more lines: questions take at most a tenth of the time.
    pub(super) fn may(&self) -> bool {
        self.spent < TICK / SHARE
    }

    /// The next question. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Ask> {
        self.asked.next().await
    }

    /// Answers a question from the engine, unless the page no longer waits for the answer.
    pub(super) fn answer(&mut self, ask: Ask, engine: &Engine, chart: &Chart) {
        let began = self.clock.moment();
        let Some(question) = ask.question() else {
            return;
        };
        let answer = question.answer(engine, chart);
        ask.answer(answer);
        self.spent += self.clock.moment().since(began);
    }

    /// Once a second: publishes the picture if a page reads it, and the chart if it was replaced. Gives questions their share of the coming
    /// second.
    pub(super) fn publish(&mut self, engine: &Engine, chart: &Arc<Chart>) {
        self.asked.publish_chart(chart);
        self.asked.publish(self.clock.moment(), || Picture::of(engine));
        self.spent = self.spent.saturating_sub(TICK / SHARE);
    }
}
