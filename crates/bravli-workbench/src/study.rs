//! Study files: a whole question as one readable YAML file, run end to end, and written back from any artifact.

use crate::error::ActError;
use crate::progress::Progress;
use crate::requests::{
    ComputeUpe, ConditionRequest, EditCircuit, EditRequest, LearnRequest, PlaceColumn, ProtocolRequest, RecordRequest,
    ReleaseName, SetBoundaryConditions, SilenceRequest, Simulate, WindowName, WirePathways, is_one, is_zero_f64, one,
    one_column,
};
use crate::stages;
use crate::stages::circuit::input;
use crate::stages::report::check_bootstrap;
use crate::stages::run::prepare;
use crate::store::ArtifactRecord;
use crate::workbench::Workbench;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// A question and everything that is done to answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Name.
    pub study: String,
    /// The question in words.
    #[serde(default)]
    pub question: String,
    /// The hypothesis under test: `upe`.
    #[serde(default = "upe")]
    pub hypothesis: String,
    /// Name of a recipe.
    pub recipe: String,
    /// Builder recipe file to read where the folder holds several.
    #[serde(default, alias = "main_xml", skip_serializing_if = "String::is_empty")]
    pub main_file: String,
    /// Digest that the recipe's files must have; not checked where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recipe_digest: String,
    /// Cells to place.
    pub column: ColumnPart,
    /// Connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wiring: Option<WiringPart>,
    /// The outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<BoundaryPart>,
    /// The experiment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<ProtocolRequest>,
    /// The runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunPart>,
    /// What is asked of the runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub analyses: Vec<AnalysisPart>,
    /// Decisions taken and left open, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<String>,
}

fn upe() -> String {
    "upe".into()
}

/// Cells to place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnPart {
    /// Radius, µm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_um: Option<f64>,
    /// Layers; all where empty.
    #[serde(default)]
    pub layers: Vec<String>,
    /// Seed of the positions.
    #[serde(default = "one")]
    pub seed: u64,
    /// Width and length of a rectangular column in place of the radius, µm.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slab_um: Vec<f64>,
    /// Columns side by side.
    #[serde(default = "one_column", skip_serializing_if = "is_one")]
    pub columns: u32,
    /// Width of the septa between columns, µm.
    #[serde(default, skip_serializing_if = "is_zero_f64")]
    pub septum_um: f64,
    /// Density in septa relative to columns.
    #[serde(default, skip_serializing_if = "is_zero_f64")]
    pub septum_density: f64,
    /// Exclusion radius of a soma, µm.
    #[serde(default, skip_serializing_if = "is_zero_f64")]
    pub exclusion_um: f64,
    /// Region of the recipe's atlas in place of columns.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
}

/// Connections, and what is changed in them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WiringPart {
    /// The seed.
    #[serde(default = "one")]
    pub seed: u64,
    /// Changes to the circuit, one request after another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<EditPart>,
}

/// Changes that are made together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditPart {
    /// The changes, in order.
    pub edits: Vec<EditRequest>,
    /// Seed of what they draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// The outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundaryPart {
    /// Conditions; the recipe's own where empty.
    #[serde(default)]
    pub conditions: Vec<ConditionRequest>,
    /// Calcium, mM; the recipe's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calcium_mm: Option<f64>,
    /// Seed of the fibres' connections.
    #[serde(default = "one")]
    pub seed: u64,
}

/// The runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunPart {
    /// One run per seed.
    pub seeds: Vec<u64>,
    /// Length, ms; the protocol's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<f64>,
    /// Traces to keep.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub record: Vec<RecordRequest>,
    /// Cells held down for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silence: Vec<SilenceRequest>,
    /// What spikes release.
    #[serde(default)]
    pub release: ReleaseName,
    /// Whether there is spontaneous release.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub minis: bool,
    /// Connections that learn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learn: Vec<LearnRequest>,
}

