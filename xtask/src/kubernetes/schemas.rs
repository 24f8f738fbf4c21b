//! Every resource is valid: Kubernetes' own by its schemas, the others by ours.
//!
//! No registry has the schemas of the others, so ours list the fields that we use, from their documentation. They
//! refuse every other field.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::rendered::{Rendered, text};
use super::tools::{Tools, output};
use anyhow::{Context as _, Result};

const OURS: [(&str, &str); 5] = [
    ("TCPRoute", include_str!("TCPRoute.json")),
    ("Gateway", include_str!("Gateway.json")),
    (
        "BackendTrafficPolicy",
        include_str!("BackendTrafficPolicy.json"),
    ),
    ("ServiceMonitor", include_str!("ServiceMonitor.json")),
    ("PrometheusRule", include_str!("PrometheusRule.json")),
];

/// Checks each resource.
pub(super) fn check(tools: &Tools, folder: &Path, rendered: &Rendered) -> Result<()> {
    let mut of_kubernetes = Vec::new();
    for (position, resource) in rendered.all().iter().enumerate() {
        let kind = text(resource, "/kind");
        let file = folder.join(format!("{position}-{kind}.json"));
        fs::write(&file, serde_json::to_vec(resource)?)?;
        match OURS.iter().find(|(name, _)| *name == kind) {
            Some((_, schema)) => {
                against(schema, &folder.join(format!("{kind}.schema.json")), &file).with_context(
                    || format!("{kind} {} is invalid", text(resource, "/metadata/name")),
                )?;
            }
            None => of_kubernetes.push(file),
        }
    }
    tools.validate(&of_kubernetes)
}

fn against(schema: &str, schema_file: &Path, file: &Path) -> Result<()> {
    fs::write(schema_file, schema)?;
    let mut validator = Command::new("/usr/bin/jsonschema");
    output(validator.arg("-i").arg(file).arg(schema_file))?;
    Ok(())
}
