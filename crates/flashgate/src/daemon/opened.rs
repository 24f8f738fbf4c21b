//! What a start needs before it drops its privileges: the listening sockets, bound or taken over, and the number of
//! connections that the limit on open files allows.
//!
//! It must not serve: a start that fails here has changed nothing.

use flashgate_config::snapshot::{Plan, Socket};

use super::bind;
use super::inherited::Inherited;
use super::listening::Bound;
use super::refusal::Refusal;
use super::{descriptors, handover, listeners, losses};
use crate::limits::Capacity;

/// The result of opening.
pub(super) struct Opened {
    pub(super) sockets: Vec<Socket>,
    pub(super) bound: Vec<Bound>,
    pub(super) capacity: Capacity,
    pub(super) handover: Option<handover::HandoverStart>,
    /// The limit on open files.
    pub(super) files: u64,
}

impl Opened {
    /// Takes over inherited sockets, and binds the others.
    pub(super) fn new(plan: &Plan, mut inherited: Inherited, files: u64) -> Result<Self, Refusal> {
        let path = plan.process.handover.as_deref();
        let handover = path
            .map(|path| handover::HandoverStart::at(path, &mut inherited))
            .transpose()
            .map_err(Refusal::Handover)?;
        let predecessor = handover.as_ref().filter(|it| it.predecessor.is_some());
        let terms = predecessor.map(|start| &start.terms);
        if let Some(terms) = terms {
            terms.files_rest(plan).map_err(Refusal::Unrest)?;
        }
        let sockets = plan.sockets();
        let wanted = listeners::wanted(&sockets, plan);
        let addresses: Vec<_> = wanted.iter().map(|wanted| wanted.address).collect();
        let bound = bind::all(&wanted, &addresses, &mut inherited).map_err(Refusal::NotBound)?;
        if let Some(terms) = terms {
            losses::of_succession(terms, plan, &bound).map_err(Refusal::Losses)?;
        }
        inherited.nothing_left().map_err(Refusal::Unused)?;
        let capacity = descriptors::budget(files, plan, plan.process.threads)?;
        Ok(Self {
            sockets,
            bound,
            capacity,
            handover,
            files,
        })
    }
}
