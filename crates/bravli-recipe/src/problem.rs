//! What is wrong with a recipe, collected rather than thrown.

use crate::{Location, NumberRef, Recipe};
use serde::Serialize;
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

/// More problems than this are counted, not kept.
const MAX_PROBLEMS: usize = 1000;

/// Comparisons that one check may take, a second or so. The largest recipe known needs 20 million.
const MAX_COMPARISONS: usize = 100_000_000;

/// Collects problems while a recipe is read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    problems: Vec<Problem>,
    failed: bool,
    n_dropped: usize,
}

impl Notes {
    pub(crate) fn add(&mut self, problem: Problem) {
        let is_error = problem.severity == Severity::Error;
        if self.problems.len() < MAX_PROBLEMS || (is_error && !self.failed) {
            self.problems.push(problem);
        } else {
            self.n_dropped += 1;
        }
        self.failed |= is_error;
    }

    /// Whether comparing `n` things with `m` others is worth its time; if not, says what is left out.
    pub(crate) fn affords(&mut self, what: &str, n: usize, m: usize) -> bool {
        let is_small = n.saturating_mul(m) <= MAX_COMPARISONS;
        if !is_small {
            let message = format!("{what} were not checked: {n} times {m} comparisons, the limit is {MAX_COMPARISONS}");
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
        if self.n_dropped > 0 {
            let message = format!("{} more problems are not listed (limit {MAX_PROBLEMS})", self.n_dropped);
            self.problems.push(Problem::note("more_problems", message));
        }
        if self.failed {
            self.problems.sort_by_key(|p| p.severity);
            return Err(Rejected { problems: self.problems });
        }
        Ok(self.problems)
    }
}
