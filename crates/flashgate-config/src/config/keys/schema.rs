//! Writes the keys as a JSON Schema, for completion and checks in editors. It never rejects a file that the parser
//! accepts.

use serde_json::{Map, Value, json};
use toml::de::DeValue;

use super::key::{Form, Key, Section, Unset, ValueType, plain};
use super::table::{CERTIFICATE, RULE, TOP};

/// The schema, as text.
pub fn schema() -> String {
    let mut schema = object(&TOP);
    schema.extend(members(json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "flashgate's config file",
        "description": "Durations are a number and a unit: ms, s, m, h or d. Paths are relative to the file.",
    })));
    format!("{:#}\n", Value::Object(schema))
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

/// A table with these keys and no others.
fn object(section: &Section) -> Map<String, Value> {
    let keys = section.keys.iter();
    let properties: Map<_, _> = keys
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    let keys = section.keys.iter();
    let required = keys.filter(|key| matches!(key.unset, Unset::Required));
    let required: Vec<_> = required.map(|key| key.name).collect();
    members(json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    }))
}

fn property(key: &Key) -> Value {
    let mut property = members(shape(key.kind));
    let mut description = plain(key.doc);
    match key.unset {
        Unset::Required => {}
        Unset::Means(words) => description.extend([" Default: ", &plain(words), "."]),
        Unset::Is(text) => {
            let value = DeValue::parse(text).map(|value| json(value.get_ref()));
            property.extend(value.map(|value| ("default".to_owned(), value)));
        }
    }
    property.insert("description".to_owned(), description.into());
    Value::Object(property)
}

const DURATION: &str = "[0-9]+(ms|s|m|h|d)";

/// The schema of a value of this type.
fn shape(kind: ValueType) -> Value {
    let number = json!({ "type": "integer", "minimum": 1, "maximum": kind.most() });
    match kind {
        ValueType::Boolean => json!({ "type": "boolean" }),
        ValueType::Port | ValueType::Number(_) => number,
        ValueType::Ports => {
            json!({ "anyOf": [number, { "type": "string", "pattern": "^[0-9]+-[0-9]+$" }] })
        }
        ValueType::Cap => json!({ "anyOf": [number, { "enum": ["off"] }] }),
        ValueType::Duration | ValueType::Short => {
            json!({ "type": "string", "pattern": format!("^{DURATION}$") })
        }
        ValueType::Idle => json!({ "type": "string", "pattern": format!("^({DURATION}|off)$") }),
        ValueType::OneOf(words) => json!({ "type": "string", "enum": words() }),
        ValueType::SeveralOf(words) => {
            one_or_several(&json!({ "type": "string", "enum": words() }))
        }
        ValueType::Text | ValueType::Socket => json!({ "type": "string" }),
        ValueType::TextOrNumber => json!({ "type": ["string", "integer"] }),
        ValueType::Networks | ValueType::Names => one_or_several(&json!({ "type": "string" })),
        ValueType::Texts => one_or_several(&json!({ "type": ["string", "integer"] })),
        ValueType::Rules => list(&RULE),
        ValueType::Certificates => list(&CERTIFICATE),
        ValueType::Section(Form::Table, section) => object(section).into(),
        ValueType::Section(Form::List, section) => list(section),
        ValueType::Section(Form::ByName, section) => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z0-9._-]+$" },
            "additionalProperties": object(section),
        }),
    }
}

fn list(section: &Section) -> Value {
    json!({ "type": "array", "items": object(section) })
}

fn one_or_several(item: &Value) -> Value {
    json!({ "anyOf": [item, { "type": "array", "items": item }] })
}

/// Converts a TOML value to JSON.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => number.as_str().parse::<u32>().ok().into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Value::Null,
    }
}
