//! Where the threshold of an alert comes from.

use std::sync::LazyLock;

use serde_json::Value;

use atalaia_core::behaviours::Settings;

/// The settings of all behaviours that nobody has changed.
static DEFAULTS: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(Settings::default()).unwrap_or_default());

/// `default` if the threshold is that of a behaviour whose settings nobody has changed, else `settings`: the settings of the site, a
/// profile or a zone set it. `None` for a threshold that is no setting.
pub(super) fn origin(behaviour: &str, key: &str, value: &Value) -> Option<&'static str> {
    let usual = usual(behaviour, key)?;
    match usual == value || usual.as_f64().is_some_and(|usual| Some(usual) == value.as_f64()) {
        true => Some("default"),
        false => Some("settings"),
    }
}

/// The value of a setting that nobody has changed; `None` for what is no setting of the behaviour.
pub(super) fn usual(behaviour: &str, key: &str) -> Option<&'static Value> {
    DEFAULTS.get(behaviour)?.get(key)
}
