//! Results on standard output, everything else on standard error.

use bravli_workbench::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Prints a result line. A reader that has hung up is no error of ours.
pub(crate) fn result(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a message for people.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints what failed, and gives the exit code of failure.
pub(crate) fn fail(message: &str) -> ExitCode {
    say(&format!("error: {message}"));
    ExitCode::FAILURE
}

/// A bar on a terminal, nothing in a pipe; interrupting stops what it shows, a second time the program.
pub(crate) struct Bar(ProgressBar);

/// Whether the user asked to stop.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Exit code of a program that was interrupted, as shells have it.
const INTERRUPTED_CODE: i32 = 130;

/// Takes an interruption as a wish to stop: long work ends in order, and a run leaves its checkpoint.
fn stop_on_interrupt() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let set = ctrlc::set_handler(|| {
            if INTERRUPTED.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED_CODE);
            }
            say("stopping; interrupt again to end at once");
        });
        if let Err(error) = set {
            say(&format!("an interruption will end the program at once: {error}"));
        }
    });
}

/// Ticks of a whole bar.
const TICKS: u64 = 1_000;

impl Bar {
    pub(crate) fn new() -> Self {
        stop_on_interrupt();
        let target =
            if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(TICKS), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {elapsed}  {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn report(&self, done: f64, message: &str) -> ControlFlow<()> {
        self.0.set_position((done * TICKS as f64) as u64);
        self.0.set_message(message.to_owned());
        if INTERRUPTED.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
