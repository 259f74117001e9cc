//! BibTeX as people and reference managers write it.

mod common;

use bravli_import::{Format, ImportError, ImportProblem, bibtex};
use common::{assert_records, only, reasons};

fn entry(fields: &str) -> String {
    format!("@article{{key, author = {{Doe, Jane}}, title = {{A cell}}, year = 2001, {fields}}}")
}

#[test]
fn an_article_becomes_a_record() {
    let paper = only(
        bibtex(
            r"@Article{Lefort2009,
  Author   = {Lefort, Sandrine and Tomm, Christian and Floyd Sarria, J.-C. and Petersen, Carl C. H.},
  Title    = {The excitatory neuronal network of the {C2} barrel column in mouse primary somatosensory cortex.},
  Journal  = {Neuron},  Volume = {61}, Number = 2, Pages = {301--316}, Month = jan, Year = {2009},
  DOI      = {https://doi.org/10.1016/j.neuron.2008.12.020}, PMID = {19186171},
  Keywords = {barrel cortex, paired recording, Mouse},
  Abstract = {Pairs of cells were recorded.  Connections are sparse.},
}",
        )
        .unwrap(),
    );
    assert_eq!(paper.id, "lefort2009");
    assert_eq!(paper.authors, "Lefort S, Tomm C, Floyd Sarria JC, Petersen CCH");
    assert_eq!(paper.year, 2009);
    assert_eq!(
        paper.title,
        "The excitatory neuronal network of the C2 barrel column in mouse primary somatosensory cortex"
    );
    assert_eq!(paper.venue, "Neuron 61:301-316");
    assert_eq!(paper.doi, "10.1016/j.neuron.2008.12.020");
    assert_eq!(paper.pmid.as_deref(), Some("19186171"));
    assert_eq!(paper.topics, ["barrel cortex", "paired recording", "Mouse"]);
    assert_eq!(paper.species, ["mouse"]);
    assert_eq!(paper.summary, "Pairs of cells were recorded. Connections are sparse.");
    assert_eq!(paper.verification, bravli_facts::Verification::Seen);
    assert_records(&[paper]);
}

