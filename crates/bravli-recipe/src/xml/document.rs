//! Parsing a document and the files that it draws in, into one tree of owned elements.

use super::prolog::{EntityKind, MAX_TAG_BYTES, Prolog};
use crate::files::{Lines, RecipeFiles, not_utf8, start_of};
use crate::names::{Dialect, Name};
use crate::pattern::did_you_mean;
use crate::problem::Notes;
use crate::{Location, Problem};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Deepest nesting of elements that is read.
const MAX_DEPTH: usize = 64;
/// Most nodes of one document.
const MAX_NODES: u32 = 250_000;
/// Largest XML file that is read: 16 MiB, thirty times the largest recipe known.
pub(crate) const MAX_XML_BYTES: usize = 16 * 1024 * 1024;

/// What a comment may disable.
const DISABLED: [(&str, &str, &str); 5] = [
    ("<synapse", "synapse rule", "synapse rules"),
    ("<class", "synapse class", "synapse classes"),
    ("<mTypeRule", "connection rule", "connection rules"),
    ("<touchRule", "touch rule", "touch rules"),
    ("<StructuralType", "m-type", "m-types"),
];

/// One attribute with its place.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// One element with its place; an included file's elements keep their own file name.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) children: Vec<Element>,
    /// The comment that stands directly before it.
    pub(crate) comment: Option<String>,
    pub(crate) dialect: Dialect,
    pub(crate) file: Rc<str>,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Element {
    pub(crate) fn at(&self) -> Location {
        Location { file: self.file.to_string(), line: self.line, column: self.column }
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The attribute under any of its spellings in this file's dialect.
    pub(crate) fn named(&self, name: &Name) -> Option<&Attribute> {
        name.spellings(self.dialect).iter().find_map(|spelling| self.attribute(spelling))
    }

    /// The trimmed text of an attribute under any of its spellings.
    pub(crate) fn word(&self, name: &Name) -> Option<&str> {
        self.named(name).map(|a| a.value.trim())
    }

    /// Where an attribute's value stands.
    pub(crate) fn at_attribute(&self, attribute: &Attribute) -> Location {
        Location { file: self.file.to_string(), line: attribute.line, column: attribute.column }
    }

    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }
}

/// Parses `file` and the files that it refers to.
pub(crate) fn load(file: &str, files: &RecipeFiles, notes: &mut Notes) -> Option<Element> {
    let bytes = files.bytes(file, notes)?;
    let text = decode(file, bytes, notes)?;
    let prolog = Prolog::scan(&text);
    let lines = Lines::new(&text);
    short_tags(file, &text, &lines, &prolog, notes)?;
    let mut entities = included(file, &text, &lines, &prolog, files, notes);
    let mut pending = Vec::new();
    let mut used = BTreeSet::new();
    for (offset, name) in &prolog.references {
        if !used.insert(name) {
            let at = lines.locate(file, &text, *offset);
            let message = format!("entity &{name}; is used again, the limit is once");
            notes.add(Problem::error("entity_repeated", message).at(at).remedy("remove the second reference"));
            continue;
        }
        match entities.get_mut(name.as_str()) {
            Some(element) => pending.extend(element.take().map(|e| (*offset, e))),
            None => {
                let known = did_you_mean(name, entities.keys().copied());
                let message = format!("entity &{name}; does not name an included file{known}");
                let remedy = "declare it as <!ENTITY name SYSTEM \"file.xml\">; other kinds are never expanded";
                let at = lines.locate(file, &text, *offset);
                notes.add(Problem::error("unknown_entity", message).at(at).remedy(remedy));
            }
        }
    }
    pending.reverse();
    let mut tree = Tree { file: file.into(), text: &text, lines: &lines, pending };
    tree.parse(&prolog.blanked(&text), notes)
}

/// The text of an XML file, in the encoding that it declares.
pub(crate) fn decode<'a>(file: &str, bytes: &'a [u8], notes: &mut Notes) -> Option<Cow<'a, str>> {
    if bytes.len() > MAX_XML_BYTES {
        let message = format!("{file} has {} bytes, the limit for XML is {MAX_XML_BYTES} (16 MiB)", bytes.len());
        notes.add(Problem::error("file_too_large", message).at(start_of(file)).remedy("split the recipe by entities"));
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(200)).unwrap_or_default()).to_lowercase();
    let declared = head.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()).and_then(encoding);
    match declared.as_deref() {
        None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => match std::str::from_utf8(bytes) {
            Ok(text) => Some(Cow::Borrowed(text)),
            Err(error) => {
                notes.add(not_utf8(file, bytes, error.valid_up_to()));
                None
            }
        },
        Some("iso-8859-1" | "latin1" | "latin-1" | "iso8859-1") => {
            Some(Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect()))
        }
        Some(other) => {
            let message = format!("encoding {other:?} is not supported, only utf-8 and iso-8859-1");
            notes.add(Problem::error("bad_encoding", message).at(start_of(file)).remedy("save the file as UTF-8"));
            None
        }
    }
}

