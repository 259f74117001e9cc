//! The acts: what a scientist's agent can ask for.

use crate::assets;
use crate::error::{ActError, ProblemReply};
use crate::jobs::{Jobs, Waited};
use crate::lab::Lab;
use crate::progress::Progress;
use crate::replies::*;
use crate::requests::*;
use crate::stages;
use crate::store::{ArtifactRecord, Made, Store};
use crate::study;
use bravli_facts::KnowledgeBase;
use bravli_library::{Corpora, Library, SearchOptions};
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Longest result that `inspect` hands back whole: about 16,000 tokens.
const MAX_FULL_BYTES: u64 = 64 << 10;

/// A lab and everything that can be done in it. Cheap to clone.
#[derive(Clone)]
pub struct Workbench {
    inner: Arc<Inner>,
}

struct Inner {
    lab: Lab,
    store: Store,
    jobs: Jobs,
    knowledge: OnceLock<Result<KnowledgeBase, ActError>>,
    library: OnceLock<Result<Library, ActError>>,
}

impl std::fmt::Debug for Workbench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbench").field("lab", &self.inner.lab).finish_non_exhaustive()
    }
}

impl Workbench {
    /// The workbench of the lab at `lab`; nothing is written until something is made.
    #[must_use]
    pub fn new(lab: &Path) -> Self {
        let inner = Inner {
            lab: Lab::new(lab),
            store: Store::new(lab),
            jobs: Jobs::default(),
            knowledge: OnceLock::new(),
            library: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The lab.
    #[must_use]
    pub fn lab(&self) -> &Lab {
        &self.inner.lab
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    fn knowledge(&self) -> Result<&KnowledgeBase, ActError> {
        self.inner.knowledge.get_or_init(open_knowledge).as_ref().map_err(Clone::clone)
    }

    /// Searches papers and facts.
    ///
    /// # Errors
    /// An empty query or a limit out of range.
    pub fn search_literature(&self, request: &SearchLiterature) -> Result<SearchReply, ActError> {
        if !(1..=50).contains(&request.limit) {
            return Err(ActError::new(
                "bad_limit",
                "limit",
                format!("must lie in 1..=50, got {}", request.limit),
                "10 results are usual; narrow the query instead of asking for more",
            ));
        }
        let library =
            self.inner.library.get_or_init(|| open_library(self.knowledge()?)).as_ref().map_err(Clone::clone)?;
        let options = SearchOptions { limit: request.limit as usize, corpora: Corpora::Both };
        let found = library
            .search(&request.query, options)
            .map_err(|error| ActError::new("bad_query", "query", error.to_string(), error.remedy()))?;
        let results: Vec<SearchResultRow> = found.hits.iter().map(SearchResultRow::from).collect();
        let finding = match results.first() {
            None => format!("nothing in the library matches {:?}", request.query),
            Some(best) if best.value.is_empty() => {
                format!("{} records match; best: {} ({})", found.total, best.title, best.source)
            }
            Some(best) => format!(
                "{} records match; best: {} = {} for {} ({})",
                found.total, best.title, best.value, best.snippet, best.source
            ),
        };
        Ok(SearchReply {
            finding,
            total: found.total as u64,
            results,
            note: found.note.unwrap_or_default(),
            next: vec!["parse_recipe {\"recipe\": \"rat-barrel\"} to see what a circuit is built from".into()],
        })
    }

    /// Reads and checks a recipe; stores nothing.
    ///
    /// # Errors
    /// All problems of the files at once, or the names of the recipes there are.
    pub fn parse_recipe(&self, request: &ParseRecipe) -> Result<RecipeReply, ActError> {
        let read = self.read_recipe(&request.recipe, &request.main_xml)?;
        let recipe = &read.reading.recipe;
        let mut missing = Vec::new();
        let needs = [
            (recipe.column.is_some(), "column geometry (column.yaml)"),
            (!recipe.composition.is_empty(), "cell composition"),
            (!recipe.pathways.is_empty(), "connection probabilities (pathways.yaml)"),
            (
                recipe.neurons.as_ref().is_some_and(|models| models.receptors.is_some()),
                "point neurons and receptors (neurons.yaml)",
            ),
            (recipe.boundary_text.is_some(), "boundary conditions (boundary.yaml)"),
        ];
        missing.extend(needs.iter().filter(|(there, _)| !there).map(|(_, what)| (*what).to_owned()));
        let mut mtypes: Vec<&str> = recipe.composition.iter().map(|group| group.mtype.as_str()).collect();
        mtypes.sort_unstable();
        mtypes.dedup();
        let mut layers: Vec<String> = recipe.composition.iter().map(|group| group.layer.clone()).collect();
        layers.sort();
        layers.dedup();
        let problems: Vec<ProblemReply> = read.reading.problems.iter().map(ProblemReply::from).collect();
        let buildable = missing.is_empty();
        let next = if buildable {
            format!(
                "place_column {{\"recipe\": {:?}, \"radius_um\": 130, \"layers\": [\"2\", \"3\", \"4\", \"5\"]}}",
                request.recipe
            )
        } else {
            "place_column {\"recipe\": \"rat-barrel\"} for a recipe that can be simulated".to_owned()
        };
        Ok(RecipeReply {
            finding: format!(
                "{}: {} m-types in {} layers, {} synapse classes chosen by {} rules, {} connection rules; {} warnings and notes{}",
                recipe.name,
                mtypes.len(),
                layers.len(),
                recipe.synapse_classes.len(),
                recipe.synapse_rules.len(),
                recipe.connection_rules.len(),
                problems.len(),
                if buildable { "" } else { "; a simulation needs more" },
            ),
            recipe: recipe.name.clone(),
            digest: read.digest.clone(),
            files: read.files.0.keys().cloned().collect(),
            n_mtypes: mtypes.len() as u32,
            layers,
            n_synapse_classes: recipe.synapse_classes.len() as u32,
            n_synapse_rules: recipe.synapse_rules.len() as u32,
            n_connection_rules: recipe.connection_rules.len() as u32,
            populations: recipe.populations.iter().map(|population| population.name.clone()).collect(),
            buildable,
            missing,
            ledger: LedgerCounts::from(&read.ledger),
            n_problems: problems.len() as u32,
            problems: problems.into_iter().take(20).collect(),
            next: vec![next],
        })
    }

    fn read_recipe(&self, name: &str, main_xml: &str) -> Result<stages::recipe::ReadRecipe, ActError> {
        let files = self.inner.lab.recipe_files(name)?;
        // `mine`, `./mine` and `recipes/mine` are one recipe
        let plain = Path::new(name).file_name().and_then(|last| last.to_str()).unwrap_or(name);
        if !plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) {
            return Err(ActError::new(
                "bad_recipe_name",
                "recipe",
                format!("{plain:?} holds other characters than letters, digits, _, . and -"),
                "rename the recipe's folder",
            ));
        }
        stages::recipe::read(plain, files, main_xml, self.knowledge()?)
    }

    /// Places a column without storing it; the digest of its recipe's files.
    pub(crate) fn check_column(&self, request: &PlaceColumn) -> Result<String, ActError> {
        let read = self.read_recipe(&request.recipe, &request.main_xml)?;
        stages::column::placed(request, &read.reading.recipe)?;
        Ok(read.digest)
    }

    /// Places the cells of a recipe.
    ///
    /// # Errors
    /// Problems of the recipe, an unknown layer, or a column too large for the machine's memory.
    pub fn place_column(&self, request: &PlaceColumn) -> Result<ColumnReply, ActError> {
        let read = self.read_recipe(&request.recipe, &request.main_xml)?;
        let recipe = &read.reading.recipe;
        let store_recipe = || stages::recipe::store(self.store(), &read);
        let (made, source) = stages::column::make(request, recipe, store_recipe, self.store())?;
        let header = stages::column::header(self.store(), &made.record)?;
        let n_cells: u64 = header.layers.iter().map(|layer| u64::from(layer.n_cells)).sum();
        let layers: Vec<CountRow> =
            header.layers.iter().map(|layer| CountRow { name: layer.layer.clone(), n: layer.n_cells.into() }).collect();
        let shown: Vec<String> = layers.iter().map(|layer| format!("L{} {}", layer.name, layer.n)).collect();
        Ok(ColumnReply {
            finding: format!("{n_cells} cells within {} um: {}", header.radius_um, shown.join(", ")),
            status: status(&made),
            digest: made.record.digest.clone(),
            recipe: source.id,
            n_cells,
            layers,
            populations: header
                .populations
                .iter()
                .map(|population| CountRow { name: population.name.clone(), n: population.n_cells.into() })
                .collect(),
            ledger: LedgerCounts::from(&made.record.ledger),
            notes: read
                .reading
                .problems
                .iter()
                .filter(|problem| problem.severity != bravli_recipe::Severity::Note)
                .take(10)
                .map(ToString::to_string)
                .collect(),
            next: vec![format!("wire_pathways {{\"column\": {:?}}}", made.record.id)],
            artifact: made.record.id,
        })
    }

    /// Wires a column.
    ///
    /// # Errors
    /// An unknown column, a pair of populations that the recipe leaves undecided, or a stop on request.
    pub fn wire_pathways(&self, request: &WirePathways, progress: &dyn Progress) -> Result<CircuitReply, ActError> {
        let column = self.store().get(&request.column, Some("column"), "column")?;
        let made = stages::circuit::make(self.store(), &column, request.seed, progress)?;
        let mut pathways = stages::circuit::pathways(self.store(), &made.record)?;
        let n_connections: u64 = pathways.iter().map(|pathway| pathway.n_connections).sum();
        let n_synapses: u64 = pathways.iter().map(|pathway| pathway.n_synapses).sum();
        let n_pathways = pathways.len() as u32;
        pathways.sort_by(|a, b| {
            b.n_connections.cmp(&a.n_connections).then_with(|| (&a.pre, &a.post).cmp(&(&b.pre, &b.post)))
        });
        Ok(CircuitReply {
            finding: format!(
                "{n_connections} connections with {n_synapses} synapses in {n_pathways} pathways between populations"
            ),
            status: status(&made),
            digest: made.record.digest.clone(),
            n_connections,
            n_synapses,
            pathways: pathways.iter().take(12).map(PathwayRow::from).collect(),
            n_pathways,
            notes: made.record.notes.clone(),
            next: vec![
                format!(
                    "set_boundary_conditions {{\"circuit\": {:?}}} for the recipe's own conditions",
                    made.record.id
                ),
                format!("inspect {{\"artifact\": {:?}, \"pathway\": \"L4_E->L23_E\"}}", made.record.id),
            ],
            artifact: made.record.id,
        })
    }

    /// Sets what stands for everything outside a circuit.
    ///
    /// # Errors
    /// An unknown circuit, or conditions that do not fit it, all at once.
    pub fn set_boundary_conditions(&self, request: &SetBoundaryConditions) -> Result<BoundaryReply, ActError> {
        use bravli_circuit::Condition::{Absorbing, Dirichlet, Neumann};
        let circuit = self.store().get(&request.circuit, Some("circuit"), "circuit")?;
        let made = stages::boundary::make(self.store(), &circuit, request)?;
        let boundary = stages::boundary::load(self.store(), &made.record)?;
        let row = |condition: &bravli_circuit::Condition| {
            let (n_fibres, onto, assumes) = match condition {
                Dirichlet { n_fibres, onto, assumes, .. } => {
                    (*n_fibres as u64, onto.iter().map(|target| target.population.clone()).collect(), assumes)
                }
                Neumann { onto, assumes, .. } => {
                    (0, onto.iter().map(|target| target.population.clone()).collect(), assumes)
                }
                Absorbing { assumes, .. } => (0, Vec::new(), assumes),
            };
            ConditionRow {
                kind: condition.kind().to_owned(),
                source: condition.source().to_owned(),
                n_fibres,
                onto,
                assumes: assumes.clone(),
            }
        };
        let conditions: Vec<ConditionRow> = boundary.conditions.iter().map(row).collect();
        let shown: Vec<String> = conditions
            .iter()
            .map(|c| match c.n_fibres {
                0 => format!("{} ({})", c.source, c.kind),
                n => format!("{} ({}, {n} fibres)", c.source, c.kind),
            })
            .collect();
        Ok(BoundaryReply {
            finding: format!("outside at {} mM calcium: {}", boundary.calcium_mm, shown.join(", ")),
            status: status(&made),
            digest: made.record.digest.clone(),
            calcium_mm: boundary.calcium_mm,
            conditions,
            notes: made.record.notes.clone(),
            next: vec![format!(
                "simulate {{\"circuit\": {:?}, \"boundary\": {:?}, \"seed\": 1}}",
                circuit.id, made.record.id
            )],
            artifact: made.record.id,
        })
    }

    /// Simulates a circuit under a boundary and a protocol.
    ///
    /// With `wait_s` the reply comes at the latest after that time; the run goes on and the same call waits on.
    ///
    /// # Errors
    /// A request out of range by field, unknown artifacts, a run that cannot be simulated, or a stop on request.
    pub fn simulate(&self, request: &Simulate, progress: &dyn Progress) -> Result<RunReply, ActError> {
        let prepared = stages::run::prepare(request)?;
        let circuit = self.store().get(&request.circuit, Some("circuit"), "circuit")?;
        let boundary = self.store().get(&request.boundary, Some("boundary"), "boundary")?;
        if !boundary.inputs.contains(&circuit.id) {
            return Err(ActError::new(
                "boundary_of_another_circuit",
                "boundary",
                format!("{} was set for {}", boundary.id, boundary.inputs.join(", ")),
                format!("call set_boundary_conditions {{\"circuit\": {:?}}}", circuit.id),
            ));
        }
        let id = stages::run::id(&prepared, &circuit, &boundary);
        let n_trials = prepared.schedule.trials.len() as u64;
        let duration_ms = prepared.schedule.duration_ms;
        let mut status = Status::Found;
        if self.store().get(&id, Some("run"), "run").is_err() {
            status = Status::Made;
            let bench = self.clone();
            let wait = (request.wait_s > 0.0).then(|| Duration::from_secs_f64(request.wait_s));
            let (circuit, boundary) = (circuit.clone(), boundary.clone());
            let waited = self.inner.jobs.wait_for(&id, wait, progress, move |progress| {
                stages::run::make(bench.store(), &circuit, &boundary, &prepared, progress).map(|_| ())
            })?;
            if let Waited::Running(done) = waited {
                return Ok(RunReply {
                    finding: format!("{:.0} % of {duration_ms} ms simulated; the run goes on", done * 100.0),
                    status: Status::Running,
                    done: round(done, 4),
                    digest: String::new(),
                    duration_ms,
                    n_trials,
                    n_spikes: 0,
                    rates: Vec::new(),
                    notes: Vec::new(),
                    next: vec![
                        "the same simulate call again; it waits on and finds the run when it is complete".into(),
                    ],
                    artifact: id,
                });
            }
        }
        let record = self.store().get(&id, Some("run"), "run")?;
        let rates: Vec<RateRow> = serde_json::from_value(record.summary["rates"].clone()).unwrap_or_default();
        let shown: Vec<String> = rates.iter().map(|rate| format!("{} {}", rate.population, rate.mean_hz)).collect();
        Ok(RunReply {
            finding: format!("{duration_ms} ms simulated; mean rates in Hz: {}", shown.join(", ")),
            status,
            done: 1.0,
            digest: record.digest.clone(),
            duration_ms,
            n_trials,
            n_spikes: record.summary["n_spikes"].as_u64().unwrap_or_default(),
            rates,
            notes: record.notes.clone(),
            next: if n_trials > 0 {
                vec![format!("compute_upe {{\"runs\": [{:?}]}}; more seeds make it surer", record.id)]
            } else {
                vec!["simulate with protocol.kind = gaussian_blocks to ask about prediction errors".into()]
            },
            artifact: record.id,
        })
    }

    /// Asks whether runs compute uncertainty-modulated prediction errors.
    ///
    /// # Errors
    /// Unknown runs, runs that cannot be read together, too few trials, or a stop on request.
    pub fn compute_upe(&self, request: &ComputeUpe, progress: &dyn Progress) -> Result<UpeReply, ActError> {
        let runs = stages::report::runs(self.store(), request)?;
        let made = stages::report::make(self.store(), &runs, request, progress)?;
        let report = stages::report::load(self.store(), &made.record)?;
        let interval = |estimate: bravli_analysis::Estimate| Interval {
            est: round(estimate.est, 4),
            lo: round(estimate.lo, 4),
            hi: round(estimate.hi, 4),
        };
        let side = match report.gain.side {
            bravli_analysis::Side::Negative => &report.gain.negative,
            _ => &report.gain.positive,
        };
        let verdict = stages::report::verdict_name(&report);
        let mut models: Vec<ModelRow> = report
            .models
            .iter()
            .map(|model| ModelRow {
                model: model.id.clone(),
                meaning: model.meaning.clone(),
                d2: round(model.d2_cv, 4),
            })
            .collect();
        models.sort_by(|a, b| b.d2.total_cmp(&a.d2).then_with(|| a.model.cmp(&b.model)));
        let d = report.gain.d_log_ratio.map(interval);
        let shown = d.map_or_else(
            || "the gain ratio cannot be estimated".to_owned(),
            |d| {
                format!(
                    "log gain ratio D = {} [{}, {}] between the smallest and the largest σ at matched probes",
                    d.est, d.lo, d.hi
                )
            },
        );
        Ok(UpeReply {
            finding: match report.reasons.first() {
                Some(reason) if reason.contains("D = ") => format!("{verdict}: {reason}"),
                Some(reason) => format!("{verdict}: {reason}; {shown}"),
                None => format!("{verdict}: {shown}"),
            },
            reasons: report.reasons.clone(),
            status: status(&made),
            digest: made.record.digest.clone(),
            d_log_ratio: d,
            gain: side.iter().map(|p| GainRow { sigma: p.sigma, gain: round(p.g, 4), se: round(p.se, 4) }).collect(),
            models,
            controls: stages::report::control_rows(&report),
            seed_index: report.seed_index.as_ref().map_or_else(String::new, |index| {
                format!("(L4 - SST)*PV: R2 = {:.3}; cannot decide: {}", index.r2_cv, index.why_not)
            }),
            assumptions: report.assumptions.clone(),
            flags: report.flags.clone(),
            falsifiers: report.falsifiers_triggered.iter().map(|f| format!("({}) {}", f.number, f.text)).collect(),
            files: self.files(&made.record),
            next: vec![
                format!(
                    "inspect {{\"artifact\": {:?}, \"detail\": \"study\"}} for a file that makes all of this again",
                    made.record.id
                ),
                "simulate with other seeds and compute_upe over all runs to narrow the interval".into(),
            ],
            verdict,
            artifact: made.record.id,
        })
    }

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
            summary: json!({ "artifacts": ids, "recipes": self.inner.lab.recipe_names() }),
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

    fn files(&self, record: &ArtifactRecord) -> Vec<String> {
        record.payload.iter().map(|file| format!("artifacts/{}/{}/{}", record.kind, record.id, file.name)).collect()
    }
}

fn status(made: &Made) -> Status {
    if made.found { Status::Found } else { Status::Made }
}

/// The shipped records.
fn open_knowledge() -> Result<KnowledgeBase, ActError> {
    let texts = assets::knowledge_texts();
    let records = texts.iter().map(|(path, text)| (path.as_str(), *text));
    KnowledgeBase::from_texts(records).map(|(base, _)| base).map_err(|error| broken_knowledge(&error))
}

/// The library over them.
fn open_library(base: &KnowledgeBase) -> Result<Library, ActError> {
    Library::build(base).map_err(|error| broken_knowledge(&error))
}

fn broken_knowledge(error: &dyn std::fmt::Display) -> ActError {
    ActError::new("knowledge", "knowledge", error.to_string(), "report this: shipped records must load")
}
