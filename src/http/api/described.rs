//! Parameters in the description of the API.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::Required;

/// Parameters of a query: name and meaning. They are texts, because most of them are lists or have a grammar of their own.
pub(super) fn query(all: &[(&str, &str)]) -> Vec<Parameter> {
    let one = |(name, meaning): &(&str, &str)| {
        ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(*meaning))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build()
    };
    all.iter().map(one).collect()
}

/// The parameters of the filter of alerts.
pub(super) const FILTER: [(&str, &str); 22] = [
    ("q", "The filter as one text: `severity>=medium behaviour:ais_gap zone:c07 owner:me score>60 since:6h words`"),
    ("state", "new, acknowledged, closed"),
    ("status", "open, ended, retracted"),
    ("severity", "info, low, medium, high, critical"),
    ("min_severity", "One of these or a higher one"),
    ("behaviour", "Names of behaviours"),
    ("zone", "Ids of zones"),
    ("mmsi", "Nine digits each"),
    ("imo", "Seven digits each"),
    ("name", "Text in the name or call sign of a vessel"),
    ("type", "Ship type: tanker, 80 or 80-89"),
    ("flag", "Two letters each"),
    ("case", "Full ids of cases"),
    ("owner", "Names of people, me or none"),
    ("min_score", "0 to 100"),
    ("since", "Still held then or later: a time, or how long ago as 6h"),
    ("until", "Began before then"),
    ("changed_after", "Changed or acted on after then, by the wall clock"),
    ("bbox", "west,south,east,north in degrees"),
    ("facts", "true includes facts, which were never announced"),
    ("silenced", "true or false"),
    ("kind", "vessel, system"),
];
