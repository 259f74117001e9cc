//! Typed access to an element's attributes, with aliases.

use super::document::{Attribute, Element};
use crate::Problem;
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::range::Range;

/// One element being read.
pub(crate) struct Attributes<'a, 'n> {
    pub(crate) element: &'a Element,
    /// How messages call the element, as in `class "E2"`.
    pub(crate) what: String,
    pub(crate) notes: &'n mut Notes,
}

impl<'a, 'n> Attributes<'a, 'n> {
    pub(crate) fn new(element: &'a Element, what: String, notes: &'n mut Notes) -> Self {
        Self { element, what, notes }
    }

    /// The first of several spellings that is present.
    pub(crate) fn find(&self, names: &[&str]) -> Option<&'a Attribute> {
        names.iter().find_map(|name| self.element.attribute(name))
    }

    /// A text that must be there and not be empty.
    pub(crate) fn text(&mut self, names: &[&str]) -> Option<String> {
        match self.find(names).map(|a| a.value.trim()) {
            Some("") | None => {
                self.missing(names);
                None
            }
            Some(text) => Some(text.to_owned()),
        }
    }

    /// A number in a range; absent is fine.
    pub(crate) fn number(&mut self, names: &[&str], range: Range) -> Option<f64> {
        let attribute = self.find(names)?;
        let name = format!("{}: {}", self.what, attribute.name);
        let at = self.element.at_attribute(attribute);
        let Ok(value) = attribute.value.trim().parse::<f64>() else {
            let message = format!("{name} must be a number, got {:?}", attribute.value);
            self.notes.add(Problem::error("not_a_number", message).at(at).remedy("write a plain decimal number"));
            return None;
        };
        match range.breach(&name, value, at) {
            Some(problem) => {
                self.notes.add(problem);
                None
            }
            None => Some(value),
        }
    }

    /// A number that must be there.
    pub(crate) fn required(&mut self, names: &[&str], range: Range) -> Option<f64> {
        if self.find(names).is_none() {
            self.missing(names);
        }
        self.number(names, range)
    }

    fn missing(&mut self, names: &[&str]) {
        let message = format!("{} lacks the attribute {}", self.what, names.join(" or "));
        self.notes.add(Problem::error("missing_attribute", message).at(self.element.at()));
    }

    /// Warns of attributes that nobody reads.
    pub(crate) fn warn_unknown(&mut self, known: &[&str]) {
        for attribute in &self.element.attributes {
            if !known.contains(&attribute.name.as_str()) {
                let near = did_you_mean(&attribute.name, known.iter().copied());
                let message = format!("{}: attribute {} is not known and is ignored{near}", self.what, attribute.name);
                let at = self.element.at_attribute(attribute);
                self.notes.add(Problem::warning("unknown_attribute", message).at(at));
            }
        }
    }
}
