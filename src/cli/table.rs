//! Lists for people: a header, aligned columns, and no line longer than the terminal is wide.
//!
//! `alerts list`, `cases list`, `deliveries list` and `zones list` print themselves by it. What other programs read is `--json`: one
//! object a line, of whole values.

use std::io::{self, IsTerminal};

/// Between two columns.
const GAP: &str = "  ";
/// What stands for the part that was cut.
const CUT: char = '…';
/// A terminal that says it is narrower is not believed.
const NARROWEST: usize = 20;

/// A column: what it is headed, and to which side its cells stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    head: &'static str,
    right: bool,
}

/// A column of text.
pub(super) const fn text(head: &'static str) -> Column {
    Column { head, right: false }
}

/// A column of numbers.
pub(super) const fn number(head: &'static str) -> Column {
    Column { head, right: true }
}

/// How long a line may be, in characters: the variable COLUMNS, else the width of the terminal. `None` into a file or pipe without
/// COLUMNS: there nothing is cut.
pub(super) fn width() -> Option<usize> {
    let named = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let measured = || {
        let out = io::stdout();
        let size = out.is_terminal().then(|| rustix::termios::tcgetwinsize(out).ok()).flatten()?;
        Some(usize::from(size.ws_col))
    };
    named.or_else(measured).filter(|columns| NARROWEST <= *columns)
}

/// The header and the rows, each cut to `width` characters; the header alone where there are no rows.
pub(super) fn table(columns: &[Column], rows: &[Vec<String>], width: Option<usize>) -> String {
    let heads: Vec<String> = columns.iter().map(|column| column.head.to_owned()).collect();
    let lines: Vec<&[String]> = std::iter::once(heads.as_slice()).chain(rows.iter().map(Vec::as_slice)).collect();
    let length = |line: &&[String], place: usize| line.get(place).map_or(0, |cell| cell.chars().count());
    let lengths: Vec<usize> =
        (0..columns.len()).map(|place| lines.iter().map(|line| length(line, place)).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(columns).zip(&lengths).map(|((cell, column), length)| match column.right {
            true => format!("{cell:>length$}"),
            false => format!("{cell:<length$}"),
        });
        let line = cells.collect::<Vec<_>>().join(GAP);
        text += &cut(line.trim_end(), width);
        text.push('\n');
    }
    text
}

/// A line cut to this many characters.
pub(super) fn cut(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if width < line.chars().count() => {
            line.chars().take(width.saturating_sub(1)).chain(std::iter::once(CUT)).collect()
        }
        Some(_) | None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [text("id"), number("score"), text("vessels")];

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        vec![row(["abcdefgh", "5", "JOSÉ (224000001)"]), row(["ij", "100", ""])]
    }

    #[test]
    fn columns_stand_under_their_heads_and_lines_end_with_text() {
        let expected = "id        score  vessels\nabcdefgh      5  JOSÉ (224000001)\nij          100\n";
        assert_eq!(table(&COLUMNS, &rows(), None), expected);
        assert_eq!(table(&COLUMNS, &rows(), Some(33)), expected);
        assert_eq!(table(&COLUMNS, &[], None), "id  score  vessels\n");
    }

    #[test]
    fn what_is_longer_than_the_terminal_is_cut_with_a_mark() {
        let table = table(&COLUMNS, &rows(), Some(22));
        assert_eq!(table, "id        score  vess…\nabcdefgh      5  JOSÉ…\nij          100\n");
        assert_eq!(cut("12345", Some(5)), "12345");
    }
}
