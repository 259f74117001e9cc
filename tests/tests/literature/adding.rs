//! `add_literature`: what is added is there at once and for good, and what is refused leaves no trace.

use super::{keys, look_up, search};
use bravli_workbench::{ActError, AddLiterature, Recorded, Workbench};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const BIBTEX: &str = r"@article{moller,
  author = {M{\o}ller, Ida and Tan, Wei}, year = 2031, journal = {Journal of Imagined Results},
  title  = {Zonular release at walnut-shaped synapses of the barrel cortex},
}
";
const JATS: &str = "<article><front><journal-meta><journal-title>Imagined Letters</journal-title></journal-meta><article-meta>\
    <article-id pub-id-type=\"doi\">10.1234/imagined.5</article-id><title-group><article-title>Hazelnut axons of layer 6\
    </article-title></title-group><contrib-group><contrib contrib-type=\"author\"><name><surname>Quist</surname>\
    <given-names>Eva</given-names></name></contrib></contrib-group><pub-date><year>2032</year></pub-date></article-meta>\
    </front></article>";
const SHIPPED_FACT: &str = "lefort2009:connectivity.probability:L4exc-L2exc";
const SERVICE: &str = "https://www.ebi.ac.uk/europepmc/webservices/rest/search?query=paired%20recording%20barrel%20cortex\
                       &resultType=core&format=json&pageSize=3";
const ANSWER: &str = include_str!("../../../crates/bravli-import/tests/recorded/europe_pmc_search.json");

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn by_hand() -> AddLiterature {
    AddLiterature {
        paper: fields(json!({ "authors": "Okafor N, Lind P", "year": 2033, "species": ["rat"],
                              "title": "Chandelier cells of the rat barrel cortex" })),
        facts: vec![fields(json!({ "quantity": "membrane.input_resistance", "value": 187.5, "unit": "MOhm",
                                   "n": "9 cells", "species": "rat", "region": "barrel cortex", "layer": "L2/3",
                                   "cell": "L2/3 chandelier", "state": "slice", "age": "P20",
                                   "evidence": "measured", "verification": "seen", "locator": "Table 1" }))],
        ..AddLiterature::default()
    }
}

fn bibtex(text: &str) -> AddLiterature {
    AddLiterature { bibtex: text.to_owned(), ..AddLiterature::default() }
}

fn facts(facts: impl IntoIterator<Item = Value>) -> AddLiterature {
    AddLiterature { facts: facts.into_iter().map(fields).collect(), ..AddLiterature::default() }
}

/// Every file of the lab with its text; hidden ones, such as a lock, are no records.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
            files.insert(path.display().to_string(), std::fs::read_to_string(&path).unwrap());
        }
    }
    files
}

/// What a request is refused with, once it is certain that the lab is as it was.
fn refused(lab: &Path, bench: &Workbench, request: &AddLiterature) -> ActError {
    let before = (lab.exists(), files(lab));
    let error = bench.add_literature(request).unwrap_err();
    assert_eq!((lab.exists(), files(lab)), before, "{error}");
    error
}

#[test]
fn what_is_added_is_found_at_once_and_again_later() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("lab");
    let bench = Workbench::new(&lab);
    assert!(search(&bench, "Møller zonular release").results.iter().all(|row| row.key != "moller2031"));

    let added = bench.add_literature(&bibtex(BIBTEX)).unwrap();
    assert_eq!((added.papers.as_slice(), added.known.len()), (&["moller2031".to_owned()][..], 0), "{added:?}");
    let jats = AddLiterature { jats: JATS.into(), ..AddLiterature::default() };
    assert_eq!(bench.add_literature(&jats).unwrap().papers, ["quist2032"]);
    let added = bench.add_literature(&by_hand()).unwrap();
    assert_eq!(added.papers, ["okafor2033"]);
    let [fact] = &added.facts[..] else { panic!("{added:?}") };
    assert!(fact.starts_with("okafor2033:membrane.input_resistance:"), "{fact}");
    for file in &added.files {
        assert!(file.starts_with("knowledge") && lab.join(file).is_file(), "{file}");
    }

    for bench in [bench, Workbench::new(&lab)] {
        for (query, key) in [
            ("Møller zonular release", "moller2031"),
            ("hazelnut axons of layer 6", "quist2032"),
            ("Okafor chandelier cells", "okafor2033"),
        ] {
            let found = search(&bench, query);
            assert!(found.results.iter().take(3).any(|row| row.key.starts_with(key)), "{query}: {found:?}");
        }
        let reply = look_up(&bench, "input resistance of L2/3 chandelier cells in rat barrel cortex");
        assert_eq!(keys(&reply).first(), Some(&fact.as_str()), "{reply:?}");
        assert_eq!(reply.facts[0].fit, "exact in what was asked; state, age left open");
        assert!(reply.facts[0].value.contains("187.5"), "{:?}", reply.facts[0]);
        assert_eq!(bench.check_knowledge(None).unwrap().problems, []);
    }
}

