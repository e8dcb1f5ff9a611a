//! The text of `q` in tokens.

use super::value::Wrong;

/// How a token compares its field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Comparison {
    /// `:` or `=`: one of the values.
    Is,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// One token with its place in the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    /// Name of the field; `None` for a word of the text search.
    pub(super) key: Option<String>,
    /// How the field is compared.
    pub(super) comparison: Comparison,
    /// The value, without quotation marks.
    pub(super) value: String,
    /// Place of its first character, counted in characters from 0.
    pub(super) first: usize,
    /// Place after its last character.
    pub(super) beyond: usize,
}

/// The tokens of a text: parted by white space, which in quotation marks belongs to the token. The error has the place of the fault.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, (Wrong, usize, usize)> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if letters[at].is_whitespace() {
            at += 1;
            continue;
        }
        let (first, mut quoted, mut any_quoted) = (at, false, false);
        let mut plain = String::new();
        // Place in `plain` of the first quotation mark: a comparison is looked for before it only.
        let mut key_ends = None;
        while at < letters.len() && (quoted || !letters[at].is_whitespace()) {
            match letters[at] {
                '"' => {
                    key_ends = key_ends.or(Some(plain.len()));
                    (quoted, any_quoted) = (!quoted, true);
                }
                letter => plain.push(letter),
            }
            at += 1;
        }
        if quoted {
            return Err(("the quotation mark is not closed".to_owned(), first, at));
        }
        if plain.is_empty() && !any_quoted {
            continue;
        }
        let (key, comparison, value) = split(&plain, key_ends.unwrap_or(plain.len()));
        tokens.push(Token { key, comparison, value, first, beyond: at });
    }
    Ok(tokens)
}

/// Key, comparison and value of a token. The key is before the first sign of comparison, and before `end` in bytes.
fn split(plain: &str, end: usize) -> (Option<String>, Comparison, String) {
    let whole = || (None, Comparison::Is, plain.to_owned());
    let Some(place) = plain[..end].find([':', '=', '>', '<']) else {
        return whole();
    };
    let (key, rest) = plain.split_at(place);
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
        return whole();
    }
    let signs = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        (">", Comparison::Above),
        ("<", Comparison::Below),
        (":", Comparison::Is),
        ("=", Comparison::Is),
    ];
    let found = signs.into_iter().find_map(|(sign, comparison)| Some((comparison, rest.strip_prefix(sign)?)));
    found.map_or_else(whole, |(comparison, value)| (Some(key.to_ascii_lowercase()), comparison, value.to_owned()))
}
