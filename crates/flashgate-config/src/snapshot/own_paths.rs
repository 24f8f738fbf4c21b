//! Paths on the bridge that gates have for themselves, for pages that already use them.
//!
//! A path selects one gate. With a query, the value of one parameter does. Nothing is decoded: everything is compared
//! letter by letter.

use std::collections::HashMap;
use std::sync::Arc;

use super::gate::Gate;

/// The paths of gates that have their own.
#[derive(Debug, Default)]
pub(crate) struct OwnPaths(HashMap<String, OwnPath>);

/// What a path selects.
#[derive(Debug)]
enum OwnPath {
    /// This gate, with any query and without one.
    Gate(Arc<Gate>),
    /// The gate with this value of a parameter.
    ByParameter {
        name: String,
        gates: HashMap<String, Arc<Gate>>,
    },
}

/// A parameter of a query: `token=login`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QueryParameter {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A parameter that selects the gate, as a request has it.
#[derive(Clone, Copy, Debug)]
pub struct AskedParameter<'a> {
    /// Its name, from the config.
    pub name: &'a str,
    /// Its first value, from the request, not decoded. None if the request has no such parameter.
    pub value: Option<&'a str>,
}

/// Why a gate can't have a path.
#[derive(Debug)]
pub(crate) enum PathTaken {
    /// Another gate, or another port of the same one, has it.
    By(Arc<Gate>),
    /// At this path, a parameter with this name selects the gate.
    ByParameter(String),
}

impl OwnPaths {
    /// The gate for a request.
    pub(crate) fn gate(&self, path: &str, query: Option<&str>) -> Option<&Arc<Gate>> {
        match self.0.get(path)? {
            OwnPath::Gate(gate) => Some(gate),
            OwnPath::ByParameter { name, gates } => gates.get(value(query?, name)?),
        }
    }

    /// The parameter that selects the gate at a path, with its value in the query. None if the query has no influence.
    pub(crate) fn parameter<'a>(
        &'a self,
        path: &str,
        query: Option<&'a str>,
    ) -> Option<AskedParameter<'a>> {
        match self.0.get(path)? {
            OwnPath::Gate(_) => None,
            OwnPath::ByParameter { name, .. } => Some(AskedParameter {
                name,
                value: query.and_then(|query| value(query, name)),
            }),
        }
    }

    /// Gives a path to a gate, if no other has it and no request could mean both.
    pub(crate) fn add(
        &mut self,
        path: String,
        parameter: Option<QueryParameter>,
        gate: &Arc<Gate>,
    ) -> Result<(), PathTaken> {
        match (self.0.get_mut(&path), parameter) {
            (None, parameter) => {
                self.0.insert(path, OwnPath::new(parameter, gate));
                Ok(())
            }
            (Some(OwnPath::Gate(other)), _) => Err(PathTaken::By(Arc::clone(other))),
            (Some(OwnPath::ByParameter { name, gates }), Some(parameter))
                if *name == parameter.name =>
            {
                if let Some(other) = gates.get(&parameter.value) {
                    return Err(PathTaken::By(Arc::clone(other)));
                }
                gates.insert(parameter.value, Arc::clone(gate));
                Ok(())
            }
            (Some(OwnPath::ByParameter { name, .. }), _) => {
                Err(PathTaken::ByParameter(name.clone()))
            }
        }
    }
}

impl OwnPath {
    fn new(parameter: Option<QueryParameter>, gate: &Arc<Gate>) -> Self {
        let gate = Arc::clone(gate);
        match parameter {
            None => Self::Gate(gate),
            Some(QueryParameter { name, value }) => Self::ByParameter {
                name,
                gates: HashMap::from([(value, gate)]),
            },
        }
    }
}

/// The first value of a parameter. Without a `=`, it is empty.
fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let parameters = query.split('&');
    let parameters = parameters.map(|it| it.split_once('=').unwrap_or((it, "")));
    { parameters }.find_map(|(its, value)| (its == name).then_some(value))
}
