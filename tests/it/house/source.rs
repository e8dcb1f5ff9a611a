//! A source file prepared for the house rules: its module, and its code without prose, string contents and tests.

/// One Rust file.
pub struct Source {
    /// Path relative to the workspace, with `/`.
    pub path: String,
    /// Text of the file.
    pub text: String,
    /// The same lines with comments and string contents blanked, cut before the test module.
    pub code: String,
    /// Module path in its package: `core/src/ais/bits.rs` is `["ais", "bits"]`, `core/src/ais/mod.rs` is `["ais"]`. Empty for files outside
    /// the sources of the packages, for `lib.rs` and `main.rs`, and for test files, which the import order does not apply to.
    pub module: Vec<String>,
}

impl Source {
    /// Prepares a file from a path such as `core/src/ais/bits.rs` and its text.
    pub fn new(path: &str, text: &str) -> Source {
        let path = path.replace('\\', "/");
        let mut module: Vec<String> = match path.strip_prefix("core/").unwrap_or(&path).strip_prefix("src/") {
            Some(inside) => inside.trim_end_matches(".rs").split('/').map(str::to_string).collect(),
            None => Vec::new(),
        };
        if module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        let free = |name: &String| matches!(name.as_str(), "lib" | "main" | "testing" | "tests");
        if module.iter().any(free) {
            module.clear();
        }
        let code = without_tests(&blanked(text));
        Source { text: text.to_string(), code, module, path }
    }

    /// Whether the import order applies to the file.
    pub fn is_ordered(&self) -> bool {
        !self.module.is_empty()
    }

    /// Every path in the code that leads into its own crate, from the crate's root, with its line (from 1).
    pub fn crate_paths(&self) -> Vec<(usize, Vec<String>)> {
        let resolve = |(line, path): (usize, Vec<String>)| {
            let ups = path.iter().take_while(|part| *part == "super").count();
            match path[0].as_str() {
                "crate" => Some((line, path[1..].to_vec())),
                "super" if ups <= self.module.len() => {
                    let base = &self.module[..self.module.len() - ups];
                    Some((line, [base, &path[ups..]].concat()))
                }
                _ => None,
            }
        };
        paths(&self.code).into_iter().filter_map(resolve).collect()
    }
}

/// Every `a::b::{c, d::e}` in the code, expanded into single paths, with the line each begins on.
fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut next = 0;
    while next < tokens.len() {
        match tokens[next].1 {
            word if is_word(word) => next = spread(&tokens, next, &[], &mut found),
            _ => next += 1,
        }
    }
    found
}

/// Reads one path (or the tree of a `use`) that starts at `next`; returns the index after it.
fn spread(
    tokens: &[(usize, &str)],
    mut next: usize,
    before: &[String],
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let line = tokens[next].0;
    let mut path = before.to_vec();
    let token = |at: usize| tokens.get(at).map_or("", |token| token.1);
    loop {
        match token(next) {
            "{" => {
                next += 1;
                while !matches!(token(next), "}" | "") {
                    match token(next) {
                        "," => next += 1,
                        word if is_word(word) || word == "{" || word == "*" => {
                            next = spread(tokens, next, &path, found);
                        }
                        _ => next += 1,
                    }
                }
                return next + 1;
            }
            "*" => {
                next += 1;
                break;
            }
            word => {
                path.push(word.to_string());
                next += 1;
            }
        }
        let goes_on = is_word(token(next + 1)) || matches!(token(next + 1), "{" | "*");
        if token(next) != "::" || !goes_on {
            break;
        }
        next += 1;
    }
    found.push((line, path));
    next
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Words, `::` and single other characters, each with its line (from 1).
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    for (line, text) in code.lines().enumerate() {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let length = match word {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                length => length,
            };
            tokens.push((line + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// Cuts the code before its test module, which is always last in a file.
fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut lines = code.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            match lines.peek() {
                Some(next) if next.starts_with("mod tests {") => break,
                _ => {
                    // A single declaration for tests only.
                    lines.next();
                    kept.push_str("\n\n");
                }
            }
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Replaces comments and string contents with blanks, keeping all line breaks.
fn blanked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = |index: usize| characters.get(index).copied().unwrap_or('\0');
    let mut out = String::with_capacity(text.len());
    let mut index = 0;
    while index < characters.len() {
        let end = match (at(index), at(index + 1)) {
            ('/', '/') => until(&characters, index, |i| at(i) == '\n'),
            ('/', '*') => until(&characters, index + 2, |i| at(i) == '*' && at(i + 1) == '/') + 2,
            ('r' | 'b', '"' | '#') | ('b', 'r') | ('"', _) => string_end(&characters, index),
            ('\'', '\\') => until(&characters, index + 3, |i| at(i) == '\'') + 1,
            ('\'', _) if at(index + 2) == '\'' => index + 3,
            _ => index,
        };
        if end == index {
            out.push(at(index));
            index += 1;
            continue;
        }
        let end = end.min(characters.len());
        out.extend(characters[index..end].iter().map(|c| match c {
            '\n' => '\n',
            _ => ' ',
        }));
        index = end;
    }
    out
}

fn until(characters: &[char], from: usize, done: impl Fn(usize) -> bool) -> usize {
    (from..characters.len()).find(|index| done(*index)).unwrap_or(characters.len())
}

/// End of the string literal that begins at `start`, or `start` if none begins there.
fn string_end(characters: &[char], start: usize) -> usize {
    let at = |index: usize| characters.get(index).copied().unwrap_or('\0');
    let inside_word = 0 < start && (at(start - 1).is_alphanumeric() || at(start - 1) == '_');
    let quote = until(characters, start, |i| !matches!(at(i), 'r' | 'b' | '#'));
    let prefix: String = characters[start..quote].iter().collect();
    if at(quote) != '"' || (inside_word && !prefix.is_empty()) {
        return start;
    }
    let hashes = prefix.matches('#').count();
    let raw = prefix.contains('r');
    let mut index = quote + 1;
    while index < characters.len() {
        match at(index) {
            '\\' if !raw => index += 2,
            '"' if (1..=hashes).all(|ahead| at(index + ahead) == '#') => return index + hashes + 1,
            _ => index += 1,
        }
    }
    characters.len()
}

mod tests {
    use super::*;

    #[test]
    fn prose_and_strings_are_blanked_and_lines_are_kept() {
        let text = "a /* b\nc */ d // e\n\"f\\\"g\" 'h' '\\'' r#\"i\"j\"# k<'l>\n";
        let words: Vec<(usize, &str)> = vec![(1, "a"), (2, "d"), (3, "k"), (3, "<"), (3, "'"), (3, "l"), (3, ">")];
        assert_eq!(tokens(&blanked(text)), words);
    }

    #[test]
    fn import_trees_expand_into_paths() {
        let found: Vec<String> = paths("use std::{fmt::{self, Display}, net};\nlet x = a::b(c);")
            .into_iter()
            .map(|(line, path)| format!("{line} {}", path.join("::")))
            .collect();
        assert!(found.contains(&"1 std::fmt::Display".to_string()), "{found:?}");
        assert!(found.contains(&"1 std::net".to_string()));
        assert!(found.contains(&"2 a::b".to_string()));
        assert!(found.contains(&"2 c".to_string()));
    }
}
