//! A folder in BEIR form, ranked and scored.
//!
//! Documents become papers, whose title and summary are searched by the very path of `search_literature`. Figures are those
//! of `trec_eval -c`: linear graded gains, averaged over all queries that have a relevant document.

use bravli_facts::{KnowledgeBase, KnowledgeError, Paper, Place, Verification};
use bravli_library::{Corpora, Library, LibraryError, MAX_QUERY_CHARS, SearchOptions};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Rows per query.
const DEPTH: usize = 100;
/// Rows that nDCG looks at.
const TOP: usize = 10;

/// What is ranked, and where the ranking goes.
pub(crate) struct Settings {
    /// Holds `corpus.jsonl`, `queries.jsonl` or `queries.test.jsonl`, and `qrels/test.tsv`.
    pub(crate) folder: PathBuf,
    /// TREC run file to write.
    pub(crate) run: PathBuf,
    /// Folder of the terms whose synonyms widen the queries.
    pub(crate) terms: PathBuf,
    /// Leaves out a document whose id is that of the query.
    pub(crate) ignore_identical_ids: bool,
}

/// Figures, and what a reader should know about them.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) n_documents: usize,
    /// Judged queries that were ranked.
    pub(crate) n_queries: usize,
    /// Queries that the figures are means over: those with a relevant document.
    pub(crate) n_scored: usize,
    pub(crate) build: Duration,
    pub(crate) mean: Duration,
    pub(crate) p95: Duration,
    pub(crate) ndcg_10: f64,
    pub(crate) recall_100: f64,
    pub(crate) notes: Vec<String>,
    pub(crate) run: PathBuf,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        writeln!(f, "documents   {}", self.n_documents)?;
        writeln!(f, "queries     {} judged, {} with a relevant document", self.n_queries, self.n_scored)?;
        writeln!(f, "build       {:.2} s", self.build.as_secs_f64())?;
        writeln!(f, "query time  mean {:.2} ms, p95 {:.2} ms", ms(self.mean), ms(self.p95))?;
        writeln!(f, "nDCG@10     {:.5}", self.ndcg_10)?;
        writeln!(f, "Recall@100  {:.5}", self.recall_100)?;
        for note in &self.notes {
            writeln!(f, "note        {note}")?;
        }
        writeln!(f, "run         {}", self.run.display())
    }
}

/// Why nothing was scored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("cannot read {}: {error}\n  remedy: the folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("cannot write {}: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
    #[error("{}:{line}: {what}", path.display())]
    Line { path: PathBuf, line: usize, what: String },
    #[error("{}: {what}", path.display())]
    Content { path: PathBuf, what: &'static str },
    #[error(transparent)]
    Terms(#[from] KnowledgeError),
    #[error("query {id:?}: {error}")]
    Query { id: String, error: LibraryError },
    #[error(transparent)]
    Build(#[from] LibraryError),
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "_id")]
    id: String,
    text: String,
}

/// Gains by query, then by document.
type Judgements = BTreeMap<String, BTreeMap<String, i64>>;

