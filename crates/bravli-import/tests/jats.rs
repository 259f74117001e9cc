//! JATS as publishers and PubMed Central write it.

mod common;

use bravli_import::{ImportError, jats};
use common::{assert_records, only, reasons};

const ARTICLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.2 20190208//EN"
  "JATS-archivearticle1.dtd">
<article article-type="research-article" xmlns:xlink="http://www.w3.org/1999/xlink">
<front>
<journal-meta><journal-title-group><journal-title>Cerebral Cortex</journal-title></journal-title-group></journal-meta>
<article-meta>
<article-id pub-id-type="pmid">22089425</article-id><article-id pub-id-type="doi">10.1093/cercor/bhr317</article-id>
<title-group><article-title>Cell type&#x2013;specific <italic>three-dimensional</italic> structure of Ca<sup>2+</sup>
 circuits<xref ref-type="fn" rid="fn1">*</xref></article-title><subtitle>A column</subtitle></title-group>
<contrib-group>
<contrib contrib-type="author"><name><surname>Oberlaender</surname><given-names>Marcel</given-names></name>
 <xref ref-type="aff" rid="a1">1</xref></contrib>
<contrib contrib-type="author"><name><surname>de Kock</surname><given-names initials="CPJ">Christiaan P.J.</given-names></name></contrib>
<contrib contrib-type="author"><name-alternatives><name><surname>Hablitz</surname><given-names>J. J.</given-names><suffix>Jr.</suffix></name>
 <string-name>J. J. Hablitz Jr.</string-name></name-alternatives></contrib>
<contrib contrib-type="author"><collab>The Column Group<contrib-group><contrib><name><surname>Member</surname></name></contrib></contrib-group></collab></contrib>
<contrib contrib-type="editor"><name><surname>Editor</surname><given-names>E</given-names></name></contrib>
</contrib-group>
<pub-date pub-type="epub"><year>2011</year></pub-date><pub-date pub-type="ppub"><month>10</month><year>2012</year></pub-date>
<pub-date pub-type="pmc-release"><year>2013</year></pub-date>
<volume>22</volume><issue>10</issue><fpage>2375</fpage><lpage>2391</lpage>
<abstract abstract-type="graphical"><p>A picture.</p></abstract>
<abstract><title>Abstract</title><sec><title>Aim</title><p>To count cells.</p></sec><sec><title>Result:</title><p>There are many
 (<italic>n</italic> &gt; 3).</p></sec></abstract>
<kwd-group><kwd>barrel cortex</kwd><kwd><italic>Rattus norvegicus</italic></kwd></kwd-group>
</article-meta></front>
<body><p>Text with <article-title>no title</article-title></p></body>
<back><ref-list><ref><element-citation><article-title>Cited</article-title><year>1990</year></element-citation></ref></ref-list></back>
</article>"#;

#[test]
fn an_article_becomes_a_record() {
    let paper = only(jats(ARTICLE).unwrap());
    assert_eq!(paper.id, "oberlaender2012");
    assert_eq!(paper.authors, "Oberlaender M, de Kock CPJ, Hablitz JJ Jr, The Column Group");
    assert_eq!(paper.year, 2012);
    assert_eq!(paper.title, "Cell type–specific three-dimensional structure of Ca2+ circuits: A column");
    assert_eq!(paper.venue, "Cerebral Cortex 22:2375-2391");
    assert_eq!(paper.doi, "10.1093/cercor/bhr317");
    assert_eq!(paper.pmid.as_deref(), Some("22089425"));
    assert_eq!(paper.topics, ["barrel cortex", "Rattus norvegicus"]);
    assert_eq!(paper.species, ["rat"]);
    assert_eq!(paper.summary, "Aim: To count cells. Result: There are many (n > 3).");
    assert_records(&[paper]);
}

const FRONT: &str = "<front><article-meta><article-id pub-id-type=\"doi\">10.1234/x</article-id><title-group><article-title>A \
    cell</article-title></title-group><contrib-group><contrib><name><surname>Doe</surname><given-names>Jane</given-names>\
    </name></contrib></contrib-group><pub-date date-type=\"pub\"><year>2001</year></pub-date><elocation-id>e5</elocation-id>\
    <self-uri xlink:href=\"x\"/></article-meta></front>";

#[test]
fn a_bare_front_will_do() {
    let paper = only(jats(FRONT).unwrap());
    assert_eq!((paper.id.as_str(), paper.authors.as_str(), paper.venue.as_str()), ("doe2001", "Doe J", "e5"));
}

#[test]
fn sets_hold_several_articles() {
    let other = FRONT.replace("A cell", "B").replace("<year>2001</year>", "");
    let set = format!("<pmc-articleset>\n<article>{FRONT}</article>\n<article>{other}</article>\n</pmc-articleset>");
    let read = jats(&set).unwrap();
    assert_eq!(read.papers.len(), 1);
    assert_eq!(reasons(&read.skipped), ["line 3, entry \"10.1234/x\": no year"]);
    assert_eq!(
        jats(&format!("<articles><article>{FRONT}</article><article>{FRONT}</article></articles>"))
            .unwrap()
            .papers
            .len(),
        2
    );
    assert_eq!(jats(&format!("{FRONT}\n{FRONT}")).unwrap().papers[1].id, "doe2001a");
}

