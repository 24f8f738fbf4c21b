//! Making the plan again while serving: on a thread of its own, one at a time, and only from files that rest.
//!
//! It must never hand on a plan from a file that somebody was writing while it was read.

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

/// Reading a few small files takes longer only if one of them never ends, as on a dead network drive.
const LIMIT: Duration = Duration::from_secs(10);

/// How long a reload that was asked for waits while somebody writes to one of the files.
const WRITING_LIMIT: Duration = Duration::from_secs(5);

/// How long all of it may take.
pub(super) const LONGEST: Duration = LIMIT.saturating_add(WRITING_LIMIT);

/// Makes the plan again from wherever it came from.
pub(crate) struct Loader {
    load: Arc<dyn Fn() -> Result<Loaded, PlanRefused> + Send + Sync>,
    /// Whether a thread is reading. One that never ends must not be followed by others.
    is_reading: Arc<AtomicBool>,
}

/// Notes the end of the thread, also if it panics.
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

    /// Loads once nobody writes to any of the files, and again if one changes meanwhile. Cancel-safe.
    pub(super) async fn load(&self, changes: &mut Changes) -> Result<Loaded, NotLoaded> {
        let deadline = Instant::now() + WRITING_LIMIT;
        loop {
            if let Some(file) = changes.still_written(deadline).await {
                return Err(NotLoaded::BeingWritten(file));
            }
            // Before they are read: what changes meanwhile is another change.
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
                // Somebody has begun to write, and gets time for it.
                Some(_) => tokio::time::sleep(super::changes::SETTLE).await,
            }
        }
    }

    /// Reads everything once, beside the serving.
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
            // An error means that nobody waits for it any more.
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
    /// For what the files say.
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

/// For the log.
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
                    "the reload follows by itself once the writer closes the file; if nobody writes to it any more, `touch` it",
                ],
            ),
            NotLoaded::Busy => plain(
                "the reload before this one is still reading its files",
                &["look for a file on a drive that does not answer, or restart flashgate"],
            ),
            NotLoaded::NoThread(error) => plain(
                &format!("can't start a thread: {}", log::reason(&error)),
                &[],
            ),
            NotLoaded::Failed => plain("internal error: reading the files failed", &[]),
            NotLoaded::TooLong => plain(
                &format!("reading the files took more than {} s", LIMIT.as_secs()),
                &["look for a file on a drive that does not answer"],
            ),
        }
    }
}
