//! What can be wrong with a search.

/// Why a library could not be built or searched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// Nothing to search for.
    #[error("query {0:?} holds no word to search for")]
    EmptyQuery(String),
    /// The query is too long.
    #[error("query has {chars} characters, at most {limit} are searched")]
    LongQuery {
        /// Its length.
        chars: usize,
        /// Longest query.
        limit: usize,
    },
    /// The number of rows is out of range.
    #[error("limit must lie in [1, {most}], got {limit}")]
    Limit {
        /// The number asked for.
        limit: usize,
        /// Most rows.
        most: usize,
    },
    /// The index failed, which is a mistake of ours.
    #[error("the search index failed: {0}")]
    Index(String),
}

impl LibraryError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::EmptyQuery(_) => {
                "name a quantity, a cell type, a layer or a topic, for example \"L2/3 SST resting potential\""
            }
            Self::LongQuery { .. } => "keep the few words that matter",
            Self::Limit { .. } => "ask for 10 rows, or narrow the query",
            Self::Index(_) => "report it together with the query",
        }
    }

    /// The request field at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::EmptyQuery(_) | Self::LongQuery { .. } => "query",
            Self::Limit { .. } => "limit",
            Self::Index(_) => "",
        }
    }
}

impl From<tantivy::TantivyError> for LibraryError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(error.to_string())
    }
}