#[test]
fn accents_become_letters() {
    let text = r#"@article{a, year = 2001, title = {A},
        author = {L{\"u}bke, Joachim and Garc\'\i a, Jos{\'e} and Mart{\'\i}nez, \'Angel and S{\o}rensen, B{\o}rge and
                  \v{S}koda, {\v Z}en and {\AA}str{\"o}m, K. and Ko\c{c}, \c C. and Wei{\ss}, \"O. and Nu\~nez, A. and
                  {\L}o\'s, A. and Erd\H{o}s, P. and Dvo{\v{r}}{\'a}k, A. and M\"{u}ller, J{\"{u}}rgen}}"#;
    let paper = only(bibtex(text).unwrap());
    assert_eq!(
        paper.authors,
        "Lübke J, García J, Martínez Á, Sørensen B, Škoda Ž, Åström K, Koç Ç, Weiß Ö, Nuñez A, Łoś A, Erdős P, Dvořák A, \
         Müller J"
    );
    assert_eq!(paper.id, "lubke2001");
}

#[test]
fn latex_in_titles_becomes_plain_text() {
    for (latex, plain) in [
        (r"{GABA}ergic cells {\em in vivo}", "GABAergic cells in vivo"),
        (r"Ca$^{2+}$ and K\textsuperscript{+} currents", "Ca2+ and K+ currents"),
        (r"$\alpha$-bungarotoxin, \alpha-actinin, 5\,$\mu$m", "α-bungarotoxin, α-actinin, 5 μm"),
        (r"Cells \& synapses at 50\% -- a \textit{test}", "Cells & synapses at 50% – a test"),
        (r"{Layer 2/3} pyramids: {a {nested} title}", "Layer 2/3 pyramids: a nested title"),
        (r"``Silent'' synapses~again", "“Silent” synapses again"),
        (r"A \foo{strange} \bar command", "A strange command"),
        (r"<i>In vivo</i> at p &lt; 0.05", "In vivo at p < 0.05"),
        ("Two\n   lines", "Two lines"),
    ] {
        let text = format!("@article{{k, author = {{Doe, J}}, year = 2001, title = {{{latex}}}}}");
        assert_eq!(only(bibtex(&text).unwrap()).title, plain);
    }
}

#[test]
fn authors_come_in_every_order() {
    for (authors, written) in [
        ("Carl C. H. Petersen and de Kock, Christiaan P. J.", "Petersen CCH, de Kock CPJ"),
        ("Jean-S{\\'e}bastien Jouhanneau and others", "Jouhanneau JS, et al."),
        ("{Blue Brain Project} and Markram, H.", "Blue Brain Project, Markram H"),
        ("Hablitz, Jr., John J.", "Hablitz JJ Jr"),
        ("Ludwig van der Loos", "van der Loos L"),
        ("Petersen, CCH", "Petersen CCH"),
    ] {
        let text = format!("@article{{k, author = {{{authors}}}, year = 2001, title = {{T}}}}");
        assert_eq!(only(bibtex(&text).unwrap()).authors, written, "{authors}");
    }
}

#[test]
fn a_broken_entry_costs_no_other() {
    let text = "@article{one, author = {A, B}, title = {First}, year = 2001}\n\
                @article{two, author = {A, B}, title = {Second, year = 2002}\n\n\
                @article{three, author = {A, B}, title = {Third}, year = 2003}\n\
                @article{four, author {A, B}, title = {Fourth}, year = 2004}\n\
                @article{five, author = {A, B}, title = {Fifth}}, year = 2005}\n\
                @article{six, author = {A, B}, title = {Sixth}, year = 2006}\n";
    let read = bibtex(text).unwrap();
    assert_eq!(read.papers.iter().map(|paper| paper.title.as_str()).collect::<Vec<_>>(), ["First", "Third", "Sixth"]);
    assert_eq!(
        reasons(&read.skipped),
        [
            "line 2, entry \"two\": entry is not closed",
            "line 5, entry \"four\": entry cannot be read: expected equals",
            "line 6, entry \"five\": entry is closed before its last field",
        ]
    );
    assert_eq!(read.skipped[0].remedy, "close every { with a }");
}

#[test]
fn what_a_record_needs_is_named_when_it_is_missing() {
    let text = "@article{a, author = {A, B}, title = {T}}\n@article{b, title = {T}, year = 2001}\n\
                @misc{c, author = {A, B}, year = 2001}\n@article{d, author = {A, B}, title = {T}, year = {in press}}";
    let read = bibtex(text).unwrap();
    assert_eq!(read.papers, []);
    assert_eq!(
        reasons(&read.skipped),
        [
            "line 1, entry \"a\": no year",
            "line 2, entry \"b\": no author",
            "line 3, entry \"c\": no title",
            "line 4, entry \"d\": year must be a number from 1000 to 2999, got \"in press\"",
        ]
    );
}

#[test]
fn one_key_stands_for_one_entry() {
    let text = "@misc{k, author={A, B}, title={T}, year=2001}\n@misc{K, author={C, D}, title={U}, year=2002}";
    let read = bibtex(text).unwrap();
    assert_eq!(only_ids(&read), ["a2001"]);
    assert_eq!(read.skipped[0].reason, ImportProblem::DuplicateKey { key: "K".to_owned(), first: 1 });
}

#[test]
fn two_papers_of_a_year_get_two_keys() {
    let text = "@misc{x, author={Doe, B}, title={T}, year=2001} @misc{y, author={Doe, B}, title={U}, year=2001}\n\
                @misc{z, author={Doe, B}, title={V}, year=2001}";
    let read = bibtex(text).unwrap();
    assert_eq!(only_ids(&read), ["doe2001", "doe2001a", "doe2001b"]);
    assert_records(&read.papers);
}

fn only_ids(read: &bravli_import::Imported) -> Vec<&str> {
    read.papers.iter().map(|paper| paper.id.as_str()).collect()
}

#[test]
fn strings_months_and_joined_values_are_understood() {
    let text = "@string{jn = \"Journal of \" # {Neurophysiology}}\n@comment{a note, with {braces}}\n@preamble{ \"\\foo\" # \"x\" }\n\
                @ARTICLE{k, author = \"Doe, Jane\", title = \"The {\\\"U}ber \" # {cell}, journal = JN, month = sep # \"~1\",\n\
                volume = 3, eid = {e12}, year = 2001}\n\
                @article{m, author = {Doe, J}, title = {T}, journal = nowhere, year = 2001}";
    let read = bibtex(text).unwrap();
    assert_eq!(read.papers[0].venue, "Journal of Neurophysiology 3:e12");
    assert_eq!(read.papers[0].title, "The Über cell");
    assert_eq!(
        reasons(&read.skipped),
        ["line 6, entry \"m\": journal uses \"nowhere\", which no @string above defines"]
    );
}

#[test]
fn strings_that_name_themselves_or_grow_end() {
    let own = "@string{a = a # a}\n@misc{k, author = {A, B}, title = a, year = 2001}";
    let read = bibtex(own).unwrap();
    assert_eq!(read.skipped.len(), 2, "{:?}", read.skipped);
    let mut growing = "@string{s0 = {0123456789}}\n".to_owned();
    for n in 1..40 {
        growing.push_str(&format!("@string{{s{n} = s{} # s{}}}\n", n - 1, n - 1));
    }
    let read = bibtex(&growing).unwrap();
    assert!(matches!(read.skipped[0].reason, ImportProblem::TooMuch { .. }), "{:?}", read.skipped[0]);
}

#[test]
fn every_kind_of_work_has_a_venue() {
    let of = |kind: &str, fields: &str| {
        let text = format!("@{kind}{{k, author = {{Doe, J}}, title = {{T}}, date = {{2001-05-01}}, {fields}}}");
        only(bibtex(&text).unwrap()).venue
    };
    assert_eq!(of("book", "publisher = {MIT Press}"), "MIT Press");
    assert_eq!(of("incollection", "booktitle = {The Handbook}, pages = {1-20}"), "The Handbook 1-20");
    assert_eq!(of("phdthesis", "school = {EPFL}"), "EPFL");
    assert_eq!(of("dataset", "publisher = {Zenodo}"), "Zenodo");
    assert_eq!(of("misc", "eprint = {2101.00001}, archiveprefix = {arXiv}"), "arXiv:2101.00001");
    assert_eq!(of("online", "url = {https://example.org}"), "");
}

#[test]
fn identifiers_are_found_where_exporters_put_them() {
    let paper = only(bibtex(&entry("url = {https://doi.org/10.1093/cercor/bhr317}")).unwrap());
    assert_eq!(paper.doi, "10.1093/cercor/bhr317");
    let paper = only(bibtex(&entry("eprint = {20538767}, eprinttype = {pubmed}, doi = {not a doi}")).unwrap());
    assert_eq!((paper.pmid.as_deref(), paper.doi.as_str()), (Some("20538767"), ""));
    let paper = only(bibtex(&entry(r"doi = {10.1007/978-3-540_1}, volume = {1}")).unwrap());
    assert_eq!(paper.doi, "10.1007/978-3-540_1");
    let paper = only(bibtex(&entry(r"doi = {10.1007/978\_3}")).unwrap());
    assert_eq!(paper.doi, "10.1007/978_3");
}

#[test]
fn parts_take_over_from_their_volume() {
    let text = "@inproceedings{part, author = {Doe, J}, title = {T}, crossref = {whole}}\n\
                @proceedings{whole, editor = {Roe, R}, title = {Proceedings of Cells}, year = 2003}\n\
                @misc{self, author = {Doe, J}, title = {U}, year = 2004, crossref = {self}}";
    let read = bibtex(text).unwrap();
    assert_eq!((read.papers[0].venue.as_str(), read.papers[0].year), ("Proceedings of Cells", 2003));
    assert_eq!(only_ids(&read), ["doe2003", "roe2003", "doe2004"]);
}

#[test]
fn a_field_that_nothing_needs_breaks_nothing() {
    let read = bibtex(&entry(
        r"note = {a $ b \foo{}}, file = {C:\x\y}, abstract = {Costs 5$ a piece.}, keywords = {a; b, c; a}",
    ));
    let paper = only(read.unwrap());
    assert_eq!(paper.topics, ["a", "b, c"]);
    assert!(paper.summary.starts_with("Costs 5"), "{}", paper.summary);
    let read = bibtex(r"@misc{k, author = {Doe, J}, year = 2001, title = {5$ a piece}}").unwrap();
    assert_eq!(reasons(&read.skipped), ["line 1, entry \"k\": title cannot be read: unexpected end of file"]);
}

#[test]
fn line_ends_and_byte_order_marks_make_no_difference() {
    let unix =
        "@article{a,\n  author = {Doe, J},\n  title = {A\n   cell},\n  year = 2001,\n}\n\n@article{b, title = {B}}\n";
    let expected = bibtex(unix).unwrap();
    assert_eq!(expected.skipped[0].at.line, Some(8));
    assert_eq!(bibtex(&unix.replace('\n', "\r\n")).unwrap(), expected);
    assert_eq!(bibtex(&format!("\u{feff}{unix}")).unwrap(), expected);
}

#[test]
fn long_abstracts_end_with_a_sentence() {
    let abstract_text = "A sentence of some length about cells. ".repeat(100);
    let paper = only(bibtex(&entry(&format!("abstract = {{{abstract_text}}}"))).unwrap());
    assert!(paper.summary.len() <= 2000 && paper.summary.ends_with("cells."), "{}", paper.summary);
}

#[test]
fn other_texts_are_named() {
    assert_eq!(bibtex(" \n"), Err(ImportError::Empty(Format::Bibtex)));
    let error = bibtex("<?xml version=\"1.0\"?><article/>").unwrap_err();
    assert_eq!(error.to_string(), "text is no BibTeX; it looks like JATS XML");
    assert_eq!(error.remedy(), Some("import it as JATS"));
    let error = bibtex("{\"resultList\": {}}").unwrap_err();
    assert_eq!(error.to_string(), "text is no BibTeX; it looks like Europe PMC answer");
    assert!(matches!(bibtex("Dear editor, a@b.org"), Err(ImportError::WrongFormat { found: None, .. })));
    assert!(matches!(bibtex(&" ".repeat(9 << 20)), Err(ImportError::TooLarge { .. })));
}

#[test]
fn deep_braces_and_long_entries_end_in_an_error() {
    for deep in ["{".repeat(100_000), "\\a{".repeat(100_000), format!("{}{}", "\\'{".repeat(5000), "}".repeat(5000))] {
        let read = bibtex(&format!("@misc{{k, author = {{A, B}}, year = 2001, title = {{{deep}}}}}")).unwrap();
        assert_eq!((read.papers.len(), read.skipped.len()), (0, 1));
    }
    let read = bibtex(&entry(&format!("note = {{{}}}", "x".repeat(300_000)))).unwrap();
    assert_eq!(reasons(&read.skipped), ["line 1, entry \"key\": bytes of the entry exceed 262144"]);
}

#[test]
fn many_broken_entries_end_in_one_answer() {
    let error = bibtex(&"@article{a, title = {b\n".repeat(300_000)).unwrap_err();
    assert_eq!(error.to_string(), "text has 300000 records; 10000 are allowed");
    let read = bibtex(&"@article{a, title = {b\n".repeat(10_000)).unwrap();
    assert_eq!(read.skipped.len(), 10_000);
    let nested = format!("@misc{{k, author={{A, B}}, year=2001, title={{{}}}}}\n", "{{a}{b}}".repeat(7000));
    let read = bibtex(&nested.repeat(50)).unwrap();
    assert_eq!((read.papers.len(), read.skipped.len()), (0, 50));
}

#[test]
fn a_long_name_of_a_body_makes_a_key_that_records_allow() {
    let body = "International Consortium for the Reconstruction of Everything between the Pia and the White Matter";
    let text = format!("@misc{{x, author = {{{{{body}}}}}, title = {{T}}, year = 2001}}");
    let paper = only(bibtex(&text).unwrap());
    assert_eq!(paper.id, "internationalconsortiumforthereconstructionofeverythingbetwe2001");
    assert_records(&[paper]);
}
