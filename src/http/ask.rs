//! The way from a page to the main loop: a short queue of questions, and the copy of the picture and the chart that the loop publishes.
//!
//! A question cannot wait for long: the queue is short, a full one is answered at once, and an answer that is late is dropped. The picture
//! is copied only while pages ask for it, because a copy costs the loop time that grows with the number of vessels.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::platform::clock::{Clock, Moment};
use atalaia_core::engine::questions::{Answer, Picture, Question};
use atalaia_core::zones::Chart;

/// Number of questions that may wait for the loop.
/// More would only be answered too late.
const WAITING: usize = 16;
/// Maximum time a question waits for its answer.
/// Long enough for a question behind a slow batch of lines, short enough for a person at a terminal.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);
/// Maximum age of a picture that is used; the loop publishes one a second while it is wanted.
/// A second and a half, so that a picture is still fresh when the next one is late.
const FRESH: Duration = Duration::from_millis(1500);

/// A question to the main loop, and the way back.
#[derive(Debug)]
pub struct Ask {
    /// What the page asked.
    question: Question,
    /// Closed once the page has stopped waiting.
    reply: oneshot::Sender<Answer>,
}

impl Ask {
    /// The question; `None` if the page no longer waits for the answer.
    pub fn question(&self) -> Option<&Question> {
        (!self.reply.is_closed()).then_some(&self.question)
    }

    /// Sends the answer. The page may have stopped waiting.
    pub fn answer(self, answer: Answer) {
        drop(self.reply.send(answer));
    }
}

/// The pages' side. Cheap to clone; each request has one.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Shared by all pages.
    queue: mpsc::Sender<Ask>,
    /// The last published picture; `None` before the first.
    picture: watch::Receiver<Option<PublishedPicture>>,
    /// Set by a page that needs a picture, cleared by the loop when it publishes one.
    wanted: Arc<AtomicBool>,
    /// The chart in force; `None` before the loop's first second.
    chart: watch::Receiver<Option<Arc<Chart>>>,
    /// Measures the age of a picture.
    clock: Clock,
}

/// The main loop's side.
#[derive(Debug)]
pub struct QuestionQueue {
    /// Taken from between two batches of lines.
    queue: mpsc::Receiver<Ask>,
    picture: watch::Sender<Option<PublishedPicture>>,
    /// Shared with the pages.
    wanted: Arc<AtomicBool>,
    chart: watch::Sender<Option<Arc<Chart>>>,
}

/// A picture, and when it was copied.
#[derive(Clone, Debug)]
struct PublishedPicture {
    /// By the steady clock, so that a change of the wall clock does not make a picture old.
    seen: Moment,
    /// Shared by the pages that read it.
    picture: Arc<Picture>,
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoAnswer {
    /// Too many questions wait already, or the daemon is stopping.
    Busy,
    /// The loop did not answer in time.
    Late,
}

/// Creates both sides.
pub fn asking(clock: Clock) -> (Asker, QuestionQueue) {
    let (sender, queue) = mpsc::channel(WAITING);
    let (picture, published) = watch::channel(None);
    let (chart, in_force) = watch::channel(None);
    let wanted = Arc::new(AtomicBool::new(false));
    let asker = Asker { queue: sender, picture: published, wanted: Arc::clone(&wanted), chart: in_force, clock };
    (asker, QuestionQueue { queue, picture, wanted, chart })
}

impl Asker {
    /// Puts a question to the loop and waits for the answer, but not longer than [`DEADLINE`].
    pub(super) async fn ask(&self, question: Question) -> Result<Answer, NoAnswer> {
        let (reply, answer) = oneshot::channel();
        match self.queue.try_send(Ask { question, reply }) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => return Err(NoAnswer::Busy),
        }
        match timeout(DEADLINE, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            // The loop dropped the question, as it does when it stops.
            Ok(Err(_)) => Err(NoAnswer::Busy),
            Err(_) => Err(NoAnswer::Late),
        }
    }

