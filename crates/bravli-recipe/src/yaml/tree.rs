//! The tree and its parser.

use crate::files::RecipeFiles;
use crate::problem::Notes;
use crate::range::Range;
use crate::{Location, Problem};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::fmt;
use std::rc::Rc;

/// A YAML value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    file: Rc<str>,
    line: u32,
    column: u32,
}

/// A mapping key with its place.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) at: Location,
}

/// A YAML value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

impl Node {
    pub(crate) fn at(&self) -> Location {
        Location { file: self.file.to_string(), line: self.line, column: self.column }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// The entries of a mapping; nothing for anything else.
    pub(crate) fn entries(&self) -> &[(Key, Self)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; nothing for anything else.
    pub(crate) fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// A scalar as a name, so that `layer: 4` and `layer: "4"` say the same; empty for anything else.
    pub(crate) fn label(&self) -> String {
        match &self.value {
            Value::Text(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => String::new(),
        }
    }

    /// A number in a range; anything else is told.
    pub(crate) fn number_in(&self, name: &str, range: Range, notes: &mut Notes) -> Option<f64> {
        let Value::Number(value) = self.value else {
            let message = format!("{name} must be a number, got {}", self.kind());
            notes.add(Problem::error("not_a_number", message).at(self.at()).remedy("write a number without quotes"));
            return None;
        };
        match range.breach(name, value, self.at()) {
            Some(problem) => {
                notes.add(problem);
                None
            }
            None => Some(value),
        }
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }
}

/// Parses a YAML file of the folder; `None` when it is absent or broken, the latter said.
pub(crate) fn parse(file: &str, files: &RecipeFiles, notes: &mut Notes) -> Option<Node> {
    let text = files.utf8(file, notes)?;
    let options = serde_saphyr::options! { with_snippet: false };
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options) {
        Ok(raw) => Some(place(raw, &file.into())),
        Err(error) => {
            let place = error.location().map_or((1, 1), |l| (narrow(l.line()), narrow(l.column())));
            let at = Location { file: file.to_owned(), line: place.0.max(1), column: place.1.max(1) };
            let message = error.without_snippet().to_string();
            notes.add(Problem::error("malformed_yaml", message.replace('\n', " ")).at(at));
            None
        }
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn place(raw: Spanned<Raw>, file: &Rc<str>) -> Node {
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Bool(flag) => Value::Bool(flag),
        Raw::Number(number) => Value::Number(number),
        Raw::Text(text) => Value::Text(text),
        Raw::List(items) => Value::List(items.into_iter().map(|item| place(item, file)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let (line, column) = (narrow(key.referenced.line()), narrow(key.referenced.column()));
                    let at = Location { file: file.to_string(), line, column };
                    (Key { text: key.value, at }, place(value, file))
                })
                .collect(),
        ),
    };
    let (line, column) = (narrow(raw.referenced.line()), narrow(raw.referenced.column()));
    Node { value, file: file.clone(), line, column }
}

/// What the deserializer hands over.
enum Raw {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "recipe numbers are read as f64 throughout")]
    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "recipe numbers are read as f64 throughout")]
    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}