/// One analysis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnalysisPart {
    /// Uncertainty-modulated prediction errors.
    Upe {
        /// Population whose gain is tested.
        #[serde(default = "response")]
        response: String,
        /// Window after onset.
        #[serde(default)]
        window: WindowName,
        /// Bootstrap draws.
        #[serde(default = "bootstrap")]
        n_bootstrap: u32,
        /// Seed of resampling and controls.
        #[serde(default = "one")]
        seed: u64,
    },
}

fn response() -> String {
    "L23_E".into()
}

fn bootstrap() -> u32 {
    1_000
}

/// What running a study gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StudyReply {
    /// The finding, in words and numbers.
    pub finding: String,
    /// Name of the study.
    pub study: String,
    /// Verdict of the last analysis; empty where none was asked for.
    pub verdict: String,
    /// Kind → id; further runs and reports are numbered, as in `run_2`.
    pub artifacts: BTreeMap<String, String>,
    /// Id → digest of its payload.
    pub digests: BTreeMap<String, String>,
    /// The report's page, relative to the lab; empty where there is none.
    pub report: String,
    /// What to know.
    pub notes: Vec<String>,
}

/// Reads a study file and checks everything that needs no computing.
///
/// # Errors
/// The reader's message with line and column, or the field at fault.
pub fn read_study(name: &str, text: &str) -> Result<Study, ActError> {
    let study: Study = serde_saphyr::from_str(text).map_err(|error| {
        let message = error.to_string();
        let place = error
            .location()
            .map_or_else(|| name.to_owned(), |location| format!("{name}:{}:{}", location.line(), location.column()));
        ActError::new("bad_study", place, message, "the shipped studies/first-question.yaml shows every key")
    })?;
    if study.hypothesis != "upe" {
        return Err(ActError::new(
            "unknown_hypothesis",
            "hypothesis",
            format!("unknown hypothesis {:?}; there is upe", study.hypothesis),
            "write hypothesis: upe",
        ));
    }
    let parts = [
        ("wiring", study.wiring.is_some()),
        ("boundary", study.boundary.is_some()),
        ("run", study.run.is_some()),
        ("analyses", !study.analyses.is_empty()),
    ];
    let last = parts.iter().rposition(|(_, given)| *given).unwrap_or(0);
    if let Some((missing, _)) = parts[..last].iter().find(|(_, given)| !given) {
        return Err(ActError::new(
            "missing_part",
            *missing,
            format!("the study has a {} section and no {missing} section before it", parts[last].0),
            format!("add {missing}: {{}} for its defaults, or leave out what follows"),
        ));
    }
    for (index, part) in study.wiring.iter().flat_map(|wiring| &wiring.edits).enumerate() {
        stages::edit::read(&part.edits, part.seed, &format!("wiring.edits[{index}].edits"))?;
    }
    if let Some(run) = &study.run {
        if run.seeds.is_empty() || run.seeds.len() > 1_000 {
            return Err(ActError::new(
                "bad_seeds",
                "run.seeds",
                format!("must hold 1 to 1000 seeds, got {}", run.seeds.len()),
                "give one seed per run, for example [1, 2, 3]",
            ));
        }
        if let Some(index) = (1..run.seeds.len()).find(|index| run.seeds[..*index].contains(&run.seeds[*index])) {
            return Err(ActError::new(
                "bad_seeds",
                format!("run.seeds[{index}]"),
                format!("seed {} is named twice", run.seeds[index]),
                "name each seed once; the same seed gives the same run",
            ));
        }
        let prepared = prepare(&simulate_request(&study, run, run.seeds[0], "circuit", "boundary", 0))?;
        for (index, AnalysisPart::Upe { n_bootstrap, .. }) in study.analyses.iter().enumerate() {
            check_bootstrap(*n_bootstrap, &format!("analyses[{index}].n_bootstrap"))?;
            if prepared.schedule.trials.is_empty() {
                return Err(ActError::new(
                    "no_trials",
                    format!("analyses[{index}]"),
                    "a spontaneous protocol has no trials to analyse",
                    "use kind: gaussian_blocks, or leave out the analysis",
                ));
            }
        }
    }
    Ok(study)
}

