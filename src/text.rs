//! Suggestions for misspelt words.

use crate::units::conversion;

/// What to write instead of an unknown word: the one of `known` that was probably meant, or else all of them.
pub fn advice(wrong: &str, known: &[&str]) -> String {
    // The right key in another unit is a better guess than one with similar spelling.
    let other_unit = known.iter().find_map(|name| Some((name, conversion(wrong, name)?)));
    if let Some((name, conversion)) = other_unit {
        return format!("did you mean `{name}`? ({conversion})");
    }
    // A word much longer than the key is not a typing error.
    let near = known.iter().filter(|name| wrong.len() <= 2 * name.len());
    let nearest = near
        .map(|name| (strsim::damerau_levenshtein(wrong, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4);
    // The key without its unit.
    let longer = || known.iter().find(|name| name.strip_prefix(wrong).is_some_and(|rest| rest.starts_with('_')));
    match (nearest.map(|(_, name)| name).or_else(|| longer().copied()), known) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, []) => "leave it out".to_owned(),
        (None, _) => format!("write one of: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant_is_suggested() {
        let keys = ["after_minutes", "min_shore_nm", "score"];
        assert_eq!(advice("after_minuts", &keys), "did you mean `after_minutes`?");
        assert_eq!(advice("after_hours", &keys), "did you mean `after_minutes`? (hours × 60)");
        assert_eq!(advice("min_shore", &keys), "did you mean `min_shore_nm`?", "without its unit");
        assert_eq!(advice("colour", &keys), "write one of: after_minutes, min_shore_nm, score");
        assert_eq!(advice("colour", &[]), "leave it out");
    }
}
