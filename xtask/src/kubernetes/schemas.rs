//! Every resource is valid: Kubernetes' own by its schemas, the others by ours.
//!
//! No registry has the schemas of the others, so ours list the fields that we use, from their documentation. They
//! refuse every other field.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::rendered::{Rendered, text};
use super::tools::Tools;
use crate::command::step;

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
    for (position, resource) in rendered.all().iter().enumerate() {
        let kind = text(resource, "/kind");
        let file = folder.join(format!("{position}-{kind}.json"));
        fs::write(&file, serde_json::to_vec(resource)?)?;
        let ours = OURS.iter().find(|(name, _)| *name == kind);
        match ours {
            Some((_, schema)) => {
                against(schema, &folder.join(format!("{kind}.schema.json")), &file)
            }
            None => tools.validate(&file),
        }
        .with_context(|| format!("{kind} {} is invalid", text(resource, "/metadata/name")))?;
    }
    Ok(())
}

fn against(schema: &str, schema_file: &Path, file: &Path) -> Result<()> {
    let schema: Value = serde_json::from_str(schema)?;
    fs::write(schema_file, serde_json::to_vec(&schema)?)?;
    step(
        Command::new("jsonschema")
            .arg("-i")
            .arg(file)
            .arg(schema_file),
    )
}
