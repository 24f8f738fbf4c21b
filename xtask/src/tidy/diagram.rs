//! Draws the layers of the code: each crate above the crates that it uses, and in each crate every module above the
//! modules that it imports from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::arrows;
use super::house::Crate;

/// What is above what.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// The whole picture as text, the highest layer first.
pub(super) fn draw(house: &[Crate]) -> Result<String> {
    let crates = crates(house)?;
    let mut text = String::new();
    for floor in floors(&crates).iter().rev() {
        for name in floor {
            let used = crates.get(name).into_iter().flatten();
            let used: Vec<_> = used.map(String::as_str).collect();
            let on = if used.is_empty() { "" } else { " on " };
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name}{on}{}", used.join(", "));
            let part = house.iter().find(|part| part.name == *name);
            for modules in part
                .map(|part| floors(&modules(part)))
                .iter()
                .flatten()
                .rev()
            {
                let _ = writeln!(text, "    {}", modules.join("  "));
            }
        }
    }
    Ok(text)
}

/// Which crate of the workspace uses which, without tests.
fn crates(house: &[Crate]) -> Result<Uses> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut uses = Uses::new();
    for part in house {
        let file = part.files.first().context("a crate without a file")?;
        let folder = file.path.parent().and_then(Path::parent);
        let manifest = folder
            .context("a crate without a folder")?
            .join("Cargo.toml");
        let text = fs::read_to_string(root.join(&manifest))
            .with_context(|| format!("can't read {}", manifest.display()))?;
        let lines = text.lines().skip_while(|line| *line != "[dependencies]");
        let lines = lines.skip(1).take_while(|line| !line.starts_with('['));
        let names = lines.filter_map(|line| line.split(['.', ' ']).next());
        let known = |name: &&str| house.iter().any(|part| part.name == *name);
        let names = names.filter(known).map(str::to_owned).collect();
        uses.insert(part.name.clone(), names);
    }
    Ok(uses)
}

/// Which top-level module of a crate imports from which.
pub(super) fn modules(part: &Crate) -> Uses {
    let top = |file: usize| part.files.get(file)?.module.first().cloned();
    let mut uses = Uses::new();
    for (from, to) in arrows::of(part).into_keys() {
        let (Some(from), Some(to)) = (top(from), top(to)) else {
            continue;
        };
        uses.entry(to.clone()).or_default();
        let below = uses.entry(from.clone()).or_default();
        if from != to {
            below.insert(to);
        }
    }
    uses
}

/// Puts each node above all nodes that it uses, the lowest floor first. Nodes in a cycle are left out.
fn floors(uses: &Uses) -> Vec<Vec<String>> {
    let mut floors: Vec<Vec<String>> = Vec::new();
    let mut placed = BTreeSet::new();
    loop {
        let rests = |used: &BTreeSet<String>| used.iter().all(|name| placed.contains(name));
        let free = uses
            .iter()
            .filter(|(name, used)| !placed.contains(*name) && rests(used));
        let floor: Vec<String> = free.map(|(name, _)| name.clone()).collect();
        if floor.is_empty() {
            return floors;
        }
        placed.extend(floor.iter().cloned());
        floors.push(floor);
    }
}
