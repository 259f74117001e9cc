//! JATS XML: articles, or their front matter alone.

mod clean;
mod record;

use crate::draft::{Imported, Spot};
use crate::format::{Format, admit, check_count};
use crate::problem::ImportError;
use clean::clean;
use record::{draft, identifier};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeSet;

/// Most nodes of a text.
const MAX_NODES: u32 = 2_000_000;

/// Reads JATS: `<article>`, a bare `<front>`, or several in a set.
///
/// A document type that only names its definition is passed over; one that declares entities is refused. Named characters
/// such as `&alpha;` are known without any definition, and so are the usual prefixes where a fragment does not declare
/// them. What cites and what responds is not read: only front matter makes a record.
///
/// # Errors
/// [`ImportError`] when the text is no well-formed XML, goes beyond the caps on size, nesting and attributes, or holds no
/// article.
pub fn jats(text: &str) -> Result<Imported, ImportError> {
    let text = admit(text, Format::Jats)?;
    let cleaned = clean(text)?;
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&cleaned.text, options).map_err(|error| {
        let (line, column) = cleaned.place(&error);
        ImportError::Xml { line, column, message: cleaned.own_words(&error) }
    })?;
    let articles = articles(document.root_element());
    if articles.is_empty() {
        let first = document.root_element().children().find(Node::is_element);
        let root = first.map(|node| node.tag_name().name().to_owned()).unwrap_or_default();
        return Err(ImportError::NoArticle { root });
    }
    check_count(articles.len())?;
    let mut imported = Imported::default();
    let mut taken = BTreeSet::new();
    for article in articles {
        let line = document.text_pos_at(article.range().start).row;
        imported.take(Spot { line: Some(line), entry: identifier(article) }, Ok(draft(article)), &mut taken);
    }
    Ok(imported)
}

/// What makes a record each: articles, else front matter, else what stands in it.
fn articles<'a, 'i>(root: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    let all = |name: &str| -> Vec<Node<'a, 'i>> { root.descendants().filter(|node| node.has_tag_name(name)).collect() };
    ["article", "front", "article-meta"].into_iter().map(all).find(|found| !found.is_empty()).unwrap_or_default()
}
