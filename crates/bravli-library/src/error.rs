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
    /// A filter value that is no term of its kind.
    #[error("unknown {field} {value:?}; nearest: {nearest}")]
    UnknownFilter {
        /// The filter.
        field: &'static str,
        /// Its value.
        value: String,
        /// Values that exist.
        nearest: String,
    },
    /// A filter or field longer than any name.
    #[error("{field} is longer than {limit} characters")]
    LongField {
        /// The field.
        field: &'static str,
        /// Longest value.
        limit: usize,
    },
    /// Years the wrong way round.
    #[error("years {from} to {to} hold none")]
    Years {
        /// Earliest.
        from: i32,
        /// Latest.
        to: i32,
    },
    /// A cursor of another query, or of none.
    #[error("cursor {0:?} does not belong to this query and its filters")]
    Cursor(String),
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
            Self::UnknownFilter { .. } => "use one of the nearest values, or leave the filter out",
            Self::LongField { .. } => "give a name, and put the question into query",
            Self::Years { .. } => "put the earlier year first",
            Self::Cursor(_) => "repeat the query without a cursor, and take next_cursor from its reply",
            Self::Index(_) => "report it together with the query",
        }
    }

    /// The request field at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::EmptyQuery(_) | Self::LongQuery { .. } => "query",
            Self::Limit { .. } => "limit",
            Self::UnknownFilter { field, .. } | Self::LongField { field, .. } => field,
            Self::Years { .. } => "year_from",
            Self::Cursor(_) => "cursor",
            Self::Index(_) => "",
        }
    }
}

impl From<tantivy::TantivyError> for LibraryError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(error.to_string())
    }
}
