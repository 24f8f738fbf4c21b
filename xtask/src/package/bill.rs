//! The bill of materials, in the form of `CycloneDX`: every library that is in the program, with version and license.
//!
//! It is made from cargo's own list. `cargo cyclonedx` would also list what the program is not linked with, and paths of
//! this machine.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::architecture::Architecture;
use super::{VERSION, binary, linked};
use crate::command::output;
use crate::tools;
use crate::workspace::text;

/// Writes the bill.
pub(super) fn write(architecture: Architecture) -> Result<PathBuf> {
    let libraries = linked::libraries(architecture)?;
    let (program, others): (Vec<_>, Vec<_>) = libraries
        .iter()
        .partition(|package| text(package, "name") == "flashgate");
    let program = program.first().context("the program is not listed")?;
    let mut main = component(program, "application");
    if let Some(main) = main.as_object_mut() {
        main.insert(
            "supplier".to_owned(),
            json!({ "name": "The flashgate authors" }),
        );
    }
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "timestamp": date()?, "component": main },
        "components": others.iter().map(|package| component(package, "library")).collect::<Vec<_>>(),
        "dependencies": dependencies(&libraries),
    });
    let name = format!(
        "flashgate-{VERSION}-{}-linux.cdx.json",
        architecture.linux()
    );
    let path = tools::folder("package")?.join(name);
    let mut text = serde_json::to_string_pretty(&bill)?;
    text.push('\n');
    fs::write(&path, text).with_context(|| format!("can't write {}", path.display()))?;
    Ok(path)
}

fn component(package: &Value, kind: &str) -> Value {
    let source = text(package, "repository");
    json!({
        "type": kind,
        "bom-ref": url(package),
        "name": text(package, "name"),
        "version": text(package, "version"),
        "description": text(package, "description").trim(),
        // An expression of SPDX. Old packages write a slash for OR.
        "licenses": [{ "expression": text(package, "license").replace('/', " OR ") }],
        "purl": url(package),
        "externalReferences": if source.is_empty() { json!([]) } else { json!([{ "type": "vcs", "url": source }]) },
    })
}

/// Which library depends directly on which. Dependencies of builds and tests are left out.
fn dependencies(libraries: &[Value]) -> Vec<Value> {
    let depends = |package: &Value| {
        let wanted = package.get("dependencies").and_then(Value::as_array);
        let names: Vec<_> = wanted
            .into_iter()
            .flatten()
            .filter(|wanted| wanted.get("kind").is_none_or(Value::is_null))
            .map(|wanted| text(wanted, "name"))
            .collect();
        let found = libraries
            .iter()
            .filter(|library| names.contains(&text(library, "name")));
        json!({ "ref": url(package), "dependsOn": found.map(url).collect::<Vec<_>>() })
    };
    libraries.iter().map(depends).collect()
}

/// The package's address, as bills of materials name it.
fn url(package: &Value) -> String {
    format!(
        "pkg:cargo/{}@{}",
        text(package, "name"),
        text(package, "version")
    )
}

/// The commit's time.
fn date() -> Result<String> {
    let time = format!("@{}", binary::commit_time()?);
    let format = "+%Y-%m-%dT%H:%M:%SZ";
    let date = output(Command::new("date").args(["--utc", "--date", &time, format]))?;
    Ok(String::from_utf8_lossy(&date).trim().to_owned())
}
