//! One section of a manifest.

use crate::Problem;
use crate::problem::Notes;
use crate::range::Range;
use crate::yaml::{Fields, Node, Value};
use std::collections::BTreeMap;

/// One section being read; a section without keys is empty rather than wrong.
pub(super) struct Section<'a, 'n> {
    fields: Option<Fields<'a, 'n>>,
}

impl<'a, 'n> Section<'a, 'n> {
    pub(super) fn new(node: &'a Node, name: &str, notes: &'n mut Notes) -> Self {
        let section = node.get(name).filter(|section| !matches!(section.value, Value::Null));
        // every key is allowed here: `unknown` has spoken of the strange ones
        let fields = section.map(|section| {
            let keys: Vec<&str> = section.entries().iter().map(|(key, _)| key.text.as_str()).collect();
            Fields::new(section, name, &keys, notes)
        });
        Self { fields }
    }

    fn get(&self, key: &str) -> Option<&'a Node> {
        self.fields.as_ref()?.get(key)
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.get(key)?;
        self.fields.as_mut()?.name(key)
    }

    pub(super) fn number(&mut self, key: &str, range: Range) -> Option<f64> {
        self.fields.as_mut()?.number(key, range)
    }

    pub(super) fn names(&mut self, key: &str) -> Vec<String> {
        if self.get(key).is_none() {
            return Vec::new();
        }
        self.fields.as_mut().map(|fields| fields.names(key)).unwrap_or_default()
    }

    pub(super) fn texts(&self, key: &str) -> BTreeMap<String, String> {
        let entries = self.get(key).map(Node::entries).unwrap_or_default();
        entries.iter().map(|(key, value)| (key.text.clone(), value.label())).collect()
    }

    pub(super) fn flag(&mut self, key: &str) -> bool {
        let Some(node) = self.get(key) else { return false };
        if let Value::Bool(flag) = node.value {
            return flag;
        }
        if let Some(fields) = self.fields.as_mut() {
            let message = format!("{key} must be true or false, got {}", node.kind());
            fields.notes.add(Problem::error("not_a_flag", message).at(node.at()).remedy("write true or false"));
        }
        false
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "range and wholeness are checked")]
    pub(super) fn seed(&mut self) -> u64 {
        /// Whole numbers up to here are exact in a file's floating point.
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        let Some(node) = self.get("seed") else { return 0 };
        if let Value::Number(seed) = node.value
            && (0.0..=LARGEST).contains(&seed)
            && seed.fract() == 0.0
        {
            return seed as u64;
        }
        if let Some(fields) = self.fields.as_mut() {
            let message = format!("seed must be a whole number from 0 to 2^53, got {}", node.kind());
            fields.notes.add(Problem::error("bad_seed", message).at(node.at()));
        }
        0
    }
}