/// The value of `encoding="…"` in a declaration.
fn encoding(declaration: &str) -> Option<String> {
    let rest = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split(quote).next().map(str::to_owned)
}

/// Why a system identifier may not be read, if so.
fn refusal(system: &str) -> Option<&'static str> {
    if system.is_empty() {
        Some("is empty")
    } else if system.contains("://") || system.contains(':') {
        Some("is a URL or a drive")
    } else if system.starts_with('/') || system.contains('\\') {
        Some("is an absolute path")
    } else if system.split('/').any(|part| part == "..") {
        Some("leaves the recipe folder")
    } else {
        None
    }
}

/// Reads every declared external entity that is referred to; `None` stands for one that was complained about.
fn included<'p>(
    file: &str,
    text: &str,
    lines: &Lines,
    prolog: &'p Prolog,
    files: &RecipeFiles,
    notes: &mut Notes,
) -> BTreeMap<&'p str, Option<Element>> {
    let mut entities = BTreeMap::new();
    let references: BTreeSet<&str> = prolog.references.iter().map(|(_, name)| name.as_str()).collect();
    for declaration in &prolog.declarations {
        let EntityKind::System(system) = &declaration.kind else {
            if let EntityKind::Other(what) = declaration.kind {
                let message = format!("entity {:?} is {what}, which is ignored", declaration.name);
                let at = lines.locate(file, text, declaration.offset);
                notes.add(Problem::warning("entity_ignored", message).at(at));
            }
            continue;
        };
        let at = lines.locate(file, text, declaration.offset);
        if entities.contains_key(declaration.name.as_str()) {
            continue; // the first declaration binds, as XML says
        }
        let path = system.trim_start_matches("./");
        let is_used = references.contains(declaration.name.as_str());
        let element = if let Some(why) = refusal(system) {
            let message = format!("entity {:?} names {system:?}, which {why}", declaration.name);
            let remedy = "copy the file into the recipe folder and name it without a path";
            notes.add(Problem::error("entity_outside_folder", message).at(at).remedy(remedy));
            None
        } else if let Some(bytes) = files.0.get(path).and_then(|_| files.bytes(path, notes)) {
            if is_used { part(path, bytes, notes) } else { None }
        } else if files.0.contains_key(path) {
            None // too large, and said so
        } else {
            let known = did_you_mean(path, files.0.keys().map(String::as_str));
            let message = format!("entity {:?} names {system:?}, which is not in the folder{known}", declaration.name);
            let problem = if is_used { Problem::error } else { Problem::warning };
            notes.add(problem("missing_file", message).at(at).remedy("add the file to the recipe folder"));
            None
        };
        entities.insert(declaration.name.as_str(), element);
    }
    entities
}

/// Refuses a tag that would take the parser long.
fn short_tags(file: &str, text: &str, lines: &Lines, prolog: &Prolog, notes: &mut Notes) -> Option<()> {
    let Some(offset) = prolog.long_tag else { return Some(()) };
    let message = format!("a tag has more than {MAX_TAG_BYTES} bytes, which is the limit");
    let at = lines.locate(file, text, offset);
    notes.add(Problem::error("malformed_xml", message).at(at).remedy("write one element per rule"));
    None
}

/// Parses an included file, which may include nothing itself.
fn part(file: &str, bytes: &[u8], notes: &mut Notes) -> Option<Element> {
    let text = decode(file, bytes, notes)?;
    let prolog = Prolog::scan(&text);
    let lines = Lines::new(&text);
    short_tags(file, &text, &lines, &prolog, notes)?;
    let nested = prolog.declarations.first().map(|d| d.offset).or(prolog.references.first().map(|r| r.0));
    if let Some(offset) = nested {
        let message = "an included file declares or uses entities, the limit is one level of inclusion";
        let at = lines.locate(file, &text, offset);
        notes.add(Problem::error("nested_entity", message).at(at).remedy("include every file from the main recipe"));
        return None;
    }
    let mut tree = Tree { file: file.into(), text: &text, lines: &lines, pending: Vec::new() };
    tree.parse(&prolog.blanked(&text), notes)
}

/// Turns a parsed document into owned elements, putting included ones where they were referred to.
struct Tree<'a> {
    file: Rc<str>,
    text: &'a str,
    lines: &'a Lines,
    /// Included elements still to be placed, by falling offset.
    pending: Vec<(usize, Element)>,
}

