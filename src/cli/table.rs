//! Lists for people: a header, aligned columns, and no line longer than the terminal is wide.
//!
//! Used by `alerts list`, `cases list`, `deliveries list`, `zones list` and others. Programs read `--json` instead: one
//! object per line, with values in full.
//!
//! Widths are counted in characters, not in cells of the terminal: names on the air are ASCII (ITU-R M.1371,
//! 6-bit characters), and wider scripts appear only in notes and zone names.

use std::io::{self, IsTerminal};

use crate::platform::telemetry::FromAir;

/// Number of characters at the beginning of an id that lists show. Ids are 26 characters of base32, so eight
/// of them are 40 bits: of ten thousand alerts, two are alike with a probability below 1 in 10 000. Commands accept
/// four and more, and refuse a beginning that several ids share.
const ID: usize = 8;
/// Space between two columns.
const GAP: &str = "  ";
/// Marks where a text was cut.
const CUT: char = '…';
/// A terminal that reports fewer columns is not believed: some serial consoles and test harnesses report 0.
const NARROWEST: usize = 20;
/// A terminal that reports fewer lines is not believed; [`LINES`] are assumed for it.
const SHORTEST: u16 = 5;
/// Lines of a screen that are not rows: the header, the count of what is left out, and the next prompt.
const BESIDE_ROWS: usize = 3;
/// Lines assumed for a terminal that does not report its height.
const LINES: usize = 40;

/// A column: its header, its alignment, and what happens to it on a narrow line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Header of the column; may be empty.
    head: &'static str,
    /// Whether cells are aligned right, as numbers are.
    right: bool,
    /// Minimum width in characters; cells may be cut to it. `None` if they must not be cut.
    least: Option<usize>,
    /// Order in which columns are left out, the lowest first. `None` if the column is always shown.
    spare: Option<u8>,
    /// For names joined by ` + `: the width that they keep while a spare column can be cut or left out instead. Each of
    /// them is shortened, none is cut off. `None` for other columns.
    names: Option<usize>,
}

impl Column {
    /// Allows cells to be cut, to this width at the least. The header may be cut too.
    pub(super) const fn down_to(self, least: usize) -> Column {
        Column { least: Some(least), ..self }
    }

    /// Makes it a column of names joined by ` + `, which keep this width before spare columns do. Cells must
    /// be allowed to be cut with [`Column::down_to`].
    pub(super) const fn names(self, kept: usize) -> Column {
        Column { names: Some(kept), ..self }
    }

    /// Allows the column to be left out. Those with a lower order go first; a column without an order stays,
    /// even if lines must then be cut.
    pub(super) const fn spare(self, order: u8) -> Column {
        Column { spare: Some(order), ..self }
    }
}

/// A column of text, aligned left. It is neither cut nor left out unless that is allowed.
pub(super) const fn text(head: &'static str) -> Column {
    Column { head, right: false, least: None, spare: None, names: None }
}

/// A column of numbers, aligned right. It is neither cut nor left out unless that is allowed.
pub(super) const fn number(head: &'static str) -> Column {
    Column { head, right: true, least: None, spare: None, names: None }
}

/// Maximum length of a line in characters: the variable COLUMNS, else the width of the terminal. `None` into
/// a file or pipe without COLUMNS, and for widths below [`NARROWEST`]: nothing is cut then.
pub(super) fn width() -> Option<usize> {
    let named = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let measured = || {
        let out = io::stdout();
        let size = out.is_terminal().then(|| rustix::termios::tcgetwinsize(out).ok()).flatten()?;
        Some(usize::from(size.ws_col))
    };
    named.or_else(measured).filter(|columns| NARROWEST <= *columns)
}

/// Number of rows that fit the terminal, at least one. `None` if standard output is not a terminal: the list then has
/// no limit.
pub(super) fn screen_rows() -> Option<usize> {
    let out = io::stdout();
    let size = out.is_terminal().then(|| rustix::termios::tcgetwinsize(out).ok()).flatten()?;
    let lines = match size.ws_row {
        0..SHORTEST => LINES,
        rows => usize::from(rows),
    };
    Some(lines.saturating_sub(BESIDE_ROWS).max(1))
}

