//! Long work that outlives the call which started it.

use crate::error::ActError;
use crate::progress::Progress;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Jobs under way, by the id of the artifact they make.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    running: Mutex<BTreeMap<String, Arc<Job>>>,
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
    /// Time ran out; the work goes on at this share.
    Running(f64),
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
        let job = {
            let mut running = lock(&self.running);
            running.retain(|_, job| lock(&job.state).outcome.is_none());
            if let Some(job) = running.get(id) {
                Arc::clone(job)
            } else {
                let job = Arc::new(Job::default());
                running.insert(id.to_owned(), Arc::clone(&job));
                start(Arc::clone(&job), work);
                job
            }
        };
        let deadline = wait.map(|wait| Instant::now() + wait);
        let mut state = lock(&job.state);
        loop {
            if let Some(outcome) = &state.outcome {
                return outcome.clone().map(|()| Waited::Complete);
            }
            let (done, message) = (state.done, state.message.clone());
            drop(state);
            if progress.report(done, &message).is_break() {
                job.cancelled.store(true, Ordering::Relaxed);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(Waited::Running(done));
            }
            state = lock(&job.state);
            if state.outcome.is_none() {
                state = job
                    .changed
                    .wait_timeout(state, Duration::from_millis(100))
                    .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
            }
        }
    }
}

fn start(job: Arc<Job>, work: impl FnOnce(&dyn Progress) -> Result<(), ActError> + Send + 'static) {
    std::thread::spawn(move || {
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
