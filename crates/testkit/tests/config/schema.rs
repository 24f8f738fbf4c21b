//! The JSON Schema of the config file accepts what the program accepts, and both have the same keys.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::slice;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use testkit::needs;
use toml::de::{DeTable, DeValue};

use super::{Folder, check, config, documents, root, snippets};

/// The output of `flashgate config-schema`.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let program = testkit::binary::flashgate().unwrap();
    let output = Command::new(program).arg("config-schema").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
});

/// Checks that the schema and the program agree on a config file.
#[track_caller]
pub(super) fn agrees(bytes: &[u8], code: Option<i32>, stderr: &str) {
    let Some(text) = std::str::from_utf8(bytes).ok() else {
        return;
    };
    let Ok(table) = DeTable::parse(text) else {
        return;
    };
    let fault = fault(&SCHEMA, &json(&DeValue::Table(table.into_inner())));
    if code == Some(0) {
        assert_eq!(fault, None, "the schema refuses:\n{text}");
        return;
    }
    let rule = IN_SCHEMA
        .iter()
        .find(|rule| stderr.contains(&format!("error[{rule}]")));
    if let Some(rule) = rule {
        assert!(fault.is_some(), "{rule}: the schema accepts:\n{text}");
    }
}

/// Mistakes that the schema always refuses too. It can't express all of these others: `missing-key` (a policy if there
/// are several, an empty list), `out-of-range` (a key that is compared with another), `bad-duration` (zero, more than a
/// year), `conflicting-keys`, and what the text of an address, a host, a path or a name means.
const IN_SCHEMA: [&str; 3] = ["unknown-key", "wrong-type", "unknown-value"];

/// Whether a text has one of the patterns that the schema uses.
fn fits(pattern: &str, text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_duration = || {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        unit != text && ["ms", "s", "m", "h", "d"].contains(&unit)
    };
    match pattern {
        "^[0-9]+(ms|s|m|h|d)$" => is_duration(),
        "^([0-9]+(ms|s|m|h|d)|off)$" => text == "off" || is_duration(),
        "^[0-9]+-[0-9]+$" => {
            let ends = text.split_once('-');
            ends.is_some_and(|(low, high)| is_number(low) && is_number(high))
        }
        other => panic!("add the pattern `{other}` here"),
    }
}

/// The first mistake in a value, by the parts of JSON Schema that this schema uses.
fn fault(schema: &Value, value: &Value) -> Option<String> {
    if let Some(any) = schema["anyOf"].as_array() {
        let faults: Option<Vec<_>> = any.iter().map(|schema| fault(schema, value)).collect();
        return faults.map(|faults| faults.join(", and "));
    }
    let wrong = || Some(format!("found {value}, expected {schema}"));
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return wrong();
    }
    let types = &schema["type"];
    let types = types
        .as_array()
        .map_or(slice::from_ref(types), Vec::as_slice);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.iter().any(|it| *it == kind || it.is_null()) {
        return wrong();
    }
    match value {
        Value::Number(number) => {
            let (low, high) = (&schema["minimum"], &schema["maximum"]);
            let number = number.as_u64().unwrap();
            let fits = low.as_u64().is_none_or(|low| low <= number)
                && high.as_u64().is_none_or(|high| number <= high);
            if fits { None } else { wrong() }
        }
        Value::Array(items) => items.iter().find_map(|item| fault(&schema["items"], item)),
        Value::Object(members) => fault_in_object(schema, members),
        Value::String(text) => {
            let fits = schema["pattern"].as_str().is_none_or(|it| fits(it, text));
            if fits { None } else { wrong() }
        }
        Value::Null | Value::Bool(_) => None,
    }
}

fn fault_in_object(schema: &Value, members: &Map<String, Value>) -> Option<String> {
    let required = schema["required"].as_array().into_iter().flatten();
    let mut missing = required.filter(|name| !members.contains_key(name.as_str().unwrap()));
    if let Some(name) = missing.next() {
        return Some(format!("{name} is missing"));
    }
    members.iter().find_map(|(name, value)| {
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => Some(format!("`{name}` is unknown")),
            (Value::Null, other) => fault(other, value),
            (known, _) => fault(known, value),
        }
    })
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            number.unwrap_or(i64::MAX).into()
        }
        DeValue::Float(number) => number.as_str().into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Datetime(date) => date.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(entries) => {
            let entry = |(key, value): (_, &toml::Spanned<_>)| {
                let key: &toml::Spanned<std::borrow::Cow<'_, str>> = key;
                (key.get_ref().to_string(), json(value.get_ref()))
            };
            Value::Object(entries.iter().map(entry).collect())
        }
    }
}

/// A section, and a config in which it has an unknown key.
const SECTIONS: [(&str, &str); 12] = [
    ("", "zzz = 1"),
    ("/policy/*", "[policy.p]\nzzz = 1"),
    ("/policy/*/rules", "[policy.p]\nrules = [{ zzz = 1 }]"),
    ("/listen", "[[listen]]\nzzz = 1"),
    ("/gate", "[[gate]]\nzzz = 1"),
    ("/bridge", "[bridge]\nzzz = 1"),
    ("/http", "[http]\nzzz = 1"),
    ("/tls", "[tls]\nzzz = 1"),
    ("/tls/certificates", "[tls]\ncertificates = [{ zzz = 1 }]"),
    ("/admin", "[admin]\nzzz = 1"),
    ("/limits", "[limits]\nzzz = 1"),
    ("/process", "[process]\nzzz = 1"),
];