/// A table with its columns fitted to `width`. Shortens the longest cells that may be cut, then leaves out
/// spare columns, then cuts lines. `None` as the width cuts nothing. Cells beyond the columns are not shown,
/// and missing cells are empty.
pub(super) fn fitted(columns: &[Column], rows: &[Vec<String>], width: Option<usize>) -> String {
    let Some(width) = width else {
        return table(columns, rows, None);
    };
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    // Each round tries the columns that are left. One more is left out per round, so that the loop ends.
    loop {
        let longest = |place: &usize| {
            let cells = rows.iter().filter_map(|row| row.get(*place)).map(|cell| cell.chars().count());
            cells.chain([columns[*place].head.chars().count()]).max().unwrap_or(0)
        };
        let mut lengths: Vec<usize> = kept.iter().map(longest).collect();
        let room = width.saturating_sub(GAP.len() * kept.len().saturating_sub(1));
        // One character at a time from the longest cell that still may be cut: columns of similar length
        // then shrink together.
        let mut shrink = |least: &dyn Fn(&Column) -> Option<usize>| {
            while room < lengths.iter().sum() {
                let can =
                    (0..kept.len()).filter(|at| least(&columns[kept[*at]]).is_some_and(|least| least < lengths[*at]));
                let Some(at) = can.max_by_key(|at| lengths[*at]) else {
                    break;
                };
                lengths[at] -= 1;
            }
        };
        // Spare columns are cut first, while names keep their full length; then names too, to the width that they keep.
        if columns.iter().any(|column| column.names.is_some()) {
            shrink(&|column| column.least.filter(|_| column.spare.is_some() && column.names.is_none()));
        }
        shrink(&|column| column.least.map(|least| column.names.unwrap_or(0).max(least)));
        // With nothing left to leave out, names give way too.
        if kept.iter().all(|place| columns[*place].spare.is_none()) {
            shrink(&|column| column.least);
        }
        let spare = kept.iter().copied().filter(|place| columns[*place].spare.is_some());
        match spare.min_by_key(|place| columns[*place].spare) {
            Some(out) if room < lengths.iter().sum() => kept.retain(|place| *place != out),
            _ => {
                let shown: Vec<Column> = kept.iter().map(|place| columns[*place]).collect();
                let cells = |row: &Vec<String>| -> Vec<String> {
                    let cell = |(place, length): (&usize, &usize)| {
                        let text = row.get(*place).map_or("", String::as_str);
                        let length = columns[*place].least.map(|_| *length);
                        if columns[*place].names.is_some() { cut_names(text, length) } else { cut(text, length) }
                    };
                    kept.iter().zip(&lengths).map(cell).collect()
                };
                return table(&shown, &rows.iter().map(cells).collect::<Vec<_>>(), Some(width));
            }
        }
    }
}

/// Wraps a text at `width` characters; all lines but the first are indented by `indent`. A longer word is not
/// broken. `None` as the width wraps nothing. Only single spaces separate words.
pub(super) fn wrapped(text: &str, width: Option<usize>, indent: usize) -> String {
    let Some(width) = width else {
        return text.to_owned();
    };
    let mut lines = String::new();
    let mut length = 0;
    for (index, word) in text.split(' ').enumerate() {
        let word_length = word.chars().count();
        if index == 0 {
            length = indent;
        } else if width < length + 1 + word_length {
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            length = indent;
        } else {
            lines.push(' ');
            length += 1;
        }
        lines.push_str(word);
        length += word_length;
    }
    lines
}

/// The header and the rows, each cut to `width` characters. The header alone if there are no rows. Trailing
/// blanks are removed, so that copied lines are clean.
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

/// The beginning of an id, as lists show it.
pub(super) fn short_id(id: &str) -> String {
    FromAir(&id.chars().take(ID).collect::<String>()).to_string()
}

/// A line cut to this many characters, with a mark at the cut. `None` as the width cuts nothing.
pub(super) fn cut(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if width < line.chars().count() => {
            line.chars().take(width.saturating_sub(1)).chain(std::iter::once(CUT)).collect()
        }
        Some(_) | None => line.to_owned(),
    }
}

