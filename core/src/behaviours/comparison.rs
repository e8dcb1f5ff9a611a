//! How a behaviour compares what it measures with its thresholds.

/// A measured value and the thresholds that a behaviour compares it with. Both have the names that alerts give them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compared {
    /// Name of the measured value.
    pub measured: &'static str,
    /// Names of the thresholds, and how the value is compared with each. A form of the behaviour may use only some of them.
    pub with: &'static [(&'static str, Comparison)],
}

/// How a measured value is compared with a threshold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// Must reach the threshold.
    AtLeast,
    /// Must reach the threshold, which is in force in watched zones only.
    AtLeastWhereWatched,
    /// Must be above the threshold.
    Above,
    /// Must not be above the threshold.
    AtMost,
    /// Must be below the threshold.
    Below,
    /// A value below the threshold shows that the vessel is at anchor.
    AnchoredBelow,
}

impl Comparison {
    /// Whether the condition is met by large values rather than by small ones.
    pub const fn is_met_by_more(self) -> bool {
        match self {
            Comparison::AtLeast | Comparison::AtLeastWhereWatched | Comparison::Above => true,
            Comparison::AtMost | Comparison::Below | Comparison::AnchoredBelow => false,
        }
    }

    /// In words, to be followed by the threshold.
    pub const fn words(self) -> &'static str {
        match self {
            Comparison::AtLeast => "at least",
            Comparison::AtLeastWhereWatched => "at least, in a watched zone",
            Comparison::Above => "above",
            Comparison::AtMost => "at most",
            Comparison::Below => "below",
            Comparison::AnchoredBelow => "anchored below",
        }
    }
}
