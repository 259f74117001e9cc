//! The lab's own literature: added to, and checked.

use crate::error::{ActError, ProblemReply};
use crate::knowledge::{Additions, add, check_folder};
use crate::ledger::word;
use crate::replies::{AddReply, KnowledgeReply};
use crate::requests::AddLiterature;
use crate::workbench::Workbench;
use bravli_facts::{Fact, KnowledgeBase, Paper, RecordProblem};
use bravli_import::{ImportError, Imported, Service, bibtex, fetch, jats, key_for};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Most entries of `skipped` in a reply.
const MOST_SKIPPED: usize = 20;

impl Workbench {
    /// Adds papers and facts to the lab's own records; the shipped ones never change.
    ///
    /// # Errors
    /// Nothing to add, a text of another kind, records that break a rule (all problems at once), or a service that may not
    /// be asked. Nothing is written then.
    pub fn add_literature(&self, request: &AddLiterature) -> Result<AddReply, ActError> {
        let mut read = Imported { papers: Vec::new(), skipped: Vec::new() };
        if !request.bibtex.trim().is_empty() {
            take(&mut read, bibtex(&request.bibtex).map_err(|error| refused("bibtex", &error))?);
        }
        if !request.jats.trim().is_empty() {
            take(&mut read, jats(&request.jats).map_err(|error| refused("jats", &error))?);
        }
        let services = [
            ("europe_pmc", &request.europe_pmc, Service::EuropePmc),
            ("openalex", &request.openalex, Service::OpenAlex),
        ];
        for (field, query, service) in services.into_iter().filter(|(_, query, _)| !query.trim().is_empty()) {
            take(&mut read, self.ask_service(field, query, service, request.limit)?);
        }
        let mut papers = read.papers;
        let mut by_hand = None;
        if !request.paper.is_empty() {
            let paper = self.paper_by_hand(&request.paper)?;
            by_hand = Some(paper.id.clone());
            papers.push(paper);
        }
        // one paper beside the facts is theirs
        let only_source = by_hand.or_else(|| match papers.as_slice() {
            [paper] => Some(paper.id.clone()),
            _ => None,
        });
        let facts = request
            .facts
            .iter()
            .enumerate()
            .map(|(at, fields)| fact_by_hand(fields, at, only_source.as_deref()))
            .collect::<Result<Vec<Fact>, ActError>>()?;
        let skipped: Vec<String> =
            read.skipped.iter().map(|skipped| format!("{skipped} ({})", skipped.remedy)).collect();
        if papers.is_empty() && facts.is_empty() {
            return Err(nothing_to_add(&skipped));
        }
        let added = add(self.records(), &Additions { papers, facts })?;
        let mut finding = format!(
            "{} and {} added to the lab",
            counted(added.papers.len(), "paper"),
            counted(added.facts.len(), "fact")
        );
        if !added.known.is_empty() {
            finding.push_str(&format!("; {} there already", counted(added.known.len(), "record")));
        }
        if !skipped.is_empty() {
            let verb = if skipped.len() == 1 { "entry" } else { "entries" };
            finding.push_str(&format!("; {} {verb} could not be read", skipped.len()));
        }
        let first = added.facts.first().or_else(|| added.papers.first());
        let next = match first {
            Some(key) if added.facts.is_empty() => format!("search_literature {{\"query\": {key:?}}} finds it at once"),
            Some(key) => format!("bravli://fact/{key} is the record; lookup_parameter ranks it among its rivals"),
            None => "search_literature finds what was there already".to_owned(),
        };
        Ok(AddReply {
            finding,
            papers: added.papers,
            facts: added.facts,
            known: added.known.into_iter().map(|(given, held)| format!("{given} -> {held}")).collect(),
            skipped: skipped.into_iter().take(MOST_SKIPPED).collect(),
            files: added.files,
            next: vec![next],
        })
    }