/// The text of a study that is shipped with the program, such as `first-question`.
#[must_use]
pub fn shipped_study(name: &str) -> Option<&'static str> {
    crate::assets::study_text(&format!("{}.yaml", name.strip_suffix(".yaml").unwrap_or(name)))
}

fn simulate_request(study: &Study, run: &RunPart, seed: u64, circuit: &str, boundary: &str, threads: u32) -> Simulate {
    Simulate {
        protocol: study.protocol.clone().unwrap_or_default(),
        duration_ms: run.duration_ms,
        seed,
        record: run.record.clone(),
        silence: run.silence.clone(),
        release: run.release,
        minis: run.minis,
        learn: run.learn.clone(),
        threads,
        ..Simulate::of(circuit, boundary)
    }
}

/// Progress of one part of a study.
struct Part<'a> {
    outer: &'a dyn Progress,
    from: f64,
    share: f64,
    name: String,
}

impl Progress for Part<'_> {
    fn report(&self, done: f64, message: &str) -> ControlFlow<()> {
        self.outer.report(self.from + self.share * done, &format!("{}: {message}", self.name))
    }
}

impl Study {
    /// The request that places the study's column.
    fn place_column(&self) -> PlaceColumn {
        PlaceColumn {
            recipe: self.recipe.clone(),
            main_file: self.main_file.clone(),
            radius_um: self.column.radius_um,
            layers: self.column.layers.clone(),
            seed: self.column.seed,
            slab_um: self.column.slab_um.clone(),
            columns: self.column.columns,
            septum_um: self.column.septum_um,
            septum_density: self.column.septum_density,
            exclusion_um: self.column.exclusion_um,
            region: self.column.region.clone(),
        }
    }
}

impl Workbench {
    /// Checks that a study's recipe reads and its column can be placed; stores nothing.
    ///
    /// # Errors
    /// The first thing that stands in the way.
    pub fn check_study(&self, study: &Study) -> Result<(), ActError> {
        let digest = self.check_column(&study.place_column())?;
        if !study.recipe_digest.is_empty() && study.recipe_digest != digest {
            return Err(ActError::new(
                "recipe_changed",
                "recipe_digest",
                format!(
                    "recipe {:?} has digest {digest}, and the study was made with {}",
                    study.recipe, study.recipe_digest
                ),
                "bring the recipe's files of that time, or remove recipe_digest to use today's",
            ));
        }
        Ok(())
    }