/// Names joined by ` + `, shortened to this many characters: first without their flags, then each by its end.
/// Short names leave their share of the room to longer ones, so that none disappears.
fn cut_names(text: &str, width: Option<usize>) -> String {
    const JOINT: &str = " + ";
    let Some(width) = width.filter(|width| *width < text.chars().count()) else {
        return text.to_owned();
    };
    let names: Vec<&str> = text.split(JOINT).map(without_flag).collect();
    if names.join(JOINT).chars().count() <= width {
        return names.join(JOINT);
    }
    let mut room = width.saturating_sub(JOINT.len() * (names.len() - 1));
    let mut by_length: Vec<usize> = (0..names.len()).collect();
    by_length.sort_by_key(|at| names[*at].chars().count());
    let mut shown = vec![String::new(); names.len()];
    // The shortest names come first: what they do not need is divided among the rest.
    for (done, at) in by_length.into_iter().enumerate() {
        shown[at] = cut(names[at], Some(room / (names.len() - done)));
        room -= shown[at].chars().count();
    }
    cut(&shown.join(JOINT), Some(width))
}

/// `ALFA` for `ALFA (ES)`. A parenthesis of another length is part of the name and stays.
fn without_flag(name: &str) -> &str {
    let bare = name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
    bare.filter(|(_, flag)| flag.len() == 2).map_or(name, |(name, _)| name)
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
    fn columns_are_aligned_with_their_headers_and_lines_have_no_trailing_blanks() {
        let expected = "id        score  vessels\nabcdefgh      5  JOSÉ (224000001)\nij          100\n";
        assert_eq!(table(&COLUMNS, &rows(), None), expected);
        assert_eq!(table(&COLUMNS, &rows(), Some(33)), expected);
        assert_eq!(table(&COLUMNS, &[], None), "id  score  vessels\n");
    }

    #[test]
    fn the_longest_cells_are_cut_first_then_spare_columns_are_left_out() {
        let columns = [text("id"), text("zone").down_to(4).spare(1), text("text").down_to(6)];
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["ab", "north of it", "was slow for an hour"]), row(["cd", "", "left"])];
        assert_eq!(fitted(&columns, &rows, None), table(&columns, &rows, None));
        assert_eq!(fitted(&columns, &rows, Some(80)), table(&columns, &rows, None));
        let made = fitted(&columns, &rows, Some(26));
        assert_eq!(made, "id  zone        text\nab  north of …  was slow …\ncd              left\n");
        assert_eq!(fitted(&columns, &rows, Some(12)), "id  text\nab  was slo…\ncd  left\n", "no room for the zone");
        assert!(fitted(&columns, &rows, Some(6)).lines().all(|line| line.chars().count() <= 6));
    }

    #[test]
    fn of_several_names_each_is_shortened_after_the_text() {
        assert_eq!(cut_names("NORTHERN STAR (NO) + ALFA (ES)", Some(22)), "NORTHERN STAR + ALFA");
        assert_eq!(cut_names("NORTHERN STAR (NO) + ALFA (ES)", Some(15)), "NORTHER… + ALFA");
        assert_eq!(cut_names("NORTHERN STAR (NO) + SILVER LUZ (ES)", Some(20)), "NORTHERN… + SILVER …");
        assert_eq!(cut_names("ALFA", Some(3)), "AL…");
        let columns = [text("id"), text("vessels").down_to(6).names(12), text("text").down_to(6).spare(1)];
        let rows = [["ab", "ALFA (ES) + BRAVO (PT)", "stayed together for an hour"].map(str::to_owned).to_vec()];
        assert!(fitted(&columns, &rows, Some(40)).contains("ab  ALFA (ES) + BRAVO (PT)  stayed toge…"));
        assert!(fitted(&columns, &rows, Some(28)).contains("ab  ALFA + BRAVO  staye…"));
        assert!(fitted(&columns, &rows, Some(20)).contains("ab  ALFA + BRAVO\n"));
    }

    #[test]
    fn a_long_text_is_wrapped_and_indented() {
        assert_eq!(wrapped("a bc def ghij", Some(8), 2), "a bc\n  def\n  ghij");
        assert_eq!(wrapped("a bc def ghij", None, 2), "a bc def ghij");
        assert_eq!(wrapped("abcdefghij k", Some(4), 0), "abcdefghij\nk");
    }

    #[test]
    fn what_is_longer_than_the_terminal_is_cut_with_a_mark() {
        let table = table(&COLUMNS, &rows(), Some(22));
        assert_eq!(table, "id        score  vess…\nabcdefgh      5  JOSÉ…\nij          100\n");
        assert_eq!(cut("12345", Some(5)), "12345");
    }
}
