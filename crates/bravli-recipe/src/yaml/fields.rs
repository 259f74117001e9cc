//! Typed access to a mapping's fields.

use super::{Node, Value};
use crate::Problem;
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::range::Range;

/// One mapping being read.
pub(crate) struct Fields<'a, 'n> {
    node: &'a Node,
    what: String,
    pub(crate) notes: &'n mut Notes,
}

impl<'a, 'n> Fields<'a, 'n> {
    /// Starts on a mapping; unknown keys are errors that list the allowed ones.
    pub(crate) fn new(node: &'a Node, what: &str, allowed: &[&str], notes: &'n mut Notes) -> Self {
        if !matches!(node.value, Value::Map(_)) {
            let message = format!("{what} must be a mapping with the keys {}, got {}", allowed.join(", "), node.kind());
            notes.add(Problem::error("not_a_mapping", message).at(node.at()));
        }
        for (key, _) in node.entries() {
            if !allowed.contains(&key.text.as_str()) {
                let near = did_you_mean(&key.text, allowed.iter().copied());
                let message = format!("{what} has the unknown key {:?}{near}", key.text);
                let remedy = format!("the keys are {}", allowed.join(", "));
                notes.add(Problem::error("unknown_key", message).at(key.at.clone()).remedy(remedy));
            }
        }
        Self { node, what: what.to_owned(), notes }
    }

    /// A field that is there and not null.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key).filter(|n| !matches!(n.value, Value::Null))
    }

    /// A field that must be there.
    pub(crate) fn required(&mut self, key: &str) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() && matches!(self.node.value, Value::Map(_)) {
            let message = format!("{} lacks {key}", self.what);
            self.notes.add(Problem::error("missing_field", message).at(self.node.at()));
        }
        found
    }

    /// A number in a range; absent is fine.
    pub(crate) fn number(&mut self, key: &str, range: Range) -> Option<f64> {
        self.get(key)?.number_in(&format!("{}: {key}", self.what), range, self.notes)
    }

    /// A number that must be there.
    pub(crate) fn required_number(&mut self, key: &str, range: Range) -> Option<f64> {
        self.required(key)?;
        self.number(key, range)
    }

    /// A name or label that must be there; a number is taken as its text.
    pub(crate) fn name(&mut self, key: &str) -> Option<String> {
        let node = self.required(key)?;
        let label = node.label();
        if label.is_empty() {
            let message = format!("{}: {key} must be one name, got {}", self.what, node.kind());
            let remedy = "write one entry per name";
            self.notes.add(Problem::error("not_a_name", message).at(node.at()).remedy(remedy));
            return None;
        }
        Some(label)
    }

    /// A list that must be there; its items.
    pub(crate) fn list(&mut self, key: &str) -> &'a [Node] {
        let Some(node) = self.required(key) else { return &[] };
        if let Value::List(items) = &node.value {
            return items;
        }
        let message = format!("{}: {key} must be a list, got {}", self.what, node.kind());
        self.notes.add(Problem::error("not_a_list", message).at(node.at()));
        &[]
    }

    /// A list of names that must be there.
    pub(crate) fn names(&mut self, key: &str) -> Vec<String> {
        let mut names = Vec::new();
        for item in self.list(key) {
            let label = item.label();
            if label.is_empty() {
                let message = format!("{}: {key} must hold names, got {}", self.what, item.kind());
                self.notes.add(Problem::error("not_a_name", message).at(item.at()));
            } else {
                names.push(label);
            }
        }
        names
    }
}
