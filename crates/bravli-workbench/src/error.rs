//! What goes wrong, in the words every door uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scientist's mistake, or a failure to read or write: what failed, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActError {
    /// Stable name in snake case, such as `unknown_artifact`.
    pub code: String,
    /// What failed, with the allowed or nearest values.
    pub message: String,
    /// Where: `file:line:column`, or the request field.
    #[serde(rename = "where")]
    pub place: String,
    /// What to do about it.
    pub remedy: String,
    /// All problems, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemReply>,
}

/// One problem of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ProblemReply {
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// Stable name in snake case.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// `file:line:column`, empty where there is no place.
    #[serde(rename = "where")]
    pub place: String,
    /// What to do about it, empty where nothing need be done.
    pub remedy: String,
}

impl ActError {
    /// An error at a request field or file.
    pub fn new(code: &str, place: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            place: place.into(),
            remedy: remedy.into(),
            problems: Vec::new(),
        }
    }

    /// The error of work that was stopped on request.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new("cancelled", "", "stopped on request; nothing was stored", "call again to start over")
    }

    /// A lab file that cannot be read or written.
    pub(crate) fn io(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(
            "lab_io",
            path.file_name().map_or_else(|| "lab".to_owned(), |name| name.to_string_lossy().into_owned()),
            format!("cannot {what}: {error}"),
            "check that the lab folder exists, is writable and has free space",
        )
    }

    /// A recipe that could not be read, with all its problems.
    pub(crate) fn rejected(rejected: &bravli_recipe::Rejected) -> Self {
        // a file that could not be read leaves its sources without numbers, which says nothing new
        let told = rejected.problems.iter().filter(|problem| problem.code != "source_matches_nothing");
        let problems: Vec<ProblemReply> = told.map(ProblemReply::from).collect();
        let first = problems.first().cloned().unwrap_or_else(|| ProblemReply {
            severity: "error".into(),
            code: "recipe_rejected".into(),
            message: "the recipe was rejected".into(),
            place: String::new(),
            remedy: String::new(),
        });
        let more = problems.iter().filter(|problem| problem.severity == "error").count().saturating_sub(1);
        let message = if more == 0 {
            format!("recipe rejected: {}", first.message)
        } else {
            format!("recipe rejected: {} (and {more} more errors)", first.message)
        };
        let remedy = if first.remedy.is_empty() {
            "correct the file at that place and read the recipe again".to_owned()
        } else {
            first.remedy
        };
        Self { code: first.code, message, place: first.place, remedy, problems }
    }
}

impl std::fmt::Display for ActError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        write!(f, "{} [{}]", self.message, self.code)?;
        for problem in self.problems.iter().skip(1) {
            write!(f, "\n  {}: {} {} [{}]", problem.place, problem.severity, problem.message, problem.code)?;
        }
        if !self.remedy.is_empty() {
            write!(f, "\n  remedy: {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for ActError {}

impl From<&bravli_recipe::Problem> for ProblemReply {
    fn from(problem: &bravli_recipe::Problem) -> Self {
        Self {
            severity: format!("{:?}", problem.severity).to_lowercase(),
            code: problem.code.clone(),
            message: problem.message.clone(),
            place: problem.at.as_ref().map(ToString::to_string).unwrap_or_default(),
            remedy: problem.remedy.clone().unwrap_or_default(),
        }
    }
}
