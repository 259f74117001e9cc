//! Long work that outlives the call which started it.

use crate::error::ActError;
use crate::progress::Progress;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest time that a caller who asked to stop waits for the work to end.
const STOPPED_WITHIN: Duration = Duration::from_millis(100);

/// Jobs under way, by the id of the artifact they make. One works at a time, with all its threads; the others wait.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    running: Mutex<BTreeMap<String, Arc<Job>>>,
    turn: Arc<Mutex<()>>,
}

/// One job.
#[derive(Debug, Default)]
struct Job {
    state: Mutex<State>,
    changed: Condvar,
    cancelled: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    done: f64,
    message: String,
    outcome: Option<Result<(), ActError>>,
}

/// How waiting for a job ended.
#[derive(Debug)]
pub(crate) enum Waited {
    /// The work is complete.
    Complete,
    /// Time ran out; the work goes on at this share, doing this.
    Running(f64, String),
}

impl Progress for Job {
    fn report(&self, done: f64, message: &str) -> ControlFlow<()> {
        let mut state = lock(&self.state);
        state.done = done;
        message.clone_into(&mut state.message);
        drop(state);
        self.changed.notify_all();
        if self.cancelled.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Jobs {
    /// Starts `work` on a thread of its own unless a job of that id is under way, and waits for it.
    ///
    /// `wait` of `None` waits to the end. When `progress` asks to stop, the job is stopped.
    ///
    /// # Errors
    /// What the work returns.
    pub(crate) fn wait_for(
        &self,
        id: &str,
        wait: Option<Duration>,
        progress: &dyn Progress,
        work: impl FnOnce(&dyn Progress) -> Result<(), ActError> + Send + 'static,
    ) -> Result<Waited, ActError> {
        let job = self.join_or_start(id, progress, work)?;
        let deadline = wait.map(|wait| Instant::now() + wait);
        let mut stop_by = None;
        let mut state = lock(&job.state);
        loop {
            if let Some(outcome) = &state.outcome {
                let outcome = outcome.clone();
                drop(state);
                // a failure is told once; the next call starts anew
                self.forget(id, &job);
                return outcome.map(|()| Waited::Complete);
            }
            let (done, message) = (state.done, state.message.clone());
            drop(state);
            if progress.report(done, &message).is_break() {
                job.cancelled.store(true, Ordering::Relaxed);
                let stop_by = *stop_by.get_or_insert_with(|| Instant::now() + STOPPED_WITHIN);
                if Instant::now() >= stop_by {
                    // the work ends at its next chance; the next call waits that out
                    return Err(ActError::cancelled());
                }
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(Waited::Running(done, message));
            }
            state = lock(&job.state);
            if state.outcome.is_none() {
                state = job
                    .changed
                    .wait_timeout(state, Duration::from_millis(if stop_by.is_some() { 10 } else { 100 }))
                    .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
            }
        }
    }
}

impl Jobs {
    /// The job of an id: the one under way or not yet told of, or a new one. A job that is being stopped is waited out.
    fn join_or_start(
        &self,
        id: &str,
        progress: &dyn Progress,
        work: impl FnOnce(&dyn Progress) -> Result<(), ActError> + Send + 'static,
    ) -> Result<Arc<Job>, ActError> {
        loop {
            let mut running = lock(&self.running);
            match running.get(id).cloned() {
                Some(job) if job.cancelled.load(Ordering::Relaxed) => {
                    drop(running);
                    if lock(&job.state).outcome.is_some() {
                        self.forget(id, &job);
                    } else if progress.report(0.0, "waiting for a stopped run to end").is_break() {
                        return Err(ActError::cancelled());
                    } else {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                }
                Some(job) => return Ok(job),
                None => {
                    let job = Arc::new(Job::default());
                    running.insert(id.to_owned(), Arc::clone(&job));
                    start(Arc::clone(&job), Arc::clone(&self.turn), work);
                    return Ok(job);
                }
            }
        }
    }

    /// Drops a job, if it is still the one of its id.
    fn forget(&self, id: &str, job: &Arc<Job>) {
        let mut running = lock(&self.running);
        if running.get(id).is_some_and(|known| Arc::ptr_eq(known, job)) {
            running.remove(id);
        }
    }
}

/// Waits for a job's turn; `None` when it is stopped first.
fn take_turn<'a>(job: &Job, turn: &'a Mutex<()>) -> Option<MutexGuard<'a, ()>> {
    loop {
        match turn.try_lock() {
            Ok(guard) => return Some(guard),
            Err(std::sync::TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) => {}
        }
        if job.report(0.0, "waiting for another run").is_break() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn start(
    job: Arc<Job>,
    turn: Arc<Mutex<()>>,
    work: impl FnOnce(&dyn Progress) -> Result<(), ActError> + Send + 'static,
) {
    std::thread::spawn(move || {
        let Some(_guard) = take_turn(&job, &turn) else {
            lock(&job.state).outcome = Some(Err(ActError::cancelled()));
            job.changed.notify_all();
            return;
        };
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(job.as_ref()))).unwrap_or_else(|_| {
                Err(ActError::new(
                    "internal",
                    "",
                    "the work ended unexpectedly",
                    "report this with the request that led to it",
                ))
            });
        lock(&job.state).outcome = Some(outcome);
        job.changed.notify_all();
    });
}
