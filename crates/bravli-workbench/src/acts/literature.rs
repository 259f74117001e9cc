//! What the literature measured.

use crate::error::ActError;
use crate::replies::{SearchReply, SearchResultRow};
use crate::requests::SearchLiterature;
use crate::workbench::Workbench;
use bravli_library::{Corpora, SearchOptions};

impl Workbench {
    /// Searches papers and facts.
    ///
    /// # Errors
    /// An empty query or a limit out of range.
    pub fn search_literature(&self, request: &SearchLiterature) -> Result<SearchReply, ActError> {
        if !(1..=50).contains(&request.limit) {
            return Err(ActError::new(
                "bad_limit",
                "limit",
                format!("must lie in 1..=50, got {}", request.limit),
                "10 results are usual; narrow the query instead of asking for more",
            ));
        }
        let library = self.library()?;
        let options = SearchOptions { limit: request.limit as usize, corpora: Corpora::Both };
        let found = library
            .search(&request.query, options)
            .map_err(|error| ActError::new("bad_query", "query", error.to_string(), error.remedy()))?;
        let results: Vec<SearchResultRow> = found.hits.iter().map(SearchResultRow::from).collect();
        let finding = match results.first() {
            None => format!("nothing in the library matches {:?}", request.query),
            Some(best) if best.value.is_empty() => {
                format!("{} records match; best: {} ({})", found.total, best.title, best.source)
            }
            Some(best) => format!(
                "{} records match; best: {} = {} for {} ({})",
                found.total, best.title, best.value, best.snippet, best.source
            ),
        };
        Ok(SearchReply {
            finding,
            total: found.total as u64,
            results,
            note: found.note.unwrap_or_default(),
            next: vec!["parse_recipe {\"recipe\": \"rat-barrel\"} to see what a circuit is built from".into()],
        })
    }
}