#[test]
fn a_paper_that_is_there_already_is_told_and_not_added_twice() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Workbench::new(folder.path());
    bench.add_literature(&bibtex(BIBTEX)).unwrap();
    let before = files(folder.path());
    let again = bench.add_literature(&bibtex(BIBTEX)).unwrap();
    assert!(again.papers.is_empty() && again.files.is_empty(), "{again:?}");
    assert!(again.known.len() == 1 && again.known[0].ends_with("-> moller2031"), "{:?}", again.known);
    assert!(again.finding.contains("1 record there already"), "{}", again.finding);
    assert_eq!(files(folder.path()), before);
    // a shipped paper under any key of one's own
    let lefort = "@article{mine, author = {Lefort, S.}, year = 2009, title = {Anything}, \
                  doi = {10.1016/j.neuron.2008.12.020}}";
    assert!(bench.add_literature(&bibtex(lefort)).unwrap().known[0].ends_with("-> lefort2009"));
    // a number that is there already is no second measurement
    bench.add_literature(&by_hand()).unwrap();
    let before = files(folder.path());
    let again = bench.add_literature(&by_hand()).unwrap();
    assert!(again.facts.is_empty() && again.known.iter().any(|known| known.contains("-> okafor2033:")), "{again:?}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_number_says_how_it_came_about() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Workbench::new(folder.path());
    let mut request = by_hand();
    request.facts[0].remove("evidence");
    let error = refused(folder.path(), &bench, &request);
    assert!(error.code == "bad_records" && error.message.contains("evidence"), "{error}");
    // what nobody says was seen is remembered, and ranks lower
    let mut request = by_hand();
    request.facts[0].remove("verification");
    let key = bench.add_literature(&request).unwrap().facts[0].clone();
    assert_eq!(bench.fact(&key).unwrap().record["verification"], "memory");
}

#[test]
fn a_persons_file_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Workbench::new(folder.path());
    let knowledge = folder.path().join("knowledge");
    for part in ["papers", "facts"] {
        std::fs::create_dir_all(knowledge.join(part)).unwrap();
    }
    // a typo leaves the whole file out, and Latin-1 cannot be read as text at all
    let paper = knowledge.join("papers/moller2031.yaml");
    std::fs::write(&paper, "schema: bravli-papers/1\npapers:\n- id: moller2031\n  yeer: 2031\n").unwrap();
    let fact = knowledge.join("facts/okafor2033.yaml");
    std::fs::write(&fact, b"schema: bravli-facts/1\n# \xe9t\xe9\nfacts: []\n").unwrap();
    let before = [&paper, &fact].map(|path| std::fs::read(path).unwrap());
    assert_eq!(bench.add_literature(&bibtex(BIBTEX)).unwrap().files, ["knowledge/papers/moller2031-2.yaml"]);
    let added = bench.add_literature(&by_hand()).unwrap();
    assert!(added.files.contains(&"knowledge/facts/okafor2033-2.yaml".to_owned()), "{added:?}");
    assert_eq!([&paper, &fact].map(|path| std::fs::read(path).unwrap()), before);
}

#[test]
fn a_source_that_may_be_two_papers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Workbench::new(folder.path());
    // another work under a key that is shipped
    let mut request = by_hand();
    request.paper.insert("id".into(), json!("lefort2009"));
    request.facts[0].insert("source".into(), json!("lefort2009"));
    let error = refused(folder.path(), &bench, &request);
    assert!(error.problems.iter().any(|problem| problem.code == "ambiguous_source"), "{error}");
}

#[test]
fn shipped_records_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Workbench::new(folder.path());
    let query = "Lefort 2009 connection probability L4 to L2";
    let row =
        |bench: &Workbench| look_up(bench, query).facts.into_iter().find(|fact| fact.key == SHIPPED_FACT).unwrap();
    let before = row(&bench);
    let stolen = json!({ "id": SHIPPED_FACT, "quantity": "connectivity.probability", "value": 0.9, "unit": "1",
                         "pre": "L4_exc", "post": "L2_exc", "source": "lefort2009", "evidence": "measured" });
    let error = refused(folder.path(), &bench, &facts([stolen]));
    assert_eq!((error.code.as_str(), error.problems[0].code.as_str()), ("bad_records", "duplicate"), "{error}");
    assert!(error.message.contains(SHIPPED_FACT), "{error}");
    // a value of one's own beside it is welcome
    let rival = json!({ "quantity": "connectivity.probability", "value": 0.9, "unit": "1", "pre": "L4_exc",
                        "post": "L2_exc", "source": "lefort2009", "evidence": "measured" });
    bench.add_literature(&facts([rival])).unwrap();
    assert_eq!(row(&bench), before);
}

