//! The loop that keeps a number of fetches in flight.
//!
//! A fetch has a slot, and the slot's number is its epoll data. A slot whose fetch has ended starts the next one.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;

use super::fetch::{FetchPlan, FetchStep, RunningFetch, outcome_of};
use super::message::Message;
use super::report::{FetchFailure, FetchOutcome, FetchProgress, LoadReport};
use super::settings::Load;

/// The most events per wait.
const EVENTS: usize = 256;
/// Large enough to read a whole reply at once in most cases.
const BUFFER: usize = 64 * 1024;
/// How often to check the deadlines. They are seconds long, and a check iterates over all slots.
const SWEEP: Duration = Duration::from_millis(50);
const SWEEP_TIMEOUT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

#[derive(Debug)]
struct Slot {
    fetch: RunningFetch,
    interest: EventFlags,
}

/// A running load.
#[derive(Debug)]
pub(super) struct Engine<'a> {
    load: &'a Load,
    plan: FetchPlan<'a>,
    epoll: OwnedFd,
    slots: Vec<Option<Slot>>,
    buffer: Vec<u8>,
    targets: Turns<'a, SocketAddr>,
    sources: Turns<'a, Ipv4Addr>,
    begun: u64,
    live: usize,
    since: Instant,
    report: LoadReport,
}

impl<'a> Engine<'a> {
    pub(super) fn new(load: &'a Load) -> Result<Self> {
        let message = Message::new(load)?;
        Ok(Self {
            load,
            plan: FetchPlan {
                message,
                expected: &load.expected,
                half_close: load.half_close,
            },
            epoll: epoll::create(CreateFlags::CLOEXEC)
                .context("cannot create an epoll instance")?,
            slots: (0..load.in_flight).map(|_| None).collect(),
            buffer: vec![0; BUFFER],
            targets: Turns {
                of: &load.targets,
                next: 0,
            },
            sources: Turns {
                of: &load.sources,
                next: 0,
            },
            begun: 0,
            live: 0,
            since: Instant::now(),
            report: LoadReport::default(),
        })
    }

