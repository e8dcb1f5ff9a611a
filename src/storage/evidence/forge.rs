//! Bundles of any content with a manifest that fits, as a forger would make them. For tests and fuzzing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::archive;
use super::manifest::{FORMAT, MANIFEST, SIGNATURE, chained};

/// An unsigned bundle of these members, by name, with a manifest that lists them. Other values of a manifest among the
/// members are kept. `None` if a name is not valid for a member.
pub(crate) fn bundle(mut members: BTreeMap<String, Vec<u8>>) -> Option<Vec<u8>> {
    // A forger has no key.
    members.remove(SIGNATURE);
    let given = members.remove(MANIFEST).and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let mut manifest = given.filter(Value::is_object).unwrap_or_else(|| {
        serde_json::json!({
            "format": FORMAT, "case": "case", "marking": {"tlp": "AMBER", "europol": []}, "made_at": "", "made_by": "", "program": "",
            "from": "", "until": "", "vessels": [], "lines": 0, "remarks": [], "signed": false, "public_key": null,
        })
    });
    let (listed, head) = chained(members.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    manifest["members"] = serde_json::to_value(listed).ok()?;
    manifest["head"] = head.into();
    members.insert(MANIFEST.to_owned(), serde_json::to_vec(&manifest).ok()?);
    archive::write(&members).ok()
}
