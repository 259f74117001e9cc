//! What is known of an artifact.

use crate::error::ActError;
use crate::ledger::{self, Subject};
use crate::replies::{InspectReply, LedgerCounts, ParameterReply, PathwayRow};
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
        if !request.pathway.is_empty() {
            (summary, parameter) = self.why(&record, &request.pathway, &request.parameter)?;
        } else if !request.parameter.is_empty() {
            return Err(ActError::new(
                "no_pathway",
                "pathway",
                "a parameter belongs to a pathway or a population",
                "name it too, for example \"pathway\": \"L4_E->L23_E\" for gsyn or \"L4_E\" for e_l",
            ));
        } else if request.detail == InspectDetail::Full {
            summary = self.full(&record)?;
        }
        let mut ledger = record.ledger.clone();
        if request.detail != InspectDetail::Ledger {
            let all = ledger.assumptions.len();
            let shown = if request.pathway.is_empty() { 5 } else { 0 };
            ledger.assumptions.truncate(shown);
            if all > shown {
                ledger.assumptions.push(format!("{} more; detail = ledger shows all", all - shown));
            }
        }
        let study = if request.detail == InspectDetail::Study { study::export(self, &record)? } else { String::new() };
        let finding = match &parameter {
            Some(parameter) => told(parameter),
            None => format!(
                "{}: a {} of {} files resting on {}",
                record.id,
                record.kind,
                record.payload.len(),
                LedgerCounts::from(&record.ledger)
            ),
        };
        let next = match (&parameter, request.pathway.is_empty()) {
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

    /// A pathway `pre->post` or a population of the circuit or column that an artifact rests on: its parameters in short,
    /// and one of them in full.
    fn why(
        &self,
        record: &ArtifactRecord,
        wanted: &str,
        parameter: &str,
    ) -> Result<(serde_json::Value, Option<ParameterReply>), ActError> {
        let wanted = wanted.replace([' ', '→'], "").replace("__", "->");
        let wanted = wanted.as_str();
        let circuit_record = self.circuit_of(record)?;
        let column_record = match &circuit_record {
            Some(circuit) => stages::circuit::input(self.store(), circuit, "column")?,
            None => record.clone(),
        };
        let recipe = stages::circuit::input(self.store(), &column_record, "recipe")?;
        let sourced = stages::recipe::load_sourced(self.store(), &recipe, self.knowledge()?)?;
        let column = stages::column::load(self.store(), &column_record)?;
        let populations: Vec<&str> = column.header.populations.iter().map(|known| known.name.as_str()).collect();
        let explain = |subject: &Subject<'_>, what: serde_json::Value| {
            if parameter.is_empty() {
                let parameters = serde_json::to_value(ledger::parameters(subject)).unwrap_or_default();
                return Ok((json!({ "of": what, "parameters": parameters }), None));
            }
            Ok((json!({ "of": what }), Some(ledger::parameter(subject, parameter)?)))
        };
        let Some((pre, post)) = wanted.split_once("->") else {
            if let Some(found) = column.header.populations.iter().find(|known| known.name == wanted) {
                return explain(&Subject::population(&sourced, &column, wanted), json!(found));
            }
            return Err(unknown("unknown_population", wanted, &record.id, &populations));
        };
        let Some(circuit_record) = circuit_record else {
            return Err(ActError::new(
                "wrong_kind",
                "pathway",
                format!("{} is a {}; pathways belong to a circuit", record.id, record.kind),
                "give the id of a circuit, boundary, run or report, or a population such as L4_E",
            ));
        };
        let pathways = stages::circuit::pathways(self.store(), &circuit_record)?;
        if !populations.contains(&pre) || !populations.contains(&post) {
            let names: Vec<String> = pathways.iter().map(|known| format!("{}->{}", known.pre, known.post)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(unknown("unknown_pathway", wanted, &record.id, &names));
        }
        let made = pathways.iter().find(|known| known.pre == pre && known.post == post).map(PathwayRow::from);
        let circuit = stages::circuit::load(self.store(), &circuit_record)?;
        let what = made.map_or_else(|| json!({ "pre": pre, "post": post, "n_connections": 0 }), |row| json!(row));
        explain(&Subject::pathway(&sourced, &circuit, pre, post), what)
    }

    /// The circuit that an artifact is or rests on; none for a column.
    fn circuit_of(&self, record: &ArtifactRecord) -> Result<Option<ArtifactRecord>, ActError> {
        match record.kind.as_str() {
            "circuit" => Ok(Some(record.clone())),
            "boundary" | "run" => stages::circuit::input(self.store(), record, "circuit").map(Some),
            "report" => {
                let run = stages::circuit::input(self.store(), record, "run")?;
                stages::circuit::input(self.store(), &run, "circuit").map(Some)
            }
            "column" => Ok(None),
            kind => Err(ActError::new(
                "wrong_kind",
                "pathway",
                format!("{} is a {kind}; pathways and populations belong to what is built from it", record.id),
                "give the id of a column, circuit, boundary, run or report",
            )),
        }
    }

    fn full(&self, record: &ArtifactRecord) -> Result<serde_json::Value, ActError> {
        let file = match record.kind.as_str() {
            "column" => "column.json",
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
        stages::read_json(&path)
    }

    /// Files of an artifact, relative to the lab.
    pub(super) fn files(&self, record: &ArtifactRecord) -> Vec<String> {
        record.payload.iter().map(|file| format!("artifacts/{}/{}/{}", record.kind, record.id, file.name)).collect()
    }
}

/// A name that is not there, with those that are near.
fn unknown(code: &str, wanted: &str, artifact: &str, known: &[&str]) -> ActError {
    let near = bravli_recipe::nearest(wanted, known.iter().copied());
    let what = if code == "unknown_population" { "population" } else { "pathway" };
    let remedy = if near.is_empty() {
        let shown: Vec<&str> = known.iter().take(12).copied().collect();
        format!("it has {}", shown.join(", "))
    } else {
        format!("nearest: {}", near.join(", "))
    };
    ActError::new(code, "pathway", format!("no {what} {wanted:?} in {artifact}"), remedy)
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