    pub(super) fn run(mut self) -> Result<LoadReport> {
        let mut events = Vec::with_capacity(EVENTS);
        let mut swept = self.since;
        for index in 0..self.slots.len() {
            self.refill(index)?;
        }
        while self.live > 0 && self.since.elapsed() < self.load.total_deadline {
            match epoll::wait(
                &self.epoll,
                spare_capacity(&mut events),
                Some(&SWEEP_TIMEOUT),
            ) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error).context("cannot wait for events"),
            }
            for event in events.drain(..) {
                self.advance(event)?;
            }
            if swept.elapsed() >= SWEEP {
                swept = Instant::now();
                self.sweep(swept)?;
            }
        }
        self.report.finish(self.load.fetches, self.since.elapsed());
        Ok(self.report)
    }

    /// Starts the next fetch in a free slot. If one fails at once, starts the one after it.
    fn refill(&mut self, index: usize) -> Result<()> {
        while self.begun < self.load.fetches && self.since.elapsed() < self.load.total_deadline {
            let nth = self.begun;
            self.begun += 1;
            let target = self
                .targets
                .take()
                .context("expected a target, found none")?;
            match RunningFetch::start(target, self.sources.take(), &self.plan, nth) {
                Ok(fetch) => {
                    if self.launch(index, fetch)? {
                        return Ok(());
                    }
                }
                Err(error) => self.stillborn(nth, error),
            }
        }
        Ok(())
    }

    /// Sends at once what can be sent, which is everything on loopback, and puts the fetch into its slot; false if it
    /// has already ended.
    fn launch(&mut self, index: usize, mut fetch: RunningFetch) -> Result<bool> {
        let step = fetch.push(&self.plan);
        let Some(interest) = self.judge(&fetch, step) else {
            return Ok(false);
        };
        let data = EventData::new_u64(u64::try_from(index)?);
        epoll::add(&self.epoll, &fetch.socket, data, interest)
            .context("cannot wait for a connection")?;
        let slot = self.slots.get_mut(index).context("a slot is missing")?;
        *slot = Some(Slot { fetch, interest });
        self.live += 1;
        Ok(true)
    }

    /// Does what an event allows, and puts the fetch back into its slot or starts the next one.
    fn advance(&mut self, event: Event) -> Result<()> {
        let (flags, data) = (event.flags, event.data);
        let index = usize::try_from(data.u64())?;
        let Some(mut slot) = self.slots.get_mut(index).and_then(Option::take) else {
            return Ok(());
        };
        self.live -= 1;
        let Some(interest) = self.act(&mut slot, flags) else {
            return self.refill(index);
        };
        if interest != slot.interest {
            epoll::modify(&self.epoll, &slot.fetch.socket, data, interest)
                .context("cannot wait for a connection")?;
            slot.interest = interest;
        }
        let place = self.slots.get_mut(index).context("a slot is missing")?;
        *place = Some(slot);
        self.live += 1;
        Ok(())
    }

    /// Sends and reads as the flags allow. Returns what to wait for next, as [`Self::judge`] does.
    fn act(&mut self, slot: &mut Slot, flags: EventFlags) -> Option<EventFlags> {
        let mut interest = slot.interest;
        if flags.contains(EventFlags::OUT) {
            let step = slot.fetch.push(&self.plan);
            interest = self.judge(&slot.fetch, step)?;
        }
        if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
            let step = slot.fetch.pull(&self.plan, &mut self.buffer);
            interest = self.judge(&slot.fetch, step)?;
        }
        Some(interest)
    }

    /// What a fetch waits for after a step. If it has ended, counts it and returns `None`.
    fn judge(&mut self, fetch: &RunningFetch, step: FetchStep) -> Option<EventFlags> {
        match step {
            FetchStep::Read => Some(EventFlags::IN),
            FetchStep::ReadOrSend => Some(EventFlags::IN | EventFlags::OUT),
            FetchStep::Done(outcome) => {
                self.settle(fetch, outcome);
                None
            }
        }
    }

    fn settle(&mut self, fetch: &RunningFetch, outcome: FetchOutcome) {
        let after = fetch.started.elapsed();
        self.report.count(outcome, after);
        if outcome != FetchOutcome::Ok {
            let at = self.since.elapsed();
            self.report.explain(|| FetchFailure {
                nth: fetch.nth,
                at,
                after,
                outcome,
                progress: fetch.progress(),
            });
        }
    }

    /// Counts a fetch that could not even start to connect.
    fn stillborn(&mut self, nth: u64, error: Errno) {
        let outcome = outcome_of(error);
        self.report.count(outcome, Duration::ZERO);
        let progress = FetchProgress {
            local: None,
            sent: 0,
            received: 0,
            error: Some(error.into()),
        };
        let at = self.since.elapsed();
        self.report.explain(|| FetchFailure {
            nth,
            at,
            after: Duration::ZERO,
            outcome,
            progress,
        });
    }

    /// Ends the fetches whose deadline has passed.
    fn sweep(&mut self, now: Instant) -> Result<()> {
        for index in 0..self.slots.len() {
            let Some(place) = self.slots.get_mut(index) else {
                continue;
            };
            let deadline = self.load.fetch_deadline;
            let late =
                place.take_if(|slot| now.saturating_duration_since(slot.fetch.started) >= deadline);
            if let Some(slot) = late {
                self.live -= 1;
                self.settle(&slot.fetch, FetchOutcome::TimedOut);
                self.refill(index)?;
            }
        }
        Ok(())
    }
}

/// The members of a list in turn, over and over.
#[derive(Debug)]
struct Turns<'a, T> {
    of: &'a [T],
    next: usize,
}

impl<T: Copy> Turns<'_, T> {
    fn take(&mut self) -> Option<T> {
        let taken = self.of.get(self.next).copied();
        self.next = (self.next + 1).checked_rem(self.of.len()).unwrap_or(0);
        taken
    }
}
