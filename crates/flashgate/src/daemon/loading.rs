//! Builds the plan again while serving: on its own thread, one at a time, and only while its files don't change.
//!
//! It must never return a plan from a file that was being written while it was read.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use flashgate_config::config::{Loaded, PlanRefused};
use flashgate_config::snapshot::Watched;
use flashgate_report::render::PlainError;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::changes::Changes;
use crate::log;

/// Reading a few small files only takes longer if one of them blocks, as on a dead network drive.
const LIMIT: Duration = Duration::from_secs(10);

/// How long a requested reload waits while one of the files is being written.
const WRITING_LIMIT: Duration = Duration::from_secs(5);

/// The maximum time of all steps.
pub(super) const LONGEST: Duration = LIMIT.saturating_add(WRITING_LIMIT);

/// Builds the plan again from its source.
pub(crate) struct Loader {
    load: Arc<dyn Fn() -> Result<Loaded, PlanRefused> + Send + Sync>,
    /// Whether a thread is reading. If it never ends, no other is started.
    is_reading: Arc<AtomicBool>,
}

/// Records the end of the thread, even if it panics.
struct Reading(Arc<AtomicBool>);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Loader {
    pub(crate) fn new(
        load: impl Fn() -> Result<Loaded, PlanRefused> + Send + Sync + 'static,
    ) -> Self {
        Self {
            load: Arc::new(load),
            is_reading: Arc::default(),
        }
    }

    /// Loads once no file is being written, and again if one changes in the meantime. Cancel-safe.
    pub(super) async fn load(&self, changes: &mut Changes) -> Result<Loaded, NotLoaded> {
        let deadline = Instant::now() + WRITING_LIMIT;
        loop {
            if let Some(file) = changes.still_written(deadline).await {
                return Err(NotLoaded::BeingWritten(file));
            }
            // Recorded before reading, so that a later change is noticed as another change.
            changes.note();
            let done = self.read().await;
            let watched = match &done {
                Ok(loaded) => loaded.plan.watched.as_slice(),
                Err(not_loaded) => not_loaded.watched(),
            };
            match changes.disturbed(watched) {
                None => return done,
                Some(file) if Instant::now() >= deadline => {
                    return Err(NotLoaded::BeingWritten(file));
                }
                // A writer has started, and gets time to finish.
                Some(_) => tokio::time::sleep(super::changes::SETTLE).await,
            }
        }
    }

    /// Reads everything once, while serving continues.
    async fn read(&self) -> Result<Loaded, NotLoaded> {
        if self.is_reading.swap(true, Ordering::AcqRel) {
            return Err(NotLoaded::Busy);
        }
        let reading = Reading(Arc::clone(&self.is_reading));
        let load = Arc::clone(&self.load);
        let (sender, receiver) = oneshot::channel();
        let thread = thread::Builder::new().name("reload".to_owned());
        let started = thread.spawn(move || {
            let done = load();
            drop(reading);
            // An error means that nothing waits for the result anymore.
            let _ = sender.send(done);
        });
        if let Err(error) = started {
            return Err(NotLoaded::NoThread(error));
        }
        match timeout(LIMIT, receiver).await {
            Ok(Ok(done)) => done.map_err(NotLoaded::Refused),
            Ok(Err(_)) => Err(NotLoaded::Failed),
            Err(_) => Err(NotLoaded::TooLong),
        }
    }
}

/// Why there is no plan.
#[derive(Debug)]
pub(super) enum NotLoaded {
    /// The files have errors.
    Refused(PlanRefused),
    BeingWritten(PathBuf),
    /// An earlier thread is still reading.
    Busy,
    NoThread(io::Error),
    /// The thread has panicked.
    Failed,
    TooLong,
}

impl NotLoaded {
    fn watched(&self) -> &[Watched] {
        if let Self::Refused(refused) = self {
            &refused.watched
        } else {
            &[]
        }
    }
}

/// The error for the log.
impl From<NotLoaded> for PlanRefused {
    fn from(not_loaded: NotLoaded) -> Self {
        let plain = |message: &str, help: &[&str]| Self {
            faults: PlainError::new(message, help).into(),
            watched: Vec::new(),
        };
        match not_loaded {
            NotLoaded::Refused(refused) => refused,
            NotLoaded::BeingWritten(file) => plain(
                &format!("{} is being written", file.display()),
                &[
                    "the reload starts by itself once the writer closes the file; if no process is writing to it anymore, `touch` it",
                ],
            ),
            NotLoaded::Busy => plain(
                "the previous reload is still reading its files",
                &["check for a file on a drive that does not respond, or restart flashgate"],
            ),
            NotLoaded::NoThread(error) => plain(
                &format!("can't start a thread: {}", log::reason(&error)),
                &[],
            ),
            NotLoaded::Failed => plain("internal error: reading the files failed", &[]),
            NotLoaded::TooLong => plain(
                &format!("reading the files took more than {} s", LIMIT.as_secs()),
                &["check for a file on a drive that does not respond"],
            ),
        }
    }
}
