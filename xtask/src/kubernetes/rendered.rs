//! Resources as a cluster would get them.

use serde_json::Value;

/// Everything that one choice makes.
pub(super) struct Rendered(Vec<Value>);

impl Rendered {
    pub(super) const fn new(resources: Vec<Value>) -> Self {
        Self(resources)
    }

    pub(super) fn all(&self) -> &[Value] {
        &self.0
    }

    /// The resources of a kind.
    pub(super) fn kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0
            .iter()
            .filter(move |resource| text(resource, "/kind") == kind)
    }

    /// The Deployment or the `DaemonSet`.
    pub(super) fn workload(&self) -> Option<&Value> {
        self.kind("Deployment").chain(self.kind("DaemonSet")).next()
    }

    /// flashgate's config file.
    pub(super) fn config(&self) -> Option<&str> {
        let mut maps = self.kind("ConfigMap");
        maps.find_map(|map| map.pointer("/data/flashgate.toml")?.as_str())
    }
}

/// The text at a JSON pointer, or nothing.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The entries of the list at a JSON pointer.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}