    /// A picture that is not older than [`FRESH`]. Waits for the loop to publish one if need be.
    pub(super) async fn picture(&self) -> Result<Arc<Picture>, NoAnswer> {
        self.wanted.store(true, Relaxed);
        let now = self.clock.moment();
        let is_fresh =
            |shown: &Option<PublishedPicture>| shown.as_ref().is_some_and(|shown| now.since(shown.seen) < FRESH);
        let mut picture = self.picture.clone();
        let shown = timeout(DEADLINE, picture.wait_for(is_fresh)).await;
        match shown {
            Ok(Ok(shown)) => shown.as_ref().map(|shown| Arc::clone(&shown.picture)).ok_or(NoAnswer::Busy),
            Ok(Err(_)) => Err(NoAnswer::Busy),
            Err(_) => Err(NoAnswer::Late),
        }
    }

    /// The chart in force: zones, coast and ports. Waits for the loop's first second if need be.
    pub(super) async fn chart(&self) -> Result<Arc<Chart>, NoAnswer> {
        let mut chart = self.chart.clone();
        match timeout(DEADLINE, chart.wait_for(Option::is_some)).await {
            Ok(Ok(shown)) => shown.as_ref().map(Arc::clone).ok_or(NoAnswer::Busy),
            Ok(Err(_)) => Err(NoAnswer::Busy),
            Err(_) => Err(NoAnswer::Late),
        }
    }
}

impl QuestionQueue {
    /// The next question; `None` once no page can ask any more. Cancel-safe.
    pub async fn next(&mut self) -> Option<Ask> {
        self.queue.recv().await
    }

    /// Publishes a picture if a page has wanted one since the last call, so that nothing is copied while no page reads it.
    pub fn publish(&self, now: Moment, picture: impl FnOnce() -> Picture) {
        if self.wanted.swap(false, Relaxed) {
            self.picture.send_replace(Some(PublishedPicture { seen: now, picture: Arc::new(picture()) }));
        }
    }

    /// Publishes the chart if it is another one than before. Costs nothing otherwise: a chart is never changed, only replaced.
    pub fn publish_chart(&self, chart: &Arc<Chart>) {
        self.chart.send_if_modified(|shown| {
            let is_same = shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, chart));
            if !is_same {
                *shown = Some(Arc::clone(chart));
            }
            !is_same
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::base::units::Mmsi;

    fn run(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
    }

    #[test]
    fn a_full_queue_refuses_at_once_and_an_abandoned_question_is_not_answered() {
        run(async {
            let (asker, mut asked) = asking(Clock);
            let question = || Question::Vessel(Mmsi(224_000_001));
            let waiting: Vec<_> = (0..WAITING)
                .map(|_| {
                    let asker = asker.clone();
                    tokio::spawn(async move { asker.ask(question()).await })
                })
                .collect();
            tokio::task::yield_now().await;
            assert_eq!(asker.ask(question()).await, Err(NoAnswer::Busy));
            for task in &waiting {
                task.abort();
            }
            tokio::task::yield_now().await;
            let ask = asked.next().await.expect("a question");
            assert_eq!(ask.question(), None, "no page waits for it");
            drop(asked);
            assert_eq!(asker.ask(question()).await, Err(NoAnswer::Busy), "the loop has ended");
        });
    }

    #[test]
    fn a_picture_is_copied_only_while_it_is_wanted() {
        run(async {
            let (asker, asked) = asking(Clock);
            let copied = || Picture { at: None, vessels: Vec::new() };
            asked.publish(Clock.moment(), || panic!("no page wants it"));
            let reader = tokio::spawn({
                let asker = asker.clone();
                async move { asker.picture().await }
            });
            tokio::task::yield_now().await;
            asked.publish(Clock.moment(), copied);
            assert!(reader.await.expect("a task").is_ok());
            assert!(asker.picture().await.is_ok(), "still fresh");
        });
    }
}
