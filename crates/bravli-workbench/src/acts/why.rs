//! What the numbers of an artifact rest on, and why one of them is here.

use crate::error::ActError;
use crate::ledger::{self, Sourced, Subject, Uses};
use crate::replies::{ParameterReply, PathwayRow, WiringReply, budget_lines, pathway_lines, wiring_notes};
use crate::stages;
use crate::store::ArtifactRecord;
use crate::workbench::Workbench;
use bravli_circuit::{Column, read_boundary};
use serde_json::{Value, json};

/// An artifact's recipe and cells, from which its numbers follow.
pub(super) struct Grounds {
    pub(super) sourced: Sourced,
    column: Column,
    pub(super) circuit: Option<ArtifactRecord>,
    boundary: Option<ArtifactRecord>,
}

impl Workbench {
    /// Counts by file, and what was generalised, of the numbers that an artifact uses.
    pub(super) fn ledger_summary(&self, record: &ArtifactRecord) -> Result<Value, ActError> {
        if record.kind == "recipe" {
            let sourced = stages::recipe::load_sourced(self.store(), record, self.knowledge()?)?;
            return Ok(ledger::summary(&sourced, &sourced.all()));
        }
        let grounds = self.grounds(record)?;
        let uses = self.uses(record, &grounds)?;
        Ok(ledger::summary(&grounds.sourced, &uses))
    }

    fn uses(&self, record: &ArtifactRecord, grounds: &Grounds) -> Result<Uses, ActError> {
        let (sourced, column) = (&grounds.sourced, &grounds.column);
        if grounds.circuit.is_none() {
            return Ok(ledger::column(sourced, &column.header));
        }
        let mut uses = ledger::circuit(sourced, column);
        if let Some(circuit) = &grounds.circuit {
            uses = uses.with(ledger::edits(&stages::edit::assumed(self.store(), circuit)?));
        }
        if let Some(boundary) = &grounds.boundary {
            let resolved = stages::boundary::load(self.store(), boundary)?;
            let own = sourced.recipe.boundary_text.as_deref().and_then(|text| read_boundary(text).ok());
            let own = own.map_or_else(Vec::new, |own| own.conditions);
            uses = uses.with(ledger::boundary(sourced, column, &resolved, &own));
        }
        let run = match record.kind.as_str() {
            "run" => Some(record.clone()),
            // what its runs share
            "report" => Some(stages::circuit::input(self.store(), record, "run")?),
            _ => None,
        };
        if let Some(run) = run {
            let minis = run.request["minis"].as_bool().unwrap_or_default();
            uses = uses.with(ledger::run(sourced, column, minis, &stages::run::learning_assumptions(&run)?));
        }
        Ok(uses)
    }

    /// A pathway `pre->post` or a population of the circuit or column that an artifact rests on: its parameters in short,
    /// and one of them in full.
    pub(super) fn why(
        &self,
        record: &ArtifactRecord,
        wanted: &str,
        parameter: &str,
    ) -> Result<(Value, Option<ParameterReply>), ActError> {
        let wanted = wanted.replace(' ', "").replace('→', "->");
        let wanted = wanted.as_str();
        let grounds = self.grounds(record)?;
        let (sourced, column) = (&grounds.sourced, &grounds.column);
        let populations: Vec<&str> = column.header.populations.iter().map(|known| known.name.as_str()).collect();
        let explain = |subject: &Subject<'_>, what: Value, wiring: Option<Value>| {
            if parameter.is_empty() {
                let parameters = json!(ledger::parameters(subject));
                let mut told = json!({ "of": what, "numbers": subject.counts(), "parameters": parameters });
                if let (Some(wiring), Some(fields)) = (wiring, told.as_object_mut()) {
                    fields.insert("wiring".into(), wiring);
                }
                return Ok((told, None));
            }
            Ok((json!({ "of": what }), Some(ledger::parameter(subject, parameter)?)))
        };
        let Some((pre, post)) = wanted.split_once("->") else {
            if let Some(found) = column.header.populations.iter().find(|known| known.name == wanted) {
                return explain(&Subject::population(sourced, column, wanted), json!(found), None);
            }
            return Err(unknown("population", wanted, &record.id, &populations));
        };
        let Some(circuit_record) = &grounds.circuit else {
            return Err(ActError::new(
                "wrong_kind",
                "pathway",
                format!("{} is a {}; pathways belong to a circuit", record.id, record.kind),
                "give the id of a circuit, boundary, run or report, or a population such as L4_E",
            ));
        };
        let pathways = stages::circuit::pathways(self.store(), circuit_record)?;
        if !populations.contains(&pre) || !populations.contains(&post) {
            let names: Vec<String> = pathways.iter().map(|known| format!("{}->{}", known.pre, known.post)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(unknown("pathway", wanted, &record.id, &names));
        }
        let made = pathways.iter().find(|known| known.pre == pre && known.post == post).map(PathwayRow::from);
        let circuit = stages::circuit::load(self.store(), circuit_record)?;
        let mut what = made.map_or_else(|| json!({ "pre": pre, "post": post, "n_connections": 0 }), |row| json!(row));
        let edited = stages::edit::history(self.store(), circuit_record)?;
        if !edited.is_empty() {
            what["edited"] = json!(edited);
            what["of_the_recipe"] = json!("parameters and the wiring's targets are those before the edits");
        }
        let report = stages::circuit::wiring(self.store(), self.knowledge()?, circuit_record)?;
        let wiring =
            report.pathways.iter().find(|pathway| pathway.pre == pre && pathway.post == post).map(pathway_lines);
        explain(&Subject::pathway(sourced, &circuit, pre, post), what, wiring)
    }

