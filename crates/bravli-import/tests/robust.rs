//! No text makes a reader panic, and what it lets through is a record.

mod common;

use bravli_import::{ImportError, Imported, bibtex, europe_pmc, jats, openalex};
use common::{assert_records, only, reasons};
use proptest::prelude::*;

const BIBTEX: &str = r#"@string{n = "Neuron"}
@article{a, author = {L{\"u}bke, J. and Petersen, Carl C. H. and others}, title = {The {C2} $\alpha$ \emph{column}},
  journal = n # " 2", volume = 61, pages = "301--316", year = 2009, doi = {10.1016/j.neuron.2008.12.020}, % note
  abstract = {Text with \'{\i} and 5\% more.}, keywords = {a; b}, crossref = {b}}
@book{b, editor = "A B and {Group}", title = {T}, date = {2001-02}, eprint = {123}, eprinttype = {pubmed}}"#;
const JATS: &str = r#"<?xml version="1.0"?><!DOCTYPE article PUBLIC "x" "y.dtd"><article xmlns:xlink="z"><front><journal-meta>
<journal-title>N</journal-title></journal-meta><article-meta><article-id pub-id-type="doi">10.1234/x</article-id>
<title-group><article-title>A <b>&alpha;</b><![CDATA[<]]></article-title></title-group><contrib-group><contrib>
<name><surname>Doe</surname><given-names>J</given-names></name></contrib></contrib-group><pub-date pub-type="epub">
<year>2001</year></pub-date><abstract><sec><title>T</title><p>x</p></sec></abstract></article-meta></front></article>"#;
const SEARCH: &str = include_str!("recorded/europe_pmc_search.json");
const WORK: &str = include_str!("recorded/openalex_work.json");

type Reader = fn(&str) -> Result<Imported, ImportError>;
const READERS: [(Reader, &str); 4] = [(bibtex, BIBTEX), (jats, JATS), (europe_pmc, SEARCH), (openalex, WORK)];

fn hold(reader: Reader, text: &str) {
    match reader(text) {
        Ok(read) => {
            assert_records(&read.papers);
            for paper in &read.papers {
                assert!(!paper.id.is_empty() && !paper.authors.is_empty() && !paper.title.is_empty());
            }
            assert!(reasons(&read.skipped).iter().all(|reason| !reason.is_empty()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Pieces that the readers look for, in any order.
fn tokens() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "@",
        "@article{",
        "@misc{k,",
        "@string{",
        "{",
        "}",
        "\"",
        "=",
        ",",
        "#",
        "\\",
        "\\'",
        "\\i",
        "\\c ",
        "$",
        "%",
        "~",
        "\n",
        "author",
        "title = {",
        "year = 2001",
        " and ",
        "others",
        "<",
        ">",
        "</",
        "/>",
        "<?xml ",
        "?>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE",
        "[",
        "]",
        "<!ENTITY",
        "&",
        "&alpha;",
        "&#x0;",
        ";",
        "<article>",
        "</article>",
        "<front>",
        "<name>",
        "xmlns:a=\"b\"",
        "'",
        " ",
        "é",
        "\u{feff}",
        "\u{1f9e0}",
        ":",
        "10.1234/x",
        "\r\n",
        "\u{0}",
        "\u{85}",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

/// A valid text with parts taken out, doubled or replaced.
fn mutated(text: &'static str) -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0_usize..40, tokens());
    prop::collection::vec(edit, 1..4).prop_map(move |edits| {
        let mut chars: Vec<char> = text.chars().collect();
        for (place, length, put) in edits {
            let from = place.index(chars.len() + 1);
            let to = (from + length).min(chars.len());
            chars.splice(from..to, put.chars().take(12));
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        for (reader, _) in READERS {
            hold(reader, &text);
        }
    }

    #[test]
    fn any_row_of_tokens_is_answered(text in tokens()) {
        for (reader, _) in READERS {
            hold(reader, &text);
            hold(reader, &format!("@misc{{k, author = {{A, B}}, year = 2001, title = {{{text}}}}}"));
            hold(reader, &format!("<article>{text}</article>"));
        }
    }

    #[test]
    fn bibtex_with_a_fault_is_answered(text in mutated(BIBTEX)) {
        hold(bibtex, &text);
    }

    #[test]
    fn jats_with_a_fault_is_answered(text in mutated(JATS)) {
        hold(jats, &text);
    }

    #[test]
    fn europe_pmc_with_a_fault_is_answered(text in mutated(SEARCH)) {
        hold(europe_pmc, &text);
    }

    #[test]
    fn openalex_with_a_fault_is_answered(text in mutated(WORK)) {
        hold(openalex, &text);
    }
}

#[test]
fn the_texts_that_are_mutated_are_valid() {
    for (reader, text) in READERS {
        let read = reader(text).unwrap();
        assert!(!read.papers.is_empty() && read.skipped.is_empty(), "{read:?}");
        hold(reader, text);
    }
    assert_eq!(only(jats(JATS).unwrap()).title, "A α<");
}