impl Tree<'_> {
    fn parse(&mut self, blanked: &str, notes: &mut Notes) -> Option<Element> {
        let options = roxmltree::ParsingOptions { nodes_limit: MAX_NODES, ..Default::default() };
        let document = match roxmltree::Document::parse_with_options(blanked, options) {
            Ok(document) => document,
            Err(error) => {
                let (line, column) = match error {
                    roxmltree::Error::UnexpectedEndOfStream => self.lines.position(self.text, self.text.len()),
                    // bytes stay in place where something is hidden, characters do not
                    _ => self.lines.position(self.text, self.lines.offset(blanked, error.pos().row, error.pos().col)),
                };
                let at = Location { file: self.file.to_string(), line, column };
                // the place is told beside it, in the file's own columns
                let mut message = error.to_string().replace(&format!(" at {}", error.pos()), "");
                if matches!(error, roxmltree::Error::NodesLimitReached) {
                    message = format!("more than {MAX_NODES} nodes in one file");
                }
                let remedy = match error {
                    roxmltree::Error::NodesLimitReached => "keep to the recipe's own elements",
                    _ => "every element that is opened must be closed, and < and & in text be written &lt; and &amp;",
                };
                notes.add(Problem::error("malformed_xml", message).at(at).remedy(remedy));
                return None;
            }
        };
        let root = self.element(document.root_element(), 0, notes)?;
        self.disabled(&document, notes);
        if let Some((offset, _)) = self.pending.last() {
            let at = self.lines.locate(&self.file, self.text, *offset);
            notes.add(Problem::error("malformed_xml", "entity reference outside the root element").at(at));
            return None;
        }
        Some(root)
    }

    fn element(&mut self, node: roxmltree::Node<'_, '_>, depth: usize, notes: &mut Notes) -> Option<Element> {
        let range = node.range();
        let (line, column) = self.lines.position(self.text, range.start);
        if depth >= MAX_DEPTH {
            let at = Location { file: self.file.to_string(), line, column };
            let message = format!("elements are nested more than {MAX_DEPTH} deep");
            notes.add(Problem::error("malformed_xml", message).at(at));
            return None;
        }
        let attributes = node.attributes().map(|a| {
            let (line, column) = self.lines.position(self.text, a.range_value().start);
            Attribute { name: a.name().to_owned(), value: a.value().to_owned(), line, column }
        });
        let attributes = attributes.collect();
        let mut children = Vec::new();
        for child in node.children().filter(roxmltree::Node::is_element) {
            self.splice(child.range().start, &mut children);
            children.push(self.element(child, depth + 1, notes)?);
        }
        self.splice(range.end, &mut children);
        let name = node.tag_name().name().to_owned();
        let comment = self.comment_before(node);
        let file = self.file.clone();
        Some(Element { name, attributes, children, comment, dialect: Dialect::Xml, file, line, column })
    }

    /// Tells of comments that hold rules or classes, since they look like part of the recipe and are not.
    fn disabled(&self, document: &roxmltree::Document<'_>, notes: &mut Notes) {
        for comment in document.descendants().filter(roxmltree::Node::is_comment) {
            let text = comment.text().unwrap_or_default();
            let mut total = 0;
            let found: Vec<String> = DISABLED
                .iter()
                .filter_map(|(tag, one, many)| {
                    let is_tag = |at: usize| {
                        text.get(at + tag.len()..).is_some_and(|rest| rest.starts_with(char::is_whitespace))
                    };
                    let n = text.match_indices(tag).filter(|(at, _)| is_tag(*at)).count();
                    total += n;
                    (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }))
                })
                .collect();
            if found.is_empty() {
                continue;
            }
            let verb = if total == 1 { "is" } else { "are" };
            let message = format!("a comment holds {}, which {verb} not part of the recipe", found.join(" and "));
            let at = self.lines.locate(&self.file, self.text, comment.range().start);
            notes.add(
                Problem::note("disabled_rule", message).at(at).remedy("remove the comment, or what hides the rule"),
            );
        }
    }

    /// Takes the included elements that were referred to before `offset`.
    fn splice(&mut self, offset: usize, children: &mut Vec<Element>) {
        while let Some((_, element)) = self.pending.pop_if(|(at, _)| *at < offset) {
            children.push(element);
        }
    }

    /// The comments directly before a node: no blank line between, and not at the end of another element's line.
    fn comment_before(&self, node: roxmltree::Node<'_, '_>) -> Option<String> {
        let mut comments: Vec<String> = Vec::new();
        let mut next = node.range().start;
        for before in node.prev_siblings().filter(|n| !n.is_text()) {
            if before.id() == node.id() {
                continue;
            }
            let gap = self.text.get(before.range().end..next).unwrap_or_default();
            let n_breaks = gap.matches('\n').count();
            if before.is_comment() && n_breaks <= 1 && gap.trim().is_empty() {
                comments.push(before.text().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "));
                next = before.range().start;
                continue;
            }
            if n_breaks == 0 && before.is_element() && comments.pop().is_none() {
                return None;
            }
            break;
        }
        comments.retain(|c| !c.is_empty());
        comments.reverse();
        (!comments.is_empty()).then(|| comments.join("\n"))
    }
}
