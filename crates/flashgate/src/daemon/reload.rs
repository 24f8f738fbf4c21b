//! Reloads: a new plan is read while serving continues, and applied completely or not at all.

use flashgate_config::config::{Loaded, PlanRefused};
use flashgate_config::confinement;
use flashgate_config::snapshot::{Plan, ProcessPlan, User};
use tracing::{error, info, warn};

use super::refusal::Refusal;
use super::sandbox::{Lookups, Needs};
use super::status::Phase;
use super::{RunningDaemon, descriptors};
use crate::fault;
use crate::log::{self, LIFECYCLE};

impl RunningDaemon {
    /// Reloads. Returns the signal if one stops it in the meantime.
    pub(super) async fn reload(&mut self) -> Option<&'static str> {
        fault::point(fault::Point::Reload);
        self.status.set_phase(Phase::Reloading);
        self.manager.reloading();
        let load = async {
            let loaded = self.loader.load(&mut self.changes).await;
            // An address that the last reload removed may be back.
            self.listeners.gone().await;
            loaded
        };
        let loaded = tokio::select! {
            biased;
            signal = self.signals.next_stop() => return Some(signal),
            loaded = load => loaded,
        };
        let taken = loaded
            .map_err(PlanRefused::from)
            .and_then(|loaded| self.take_over(loaded));
        let summary = match taken {
            Ok(plan) => self.reloaded(plan),
            Err(refused) => self.not_reloaded(&refused),
        };
        self.status.set_phase(Phase::Ready);
        self.manager.ready(&summary);
        None
    }

    /// Applies a new plan. If that fails, nothing changes.
    fn take_over(&mut self, loaded: Loaded) -> Result<Plan, PlanRefused> {
        let Loaded { plan, warnings } = loaded;
        let threads = self.plan.process.threads;
        let mut change = || {
            reachable(&plan)?;
            let capacity = descriptors::budget(self.files, &plan, threads)?;
            self.listeners.change(plan.sockets(), &plan)?;
            Ok(capacity)
        };
        let capacity = change().map_err(|refusal: Refusal| PlanRefused {
            faults: refusal.errors().into_iter().collect(),
            watched: plan.watched.clone(),
        })?;
        self.shared.backends.keep(plan.gates());
        self.shared.names.keep(plan.gates());
        let before = self.shared.permits.set_limits(capacity, &plan.limits);
        // Don't repeat at each reload what was already logged.
        if before != capacity {
            descriptors::tell(&capacity, &plan, self.files);
        }
        log::findings(&warnings);
        Ok(plan)
    }

    /// Records the new plan. Returns the service manager's status text.
    fn reloaded(&mut self, mut plan: Plan) -> String {
        self.status.reloaded(&plan);
        info!(target: LIFECYCLE, listeners = self.listeners.count(), "reloaded");
        plan.process = in_effect(&self.plan.process, &plan.process);
        self.changes.watch(&plan.watched, &[]);
        self.plan = plan;
        self.summary()
    }

    /// Records a refused reload. Returns the service manager's status text.
    fn not_reloaded(&mut self, refused: &PlanRefused) -> String {
        let faults = refused.faults.to_string();
        self.status.not_reloaded(&faults);
        log::findings(&refused.faults);
        error!("not reloaded: keeping the previous configuration");
        // Watch the new files too, because the fix may be in one of them. Without any, keep watching the old ones.
        if !refused.watched.is_empty() {
            self.changes.watch(&refused.watched, &self.plan.watched);
        }
        "not reloaded, see the log; serving the previous configuration".to_owned()
    }
}

/// The process settings after a reload. Settings that need a restart keep their old value, and are logged.
fn in_effect(old: &ProcessPlan, new: &ProcessPlan) -> ProcessPlan {
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

/// Refuses a backend port that the sandbox blocks. Otherwise each client would be refused later.
fn reachable(plan: &Plan) -> Result<(), Refusal> {
    let needs = Needs::of(plan, std::iter::empty());
    if needs.lookups == Lookups::Needed && confinement::no_lookups() {
        return Err(Refusal::NoLookups);
    }
    confinement::out_of_reach(&needs.connect).map_or(Ok(()), |port| Err(Refusal::NoPort(port)))
}
