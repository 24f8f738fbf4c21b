//! The imports between the files of a crate: from the importing file to the file that defines the name.

use std::collections::{BTreeMap, BTreeSet};

use super::house::{Crate, Module};
use super::imports::{self, Import};

/// The importing file and the imported one, with the imported names.
pub(super) type Arrows = BTreeMap<(usize, usize), BTreeSet<String>>;

/// How many times a name may be re-exported.
const HANDS: u8 = 8;

/// The imports between the files of a crate.
pub(super) fn of(house: &Crate) -> Arrows {
    let imports: Vec<_> = house.files.iter().map(imports::of).collect();
    let names = NameOrigins::new(house, imports.iter().flatten());
    let mut arrows = Arrows::new();
    for (from, imports) in imports.iter().enumerate() {
        for import in imports.iter().filter(|import| import.used) {
            let found = names.defining(&import.module, &import.path, HANDS);
            if let Some(to) = found.filter(|to| *to != from) {
                let taken = import.path.last().cloned().unwrap_or_default();
                arrows.entry((from, to)).or_default().insert(taken);
            }
        }
    }
    arrows
}

/// Where every name of a crate is defined.
struct NameOrigins<'a> {
    house: &'a Crate,
    /// What each name means, by module and name.
    imported: BTreeMap<(&'a Module, &'a str), &'a Import>,
}

impl<'a> NameOrigins<'a> {
    fn new(house: &'a Crate, imports: impl Iterator<Item = &'a Import>) -> Self {
        let named = imports.filter(|import| !import.name.is_empty());
        let imported = named.map(|import| ((&import.module, import.name.as_str()), import));
        Self {
            house,
            imported: imported.collect(),
        }
    }

    /// The file that defines what a path names; `None` if that is in another crate.
    fn defining(&self, from: &Module, path: &[String], hands: u8) -> Option<usize> {
        let (mut at, mut rest) = self.start(from, path)?;
        while let Some((step, further)) = rest.split_first() {
            let below = joined(&at, step);
            if !self.house.modules.contains_key(&below) {
                break;
            }
            (at, rest) = (below, further);
        }
        let imported = rest.first().and_then(|name| {
            let key = (&at, name.as_str());
            self.imported.get(&key).copied()
        });
        match imported {
            Some(import) if hands > 0 => self.defining(&import.module, &import.path, hands - 1),
            _ => self.house.modules.get(&at).copied(),
        }
    }

    /// The module that a path starts from, and the rest of the path.
    fn start<'p>(&self, from: &Module, path: &'p [String]) -> Option<(Module, &'p [String])> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some((Module::new(), rest)),
            "self" => Some((from.clone(), rest)),
            "super" => {
                let ups = path.iter().take_while(|step| *step == "super").count();
                let kept = from.len().checked_sub(ups)?;
                Some((from.get(..kept)?.to_vec(), path.get(ups..)?))
            }
            child if self.house.modules.contains_key(&joined(from, child)) => {
                Some((from.clone(), path))
            }
            _ => None,
        }
    }
}

fn joined(module: &Module, name: &str) -> Module {
    let mut module = module.clone();
    module.push(name.to_owned());
    module
}
