//! One entry: its fields with `@string` words put in and LaTeX resolved.

use super::latex::{prepare, shown};
use crate::names::Name;
use crate::problem::ImportProblem;
use biblatex::{
    Bibliography, Chunks, ChunksExt as _, Field, Pair, Person, RawBibliography, RawChunk, RawEntry, Spanned,
};
use std::collections::BTreeMap;

/// Longest field once `@string` words are put in, in bytes.
const MAX_FIELD_BYTES: usize = 64 << 10;

/// Fields without which there is no record: a fault in one is a fault of the entry.
const NEEDED: [&str; 7] = ["author", "editor", "title", "year", "date", "journal", "journaltitle"];

/// Fields that are used where they can be read, and as plain text where their LaTeX is broken.
const WANTED: [&str; 27] = [
    "subtitle",
    "booktitle",
    "maintitle",
    "shortjournal",
    "series",
    "howpublished",
    "school",
    "institution",
    "organization",
    "collaboration",
    "publisher",
    "volume",
    "pages",
    "eid",
    "articleno",
    "article-number",
    "doi",
    "url",
    "pmid",
    "eprint",
    "eprinttype",
    "archiveprefix",
    "keywords",
    "keyword",
    "abstract",
    "type",
    "crossref",
];

/// Fields whose backslashes and tildes mean themselves.
const VERBATIM: [&str; 6] = ["doi", "url", "pmid", "eprint", "crossref", "article-number"];

/// `@string` words seen so far, in lower case, with their text.
#[derive(Debug, Default)]
pub(crate) struct Strings(BTreeMap<String, String>);

/// An entry that was read.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Type in lower case, for example `article`.
    pub(crate) kind: String,
    fields: BTreeMap<String, Chunks>,
}

/// Reads one raw piece; `@string` pieces feed `strings` and give no entry.
pub(crate) fn read(raw: &RawBibliography<'_>, strings: &mut Strings) -> Result<Option<Entry>, ImportProblem> {
    for pair in &raw.abbreviations {
        let text = strings.expand(pair)?;
        strings.0.insert(pair.key.v.to_lowercase(), text);
    }
    let Some(Spanned { v: entry, .. }) = raw.entries.first() else { return Ok(None) };
    let mut fields = BTreeMap::new();
    for pair in &entry.fields {
        let name = pair.key.v.to_lowercase();
        let is_needed = NEEDED.contains(&name.as_str());
        if !is_needed && !WANTED.contains(&name.as_str()) {
            continue;
        }
        let value = strings.expand(pair).and_then(|text| match resolve(&name, &text) {
            Err(_) if !is_needed => Ok(plain_chunk(&text)),
            value => value,
        });
        match value {
            Ok(value) => {
                fields.insert(name, value);
            }
            Err(reason) if is_needed => return Err(reason),
            Err(_) => {}
        }
    }
    Ok(Some(Entry { key: entry.key.v.to_owned(), kind: entry.kind.v.to_ascii_lowercase(), fields }))
}

impl Strings {
    /// The text of a field, with its pieces joined and its words replaced.
    fn expand(&self, pair: &Pair<'_>) -> Result<String, ImportProblem> {
        let field = || pair.key.v.to_lowercase();
        let mut text = String::new();
        for chunk in &pair.value.v {
            match chunk.v {
                RawChunk::Normal(part) => text.push_str(part),
                RawChunk::Abbreviation(name) => match self.0.get(&name.to_lowercase()) {
                    Some(part) => text.push_str(part),
                    None => {
                        return Err(ImportProblem::UnknownAbbreviation { field: field(), name: name.to_owned() });
                    }
                },
            }
            if text.len() > MAX_FIELD_BYTES {
                return Err(ImportProblem::TooMuch { what: "bytes of a field", limit: MAX_FIELD_BYTES });
            }
        }
        Ok(text)
    }
}

/// Field text to chunks, through the parser of `biblatex`, one field at a time: a link between entries, or a word that
/// stands for itself, would otherwise send it round in circles.
fn resolve(name: &str, text: &str) -> Result<Chunks, ImportProblem> {
    let is_verbatim = VERBATIM.contains(&name);
    if is_verbatim {
        return Ok(plain_chunk(text));
    }
    let malformed = |message: String| ImportProblem::MalformedField { field: name.to_owned(), message };
    let text = prepare(text)?;
    let value: Field<'_> = vec![Spanned::new(RawChunk::Normal(&text), 0..0)];
    let fields = vec![Pair::new(Spanned::new("title", 0..0), Spanned::new(value, 0..0))];
    let entry = RawEntry { key: Spanned::new("entry", 0..0), kind: Spanned::new("misc", 0..0), fields };
    let entries = vec![Spanned::new(entry, 0..0)];
    let raw = RawBibliography { preamble: String::new(), entries, abbreviations: Vec::new() };
    let read = Bibliography::from_raw(raw).map_err(|error| malformed(error.kind.to_string()))?;
    let field = read.get("entry").and_then(|entry| entry.get("title"));
    Ok(field.map(<[_]>::to_vec).unwrap_or_default())
}

fn plain_chunk(text: &str) -> Chunks {
    vec![Spanned::new(biblatex::Chunk::Normal(text.to_owned()), 0..0)]
}

impl Entry {
    /// A field as plain text; empty where the entry has none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.fields.get(name).map(shown).unwrap_or_default()
    }

    /// The first of these fields that says anything.
    pub(crate) fn first(&self, names: &[&str]) -> String {
        names.iter().map(|name| self.text(name)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The people of a field, and whether it ends in `and others`.
    pub(crate) fn people(&self, name: &str) -> (Vec<Name>, bool) {
        let Some(chunks) = self.fields.get(name) else { return (Vec::new(), false) };
        let people: Vec<Person> = chunks.parse().unwrap_or_default();
        let (others, people): (Vec<_>, Vec<_>) =
            people.into_iter().partition(|person| person.name == "others" && person.given_name.is_empty());
        (people.iter().map(name_of).collect(), !others.is_empty())
    }

    /// Key of the entry that this one is a part of, in lower case.
    pub(crate) fn parent(&self) -> Option<String> {
        Some(self.text("crossref").to_lowercase()).filter(|key| !key.is_empty())
    }

    /// Takes over what the entry leaves to the volume it is part of.
    pub(crate) fn inherit(&mut self, parent: &Self) {
        let title = self.fields.contains_key("journal") || self.fields.contains_key("journaltitle");
        for (name, value) in &parent.fields {
            let name = match name.as_str() {
                "year" | "date" if self.fields.contains_key("year") || self.fields.contains_key("date") => continue,
                "title" if !title => "booktitle",
                "year" | "date" | "publisher" | "volume" | "booktitle" | "journal" | "journaltitle" => name,
                _ => continue,
            };
            self.fields.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
    }
}

fn name_of(person: &Person) -> Name {
    let text = |part: &str| shown(&plain_chunk(part));
    let family = format!("{} {}", text(&person.prefix), text(&person.name)).trim().to_owned();
    let (given, suffix) = (text(&person.given_name), text(&person.suffix));
    if family.is_empty() { Name::literal(&given) } else { Name { family, given, suffix } }
}
