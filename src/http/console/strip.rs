//! Takes out of a script what only people read: comments on lines of their own, comments with types, empty lines, indentation.
//!
//! Goes line by line and knows no more of the language than that. A script in which a template literal may go over the end of a line is
//! left as it is, because what looks like a comment there is text.

/// The script without what only people read; `None` if that cannot be told from text with certainty.
pub(super) fn strip(script: &str) -> Option<String> {
    let mut stripped = String::with_capacity(script.len());
    let mut is_comment = false;
    for line in script.lines() {
        let mut rest = line.trim();
        if is_comment || rest.starts_with("/*") {
            // The two characters that open a comment do not end it.
            let from = if is_comment { 0 } else { 2 };
            let end = rest[from..].find("*/").map(|at| from + at + 2);
            is_comment = end.is_none();
            rest = end.map_or("", |end| rest[end..].trim_start());
        }
        if rest.is_empty() || rest.starts_with("//") {
            continue;
        }
        if has_open_template(rest) {
            return None;
        }
        without_types(rest, &mut stripped);
        stripped.push('\n');
    }
    (!is_comment).then_some(stripped)
}

/// Whether a template literal may go on after the line: it has an odd number of backticks, without escaped ones.
fn has_open_template(line: &str) -> bool {
    let escaped = line.matches("\\`").count();
    (line.matches('`').count() - escaped) % 2 == 1
}

/// Appends the line without comments that begin with `/** @`, which state types, and the space after each.
fn without_types(line: &str, to: &mut String) {
    let mut rest = line;
    while let Some((before, comment)) = rest.split_once("/** @") {
        let Some((_, after)) = comment.split_once("*/") else {
            break;
        };
        to.push_str(before);
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    to.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_indentation_and_empty_lines_go_and_code_stays() {
        let script = "// @ts-check\n\n/**\n * Two `words`.\n * @param {string} a\n */\nexport function f(a) {\n  // Why.\n  return a; // here\n}\n/** One line. */\nlet x = 1;\n";
        assert_eq!(strip(script).as_deref(), Some("export function f(a) {\nreturn a; // here\n}\nlet x = 1;\n"));
    }

    #[test]
    fn types_within_a_line_go() {
        let script = "const a = signal(/** @type {string | null} */ (null));\n/** @type {any} */ this.b = 1;\n/** @type {any} */ (c).d();\n";
        assert_eq!(strip(script).as_deref(), Some("const a = signal((null));\nthis.b = 1;\n(c).d();\n"));
    }

    #[test]
    fn what_looks_like_a_comment_in_a_string_stays() {
        let script = "const url = `${base}//x`;\nconst glob = \"/* not */\";\n";
        assert_eq!(strip(script).as_deref(), Some(script));
    }

    #[test]
    fn a_template_over_several_lines_and_an_open_comment_are_left_alone() {
        assert_eq!(strip("const a = `one\n// text\n`;\n"), None);
        assert_eq!(strip("let a = 1;\n/* never ends\n"), None);
        assert_eq!(strip("const a = `\\``;\n").as_deref(), Some("const a = `\\``;\n"));
    }
}
