//! Typed access to an element's attributes, under whatever name its generation uses.

use super::document::{Attribute, Element};
use crate::Problem;
use crate::names::Name;
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

    /// A text that must be there and not be empty.
    pub(crate) fn text(&mut self, name: &Name) -> Option<String> {
        match self.element.word(name) {
            Some("") | None => {
                self.missing(name);
                None
            }
            Some(text) => Some(text.to_owned()),
        }
    }

    /// A number in a range; absent is fine.
    pub(crate) fn number(&mut self, name: &Name, range: Range) -> Option<f64> {
        let attribute = self.element.named(name)?;
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
    pub(crate) fn required(&mut self, name: &Name, range: Range) -> Option<f64> {
        if self.element.named(name).is_none() {
            self.missing(name);
        }
        self.number(name, range)
    }

    fn missing(&mut self, name: &Name) {
        let spellings = name.spellings(self.element.dialect).join(" or ");
        let message = format!("{} lacks the attribute {spellings}", self.what);
        let remedy = format!("add {spellings}");
        self.notes.add(Problem::error("missing_attribute", message).at(self.element.at()).remedy(remedy));
    }

    /// One thing under two names must say the same.
    fn disagreeing(&mut self, known: &[&Name]) {
        // lists of names that nothing reads share an entry and are no aliases
        for name in known.iter().filter(|name| !name.is_list) {
            let spellings = name.spellings(self.element.dialect).iter();
            let given: Vec<&Attribute> = spellings.filter_map(|spelling| self.element.attribute(spelling)).collect();
            let [first, rest @ ..] = given.as_slice() else { continue };
            for other in rest.iter().filter(|other| other.value.trim() != first.value.trim()) {
                let message = format!(
                    "{}: {}={:?} and {}={:?} are two names of one thing and disagree",
                    self.what, first.name, first.value, other.name, other.value
                );
                let at = self.element.at_attribute(other);
                self.notes.add(Problem::error("disagreeing_attributes", message).at(at).remedy("keep one of them"));
            }
        }
    }

    /// Tells of attributes that nobody reads: a warning in XML, where older tools wrote all sorts; an error in version 1,
    /// whose schema is closed.
    pub(crate) fn warn_unknown(&mut self, known: &[&Name]) {
        self.disagreeing(known);
        let dialect = self.element.dialect;
        let is_known = |name: &str| known.iter().any(|k| k.spellings(dialect).contains(&name));
        for attribute in self.element.attributes.iter().filter(|a| !is_known(&a.name)) {
            let spellings = known.iter().flat_map(|k| k.spellings(dialect)).copied();
            let near = did_you_mean(&attribute.name, spellings);
            let at = self.element.at_attribute(attribute);
            let (what, name) = (&self.what, &attribute.name);
            self.notes.add(match dialect {
                crate::names::Dialect::Xml => {
                    let message = format!("{what}: attribute {name} is not known and is ignored{near}");
                    Problem::warning("unknown_attribute", message).at(at).remedy("correct the name or remove it")
                }
                crate::names::Dialect::Version1 => {
                    let message = format!("{what}: version 1 has no {name}{near}");
                    Problem::error("unknown_attribute", message).at(at).remedy("correct the name or remove the entry")
                }
            });
        }
    }
}