/// The schema of a section: `*` is any name, and a list has the schema of its items.
fn section(path: &str) -> &'static Value {
    let steps = path.split('/').skip(1);
    steps.fold(&*SCHEMA, |schema, step| {
        let inner = match step {
            "*" => &schema["additionalProperties"],
            name => &schema["properties"][name],
        };
        inner.get("items").unwrap_or(inner)
    })
}

#[test]
fn each_section_has_the_same_keys() {
    for (path, text) in SECTIONS {
        let folder = Folder::new().unwrap();
        let (_, _, stderr) = check(&config(&folder, text));
        let finding = stderr.split("has no key `zzz`").nth(1).unwrap();
        let listed = finding.split("= help: valid keys are ").nth(1).unwrap();
        let listed = listed.lines().next().unwrap().split(", ");
        let listed: BTreeSet<_> = listed.map(|name| name.trim_matches('`')).collect();
        let properties = section(path)["properties"].as_object().unwrap();
        let properties: BTreeSet<_> = properties.keys().map(String::as_str).collect();
        assert_eq!(listed, properties, "{path}");
        assert_eq!(section(path)["additionalProperties"], false, "{path}");
        for (name, key) in section(path)["properties"].as_object().unwrap() {
            assert!(key["description"].is_string(), "{path}: {name}");
        }
    }
}

/// Every key, with its default unless that is `false`.
#[test]
fn the_example_has_every_key() {
    let example = fs::read_to_string(root().join("packaging/flashgate.toml")).unwrap();
    let setting = |line: &'static str| line.trim_start_matches(['#', ' ']);
    let example: &'static str = example.leak();
    let settings: Vec<_> = example.lines().map(setting).collect();
    for (path, _) in SECTIONS {
        for (name, key) in section(path)["properties"].as_object().unwrap() {
            let header = [
                format!("[{name}]"),
                format!("[{name}."),
                format!("{name} = "),
            ];
            let named = header.iter().any(|header| example.contains(header));
            assert!(named, "{path}: expected `{name}` in the example");
            let Some(default) = key.get("default").filter(|it| **it != false) else {
                continue;
            };
            let written = format!("{name} = {default}").replace("\",\"", "\", \"");
            let is_it = |line: &&str| {
                let rest = line.strip_prefix(&written);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            let found = settings.iter().any(is_it);
            assert!(found, "{path}: expected `{written}` in the example");
        }
    }
}

/// What `flashgate init` prints is valid, for the program and for the schema.
#[test]
fn what_init_prints() {
    let folder = Folder::new().unwrap();
    let tokens = folder.file("tokens", "login: 127.0.0.1:6112\nworld: 127.0.0.1:9875\n");
    let tokens = tokens.unwrap().display().to_string();
    for arguments in [
        ["--gate", "9339=127.0.0.1:9340"],
        ["--preset", "houdini"],
        ["--preset", "smartfox"],
        ["--preset", "habbo"],
        ["--preset", "irc"],
        ["--from-websockify", &tokens],
    ] {
        let output = Command::new(testkit::binary::flashgate().unwrap())
            .args(["init", "--domain", "www.example.com"])
            .args(arguments)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (code, _, stderr) = check(&config(&folder, &text));
        assert_eq!(code, Some(0), "{arguments:?}: {stderr}\n{text}");
    }
}

/// With a full JSON Schema validator: the schema itself, and the configs that people copy.
#[test]
fn a_validator_accepts_what_is_documented() {
    if !needs::met(needs::program("/usr/bin/jsonschema")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let schema = folder.file("schema.json", SCHEMA.to_string()).unwrap();
    let validate = |name: &str, text: &str| {
        let table = DeTable::parse(text).unwrap().into_inner();
        let document = json(&DeValue::Table(table)).to_string();
        let document = folder.file(name, document).unwrap();
        let mut command = Command::new("/usr/bin/jsonschema");
        let output = command.arg("-i").arg(document).arg(&schema).output();
        output.unwrap()
    };
    let mut texts = vec![fs::read_to_string(root().join("packaging/flashgate.toml")).unwrap()];
    for path in documents() {
        let document = fs::read_to_string(path).unwrap();
        texts.extend(snippets(&document));
    }
    for text in &texts {
        let output = validate("accepted.json", text);
        assert!(output.status.success(), "{text}\n{output:?}");
    }
    for (_, text) in SECTIONS {
        let text = format!("{text}\n");
        let output = validate("refused.json", &text);
        assert!(!output.status.success(), "{text}");
    }
    for wrong in ["request = \"10\"", "idle = \"never\"", "per-address = 0"] {
        let text = format!("{}[limits]\n{wrong}\n", super::LEAST);
        assert!(!validate("refused.json", &text).status.success(), "{text}");
    }
}
