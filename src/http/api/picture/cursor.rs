//! The cursor of a request: the picture that the reader already has.

use crate::http::parameters::Parameters;
use crate::http::problem::Problem;

/// The parameter `after`; `None` if the reader has nothing yet.
pub(super) fn cursor(given: &Parameters) -> Result<Option<u32>, Problem> {
    let parse = |text: &str| {
        let wrong = || Problem::parameter("after: write the cursor of the last answer, a whole number");
        text.parse().map_err(|_| wrong())
    };
    given.text("after").map(parse).transpose()
}