/// Ranks and scores.
pub(crate) fn evaluate(settings: &Settings) -> Result<Report, Failure> {
    let folder = &settings.folder;
    let corpus_path = folder.join("corpus.jsonl");
    let documents: Vec<Document> = json_lines(&corpus_path, |document: &Document| &document.id)?;
    let (queries_path, queries) = queries(folder)?;
    let judgements = judgements(&folder.join("qrels").join("test.tsv"))?;
    if documents.is_empty() {
        return Err(Failure::Content { path: corpus_path, what: "no document" });
    }
    let mut notes = Vec::new();
    let known: HashSet<&str> = documents.iter().map(|document| document.id.as_str()).collect();
    let lost = judgements.values().flat_map(BTreeMap::keys).filter(|id| !known.contains(id.as_str())).count();
    if lost > 0 {
        notes.push(format!("{lost} judgements name a document that is not in corpus.jsonl; they count as missed"));
    }
    let texts: HashMap<&str, &str> = queries.iter().map(|query| (query.id.as_str(), query.text.as_str())).collect();
    let untold = judgements.keys().filter(|id| !texts.contains_key(id.as_str())).count();
    if untold > 0 {
        let name = queries_path.file_name().unwrap_or_default().display();
        notes.push(format!("{untold} judged queries are not in {name}; they count as 0"));
    }

    let start = Instant::now();
    let library = Library::build(&knowledge(&documents, &settings.terms)?)?;
    let build = start.elapsed();
    let ids: HashMap<String, &str> =
        documents.iter().enumerate().map(|(at, document)| (key(at), document.id.as_str())).collect();

    let mut ranked: BTreeMap<&str, Vec<(&str, f32)>> = BTreeMap::new();
    let mut times = Vec::new();
    let (mut n_cut, mut n_wordless) = (0, 0);
    let options = SearchOptions {
        // one more, so that leaving a document out still leaves as many
        limit: DEPTH + usize::from(settings.ignore_identical_ids),
        corpora: Corpora::Papers,
        ..SearchOptions::default()
    };
    for id in judgements.keys() {
        let Some(text) = texts.get(id.as_str()) else { continue };
        let asked = cut(text);
        n_cut += usize::from(asked.len() < text.trim().len());
        let start = Instant::now();
        let found = library.search(asked, &options);
        times.push(start.elapsed());
        let hits = match found {
            Ok(found) => found.hits,
            Err(LibraryError::EmptyQuery(_)) => {
                n_wordless += 1;
                Vec::new()
            }
            Err(error) => return Err(Failure::Query { id: id.clone(), error }),
        };
        let rows = hits.iter().filter_map(|hit| Some((*ids.get(&hit.key)?, hit.score)));
        let rows = rows.filter(|(document, _)| !(settings.ignore_identical_ids && *document == id.as_str()));
        ranked.insert(id, falling(rows.take(DEPTH)));
    }
    if n_cut > 0 {
        notes.push(format!("{n_cut} queries were cut at a word to {MAX_QUERY_CHARS} characters"));
    }
    if n_wordless > 0 {
        notes.push(format!("{n_wordless} queries hold no word to search for; they count as 0"));
    }
    let n_empty = ranked.values().filter(|rows| rows.is_empty()).count().saturating_sub(n_wordless);
    if n_empty > 0 {
        notes.push(format!("{n_empty} queries found nothing; they count as 0"));
    }
    write_run(&settings.run, &ranked).map_err(|error| Failure::Write { path: settings.run.clone(), error })?;

    let none = Vec::new();
    let scores: Vec<(f64, f64)> = judgements
        .iter()
        .filter(|(_, gains)| gains.values().any(|gain| *gain > 0))
        .map(|(id, gains)| {
            let rows = ranked.get(id.as_str()).unwrap_or(&none);
            (ndcg(gains, rows), recall(gains, rows))
        })
        .collect();
    times.sort_unstable();
    Ok(Report {
        n_documents: documents.len(),
        n_queries: ranked.len(),
        n_scored: scores.len(),
        build,
        mean: times.iter().sum::<Duration>().checked_div(times.len() as u32).unwrap_or_default(),
        // the smallest time that at least 95 of 100 queries keep to
        p95: times.get((times.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default(),
        ndcg_10: mean(scores.iter().map(|score| score.0)),
        recall_100: mean(scores.iter().map(|score| score.1)),
        notes,
        run: settings.run.clone(),
    })
}

/// Key of the document at this place; keys keep the order of the file, which breaks ties.
fn key(at: usize) -> String {
    format!("d{at:08}")
}

fn knowledge(documents: &[Document], terms: &Path) -> Result<KnowledgeBase, Failure> {
    let unread = |error| Failure::Read { path: terms.to_path_buf(), error };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(terms).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    let texts = paths.iter().map(|path| Ok((path.display().to_string(), text(path)?)));
    let texts = texts.collect::<Result<Vec<(String, String)>, Failure>>()?;
    let texts = texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let (mut base, _) = KnowledgeBase::from_texts(texts)?;
    for (at, document) in documents.iter().enumerate() {
        let paper = Paper {
            id: key(at),
            authors: String::new(),
            year: 0,
            title: document.title.clone(),
            venue: String::new(),
            aliases: Vec::new(),
            doi: String::new(),
            pmid: None,
            species: Vec::new(),
            region: Vec::new(),
            topics: Vec::new(),
            verification: Verification::Seen,
            summary: document.text.clone(),
        };
        base.add_paper(paper, Place { file: "corpus.jsonl".into(), line: u32::try_from(at + 1).unwrap_or(u32::MAX) });
    }
    Ok(base)
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::Read { path: path.to_path_buf(), error })
}

/// One record per line; blank lines are passed over.
fn json_lines<T: DeserializeOwned>(path: &Path, id: fn(&T) -> &String) -> Result<Vec<T>, Failure> {
    let fail = |line: usize, what: String| Failure::Line { path: path.to_path_buf(), line, what };
    let mut records: Vec<T> = Vec::new();
    let mut seen = HashSet::new();
    for (at, row) in text(path)?.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let record: T = serde_json::from_str(row).map_err(|error| fail(at + 1, error.to_string()))?;
        let id = id(&record).clone();
        if id.is_empty() || id.contains(char::is_whitespace) {
            return Err(fail(at + 1, format!("_id {id:?} does not fit a run file: it must be one word")));
        }
        if !seen.insert(id.clone()) {
            return Err(fail(at + 1, format!("_id {id:?} is there already")));
        }
        records.push(record);
    }
    Ok(records)
}