    /// Runs a study from its recipe to its verdict; what exists is found instead of made.
    ///
    /// `threads` of 0 takes all; the results do not depend on it.
    ///
    /// # Errors
    /// What any of its stages returns.
    pub fn run_study(&self, study: &Study, threads: u32, progress: &dyn Progress) -> Result<StudyReply, ActError> {
        self.check_study(study)?;
        let mut reply = StudyReply {
            finding: String::new(),
            study: study.study.clone(),
            verdict: String::new(),
            artifacts: BTreeMap::new(),
            digests: BTreeMap::new(),
            report: String::new(),
            notes: Vec::new(),
        };
        let column = self.place_column(&study.place_column())?;
        let recipe_digest = self.store().get(&column.recipe, Some("recipe"), "recipe")?.digest;
        reply.add("recipe", &column.recipe, &recipe_digest);
        reply.add("column", &column.artifact, &column.digest);
        reply.finding = column.finding;
        let Some(wiring) = &study.wiring else { return Ok(reply) };
        let part = |from, share, name: &str| Part { outer: progress, from, share, name: name.to_owned() };
        let wire = WirePathways { column: column.artifact, seed: wiring.seed };
        let circuit = self.wire_pathways(&wire, &part(0.0, 0.1, "circuit"))?;
        reply.add("circuit", &circuit.artifact, &circuit.digest);
        reply.finding = circuit.finding;
        let mut circuit = circuit.artifact;
        for edit in &wiring.edits {
            let request = EditCircuit { circuit, edits: edit.edits.clone(), seed: edit.seed };
            let edited = self.edit_circuit(&request, &part(0.1, 0.0, "edits"))?;
            let column = self.store().get(&edited.column, Some("column"), "column")?;
            reply.add("column", &column.id, &column.digest);
            reply.add("circuit", &edited.artifact, &edited.digest);
            reply.notes.extend(edited.notes);
            reply.finding = edited.finding;
            circuit = edited.artifact;
        }
        let Some(outside) = &study.boundary else { return Ok(reply) };
        let boundary = self.set_boundary_conditions(&SetBoundaryConditions {
            circuit: circuit.clone(),
            conditions: outside.conditions.clone(),
            calcium_mm: outside.calcium_mm,
            seed: outside.seed,
        })?;
        reply.add("boundary", &boundary.artifact, &boundary.digest);
        reply.finding = boundary.finding;
        let Some(run) = &study.run else { return Ok(reply) };
        let mut runs = Vec::new();
        let share = 0.8 / run.seeds.len() as f64;
        for (index, seed) in run.seeds.iter().enumerate() {
            let request = simulate_request(study, run, *seed, &circuit, &boundary.artifact, threads);
            let name = format!("run {} of {}", index + 1, run.seeds.len());
            let done = self.simulate(&request, &part(0.1 + share * index as f64, share, &name))?;
            reply.add("run", &done.artifact, &done.digest);
            reply.notes.extend(done.notes);
            reply.finding = done.finding;
            runs.push(done.artifact);
        }
        for analysis in &study.analyses {
            let AnalysisPart::Upe { response, window, n_bootstrap, seed } = analysis;
            let request = ComputeUpe {
                runs: runs.clone(),
                response: response.clone(),
                window: *window,
                n_bootstrap: *n_bootstrap,
                seed: *seed,
            };
            let report = self.compute_upe(&request, &part(0.9, 0.1, "report"))?;
            reply.add("report", &report.artifact, &report.digest);
            reply.report = report.files.iter().find(|file| file.ends_with("report.md")).cloned().unwrap_or_default();
            reply.finding = report.finding;
            reply.verdict = report.verdict;
            reply.notes.extend(report.flags);
        }
        reply.notes.sort();
        reply.notes.dedup();
        Ok(reply)
    }
}

impl StudyReply {
    fn add(&mut self, kind: &str, id: &str, digest: &str) {
        let mut name = kind.to_owned();
        let mut number = 1;
        while self.artifacts.get(&name).is_some_and(|known| known != id) {
            number += 1;
            name = format!("{kind}_{number}");
        }
        self.artifacts.insert(name, id.to_owned());
        self.digests.insert(id.to_owned(), digest.to_owned());
    }
}

/// Writes the study that makes an artifact again.
pub(crate) fn export(bench: &Workbench, record: &ArtifactRecord) -> Result<String, ActError> {
    let study = study_of(bench, record)?;
    let body = serde_saphyr::to_string(&study).map_err(|error| {
        ActError::new("internal", "study", format!("cannot write the study: {error}"), "report this")
    })?;
    Ok(format!("# Makes {} (payload digest {}).\n{body}", record.id, record.digest))
}

