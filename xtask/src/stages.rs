//! A row of stages: all of them run, each is timed, and the end says how each went.

use std::process::ExitCode;
use std::time::Instant;

use crate::project::{Problem, say};

/// How a stage that did not fail ended.
pub(crate) enum Ended {
    Passed,
    /// Left out, and why.
    Skipped(String),
}

enum Verdict {
    Passed,
    Skipped(String),
    Failed(String),
}

struct Stage {
    name: &'static str,
    seconds: f64,
    verdict: Verdict,
}

/// The stages run so far.
#[derive(Default)]
pub(crate) struct Stages(Vec<Stage>);

impl Stages {
    /// Announces and runs one stage; a failure is kept for the end, so that the next stage still runs.
    pub(crate) fn run(&mut self, name: &'static str, doing: &str, work: impl FnOnce() -> Result<Ended, Problem>) {
        say(format!("\n== {name}: {doing} …"));
        let start = Instant::now();
        let verdict = match work() {
            Ok(Ended::Passed) => Verdict::Passed,
            Ok(Ended::Skipped(why)) => {
                say(format!("{name}: SKIPPED, {why}"));
                Verdict::Skipped(why)
            }
            Err(problem) => {
                say(format!("{name}: FAILED, {problem}"));
                Verdict::Failed(problem.to_string())
            }
        };
        self.0.push(Stage { name, seconds: start.elapsed().as_secs_f64(), verdict });
    }

    /// Prints a line per stage and, last, the count; gives failure when any stage failed.
    pub(crate) fn close(self) -> ExitCode {
        say(format!("\n{}", self.summary()));
        if self.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn has_failed(&self) -> bool {
        self.0.iter().any(|stage| matches!(stage.verdict, Verdict::Failed(_)))
    }

    fn summary(&self) -> String {
        let mut text = String::new();
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for Stage { name, seconds, verdict } in &self.0 {
            let (word, why) = match verdict {
                Verdict::Passed => ("passed", ""),
                Verdict::Skipped(why) => ("skipped", why.as_str()),
                Verdict::Failed(why) => ("FAILED", why.lines().next().unwrap_or_default()),
            };
            match verdict {
                Verdict::Passed => passed += 1,
                Verdict::Skipped(_) => skipped += 1,
                Verdict::Failed(_) => failed += 1,
            }
            let row = format!("stage {name:<8} {word:<8} {seconds:>7.1} s  {why}");
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text.push_str(&format!("{passed} passed, {failed} failed"));
        if skipped > 0 {
            text.push_str(&format!(", {skipped} skipped"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_runs_and_is_counted() {
        let mut stages = Stages::default();
        stages.run("one", "failing", || Err(Problem::new("broken").remedy("mend it")));
        stages.run("two", "skipping", || Ok(Ended::Skipped("not installed".into())));
        stages.run("three", "passing", || Ok(Ended::Passed));
        let summary = stages.summary();
        assert!(summary.ends_with("\n1 passed, 1 failed, 1 skipped"), "{summary}");
        assert!(summary.contains("broken") && !summary.contains("mend it"), "one line per stage: {summary}");
        assert!(stages.has_failed());
    }

    #[test]
    fn all_passed_is_no_problem() {
        let mut stages = Stages::default();
        stages.run("one", "passing", || Ok(Ended::Passed));
        assert!(stages.summary().ends_with("\n1 passed, 0 failed"));
        assert!(!stages.has_failed());
    }
}
