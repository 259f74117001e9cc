//! What is wrong with a recipe, collected rather than thrown.

use crate::{Location, NumberRef, Recipe};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The recipe cannot be used.
    Error,
    /// The recipe can be used, though perhaps not as meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// One thing to say about a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name in snake case, such as `dead_rule`.
    pub code: String,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// Where it stands.
    pub at: Option<Location>,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Problem {
    fn new(severity: Severity, code: &str, message: impl Into<String>) -> Self {
        Self { severity, code: code.to_owned(), message: message.into(), at: None, remedy: None }
    }

    pub(crate) fn error(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    pub(crate) fn warning(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    pub(crate) fn note(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    pub(crate) fn at(mut self, at: Location) -> Self {
        self.at = Some(at);
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        write!(f, "{severity} [{}]: {}", self.code, self.message)?;
        if let Some(remedy) = &self.remedy {
            write!(f, " ({remedy})")?;
        }
        Ok(())
    }
}

/// A recipe that could be read, with what was noticed on the way.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The recipe.
    pub recipe: Recipe,
    /// Warnings and notes, in the order met.
    pub problems: Vec<Problem>,
    /// Every number of its files, as [`crate::numbers`] lists them.
    pub numbers: Vec<NumberRef>,
    /// What its files say and nothing reads.
    pub uncarried: Vec<Uncarried>,
}

/// A kind of entry that was read over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Uncarried {
    /// Element and attribute, as in `StructuralType sigma`.
    pub what: String,
    /// How many of it.
    pub n: usize,
    /// Where the first stands.
    pub at: Location,
}

/// A recipe that could not be read: every problem found, the errors first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Errors, then warnings, then notes.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_errors = self.problems.iter().filter(|p| p.severity == Severity::Error).count();
        write!(f, "recipe rejected with {n_errors} error{}", if n_errors == 1 { "" } else { "s" })?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}

/// Problems kept of one code; more are counted.
const MAX_OF_CODE: usize = 100;

/// Comparisons that one check may take, a fraction of a second. The largest recipe known needs a fifth of it.
const MAX_COMPARISONS: usize = 1_000_000;

/// Collects problems while a recipe is read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    problems: Vec<Problem>,
    failed: bool,
    /// Code → how many of it there are, kept or not.
    counts: BTreeMap<String, usize>,
}

impl Notes {
    pub(crate) fn add(&mut self, problem: Problem) {
        let count = self.counts.entry(problem.code.clone()).or_default();
        *count += 1;
        self.failed |= problem.severity == Severity::Error;
        // an error of a code that warnings have filled is kept all the same
        let is_first_error =
            problem.severity == Severity::Error && *count > MAX_OF_CODE && !self.has_error(&problem.code);
        if self.counts.get(&problem.code).is_none_or(|n| *n <= MAX_OF_CODE) || is_first_error {
            self.problems.push(problem);
        }
    }

    fn has_error(&self, code: &str) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error && problem.code == code)
    }

    /// Whether another problem of this code would be kept, so that looking for near names is worth its time.
    pub(crate) fn keeps(&self, code: &str) -> bool {
        self.counts.get(code).is_none_or(|count| *count < MAX_OF_CODE)
    }

    /// Whether comparing `n` things with `m` others is worth its time; if not, says what is left out.
    pub(crate) fn affords(&mut self, what: &str, n: usize, m: usize) -> bool {
        self.affords_up_to(MAX_COMPARISONS, what, n, m)
    }

    /// The same for comparisons so cheap that more of them are.
    pub(crate) fn affords_up_to(&mut self, limit: usize, what: &str, n: usize, m: usize) -> bool {
        let is_small = n.saturating_mul(m) <= limit;
        if !is_small {
            let message = format!("{what} were not checked: {n} times {m} comparisons, the limit is {limit}");
            let remedy = "the recipe is read all the same; check its parts one by one";
            self.add(Problem::note("not_checked", message).remedy(remedy));
        }
        is_small
    }

    pub(crate) fn extend(&mut self, problem: Option<Problem>) {
        if let Some(problem) = problem {
            self.add(problem);
        }
    }

    /// The problems, or [`Rejected`] when one of them is an error.
    pub(crate) fn finish(mut self) -> Result<Vec<Problem>, Rejected> {
        for (code, count) in std::mem::take(&mut self.counts) {
            let kept = self.problems.iter().filter(|problem| problem.code == code).count();
            if count > kept {
                let message = format!("{} more {code} are not listed (limit {MAX_OF_CODE})", count - kept);
                let remedy = "correct those that are listed and read the recipe again";
                self.problems.push(Problem::note("more_problems", message).remedy(remedy));
            }
        }
        if self.failed {
            self.problems.sort_by_key(|p| p.severity);
            return Err(Rejected { problems: self.problems });
        }
        Ok(self.problems)
    }
}
