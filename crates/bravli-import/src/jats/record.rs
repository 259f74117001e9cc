//! One article's front matter to the parts of a record.

use crate::draft::Draft;
use crate::names::Name;
use crate::text::squeeze;
use roxmltree::Node;

/// Elements whose text is about the text: notes, links to them, and formulas in TeX beside their MathML.
const ASIDE: [&str; 6] = ["xref", "fn", "tex-math", "annotation", "object-id", "contrib-group"];

/// Elements whose text stands apart from what surrounds it.
const BLOCKS: [&str; 6] = ["p", "title", "sec", "list-item", "break", "disp-formula"];

pub(crate) fn draft(article: Node<'_, '_>) -> Draft {
    let meta = first(article, "article-meta").unwrap_or(article);
    let journal = first(article, "journal-title").or_else(|| first(article, "abbrev-journal-title"));
    let (authors, has_more_authors) = authors(meta);
    Draft {
        authors,
        has_more_authors,
        year: year(meta),
        title: title(meta),
        container: journal.or_else(|| first(article, "publisher-name")).map(shown).unwrap_or_default(),
        volume: child_text(meta, "volume"),
        pages: pages(meta),
        doi: article_id(meta, "doi"),
        pmid: article_id(meta, "pmid"),
        keywords: descendants(meta, "kwd").map(shown).collect(),
        index_terms: Vec::new(),
        summary: summary(meta),
    }
}

/// What the article answers to, for messages.
pub(crate) fn identifier(article: Node<'_, '_>) -> Option<String> {
    let ids = ["doi", "pmid", "pmc", "pmcid", "publisher-id"].into_iter().map(|kind| article_id(article, kind));
    ids.map(|id| id.chars().take(120).collect::<String>()).find(|id| !id.is_empty())
}

fn first<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    descendants(node, name).next()
}

/// Elements of this name in front matter: neither in what is cited nor in a response or related article.
fn descendants<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    let name = name.to_owned();
    let scope = children(node, "front").next().unwrap_or(node);
    scope.descendants().filter(move |node| node.has_tag_name(name.as_str()))
}

fn children<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    let name = name.to_owned();
    node.children().filter(move |node| node.has_tag_name(name.as_str()))
}

fn child_text(node: Node<'_, '_>, name: &str) -> String {
    children(node, name).next().map(shown).unwrap_or_default()
}

/// The text below an element in one line, without asides.
fn shown(node: Node<'_, '_>) -> String {
    let mut out = String::new();
    gather(node, &mut out);
    squeeze(&out)
}

/// Nesting is capped before the text is parsed, so this may call itself.
fn gather(node: Node<'_, '_>, out: &mut String) {
    for child in node.children() {
        if let Some(text) = child.text().filter(|_| child.is_text()) {
            out.push_str(text);
        } else if child.is_element() && !ASIDE.contains(&child.tag_name().name()) {
            let is_block = BLOCKS.contains(&child.tag_name().name());
            if is_block {
                out.push(' ');
            }
            let before = out.len();
            gather(child, out);
            let is_heading = child.has_tag_name("title") && !out[before..].trim_end().ends_with([':', '.', '?', '!']);
            let is_heading = is_heading && !out[before..].trim().is_empty();
            out.push_str(if is_heading {
                ": "
            } else if is_block {
                " "
            } else {
                ""
            });
        }
    }
}

fn title(meta: Node<'_, '_>) -> String {
    let title = first(meta, "article-title").map(shown).unwrap_or_default();
    let subtitle = first(meta, "title-group").map(|group| child_text(group, "subtitle")).unwrap_or_default();
    if subtitle.is_empty() { title } else { format!("{}: {subtitle}", title.trim_end_matches(':')) }
}

/// Contributors that are authors, or of no stated kind; `et al.` where the text says so.
fn authors(meta: Node<'_, '_>) -> (Vec<Name>, bool) {
    let is_of_authors =
        |group: &Node<'_, '_>| group.attribute("content-type").is_none_or(|kind| kind.contains("author"));
    let groups: Vec<_> = children(meta, "contrib-group").filter(is_of_authors).collect();
    let is_author = |contrib: &Node<'_, '_>| contrib.attribute("contrib-type").is_none_or(|kind| kind == "author");
    let people = groups.iter().flat_map(|group| children(*group, "contrib"));
    let names = people.filter(is_author).filter_map(name).collect();
    (names, groups.iter().any(|group| children(*group, "etal").next().is_some()))
}

fn name(contrib: Node<'_, '_>) -> Option<Name> {
    // members of a group stand below the group and are not named one by one
    let alternatives = children(contrib, "name-alternatives").next().unwrap_or(contrib);
    let named = ["name", "string-name"].into_iter().find_map(|kind| children(alternatives, kind).next());
    let Some(named) = named else {
        let group = children(contrib, "collab").next().map(shown).unwrap_or_default();
        return (!group.is_empty()).then(|| Name::literal(&group));
    };
    let family = child_text(named, "surname");
    if family.is_empty() {
        let printed = [child_text(named, "given-names"), shown(named)].into_iter().find(|name| !name.is_empty());
        return printed.map(|name| Name::from_display(&name));
    }
    let initials = children(named, "given-names").next().and_then(|given| given.attribute("initials"));
    let given = initials.map_or_else(|| child_text(named, "given-names"), str::to_owned);
    Some(Name { family, given, suffix: child_text(named, "suffix") })
}

/// The year of the issue where there is one, since volume and pages go with it; else that of publication online.
fn year(meta: Node<'_, '_>) -> String {
    let rank = |date: &Node<'_, '_>| {
        let kind = date.attribute("pub-type").or_else(|| date.attribute("date-type")).unwrap_or_default();
        match (kind, date.attribute("publication-format").unwrap_or_default()) {
            ("ppub" | "collection" | "epub-ppub", _) | ("pub", "print") => 0,
            ("epub" | "pub" | "", _) => 1,
            ("pmc-release" | "nihms-submitted" | "preprint", _) => 3,
            _ => 2,
        }
    };
    let dates = descendants(meta, "pub-date").filter(|date| children(*date, "year").next().is_some());
    let best = dates.min_by_key(rank).map(|date| child_text(date, "year"));
    best.or_else(|| first(meta, "copyright-year").map(shown)).unwrap_or_default()
}

fn pages(meta: Node<'_, '_>) -> String {
    let (from, to) = (child_text(meta, "fpage"), child_text(meta, "lpage"));
    match (from.is_empty(), to.is_empty() || to == from) {
        (true, _) => child_text(meta, "elocation-id"),
        (false, true) => from,
        (false, false) => format!("{from}-{to}"),
    }
}

fn article_id(node: Node<'_, '_>, kind: &str) -> String {
    descendants(node, "article-id").find(|id| id.attribute("pub-id-type") == Some(kind)).map(shown).unwrap_or_default()
}

/// The abstract proper; graphical abstracts, digests and highlights have a type.
fn summary(meta: Node<'_, '_>) -> String {
    let Some(found) = children(meta, "abstract").find(|found| found.attribute("abstract-type").is_none()) else {
        return String::new();
    };
    let text = shown(found);
    let own_title = child_text(found, "title");
    let is_plain = own_title.eq_ignore_ascii_case("abstract") || own_title.eq_ignore_ascii_case("summary");
    let rest = text.strip_prefix(&own_title).filter(|_| is_plain && !own_title.is_empty());
    rest.map_or(text.as_str(), |rest| rest.trim_start_matches([':', ' ', '.'])).to_owned()
}
