//! One line of a feed or recording.

use super::report::SourceId;
use crate::base::time::Time;

/// One line as an input delivered it: without its line end, bounded in length ([`super::MAX_LINE`], [`super::MAX_OBJECT`]), any bytes.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Input the line came from.
    pub source: SourceId,
    /// Time of receipt; `None` in a replay, where only recorded times count.
    pub received: Option<Time>,
    /// Content of the line, without its line end.
    pub bytes: &'a [u8],
}
