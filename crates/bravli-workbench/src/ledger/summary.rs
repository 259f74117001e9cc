//! The numbers of an artifact by file, and which of them were generalised.

use super::sourced::{Kind, Sourced};
use super::uses::Uses;
use crate::replies::LedgerCounts;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Entries of `sources.yaml` that are listed one by one.
const MAX_LISTED: usize = 60;

/// Counts by file, and the entries whose facts stand in for another preparation.
pub(crate) fn summary(sourced: &Sourced, uses: &Uses) -> Value {
    let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut generalised: BTreeMap<String, u32> = BTreeMap::new();
    for index in uses.numbers() {
        by_file.entry(&sourced.number(index).file).or_default().push(index);
        let backing = sourced.backing(index);
        if let (Kind::Generalised, Some(entry)) = (backing.kind, backing.entry) {
            let facts = backing.holders.join(", ");
            *generalised.entry(format!("{} {}: {} ({facts})", entry.file, entry.path, backing.why)).or_default() += 1;
        }
    }
    let by_file: BTreeMap<&str, LedgerCounts> = by_file
        .into_iter()
        .map(|(file, numbers)| (file, LedgerCounts::from(&sourced.ledger(&numbers.into_iter().collect()))))
        .collect();
    let n_generalised = generalised.len();
    let generalised: Vec<String> = generalised.into_keys().take(MAX_LISTED).collect();
    json!({ "by_file": by_file, "generalised": generalised, "n_generalised": n_generalised })
}
