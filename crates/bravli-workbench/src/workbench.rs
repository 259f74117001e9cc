//! A lab and everything that can be done in it; the acts themselves are in `acts/`.

use crate::assets;
use crate::error::ActError;
use crate::jobs::Jobs;
use crate::lab::Lab;
use crate::store::Store;
use bravli_facts::KnowledgeBase;
use bravli_library::Library;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// A lab and everything that can be done in it. Cheap to clone.
#[derive(Clone)]
pub struct Workbench {
    inner: Arc<Inner>,
}

struct Inner {
    lab: Lab,
    store: Store,
    jobs: Jobs,
    knowledge: OnceLock<Result<Arc<KnowledgeBase>, ActError>>,
    library: OnceLock<Result<Arc<Library>, ActError>>,
}

impl std::fmt::Debug for Workbench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbench").field("lab", &self.inner.lab).finish_non_exhaustive()
    }
}

impl Workbench {
    /// The workbench of the lab at `lab`; nothing is written until something is made.
    #[must_use]
    pub fn new(lab: &Path) -> Self {
        let inner = Inner {
            lab: Lab::new(lab),
            store: Store::new(lab),
            jobs: Jobs::default(),
            knowledge: OnceLock::new(),
            library: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The lab.
    #[must_use]
    pub fn lab(&self) -> &Lab {
        &self.inner.lab
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn jobs(&self) -> &Jobs {
        &self.inner.jobs
    }

    /// The records.
    pub(crate) fn knowledge(&self) -> Result<Arc<KnowledgeBase>, ActError> {
        self.inner.knowledge.get_or_init(open_knowledge).clone()
    }

    /// The library over them.
    pub(crate) fn library(&self) -> Result<Arc<Library>, ActError> {
        self.inner.library.get_or_init(|| open_library(&*self.knowledge()?)).clone()
    }
}

/// The shipped records.
fn open_knowledge() -> Result<Arc<KnowledgeBase>, ActError> {
    let texts = assets::knowledge_texts();
    let records = texts.iter().map(|(path, text)| (path.as_str(), *text));
    KnowledgeBase::from_texts(records).map(|(base, _)| Arc::new(base)).map_err(|error| broken_knowledge(&error))
}

/// The library over them.
fn open_library(base: &KnowledgeBase) -> Result<Arc<Library>, ActError> {
    Library::build(base).map(Arc::new).map_err(|error| broken_knowledge(&error))
}

fn broken_knowledge(error: &dyn std::fmt::Display) -> ActError {
    ActError::new("knowledge", "knowledge", error.to_string(), "report this: shipped records must load")
}
