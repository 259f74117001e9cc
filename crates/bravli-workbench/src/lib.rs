//! Studies, stages, the artifact store, the ledger and jobs.
//!
//! Invariant: every stage is a pure function of its request and its inputs. An artifact is named by their digest, so it is
//! found instead of made again, and the same request gives the same bits in any lab at any number of threads. This is the
//! only crate that opens lab paths.
//!
//! ```
//! use bravli_workbench::{ParseRecipe, Workbench};
//! let lab = tempfile::tempdir()?;
//! let bench = Workbench::new(lab.path());
//! let recipe = bench.parse_recipe(&ParseRecipe::named("rat-barrel"))?;
//! assert!(recipe.buildable);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod acts;
mod assets;
mod error;
mod jobs;
mod knowledge;
mod lab;
mod ledger;
mod machine;
mod progress;
mod replies;
mod requests;
mod stages;
mod store;
mod study;
mod workbench;

pub use acts::{OpenRecipe, TableNotes, WrittenRecipe};
pub use bravli_import::{Fetch, FetchError, Http, Recorded};
pub use bravli_recipe::Form as RecipeForm;
pub use error::{ActError, ProblemReply};
pub use lab::Lab;
pub use progress::{Progress, Silent};
pub use replies::*;
pub use requests::*;
pub use store::{ArtifactRecord, Ledger, PayloadFile, RESULTS_VERSION, Store, content_key};
pub use study::{Study, StudyReply, read_study, shipped_study};
pub use workbench::Workbench;
