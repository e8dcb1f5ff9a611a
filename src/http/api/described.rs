//! Parameters in the description of the API.

use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// Parameters of a query: name and meaning. They are texts, because most of them are lists or have a grammar of their own.
pub(super) fn query(all: impl IntoIterator<Item = (&'static str, &'static str)>) -> Vec<Parameter> {
    let one = |(name, meaning): (&'static str, &'static str)| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(meaning))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build()
    };
    all.into_iter().map(one).collect()
}
