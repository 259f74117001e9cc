//! What is known of an artifact.

use crate::error::ActError;
use crate::replies::{InspectReply, PathwayRow};
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
    /// An unknown artifact or pathway.
    pub fn inspect(&self, request: &Inspect) -> Result<InspectReply, ActError> {
        if request.artifact.is_empty() {
            return Ok(self.listing());
        }
        let record = self.store().get(&request.artifact, None, "artifact")?;
        let mut summary = record.summary.clone();
        if !request.pathway.is_empty() {
            summary = self.pathway(&record, &request.pathway)?;
        } else if request.detail == InspectDetail::Full {
            summary = self.full(&record)?;
        }
        let mut ledger = record.ledger.clone();
        if request.detail != InspectDetail::Ledger {
            let all = ledger.assumptions.len();
            ledger.assumptions.truncate(5);
            if all > 5 {
                ledger.assumptions.push(format!("and {} more; detail = ledger shows all", all - 5));
            }
        }
        let study = if request.detail == InspectDetail::Study { study::export(self, &record)? } else { String::new() };
        Ok(InspectReply {
            finding: format!(
                "{}: a {} of {} files resting on {} cited, {} derived and {} assumed numbers",
                record.id,
                record.kind,
                record.payload.len(),
                record.ledger.cited,
                record.ledger.derived,
                record.ledger.assumed
            ),
            files: self.files(&record),
            artifact: record.id,
            kind: record.kind,
            digest: record.digest,
            inputs: record.inputs,
            request: record.request,
            summary,
            ledger,
            study,
            notes: record.notes.into_iter().take(20).collect(),
            next: vec![
                "detail = ledger lists assumptions, study gives a file that makes it again, full the whole result"
                    .into(),
            ],
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
            files: Vec::new(),
            study: String::new(),
            notes: Vec::new(),
            next: vec!["inspect with an artifact's id, or parse_recipe {\"recipe\": \"rat-barrel\"}".into()],
        }
    }

    fn pathway(&self, record: &ArtifactRecord, wanted: &str) -> Result<serde_json::Value, ActError> {
        if record.kind != "circuit" {
            return Err(ActError::new(
                "wrong_kind",
                "pathway",
                format!("{} is a {}; pathways belong to a circuit", record.id, record.kind),
                "give the id of a circuit",
            ));
        }
        let pathways = stages::circuit::pathways(self.store(), record)?;
        let name = |pathway: &bravli_circuit::PathwaySummary| format!("{}->{}", pathway.pre, pathway.post);
        let wanted = wanted.replace(' ', "");
        if let Some(found) = pathways.iter().find(|pathway| name(pathway) == wanted) {
            return self.pathway_sources(record, found);
        }
        let names: Vec<String> = pathways.iter().map(name).collect();
        Err(ActError::new(
            "unknown_pathway",
            "pathway",
            format!("no connections {wanted:?} in {}", record.id),
            format!("nearest: {}", bravli_recipe::nearest(&wanted, names.iter().map(String::as_str)).join(", ")),
        ))
    }

    /// A pathway's numbers as wired, and where those of its rule come from.
    fn pathway_sources(
        &self,
        circuit: &ArtifactRecord,
        found: &bravli_circuit::PathwaySummary,
    ) -> Result<serde_json::Value, ActError> {
        let column = stages::circuit::input(self.store(), circuit, "column")?;
        let recipe = stages::recipe::load(self.store(), &stages::circuit::input(self.store(), &column, "recipe")?)?;
        let mut sources = Vec::new();
        if let Some(rule) = recipe.pathway(&found.pre, &found.post) {
            let values = [
                ("probability", Some(rule.probability)),
                ("within_um", Some(rule.within_um)),
                ("sigma_um", Some(rule.sigma_um)),
                ("attenuation", Some(rule.attenuation)),
                ("mean_synapses", rule.mean_synapses),
            ];
            for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value?))) {
                let path = format!("pathways[{}->{}].{name}", rule.pre, rule.post);
                let source = recipe.source_of("pathways.yaml", &path);
                sources.push(json!({
                    "number": name,
                    "value": value,
                    "facts": source.map(|entry| entry.facts.clone()).unwrap_or_default(),
                    "evidence": source.map(|entry| entry.evidence.clone()),
                    "where": format!("{}:{}:{}", rule.at.file, rule.at.line, rule.at.column),
                }));
            }
        }
        Ok(json!({ "pathway": PathwayRow::from(found), "rule": sources }))
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