    /// Checks the lab's own records, or a folder of records.
    ///
    /// # Errors
    /// A folder that cannot be read or holds no record.
    pub fn check_knowledge(&self, folder: Option<&Path>) -> Result<KnowledgeReply, ActError> {
        let (base, problems) = match folder {
            Some(folder) => check_folder(folder)?,
            None => {
                let loaded = self.loaded()?;
                let mut problems = loaded.problems.clone();
                problems.extend(loaded.base.check());
                ((*loaded.base).clone(), problems)
            }
        };
        Ok(knowledge_reply(&base, &problems))
    }

    fn ask_service(&self, field: &str, query: &str, service: Service, limit: u32) -> Result<Imported, ActError> {
        let Some(online) = self.online() else {
            return Err(ActError::new(
                "offline",
                field,
                "this bravli works offline and asks no service",
                "a person may start it with `bravli serve --online` or `bravli call --online`; or paste BibTeX instead",
            ));
        };
        let limit = if limit == 0 { 10 } else { limit as usize };
        fetch(service, query, limit, online).map_err(|error| refused(field, &error))
    }

    fn paper_by_hand(&self, fields: &Map<String, Value>) -> Result<Paper, ActError> {
        let mut fields = fields.clone();
        fields.entry("id").or_insert_with(|| json!(""));
        let mut paper: Paper = read(fields, "paper")?;
        if paper.id.is_empty() {
            let base = self.knowledge()?;
            paper.id = key_for(&paper, |key| base.paper(key).is_some());
        }
        Ok(paper)
    }
}

/// A fact from its fields, with what is usual where they say nothing.
fn fact_by_hand(fields: &Map<String, Value>, at: usize, only_source: Option<&str>) -> Result<Fact, ActError> {
    let mut fields = fields.clone();
    fields.entry("id").or_insert_with(|| json!(""));
    // nobody has said that it was seen in its source
    fields.entry("verification").or_insert_with(|| json!("memory"));
    if let Some(source) = only_source {
        fields.entry("source").or_insert_with(|| json!(source));
    }
    read(fields, &format!("facts[{at}]"))
}

fn read<T: DeserializeOwned>(fields: Map<String, Value>, place: &str) -> Result<T, ActError> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { place.to_owned() } else { format!("{place}.{path}") };
        ActError::new(
            "bad_records",
            place,
            error.inner().to_string(),
            "the description of add_literature lists the fields; nothing was added",
        )
    })
}

fn take(all: &mut Imported, more: Imported) {
    all.papers.extend(more.papers);
    all.skipped.extend(more.skipped);
}

fn refused(field: &str, error: &ImportError) -> ActError {
    ActError::new(
        "unreadable",
        field,
        error.to_string(),
        error.remedy().unwrap_or("correct the text; nothing was added"),
    )
}

fn nothing_to_add(skipped: &[String]) -> ActError {
    match skipped.first() {
        None => ActError::new(
            "nothing_to_add",
            "add_literature",
            "no text, paper or fact was given",
            "give bibtex, jats, a paper with its fields, or facts",
        ),
        Some(first) => ActError::new(
            "nothing_to_add",
            "add_literature",
            format!("none of {} entries could be read; the first: {first}", skipped.len()),
            "correct the entries; nothing was added",
        ),
    }
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn knowledge_reply(base: &KnowledgeBase, problems: &[RecordProblem]) -> KnowledgeReply {
    let mut evidence: BTreeMap<String, u64> = BTreeMap::new();
    for fact in base.facts() {
        *evidence.entry(word(&fact.evidence)).or_default() += 1;
    }
    let (papers, facts, terms) = (base.papers().count(), base.facts().count(), base.terms().count());
    KnowledgeReply {
        finding: format!("{papers} papers, {facts} facts and {terms} terms; {}", counted(problems.len(), "problem")),
        papers: papers as u64,
        facts: facts as u64,
        terms: terms as u64,
        evidence,
        problems: problems.iter().map(ProblemReply::from).collect(),
    }
}
