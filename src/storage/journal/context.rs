//! What lines need to be understood besides their bytes. Every segment begins with it, so that reading can begin at any segment.

/// Inputs and settings that are needed to interpret lines.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Context {
    /// Names of the inputs, in the order of `SourceId`.
    pub(super) sources: Vec<String>,
    /// Key of the settings and zones in force.
    pub(super) in_force: String,
}