fn study_of(bench: &Workbench, record: &ArtifactRecord) -> Result<Study, ActError> {
    let store = bench.store();
    let seed = |value: &Value| value["seed"].as_u64().unwrap_or_default();
    match record.kind.as_str() {
        "recipe" => Err(ActError::new(
            "not_a_study",
            "artifact",
            "a recipe is not made by a study; it is what a study starts from",
            "export a column, circuit, boundary, run or report",
        )),
        "column" if record.request["nodes"].is_array() => Err(ActError::new(
            "not_a_study",
            "artifact",
            format!("{} was cut out of a circuit, and a study cuts circuits, not columns", record.id),
            "export the circuit that was made with it, or anything made from that circuit",
        )),
        "column" => {
            let recipe = input(store, record, "recipe")?;
            let name = recipe.request["recipe"].as_str().unwrap_or_default().to_owned();
            Ok(Study {
                study: record.id.clone(),
                question: String::new(),
                hypothesis: upe(),
                recipe: name,
                main_file: stages::recipe::main_file(&recipe).unwrap_or_default().to_owned(),
                recipe_digest: recipe.request["digest"].as_str().unwrap_or_default().to_owned(),
                column: ColumnPart {
                    radius_um: record.request["radius_um"].as_f64(),
                    layers: field_of(record, "layers")?,
                    seed: seed(&record.request),
                    slab_um: given(record, "slab_um")?,
                    columns: if record.request["columns"].is_null() { 1 } else { field_of(record, "columns")? },
                    septum_um: given(record, "septum_um")?,
                    septum_density: given(record, "septum_density")?,
                    exclusion_um: given(record, "exclusion_um")?,
                    region: given(record, "region")?,
                },
                wiring: None,
                boundary: None,
                protocol: None,
                run: None,
                analyses: Vec::new(),
                decisions: Vec::new(),
            })
        }
        "circuit" => {
            if let Some(parent) = stages::edit::parent(store, record)? {
                let mut study = study_of(bench, &parent)?;
                study.study.clone_from(&record.id);
                let part = EditPart { edits: field_of(record, "edits")?, seed: record.request["seed"].as_u64() };
                study.wiring.get_or_insert(WiringPart { seed: 1, edits: Vec::new() }).edits.push(part);
                return Ok(study);
            }
            let mut study = study_of(bench, &input(store, record, "column")?)?;
            study.study.clone_from(&record.id);
            study.wiring = Some(WiringPart { seed: seed(&record.request), edits: Vec::new() });
            Ok(study)
        }
        "boundary" => {
            let mut study = study_of(bench, &input(store, record, "circuit")?)?;
            study.study.clone_from(&record.id);
            study.boundary = Some(BoundaryPart {
                conditions: stages::boundary::as_requests(store, record)?,
                calcium_mm: record.request["calcium_mm"].as_f64(),
                seed: seed(&record.request),
            });
            Ok(study)
        }
        "run" => {
            let mut study = study_of(bench, &input(store, record, "boundary")?)?;
            study.study.clone_from(&record.id);
            study.protocol = Some(field_of(record, "protocol")?);
            study.run = Some(RunPart {
                seeds: vec![seed(&record.request)],
                duration_ms: record.request["duration_ms"].as_f64(),
                record: given(record, "record")?,
                silence: given(record, "silence")?,
                release: given(record, "release")?,
                minis: given(record, "minis")?,
                learn: given(record, "learn")?,
            });
            Ok(study)
        }
        _ => {
            let runs: Vec<ArtifactRecord> =
                record.inputs.iter().map(|id| store.get(id, Some("run"), "runs")).collect::<Result<_, _>>()?;
            let first = runs.first().ok_or_else(|| broken(record, &"it names no run"))?;
            let mut study = study_of(bench, first)?;
            study.study.clone_from(&record.id);
            if let Some(run) = &mut study.run {
                run.seeds = runs.iter().map(|run| seed(&run.request)).collect();
            }
            study.analyses = vec![AnalysisPart::Upe {
                response: field_of(record, "response")?,
                window: field_of(record, "window")?,
                n_bootstrap: field_of(record, "n_bootstrap")?,
                seed: seed(&record.request),
            }];
            Ok(study)
        }
    }
}

fn field_of<T: serde::de::DeserializeOwned>(record: &ArtifactRecord, name: &str) -> Result<T, ActError> {
    serde_json::from_value(record.request[name].clone()).map_err(|error| broken(record, &error))
}

/// As [`field_of`], of a field that is left out at its default.
fn given<T: serde::de::DeserializeOwned + Default>(record: &ArtifactRecord, name: &str) -> Result<T, ActError> {
    if record.request[name].is_null() { Ok(T::default()) } else { field_of(record, name) }
}

fn broken(record: &ArtifactRecord, error: &dyn std::fmt::Display) -> ActError {
    ActError::new("broken_artifact", "artifact.json", format!("{}: {error}", record.id), "make it again")
}