    /// What a circuit's recipe states against what is there, and the synapses that it lacks.
    pub(super) fn wiring_summary(&self, record: &ArtifactRecord) -> Result<(Value, Value), ActError> {
        let report = stages::circuit::wiring(self.store(), self.knowledge()?, record)?;
        let budget = ledger::budget(&self.grounds(record)?.sourced, &report.afferent);
        let short = WiringReply::new(&report, &budget);
        let notes = wiring_notes(&report);
        let mut wiring = json!({ "finding": short.finding, "worst": short.worst, "notes": notes });
        let edited = stages::edit::history(self.store(), record)?;
        if !edited.is_empty() {
            wiring["edited"] = json!(edited);
            wiring["finding"] = json!(format!("by the recipe's rules, before the edits: {}", short.finding));
        }
        Ok((wiring, budget_lines(&budget)))
    }

    pub(super) fn grounds(&self, record: &ArtifactRecord) -> Result<Grounds, ActError> {
        let store = self.store();
        let input = |record: &ArtifactRecord, kind: &str| stages::circuit::input(store, record, kind);
        let run = match record.kind.as_str() {
            "report" => Some(input(record, "run")?),
            _ => None,
        };
        let boundary = match record.kind.as_str() {
            "boundary" => Some(record.clone()),
            "run" | "report" => Some(input(run.as_ref().unwrap_or(record), "boundary")?),
            _ => None,
        };
        let circuit = match (record.kind.as_str(), &boundary) {
            ("circuit", _) => Some(record.clone()),
            (_, Some(boundary)) => Some(input(boundary, "circuit")?),
            ("column", None) => None,
            (kind, None) => {
                return Err(ActError::new(
                    "wrong_kind",
                    "pathway",
                    format!("{} is a {kind}; pathways and populations belong to what is built from it", record.id),
                    "give the id of a column, circuit, boundary, run or report",
                ));
            }
        };
        let column_record = match &circuit {
            Some(circuit) => input(circuit, "column")?,
            None => record.clone(),
        };
        let sourced = stages::recipe::load_sourced(store, &input(&column_record, "recipe")?, self.knowledge()?)?;
        let column = stages::column::load(store, &column_record)?;
        Ok(Grounds { sourced, column, circuit, boundary })
    }
}

/// A name that is not there, with those that are near.
fn unknown(what: &str, wanted: &str, artifact: &str, known: &[&str]) -> ActError {
    let near = bravli_recipe::nearest(wanted, known.iter().copied());
    let remedy = if near.is_empty() {
        let shown: Vec<&str> = known.iter().take(12).copied().collect();
        format!("it has {}", shown.join(", "))
    } else {
        format!("nearest: {}", near.join(", "))
    };
    ActError::new(&format!("unknown_{what}"), "pathway", format!("no {what} {wanted:?} in {artifact}"), remedy)
}
