//! Zones as features of GeoJSON, with what a page shows of them.

use serde_json::{Value, json};

use atalaia_core::zones::{Polygons, Zone, ZoneSet};

/// All zones, in the order of their files. Longitudes of a zone across ±180° go beyond it, so that its outline is one piece.
pub(super) fn collection(zones: &ZoneSet) -> Value {
    let features: Vec<Value> = zones
        .iter()
        .map(|(number, zone)| {
            let drawing = zones.drawing(number);
            let mut properties = properties(zone);
            properties["near"] = drawing.near.as_ref().map_or(Value::Null, geometry);
            properties["lines"] = match drawing.lines.is_empty() {
                true => Value::Null,
                false => json!({ "type": "MultiLineString", "coordinates": drawing.lines }),
            };
            json!({ "type": "Feature", "id": zone.id, "geometry": geometry(&drawing.area), "properties": properties })
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}

/// Polygons as a geometry.
fn geometry(polygons: &Polygons) -> Value {
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}

/// What a zone's file says of it, with defaults filled in. Text is as written there.
fn properties(zone: &Zone) -> Value {
    let hours = zone.hours.map(|hours| json!({ "from_minute": hours.from, "to_minute": hours.to }));
    let months: Vec<u8> = (1..=12).filter(|month| zone.months >> (month - 1) & 1 == 1).collect();
    json!({
        "id": zone.id,
        "name": zone.name,
        "kind": zone.kind.name(),
        "file": zone.file,
        "watched": zone.watched(),
        "near_nm": zone.near_nm,
        "weight": zone.weight,
        "behaviours": zone.behaviours,
        "settings": zone.settings,
        "calm": zone.calm,
        "calm_margin_nm": zone.calm_margin_nm,
        "months": months,
        "hours": hours,
        "expires": zone.expires,
        "owner": zone.owner,
        "reason": zone.reason,
        "source": zone.source,
        "reviewed": zone.reviewed,
    })
}
