//! The scorer of judged collections, on one small enough to score by hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../examples/eval_search/evaluate.rs"]
mod evaluate;

use evaluate::{Report, Settings, evaluate};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const CORPUS: &str = r#"{"_id": "doc-a", "title": "Apical dendrites", "text": "Calcium spikes in apical dendrites of thick pyramids."}
{"_id": "doc-b", "title": "Calcium spikes", "text": "Calcium spikes, and again calcium spikes."}

{"_id": "doc-c", "title": "Walnut harvest", "text": "Walnuts are picked in October."}
{"_id": "doc-d", "title": "", "text": "Walnuts and hazelnuts, walnuts and hazelnuts."}
{"_id": "q3", "title": "Zebrafish", "text": "Zebrafish larvae swim."}
"#;
const QUERIES: &str = r#"{"_id": "q1", "text": "calcium spikes of dendrites", "metadata": {}}
{"_id": "q2", "text": "walnuts"}
{"_id": "q3", "text": "zebrafish larvae"}
{"_id": "unjudged", "text": "hazelnuts"}
{"_id": "wordless", "text": "of the"}
"#;
const JUDGED: &str = "query-id\tcorpus-id\tscore\nq1\tdoc-a\t2\nq1\tdoc-b\t1\nq1\tlost\t1\nq2\tdoc-c\t1\nq2\tdoc-d\t0\n\
                      q3\tq3\t1\nnegative\tdoc-a\t0\nwordless\tdoc-a\t1\n";

fn folder(corpus: &str, queries: &str, judged: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("qrels")).unwrap();
    for (name, text) in [("corpus.jsonl", corpus), ("queries.jsonl", queries), ("qrels/test.tsv", judged)] {
        if !text.is_empty() {
            fs::write(folder.path().join(name), text).unwrap();
        }
    }
    folder
}

fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_path_buf(),
        run: folder.join("run.txt"),
        terms: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge/terms"),
        ignore_identical_ids: false,
    }
}

fn rows(folder: &Path) -> BTreeMap<String, Vec<(String, f32)>> {
    let mut rows: BTreeMap<String, Vec<(String, f32)>> = BTreeMap::new();
    for line in fs::read_to_string(folder.join("run.txt")).unwrap().lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [query, "Q0", document, rank, score, "bravli"] = fields[..] else { panic!("{line}") };
        let of_query = rows.entry(query.to_owned()).or_default();
        of_query.push((document.to_owned(), score.parse().unwrap()));
        assert_eq!(rank.parse::<usize>().unwrap(), of_query.len(), "{line}");
    }
    rows
}

fn refused(corpus: &str, queries: &str, judged: &str) -> String {
    let folder = folder(corpus, queries, judged);
    let error = evaluate(&settings(folder.path())).unwrap_err().to_string();
    assert!(!folder.path().join("run.txt").exists(), "{error}");
    error
}

#[test]
fn the_run_file_has_original_ids_and_scores_that_fall() {
    let folder = folder(CORPUS, QUERIES, JUDGED);
    let report = evaluate(&settings(folder.path())).unwrap();
    let rows = rows(folder.path());
    assert_eq!(rows.keys().collect::<Vec<_>>(), ["q1", "q2", "q3"], "only judged queries that have words");
    assert!(rows.values().all(|rows| rows.windows(2).all(|pair| pair[0].1 > pair[1].1)), "{rows:?}");
    assert!(rows["q2"].iter().any(|(id, _)| id == "doc-c") && rows["q2"].iter().any(|(id, _)| id == "doc-d"));
    assert_eq!(rows["q3"][0].0, "q3", "a document may be named as its query");
    assert_eq!((report.n_documents, report.n_queries), (5, 4));
    let text = report.to_string();
    for part in ["documents   5", "build ", "p95 ", "nDCG@10 ", "Recall@100 ", "run.txt"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("1 judgements name a document that is not in corpus.jsonl"), "{text}");
    assert!(text.contains("1 judged queries are not in queries.jsonl"), "{text}");
    assert!(text.contains("1 queries hold no word") && !text.contains("found nothing"), "{text}");
}

