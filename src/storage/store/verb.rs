//! What an act does to data.

/// What happened to data, in the words of Directive (EU) 2016/680, article 25.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// Data came in.
    Collection,
    /// Data, settings or rights were made or changed.
    Alteration,
    /// Somebody read data.
    Consultation,
    /// Data were handed to a recipient, or kept from one.
    Disclosure,
    /// Data were linked with others.
    Combination,
    /// Data were deleted.
    Erasure,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Verb; 6] =
        [Verb::Collection, Verb::Alteration, Verb::Consultation, Verb::Disclosure, Verb::Combination, Verb::Erasure];

    /// Its name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Verb::Collection => "collection",
            Verb::Alteration => "alteration",
            Verb::Consultation => "consultation",
            Verb::Disclosure => "disclosure",
            Verb::Combination => "combination",
            Verb::Erasure => "erasure",
        }
    }
}
