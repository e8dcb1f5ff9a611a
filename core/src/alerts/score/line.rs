//! The parts that a score is made of: lines, which add points, and caps, which limit them.

use crate::alerts::alert::ScoreReason;

use super::settings::ScoreSettings;

/// A score line with these points.
pub(super) fn line(code: &str, points: i32, text: impl Into<String>) -> ScoreReason {
    ScoreReason { code: code.to_owned(), points, text: text.into() }
}

/// An upper limit of the score. Of several that apply, the lowest counts.
pub(super) struct Cap {
    /// The limit. Points.
    pub(super) points: i32,
    /// The cap does not apply to scores from this on; `i32::MAX` if it applies to all. Points.
    pub(super) only_below: i32,
    /// Code of its line. Cases rely on `cap_low`.
    pub(super) code: &'static str,
    /// Text of its line: why the score is limited.
    pub(super) text: String,
}

impl Cap {
    /// A cap that limits an alert to severity low.
    pub(super) fn low(settings: &ScoreSettings, text: String) -> Cap {
        Cap { points: settings.cap_low, only_below: i32::MAX, code: "cap_low", text }
    }

    /// A cap that makes an alert a fact.
    pub(super) fn fact(settings: &ScoreSettings, text: String) -> Cap {
        Cap { points: settings.cap_fact, only_below: i32::MAX, code: "cap_fact", text }
    }
}