/// Gains of q1 are 2, 1 and 1, of which the last is never found; `negative` has no relevant document and is not scored.
#[test]
fn figures_are_those_worked_out_by_hand() {
    let folder = folder(CORPUS, QUERIES, JUDGED);
    let report = evaluate(&settings(folder.path())).unwrap();
    let found = rows(folder.path());
    let rank = |query: &str, id: &str| found[query].iter().position(|(row, _)| row == id).map(|at| at as f64 + 1.0);
    let discount = |rank: f64| 1.0 / (rank + 1.0).log2();
    let ideal = 2.0 + discount(2.0) + discount(3.0);
    let q1 = (2.0 * discount(rank("q1", "doc-a").unwrap()) + discount(rank("q1", "doc-b").unwrap())) / ideal;
    let q2 = discount(rank("q2", "doc-c").unwrap());
    // q3 is found first; wordless counts as 0
    assert_eq!(report.n_scored, 4);
    assert!((report.ndcg_10 - (q1 + q2 + 1.0 + 0.0) / 4.0).abs() < 1e-12, "{report}");
    assert!((report.recall_100 - (2.0 / 3.0 + 1.0 + 1.0 + 0.0) / 4.0).abs() < 1e-12, "{report}");
    // as numbers: doc-a holds all three words of q1, doc-b two of them
    assert_eq!((rank("q1", "doc-a"), rank("q1", "doc-b")), (Some(1.0), Some(2.0)), "{found:?}");
    assert!((q1 - 0.840_303).abs() < 1e-6, "{q1}");
}

#[test]
fn a_document_with_the_id_of_its_query_is_left_out_on_request() {
    let folder = folder(CORPUS, QUERIES, JUDGED);
    let report: Report = evaluate(&Settings { ignore_identical_ids: true, ..settings(folder.path()) }).unwrap();
    assert!(rows(folder.path()).get("q3").is_none_or(|rows| rows.iter().all(|(id, _)| id != "q3")));
    assert_eq!(report.n_scored, 4);
}

#[test]
fn a_long_query_is_cut_at_a_word() {
    let long = format!("{{\"_id\": \"q2\", \"text\": \"walnuts {}\"}}\n", "hazelnut ".repeat(400));
    let folder = folder(CORPUS, &long, "q2\tdoc-c\t1\n");
    let text = evaluate(&settings(folder.path())).unwrap().to_string();
    assert!(text.contains("1 queries were cut at a word to 2000 characters"), "{text}");
    assert_eq!(rows(folder.path())["q2"].len(), 2);
}

#[test]
fn what_is_missing_or_malformed_is_told_with_its_place() {
    assert!(refused("", QUERIES, JUDGED).contains("corpus.jsonl"));
    assert!(refused(CORPUS, "", JUDGED).contains("queries.jsonl"));
    assert!(refused(CORPUS, QUERIES, "").contains("test.tsv"));
    assert!(refused("{\"_id\": \"a\", \"text\": \"b\"}\n{oops\n", QUERIES, JUDGED).contains("corpus.jsonl:2: "));
    assert!(refused("{\"_id\": \"a\"}\n", QUERIES, JUDGED).contains("corpus.jsonl:1: missing field `text`"));
    let twice = "{\"_id\": \"a\", \"text\": \"b\"}\n{\"_id\": \"a\", \"text\": \"b\"}\n";
    assert!(refused(twice, QUERIES, JUDGED).contains("corpus.jsonl:2: _id \"a\" is there already"));
    assert!(refused(CORPUS, "{\"_id\": \"a b\", \"text\": \"b\"}\n", JUDGED).contains("queries.jsonl:1: "));
    assert!(refused(CORPUS, QUERIES, "query-id\tcorpus-id\tscore\nq1 doc-a 1\n").contains("test.tsv:2: "));
    assert!(refused(CORPUS, QUERIES, "q1\tdoc-a\thigh\n").contains("test.tsv:1: score"));
    assert!(refused(CORPUS, QUERIES, "q1\tdoc-a\t1\nq1\tdoc-a\t2\n").contains("test.tsv:2: document \"doc-a\""));
    assert!(refused(CORPUS, QUERIES, "query-id\tcorpus-id\tscore\n").contains("no judgement"));
}