#[test]
fn a_broken_entry_costs_no_other_and_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Workbench::new(folder.path());
    let text = format!("{BIBTEX}@article{{two, author = {{A, B}}, title = {{Second, year = 2002}}\n\n{}", {
        "@article{three, author = {Roe, Jo}, title = {Third of them}, year = 2003}\n"
    });
    let added = bench.add_literature(&bibtex(&text)).unwrap();
    assert_eq!(added.papers, ["moller2031", "roe2003"]);
    assert!(added.skipped.len() == 1 && added.skipped[0].starts_with("line 5, entry \"two\""), "{:?}", added.skipped);
    assert!(added.finding.contains("1 entry could not be read"), "{}", added.finding);
}

#[test]
fn every_problem_is_told_at_once_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("lab");
    let bench = Workbench::new(&lab);
    let pair = json!({ "quantity": "connectivity.probability", "value": 0.1, "unit": "1", "pre": "L4 exc",
                       "post": "L2/3 PC", "source": "lefort2009", "evidence": "measured",
                       "verification": "seen", "locator": "Table 9" });
    let with = |changes: Value| {
        let mut fact = pair.clone();
        fact.as_object_mut().unwrap().extend(fields(changes));
        fact
    };
    let broken = [
        (with(json!({ "unit": "mV" })), "unit \"mV\" does not measure connectivity.probability"),
        (with(json!({ "unit": "walnuts" })), "unknown unit \"walnuts\""),
        (with(json!({ "value": 1.5 })), "value 1.5 is outside the plausible range 0 to 1"),
        (with(json!({ "source": "nobody1999" })), "source \"nobody1999\" is no paper"),
        (with(json!({ "locator": null })), "needs a locator or seen_in"),
    ];
    for _ in 0..2 {
        let error = refused(&lab, &bench, &facts(broken.iter().map(|(fact, _)| fact.clone())));
        assert_eq!((error.code.as_str(), error.problems.len()), ("bad_records", broken.len()), "{error}");
        for (_, told) in &broken {
            assert!(error.problems.iter().any(|problem| problem.message.contains(told)), "{told}: {error}");
        }
        // the same again where there is a lab with a good record
        bench
            .add_literature(&facts([with(json!({ "value": 0.2 + f64::from(u8::from(lab.exists())) / 10.0 }))]))
            .unwrap();
    }
    for (request, code) in [
        (AddLiterature::default(), "nothing_to_add"),
        (bibtex("@article{a, title = {No end"), "nothing_to_add"),
        (AddLiterature { jats: "<article>".into(), ..AddLiterature::default() }, "unreadable"),
        (facts([json!({ "quantity": "connectivity.probability", "valeu": 3 })]), "bad_records"),
    ] {
        let error = refused(&lab, &bench, &request);
        assert!(error.code == code && !error.remedy.is_empty(), "{error}");
    }
}

#[test]
fn a_service_is_asked_only_where_that_was_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("lab");
    let query =
        AddLiterature { europe_pmc: "paired recording barrel cortex".into(), limit: 3, ..AddLiterature::default() };
    let error = refused(&lab, &Workbench::new(&lab), &query);
    assert!(error.code == "offline" && error.remedy.contains("--online"), "{error}");

    // two of the three papers are shipped; the third is made one that nobody knows
    let answer = ANSWER
        .replace("10.1016/j.celrep.2015.11.011", "10.1234/imagined.7")
        .replace("26670044", "99999991")
        .replace("In Vivo Monosynaptic", "Imagined Monosynaptic");
    let online = Workbench::with_online(&lab, Arc::new(Recorded::default().with(SERVICE, &answer)));
    let added = online.add_literature(&query).unwrap();
    assert_eq!((added.papers.len(), added.known.len()), (1, 2), "{added:?}");
    let found = search(&Workbench::new(&lab), "imagined monosynaptic transmission layer 2");
    assert!(found.results.iter().take(2).any(|row| row.key == added.papers[0]), "{found:?}");

    let unknown = AddLiterature { europe_pmc: "something else".into(), limit: 3, ..AddLiterature::default() };
    assert_eq!(refused(&lab, &online, &unknown).code, "unreadable");
}
