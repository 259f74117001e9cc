//! Answers of the two services, recorded; nothing here goes online.

mod common;

use bravli_import::{
    Fetch, FetchError, ImportError, ImportProblem, MAX_LIMIT, Recorded, Service, europe_pmc, fetch, openalex, same_work,
};
use common::{assert_records, only, reasons};

const SEARCH: &str = include_str!("recorded/europe_pmc_search.json");
const WORKS: &str = include_str!("recorded/openalex_works.json");
const WORK: &str = include_str!("recorded/openalex_work.json");

fn recorded() -> Recorded {
    Recorded::default()
        .with(
            "https://www.ebi.ac.uk/europepmc/webservices/rest/search?query=paired%20recording%20barrel%20cortex\
             &resultType=core&format=json&pageSize=3",
            SEARCH,
        )
        .with("https://api.openalex.org/works?search=barrel%20cortex&per-page=5", WORKS)
        .with("https://api.openalex.org/works/doi:10.1016/j.neuron.2008.12.020", WORK)
}

#[test]
fn europe_pmc_answers_become_records() {
    let read = europe_pmc(SEARCH).unwrap();
    assert_eq!(read.skipped, []);
    let [lefort, jouhanneau, fanselow] = &read.papers[..] else { panic!("{:?}", read.papers) };
    assert_eq!(lefort.id, "lefort2009");
    assert_eq!(lefort.authors, "Lefort S, Tomm C, Floyd Sarria JC, Petersen CC");
    assert_eq!(lefort.venue, "Neuron 61:301-316");
    assert_eq!(lefort.doi, "10.1016/j.neuron.2008.12.020");
    assert_eq!(lefort.species, ["mouse"]);
    assert_eq!(lefort.topics, ["Nerve Net", "Somatosensory Cortex"]);
    assert!(
        lefort.summary.starts_with("Question: How do") && lefort.summary.ends_with("(P<0.05)."),
        "{}",
        lefort.summary
    );
    assert!(lefort.summary.contains("other? Answer: Sim"), "{}", lefort.summary);
    assert_eq!(jouhanneau.summary.get(..29), Some("Pairs of layer 2 pyramids wer"));
    assert_eq!(jouhanneau.topics.len(), 4);
    assert_eq!((fanselow.authors.as_str(), fanselow.doi.as_str()), ("Fanselow EE, Connors BW", ""));
    assert_eq!(fanselow.pmid.as_deref(), Some("20538767"));
    assert_records(&read.papers);
}

#[test]
fn openalex_answers_become_records() {
    let read = openalex(WORKS).unwrap();
    let [lefort, wilmes] = &read.papers[..] else { panic!("{:?}", read.papers) };
    assert_eq!(lefort.authors, "Lefort S, Tomm C, Sarria JCF, Petersen CCH");
    assert_eq!(lefort.pmid.as_deref(), Some("19186171"));
    assert_eq!(lefort.topics, ["Barrel cortex", "Excitatory postsynaptic potential"]);
    assert_eq!(lefort.species, ["mouse"]);
    assert!(
        lefort
            .summary
            .starts_with("Excitatory cells of one column were recorded in pairs across all layers of the column")
    );
    assert_eq!((wilmes.id.as_str(), wilmes.venue.as_str(), wilmes.summary.as_str()), ("wilmes2025", "eLife 14", ""));
    assert_eq!(wilmes.topics, ["Neural dynamics and brain function"]);
    assert_eq!(reasons(&read.skipped), ["entry \"https://openalex.org/W0000000003\": no title"]);
    assert_eq!(only(openalex(WORK).unwrap()), *lefort);
    assert_records(&read.papers);
}

#[test]
fn two_services_tell_of_one_work() {
    let (a, b) = (europe_pmc(SEARCH).unwrap().papers, openalex(WORKS).unwrap().papers);
    assert!(same_work(&a[0], &b[0]) && !same_work(&a[1], &b[0]));
    let mut other = b[0].clone();
    (other.doi, other.pmid) = (String::new(), None);
    assert!(same_work(&a[0], &other), "by title and year");
    other.year += 1;
    assert!(!same_work(&a[0], &other));
    other.doi = a[0].doi.to_uppercase();
    assert!(same_work(&a[0], &other), "by DOI in any case");
}

#[test]
fn questions_become_addresses_and_answers_records() {
    let read = fetch(Service::EuropePmc, " paired recording barrel cortex ", 3, &recorded()).unwrap();
    assert_eq!(read.papers.len(), 3);
    let read = fetch(Service::OpenAlex, "barrel cortex", 5, &recorded()).unwrap();
    assert_eq!(read.papers.len(), 2);
    let read = fetch(Service::OpenAlex, "https://doi.org/10.1016/j.neuron.2008.12.020", 1, &recorded()).unwrap();
    assert_eq!(only(read).id, "lefort2009");
    let missing = fetch(Service::OpenAlex, "other", 5, &recorded()).unwrap_err();
    assert!(matches!(missing, ImportError::Fetch(FetchError::NotRecorded(_))), "{missing}");
}