#[test]
fn named_characters_need_no_definition() {
    let paper =
        only(jats(&FRONT.replace("A cell", "&alpha;-cells &amp; L&uuml;bke&rsquo;s <![CDATA[&beta;]]>")).unwrap());
    assert_eq!(paper.title, "α-cells & Lübke’s &beta;");
    let error = jats(&FRONT.replace("A cell", "A\n  &foo; cell")).unwrap_err();
    assert_eq!(error.to_string(), "line 2:3: unknown named character \"&foo;\"");
    assert!(error.remedy().is_some());
}

#[test]
fn entity_declarations_are_refused_and_other_subsets_are_not() {
    let bomb = format!("<!DOCTYPE a [\n <!ENTITY a \"ha\">\n <!ENTITY b \"&a;&a;\">\n]>\n{FRONT}");
    let error = jats(&bomb).unwrap_err();
    assert_eq!(error, ImportError::EntityDeclared { line: 2, name: "a".to_owned() });
    let outside = format!("<!DOCTYPE a [<!ENTITY % x SYSTEM \"file:///etc/passwd\"> %x;]>{FRONT}");
    assert!(matches!(jats(&outside), Err(ImportError::EntityDeclared { .. })));
    let harmless = format!("<!DOCTYPE front SYSTEM \"a>b.dtd\" [<!-- <!ENTITY x> ] --> <!ELEMENT x ANY>]>{FRONT}");
    assert_eq!(only(jats(&harmless).unwrap()).title, "A cell");
}

#[test]
fn deep_wide_and_broken_texts_end_in_an_error() {
    let deep = "<a>".repeat(100_000);
    assert!(matches!(jats(&deep), Err(ImportError::TooComplex { limit: 256, .. })));
    let wide = format!("<a {}/>", (0..100_000).map(|n| format!("b{n}='' ")).collect::<String>());
    assert!(matches!(jats(&wide), Err(ImportError::TooComplex { limit: 64, .. })));
    let spaces = format!("{}{}", "<a xmlns:b='c'>".repeat(100), "</a>".repeat(100));
    assert!(matches!(jats(&spaces), Err(ImportError::TooComplex { limit: 64, .. })));
    for (text, message) in [
        ("<article>\n<front>", "XML cannot be read at line 2:8: <front> is not closed"),
        ("<article></article></front>", "XML cannot be read at line 1:20: </front> closes nothing"),
        ("<article><a b=c/></article>", "XML cannot be read at line 1:15"),
        ("<article>a & b</article>", "XML cannot be read at line 1:12"),
        // places are those of the text as it was given, and lie in it
        ("<article>&alpha;&alpha; & b</article>", "XML cannot be read at line 1:25"),
        ("<!DOCTYPE article [\n]><article>a & b</article>", "XML cannot be read at line 2:14"),
        ("<?article é", "XML cannot be read at line 1:12"),
    ] {
        let error = jats(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn large_texts_take_no_time() {
    let start = std::time::Instant::now();
    let title = |text: &str| FRONT.replace("A cell", &text.repeat((1 << 20) / text.len()));
    for text in ["&alpha;", "&amp;", "<b>&lt;</b>", "<!-- x -->", "<b xmlns:c='d'/>"] {
        let read = jats(&title(text));
        assert!(read.as_ref().is_ok_and(|read| read.papers.is_empty()), "{text}: {read:?}");
    }
    assert!(matches!(jats(&"<front/>".repeat(20_000)), Err(ImportError::TooMany { records: 20_000 })));
    assert!(jats(&"<![CDATA[".repeat(900_000)).is_err());
    assert!(jats(&"<!DOCTYPE".repeat(900_000)).is_err());
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn other_texts_are_named() {
    let error = jats("@article{a, year = 2001}").unwrap_err();
    assert_eq!(error.to_string(), "text is no JATS XML; it looks like BibTeX");
    assert_eq!(error.remedy(), Some("import it as BibTeX"));
    let error = jats("<!DOCTYPE html>\n<html><body/></html>").unwrap_err();
    assert_eq!(error.to_string(), "no <article> element; the text starts with <html>");
    assert!(matches!(jats("<PubmedArticleSet/>"), Err(ImportError::NoArticle { .. })));
    assert!(matches!(jats(""), Err(ImportError::Empty(_))));
}

#[test]
fn line_ends_and_byte_order_marks_make_no_difference() {
    let expected = jats(ARTICLE).unwrap();
    assert_eq!(jats(&format!("\u{feff}{}", ARTICLE.replace('\n', "\r\n"))).unwrap(), expected);
}
