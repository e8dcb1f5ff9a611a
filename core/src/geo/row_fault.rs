//! A fault in a CSV file of the operator.

use crate::base::fault::Fault;

/// A fault of one row, or of the header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowFault {
    /// Line at which the row begins, from 1; 1 for the header.
    pub line: u64,
    /// What is wrong. The key is `column NAME`.
    pub fault: Fault,
}

impl RowFault {
    /// A required column is missing from the header; `needed` lists the columns in words.
    pub(super) fn no_column(name: &str, needed: &str) -> RowFault {
        let fault = Fault::new(format!("column {name}"), "is missing from the header");
        RowFault { line: 1, fault: fault.advise(format!("name the columns {needed}")) }
    }

    /// A quotation mark that is not closed.
    pub(super) fn unclosed(line: u64) -> RowFault {
        let fault = Fault::new("row", "a quotation mark is not closed, so the rows below belong to this one");
        RowFault { line, fault: fault.advise("write a second quotation mark at the end of the text") }
    }

    /// A cell whose content cannot be used; `expected` says what can, with its article.
    pub(super) fn bad_cell(line: u64, column: &str, value: &str, expected: &str) -> RowFault {
        let fault = Fault::new(format!("column {column}"), format!("{value:?} cannot be used"));
        RowFault { line, fault: fault.advise(format!("write {expected}")) }
    }
}
