//! The Kubernetes manifests: they build, they are valid, and they fit the program.
//!
//! No cluster is needed. What a cluster would refuse is checked with schemas, and what it would not notice, such as a
//! port that only one side knows, with the rules in `rules`.

mod rendered;
mod rules;
mod schemas;
mod tools;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use rendered::Rendered;
use tools::Tools;

/// Where the manifests are, from the root of the repository.
const FOLDER: &str = "packaging/kubernetes";

/// An overlay, and the components that users can add to it.
struct Choice {
    overlay: &'static str,
    components: &'static [&'static str],
}

const CHOICES: [Choice; 6] = [
    choice("policy-only", &[]),
    choice("policy-only", &["monitoring"]),
    choice("gate", &[]),
    choice("gate", &["monitoring", "autoscaling"]),
    choice("gateway-api", &[]),
    choice("gateway-api", &["monitoring", "autoscaling"]),
];

const fn choice(overlay: &'static str, components: &'static [&'static str]) -> Choice {
    Choice {
        overlay,
        components,
    }
}

/// Builds and checks each choice.
pub(crate) fn run() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tools = Tools::installed()?;
    for choice in &CHOICES {
        let name = [&[choice.overlay], choice.components].concat().join("+");
        let resources = check(&root, &tools, choice, &name)
            .with_context(|| format!("{FOLDER}: {name} is not right"))?;
        println!("{name}: {resources} valid resources");
    }
    Ok(())
}

/// Checks one choice. Returns the number of its resources.
fn check(root: &Path, tools: &Tools, choice: &Choice, name: &str) -> Result<usize> {
    let folder = crate::tools::folder("kubernetes")?.join(name);
    fs::create_dir_all(&folder)?;
    let manifests = root.join(FOLDER).canonicalize()?;
    fs::write(
        folder.join("kustomization.yaml"),
        kustomization(&manifests, &folder, choice)?,
    )?;
    let rendered = Rendered::new(tools.resources(&folder)?);
    schemas::check(tools, &folder, &rendered)?;
    rules::check(root, tools, &folder, &rendered)?;
    Ok(rendered.all().len())
}

/// What a user would write to choose an overlay and components. Kustomize takes relative paths only.
fn kustomization(manifests: &Path, folder: &Path, choice: &Choice) -> Result<Vec<u8>> {
    let up = "../".repeat(folder.canonicalize()?.components().count() - 1);
    let from_here =
        |part: String| format!("{up}{}", manifests.join(part).display()).replace("//", "/");
    let components = choice.components.iter();
    let components = components.map(|name| from_here(format!("components/{name}")));
    let text = serde_json::json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [from_here(format!("overlays/{}", choice.overlay))],
        "components": components.collect::<Vec<_>>(),
    });
    Ok(serde_json::to_vec(&text)?)
}