#[test]
fn addresses_hold_the_question_and_nothing_else() {
    let address = |service: Service, query: &str| service.address(query, 1000).unwrap();
    assert_eq!(
        address(Service::EuropePmc, "10.1016/j.neuron.2008.12.020"),
        format!(
            "https://www.ebi.ac.uk/europepmc/webservices/rest/search?query=DOI%3A%2210.1016%2Fj.neuron.2008.12.020%22\
             &resultType=core&format=json&pageSize={MAX_LIMIT}"
        )
    );
    assert_eq!(
        address(Service::OpenAlex, "a&per-page=9#x/../é"),
        format!("https://api.openalex.org/works?search=a%26per-page%3D9%23x%2F..%2F%C3%A9&per-page={MAX_LIMIT}")
    );
    for wrong in ["", "  ", "a\nb", &"x".repeat(501)] {
        assert!(matches!(Service::OpenAlex.address(wrong, 1), Err(ImportError::Query { .. })), "{wrong:?}");
    }
}

#[test]
fn every_question_that_has_an_address_may_be_asked() {
    let longest = "\u{1f9e0}".repeat(500);
    for query in ["L2..L4", "x ..", "10.1234/a..b", "10.1234/../x", &longest] {
        for service in [Service::EuropePmc, Service::OpenAlex] {
            let answer = Recorded::default().with(&service.address(query, 3).unwrap(), "{\"results\": []}");
            let refused = fetch(service, query, 3, &answer).err();
            assert!(!matches!(refused, Some(ImportError::Fetch(_))), "{service}, {query}: {refused:?}");
        }
    }
}

#[test]
fn faults_of_a_service_are_passed_on_with_a_remedy() {
    struct Down(FetchError);
    impl Fetch for Down {
        fn get(&self, _: &str) -> Result<String, FetchError> {
            Err(self.0.clone())
        }
    }
    let host = || "api.openalex.org".to_owned();
    let error = fetch(Service::OpenAlex, "x", 1, &Down(FetchError::Status { host: host(), code: 429 })).unwrap_err();
    assert_eq!(error.to_string(), "api.openalex.org answered 429");
    assert!(error.remedy().is_some_and(|remedy| remedy.contains("DOI")));
    let error = fetch(Service::OpenAlex, "x", 1, &Down(FetchError::Timeout { host: host(), seconds: 20 })).unwrap_err();
    assert_eq!(error.to_string(), "api.openalex.org did not answer within 20 s");
}

#[test]
fn odd_answers_are_told_apart() {
    let error = openalex("{\"error\": \"Invalid filter\", \"message\": \"no field x\"}").unwrap_err();
    assert_eq!(error.to_string(), "OpenAlex answered with an error: \"Invalid filter no field x\"");
    let error = europe_pmc("{\"errCode\": 404, \"errMsg\": \"bad\"}").unwrap_err();
    assert!(matches!(error, ImportError::Service { .. }));
    let error = europe_pmc(WORKS).unwrap_err();
    assert_eq!(error.to_string(), "text is no Europe PMC answer; it looks like OpenAlex answer");
    assert!(matches!(openalex(SEARCH), Err(ImportError::WrongFormat { found: Some(_), .. })));
    let error = openalex("{\"results\": [\n 1, }").unwrap_err();
    assert_eq!(error.to_string(), "JSON cannot be read at line 2:5: expected value");
    assert!(matches!(openalex(&"[".repeat(100_000)), Err(ImportError::Json { .. })));
    assert!(matches!(europe_pmc("@misc{a, year = 2001}"), Err(ImportError::WrongFormat { .. })));
    let read = openalex("{\"results\": [3, {\"title\": 5}]}").unwrap();
    assert_eq!(read.skipped[0].reason, ImportProblem::NoRecord);
    assert_eq!(read.skipped[1].at.to_string(), "entry \"record 2\"");
    assert_eq!(europe_pmc("{\"hitCount\": 0, \"resultList\": {\"result\": []}}").unwrap().papers, []);
}

#[test]
fn large_texts_take_no_time() {
    let start = std::time::Instant::now();
    for text in ["&", "<", "&lt;", "<a", "a."] {
        let text = text.repeat((1 << 20) / text.len());
        let json = format!("{{\"results\": [{{\"publication_year\": 2001, \"title\": \"{text}\"}}]}}");
        assert_eq!(openalex(&json).unwrap().papers, []);
        let json =
            json.replace("results", "resultList\": {\"result").replace("]}", "]}}").replace("title", "abstractText");
        assert_eq!(europe_pmc(&json).unwrap().papers, []);
    }
    assert!(matches!(openalex(&format!("[{}0]", "0,".repeat(10_000))), Err(ImportError::TooMany { records: 10_001 })));
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn printed_author_lines_and_decorated_journals_are_understood() {
    let json = r#"{"resultList": {"result": [{"pmid": 22089425, "title": "T", "pubYear": 2012, "pageInfo": "1-2",
        "authorString": "Oberlaender M, de Kock CP, et al.", "journalInfo": {"journal": {"title": "Cerebral cortex (New York, N.Y. : 1991)"}}}]}}"#;
    let paper = only(europe_pmc(json).unwrap());
    assert_eq!(paper.authors, "Oberlaender M, de Kock CP, et al.");
    assert_eq!(paper.venue, "Cerebral cortex 1-2");
    assert_eq!(paper.pmid.as_deref(), Some("22089425"));
}
