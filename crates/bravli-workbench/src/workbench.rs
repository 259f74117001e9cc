//! A lab and everything that can be done in it; the acts themselves are in `acts/`.

use crate::error::ActError;
use crate::jobs::Jobs;
use crate::knowledge::{Loaded, Records};
use crate::lab::Lab;
use crate::store::Store;
use bravli_facts::KnowledgeBase;
use bravli_import::Fetch;
use std::path::Path;
use std::sync::Arc;

/// A lab and everything that can be done in it. Cheap to clone.
#[derive(Clone)]
pub struct Workbench {
    inner: Arc<Inner>,
}

struct Inner {
    lab: Lab,
    store: Store,
    jobs: Jobs,
    records: Records,
    /// Answers for services on the network; none unless asked for.
    online: Option<Arc<dyn Fetch + Send + Sync>>,
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
        Self::open(lab, None)
    }

    /// The same workbench, which may ask Europe PMC and OpenAlex through `fetch`. Without this it never goes online.
    #[must_use]
    pub fn with_online(lab: &Path, fetch: Arc<dyn Fetch + Send + Sync>) -> Self {
        Self::open(lab, Some(fetch))
    }

    fn open(lab: &Path, online: Option<Arc<dyn Fetch + Send + Sync>>) -> Self {
        let inner = Inner {
            lab: Lab::new(lab),
            store: Store::new(lab),
            jobs: Jobs::default(),
            records: Records::new(lab),
            online,
        };
        Self { inner: Arc::new(inner) }
    }

    /// What goes online, where that was asked for.
    pub(crate) fn online(&self) -> Option<&(dyn Fetch + Send + Sync)> {
        self.inner.online.as_deref()
    }

    /// The records, and where the lab's own lie.
    pub(crate) fn records(&self) -> &Records {
        &self.inner.records
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

    /// The records as they are now: the shipped ones and the lab's.
    pub(crate) fn loaded(&self) -> Result<Arc<Loaded>, ActError> {
        self.inner.records.load()
    }

    /// Reads the records and builds the library ahead of the first question.
    ///
    /// # Errors
    /// When the lab's files cannot be read.
    pub fn warm(&self) -> Result<(), ActError> {
        self.loaded()?.library().map(|_| ())
    }

    /// The records alone.
    pub(crate) fn knowledge(&self) -> Result<Arc<KnowledgeBase>, ActError> {
        Ok(Arc::clone(&self.loaded()?.base))
    }
}
