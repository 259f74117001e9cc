//! Threads that meet after every batch.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// A meeting point, and the word that ends a run.
#[derive(Debug)]
pub(crate) struct Team {
    members: usize,
    arrived: AtomicUsize,
    meetings: AtomicUsize,
    /// Last round that is run.
    last_round: AtomicU64,
    broken: AtomicBool,
}

/// A member of the team broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

impl Team {
    pub(crate) fn new(members: usize) -> Self {
        Self {
            members,
            arrived: AtomicUsize::new(0),
            meetings: AtomicUsize::new(0),
            last_round: AtomicU64::new(u64::MAX),
            broken: AtomicBool::new(false),
        }
    }

    /// Waits until all members are here.
    ///
    /// A member that waits spins for some microseconds, then lets others have the core.
    pub(crate) fn meet(&self) -> Result<(), Broken> {
        /// Turns of a wait before the core is given up.
        const SPINS: u32 = 3_000;
        if self.members == 1 {
            return Ok(());
        }
        let meeting = self.meetings.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.members {
            self.arrived.store(0, Ordering::Release);
            self.meetings.store(meeting.wrapping_add(1), Ordering::Release);
            return Ok(());
        }
        let mut turns = 0;
        while self.meetings.load(Ordering::Acquire) == meeting {
            if self.broken.load(Ordering::Relaxed) {
                return Err(Broken);
            }
            if turns < SPINS {
                turns += 1;
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
        Ok(())
    }

    /// Makes `round` the last one; told before the meeting that ends it.
    pub(crate) fn end_after(&self, round: u64) {
        self.last_round.fetch_min(round, Ordering::AcqRel);
    }

    /// Whether a round is the last one; asked after the meeting that ends it.
    pub(crate) fn ends_with(&self, round: u64) -> bool {
        self.last_round.load(Ordering::Acquire) <= round
    }

    /// A guard that tells the others when its holder breaks off.
    pub(crate) fn member(&self) -> Member<'_> {
        Member { team: self, is_done: false }
    }
}

/// Membership of a thread; when it is dropped before [`Member::done`], the others stop waiting.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    team: &'a Team,
    is_done: bool,
}

impl Member<'_> {
    pub(crate) fn done(mut self) {
        self.is_done = true;
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.team.broken.store(true, Ordering::Relaxed);
        }
    }
}
