//! Reloads: a new plan is read while serving continues, and applied completely or not at all.

use std::num::NonZeroU32;

use flashgate_config::config::{Loaded, PlanRefused};
use flashgate_config::confinement;
use flashgate_config::snapshot::{Plan, ProcessPlan, User, Watched};
use tracing::{error, info, warn};

use super::changes::Changes;
use super::descriptors;
use super::listeners::Listeners;
use super::loading::Loader;
use super::refusal::Refusal;
use super::sandbox::{Lookups, Needs};
use super::status::Status;
use crate::connection::Shared;
use crate::log::{self, LIFECYCLE};

/// Reads and applies a new plan. Returns the plan, or the watched files of a refused one. The threads share the limit
/// on open files.
pub(super) async fn reload(
    (loader, changes): (&Loader, &mut Changes),
    listeners: &mut Listeners,
    shared: &Shared,
    status: &Status,
    open_files: (u64, NonZeroU32),
) -> Result<Plan, Vec<Watched>> {
    let done = loader.load(changes).await.map_err(PlanRefused::from);
    match done.and_then(|loaded| take_over(loaded, listeners, shared, open_files)) {
        Ok(plan) => {
            status.reloaded(&plan);
            info!(target: LIFECYCLE, listeners = listeners.count(), "reloaded");
            Ok(plan)
        }
        Err(PlanRefused { faults, watched }) => {
            let faults = faults.to_string();
            status.not_reloaded(&faults);
            log::text(&faults);
            error!("not reloaded: keeping the previous configuration");
            Err(watched)
        }
    }
}

/// The process settings after a reload. Settings that need a restart keep their old value, and are logged.
pub(super) fn in_effect(old: &ProcessPlan, new: &ProcessPlan) -> ProcessPlan {
    let changed = [
        ("user", name(&old.user) != name(&new.user)),
        ("sandbox", old.sandbox != new.sandbox),
        ("threads", old.threads != new.threads),
        ("handover", old.handover != new.handover),
    ];
    for (key, _) in changed.iter().filter(|(_, changed)| *changed) {
        warn!(
            key,
            "changed a setting in `[process]`; it takes effect after a restart"
        );
    }
    ProcessPlan {
        drain: new.drain,
        ..old.clone()
    }
}

fn name(user: &User) -> &str {
    match user {
        User::Nobody => "nobody",
        User::Configured { name } => name,
    }
}

fn take_over(
    loaded: Loaded,
    listeners: &mut Listeners,
    shared: &Shared,
    (files, threads): (u64, NonZeroU32),
) -> Result<Plan, PlanRefused> {
    let Loaded { plan, warnings } = loaded;
    let mut change = || {
        reachable(&plan)?;
        let capacity = descriptors::budget(files, &plan, threads)?;
        listeners.change(plan.sockets(), &plan)?;
        Ok(capacity)
    };
    let capacity = change().map_err(|refusal: Refusal| PlanRefused {
        faults: refusal.errors().into_iter().collect(),
        watched: plan.watched.clone(),
    })?;
    shared.backends.keep(plan.gates());
    shared.names.keep(plan.gates());
    let before = shared.permits.set_limits(capacity, &plan.limits);
    // Don't repeat at each reload what was already logged.
    if before != capacity {
        descriptors::tell(&capacity, &plan, files);
    }
    log::text(&warnings.to_string());
    Ok(plan)
}

/// Refuses a backend port that the sandbox blocks. Otherwise each client would be refused later.
fn reachable(plan: &Plan) -> Result<(), Refusal> {
    let needs = Needs::of(plan, std::iter::empty());
    if needs.lookups == Lookups::Needed && confinement::no_lookups() {
        return Err(Refusal::NoLookups);
    }
    confinement::out_of_reach(&needs.connect).map_or(Ok(()), |port| Err(Refusal::NoPort(port)))
}