fn queries(folder: &Path) -> Result<(PathBuf, Vec<Query>), Failure> {
    let names = ["queries.jsonl", "queries.test.jsonl"].map(|name| folder.join(name));
    let path = names.iter().find(|path| path.is_file()).unwrap_or(&names[0]).clone();
    let queries = json_lines(&path, |query: &Query| &query.id)?;
    Ok((path, queries))
}

fn judgements(path: &Path) -> Result<Judgements, Failure> {
    let fail = |line: usize, what: String| Failure::Line { path: path.to_path_buf(), line, what };
    let mut judgements = Judgements::new();
    for (at, row) in text(path)?.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let fields: Vec<&str> = row.split('\t').map(str::trim).collect();
        if at == 0 && fields.first() == Some(&"query-id") {
            continue;
        }
        let [query, document, score] = fields[..] else {
            return Err(fail(at + 1, format!("want query-id, corpus-id and score between tabs, got {row:?}")));
        };
        let gain: i64 =
            score.parse().map_err(|_| fail(at + 1, format!("score must be a whole number, got {score:?}")))?;
        if judgements.entry(query.to_owned()).or_default().insert(document.to_owned(), gain).is_some() {
            return Err(fail(at + 1, format!("document {document:?} is judged twice for query {query:?}")));
        }
    }
    if judgements.is_empty() {
        return Err(Failure::Content { path: path.to_path_buf(), what: "no judgement" });
    }
    Ok(judgements)
}

/// The longest head that may be asked, cut behind a word.
fn cut(query: &str) -> &str {
    let query = query.trim();
    let Some((end, next)) = query.char_indices().nth(MAX_QUERY_CHARS) else { return query };
    let head = &query[..end];
    if next.is_whitespace() {
        return head.trim_end();
    }
    head.rfind(char::is_whitespace).map_or(head, |space| head[..space].trim_end())
}

/// Scores that fall from row to row: scorers sort by score and break ties in their own way.
fn falling<'a>(rows: impl Iterator<Item = (&'a str, f32)>) -> Vec<(&'a str, f32)> {
    let mut above = f32::INFINITY;
    rows.map(|(id, score)| {
        above = if score < above { score } else { above.next_down() };
        (id, above)
    })
    .collect()
}

fn write_run(path: &Path, ranked: &BTreeMap<&str, Vec<(&str, f32)>>) -> io::Result<()> {
    let mut file = io::BufWriter::new(fs::File::create(path)?);
    for (query, rows) in ranked {
        for (at, (document, score)) in rows.iter().enumerate() {
            writeln!(file, "{query} Q0 {document} {} {score} bravli", at + 1)?;
        }
    }
    file.flush()
}

fn ndcg(gains: &BTreeMap<String, i64>, rows: &[(&str, f32)]) -> f64 {
    let found = rows.iter().map(|(id, _)| gains.get(*id).copied().unwrap_or(0));
    let mut best: Vec<i64> = gains.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    dcg(found) / dcg(best.into_iter())
}

/// Gains fall off with the logarithm of the rank; a judgement below zero gains nothing.
fn dcg(gains: impl Iterator<Item = i64>) -> f64 {
    gains.take(TOP).enumerate().map(|(at, gain)| gain.max(0) as f64 / (at as f64 + 2.0).log2()).sum()
}

fn recall(gains: &BTreeMap<String, i64>, rows: &[(&str, f32)]) -> f64 {
    let relevant = gains.values().filter(|gain| **gain > 0).count();
    let found = rows.iter().filter(|(id, _)| gains.get(*id).is_some_and(|gain| *gain > 0)).count();
    found as f64 / relevant as f64
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}
