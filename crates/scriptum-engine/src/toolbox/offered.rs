//! What a model is told of the tools that it may call: name, purpose, and the schema of the arguments.
//!
//! The machine names tools; their signatures are those that the script was compiled against, so that
//! a model that is asked again is told the same.

use std::sync::Arc;

use scriptum_contract::{ToolCatalog, ToolName, ToolOrigin, Type, Value, type_schema};

/// The arguments of a call of a model, the names of its tools replaced by what they are.
pub(super) fn with_schemas(args: Value, pins: &ToolCatalog) -> Value {
    let Some(object) = args.as_object() else {
        return args;
    };
    let Some(tools) = object.get("tools").and_then(Value::as_list) else {
        return args;
    };
    let tools = Value::list(tools.iter().map(|tool| described(tool, pins)));
    let entries = object.iter().map(|(key, value)| match &**key {
        "tools" => (Arc::clone(key), tools.clone()),
        _ => (Arc::clone(key), value.clone()),
    });
    Value::object(entries)
}

/// What is no name of a pinned tool stays as it is: a provider may have tools of its own.
fn described(tool: &Value, pins: &ToolCatalog) -> Value {
    let field = |name: &str| tool.as_object().and_then(|tool| tool.get(name));
    let text = |name: &str| field(name).and_then(Value::as_text);
    let (Some(name), Some(full)) = (text("name"), text("tool")) else {
        return tool.clone();
    };
    let Some(signature) = origin(field("origin")).and_then(|origin| {
        let full = ToolName::new(full);
        pins.find(&origin, &full)
    }) else {
        return tool.clone();
    };
    let parameters = match &signature.input {
        Some(shape) => type_schema(&Type::Shape(Arc::clone(shape))),
        None => Value::object([("type", Value::text("object"))]),
    };
    Value::object([
        ("name", Value::text(name)),
        ("description", Value::text(&signature.doc)),
        ("parameters", parameters),
    ])
}

fn origin(written: Option<&Value>) -> Option<ToolOrigin> {
    match written? {
        Value::Text(word) => match &**word {
            "native" => Some(ToolOrigin::Native),
            "cloud" => Some(ToolOrigin::Cloud),
            "model" => Some(ToolOrigin::Model),
            "channel" => Some(ToolOrigin::Channel),
            _ => None,
        },
        Value::Object(object) => {
            let server = object.get("mcp").and_then(Value::as_text)?;
            Some(ToolOrigin::Mcp(server.into()))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::List(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use scriptum_contract::{Field, Shape, ToolSignature};

    use super::*;

    #[test]
    fn tools_are_described_by_their_pins() {
        let pins = ToolCatalog::new([ToolSignature {
            name: ToolName::new("geo::lookup"),
            origin: ToolOrigin::Cloud,
            input: Some(Arc::new(Shape {
                fields: vec![Field::required("address", Type::text())],
                open: false,
            })),
            output: Type::Any,
            streaming: false,
            item: None,
            idempotent: true,
            doc: "Finds a place.".to_owned(),
            example: String::new(),
        }]);
        let args = r#"{"messages": [], "tools": [
            {"name": "lookup", "tool": "geo::lookup", "origin": "cloud"},
            {"name": "other", "tool": "other", "origin": {"mcp": "files"}},
            "own"
        ]}"#;
        let args = Value::from_json(args).unwrap();
        let told = with_schemas(args.clone(), &pins);
        let tools = told.as_object().and_then(|told| told.get("tools"));
        let tools = tools.and_then(Value::as_list).unwrap();
        let json = tools[0].to_json().unwrap();
        assert!(
            json.starts_with(r#"{"name":"lookup","description":"Finds a place.","parameters""#)
        );
        assert!(json.contains(r#""required":["address"]"#), "{json}");
        let before = args.as_object().and_then(|args| args.get("tools"));
        assert_eq!(tools[1..], before.and_then(Value::as_list).unwrap()[1..]);
    }
}
