//! What is known of an artifact.

use crate::error::ActError;
use crate::replies::{InspectReply, LedgerCounts, ParameterReply};
use crate::requests::{Inspect, InspectDetail};
use crate::stages;
use crate::store::ArtifactRecord;
use crate::study;
use crate::workbench::Workbench;
use serde_json::json;

/// Longest result that `inspect` hands back whole: about 16,000 tokens.
const MAX_FULL_BYTES: u64 = 64 << 10;

impl Workbench {
    /// Looks at an artifact, or lists all.
    ///
    /// # Errors
    /// An unknown artifact, pathway, population or parameter.
    pub fn inspect(&self, request: &Inspect) -> Result<InspectReply, ActError> {
        if request.artifact.is_empty() {
            return Ok(self.listing());
        }
        let record = self.store().get(&request.artifact, None, "artifact")?;
        let mut summary = record.summary.clone();
        let mut parameter = None;
        let mut connection = None;
        if let Some(wanted) = request.connection {
            let (told, what) = self.connection(&record, wanted)?;
            (connection, summary) = (Some(told), what);
        } else if !request.pathway.is_empty() {
            (summary, parameter) = self.why(&record, &request.pathway, &request.parameter)?;
        } else if !request.parameter.is_empty() {
            return Err(ActError::new(
                "no_pathway",
                "pathway",
                "a parameter belongs to a pathway or a population",
                "name it too, for example \"pathway\": \"L4_E->L23_E\" for gsyn or \"L4_E\" for e_l",
            ));
        } else {
            match request.detail {
                InspectDetail::Full => summary = self.full(&record)?,
                InspectDetail::Ledger => summary = self.ledger_summary(&record)?,
                InspectDetail::Summary if record.kind == "circuit" => {
                    let (wiring, budget) = self.wiring_summary(&record)?;
                    if let Some(fields) = summary.as_object_mut() {
                        fields.insert("wiring".into(), wiring);
                        fields.insert("missing_synapses".into(), budget);
                    }
                }
                InspectDetail::Summary | InspectDetail::Study => {}
            }
        }
        let mut ledger = record.ledger.clone();
        if request.detail != InspectDetail::Ledger {
            let all = ledger.assumptions.len();
            let shown = if request.pathway.is_empty() && request.connection.is_none() { 5 } else { 0 };
            ledger.assumptions.truncate(shown);
            if all > shown {
                ledger.assumptions.push(format!("{} more; detail = ledger shows all", all - shown));
            }
        }
        let study = if request.detail == InspectDetail::Study { study::export(self, &record)? } else { String::new() };
        let finding = match (&connection, &parameter) {
            (Some(connection), _) => connection.clone(),
            (_, Some(parameter)) => told(parameter),
            _ => format!(
                "{}: a {} of {} files resting on {}",
                record.id,
                record.kind,
                record.payload.len(),
                LedgerCounts::from(&record.ledger)
            ),
        };
        let next = match (&parameter, request.pathway.is_empty()) {
            _ if connection.is_some() => {
                "pathway and parameter, e.g. \"L4_E->L23_E\" and \"gsyn\", give the facts behind a rule or class"
                    .to_owned()
            }
            (Some(_), _) => "the same without `parameter` lists all parameters of the pathway".to_owned(),
            (None, false) => {
                "the same with `parameter`, e.g. \"probability\", gives the facts, papers and rivals".to_owned()
            }
            (None, true) => {
                "detail = ledger lists assumptions, study gives a file that makes it again, full the whole result; \
                 pathway and parameter tell why a number is what it is"
                    .to_owned()
            }
        };
        Ok(InspectReply {
            finding,
            files: self.files(&record),
            artifact: record.id,
            kind: record.kind,
            digest: record.digest,
            inputs: record.inputs,
            request: record.request,
            summary,
            ledger,
            parameter,
            study,
            notes: record.notes.into_iter().take(20).collect(),
            next: vec![next],
        })
    }

    fn listing(&self) -> InspectReply {
        let ids = self.store().ids();
        InspectReply {
            finding: format!("{} artifacts in this lab", ids.len()),
            artifact: String::new(),
            kind: String::new(),
            digest: String::new(),
            inputs: Vec::new(),
            request: json!({}),
            summary: json!({ "artifacts": ids, "recipes": self.lab().recipe_names() }),
            ledger: crate::store::Ledger::default(),
            parameter: None,
            files: Vec::new(),
            study: String::new(),
            notes: Vec::new(),
            next: vec!["inspect with an artifact's id, or parse_recipe {\"recipe\": \"rat-barrel\"}".into()],
        }
    }

    fn full(&self, record: &ArtifactRecord) -> Result<serde_json::Value, ActError> {
        let file = match record.kind.as_str() {
            "column" => "placement.json",
            "circuit" => "pathways.json",
            "boundary" => "boundary.json",
            "run" => "schedule.json",
            "report" => "report.json",
            _ => return Ok(record.summary.clone()),
        };
        let path = self.store().folder(record).join(file);
        let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if bytes > MAX_FULL_BYTES {
            let place = format!("artifacts/{}/{}/{file}", record.kind, record.id);
            return Ok(
                json!({ "file": place, "bytes": bytes, "note": "too long for a reply; read the file in the lab" }),
            );
        }
        if record.kind == "column" {
            let header = stages::column::header(self.store(), record)?;
            let placement = stages::column::placement(self.store(), record)?;
            return Ok(json!({ "column": header, "placement": placement }));
        }
        stages::read_json(&path)
    }

    /// Files of an artifact, relative to the lab.
    pub(super) fn files(&self, record: &ArtifactRecord) -> Vec<String> {
        record.payload.iter().map(|file| format!("artifacts/{}/{}/{}", record.kind, record.id, file.name)).collect()
    }
}

/// A parameter in a sentence.
fn told(parameter: &ParameterReply) -> String {
    let unit = if parameter.unit == "1" { String::new() } else { format!(" {}", parameter.unit) };
    let Some(first) = parameter.values.first() else { return String::new() };
    let others = match parameter.n_values {
        0 | 1 => String::new(),
        2 => " and another value".to_owned(),
        n => format!(" and {} other values", n - 1),
    };
    let source = match (first.evidence.as_str(), first.facts.first()) {
        ("measured" | "adopted" | "generalised", Some(fact)) => {
            let author = fact.paper.authors.split([',', ';']).next().unwrap_or_default();
            let why = if first.why.is_empty() { String::new() } else { format!(" ({})", first.why) };
            format!("{}{why}, {author} {}, {}", first.evidence, fact.paper.year, fact.locator)
        }
        (evidence, _) => format!("{evidence}: {}", first.why),
    };
    format!(
        "{} {} = {}{unit} by {}{others}; {source}; {} rival facts",
        parameter.of, parameter.parameter, first.value, first.held_by, parameter.n_rivals
    )
}
