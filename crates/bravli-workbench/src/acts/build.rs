//! From a recipe to a circuit and what surrounds it.

use super::status;
use crate::error::ActError;
use crate::ledger;
use crate::progress::Progress;
use crate::replies::{
    BoundaryReply, CircuitReply, ColumnReply, ConditionRow, CountRow, LedgerCounts, PathwayRow, PopulationRow,
    WiringReply, wiring_notes,
};
use crate::requests::{PlaceColumn, SetBoundaryConditions, WirePathways};
use crate::stages;
use crate::workbench::Workbench;
use bravli_circuit::{ColumnHeader, PlacementReport};

impl Workbench {
    /// Places a column without storing it; the digest of its recipe's files.
    pub(crate) fn check_column(&self, request: &PlaceColumn) -> Result<String, ActError> {
        let read = self.read_recipe(&request.recipe, &request.main_file)?;
        stages::column::admitted(request, &read.sourced, &read.files)?;
        Ok(read.digest)
    }

    /// Places the cells of a recipe.
    ///
    /// # Errors
    /// Problems of the recipe, an unknown layer, a column too large for the machine's memory, or `unsourced` when the column
    /// or what is built on it by the recipe would use a number without a source.
    pub fn place_column(&self, request: &PlaceColumn) -> Result<ColumnReply, ActError> {
        let read = self.read_recipe(&request.recipe, &request.main_file)?;
        let store_recipe = || stages::recipe::store(self.store(), &read);
        let (made, source) = stages::column::make(request, &read.sourced, &read.files, store_recipe, self.store())?;
        let header = stages::column::header(self.store(), &made.record)?;
        let n_cells: u64 = header.layers.iter().map(|layer| u64::from(layer.n_cells)).sum();
        let layers: Vec<CountRow> =
            header.layers.iter().map(|layer| CountRow { name: layer.layer.clone(), n: layer.n_cells.into() }).collect();
        let shown: Vec<String> = layers.iter().map(|layer| format!("L{} {}", layer.name, layer.n)).collect();
        Ok(ColumnReply {
            finding: format!("{n_cells} cells {}: {}", extent(&header), shown.join(", ")),
            status: status(&made),
            digest: made.record.digest.clone(),
            recipe: source.id,
            n_cells,
            layers,
            populations: header
                .populations
                .iter()
                .map(|population| PopulationRow {
                    name: population.name.clone(),
                    n: population.n_cells.into(),
                    role: population.role.clone().unwrap_or_default(),
                })
                .collect(),
            columns: header
                .ground
                .columns
                .iter()
                .map(|column| CountRow { name: column.name.clone(), n: column.n_cells.into() })
                .collect(),
            placement: stages::column::placement(self.store(), &made.record)?.as_ref().map(kept).unwrap_or_default(),
            ledger: LedgerCounts::from(&made.record.ledger),
            notes: made
                .record
                .notes
                .iter()
                .cloned()
                .chain(
                    read.problems
                        .iter()
                        .filter(|problem| problem.severity != bravli_recipe::Severity::Note)
                        .map(ToString::to_string),
                )
                .take(10)
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
        let made = stages::circuit::make(self.store(), self.knowledge()?, &column, request.seed, progress)?;
        let report = stages::circuit::wiring(self.store(), self.knowledge()?, &made.record)?;
        let recipe = stages::circuit::input(self.store(), &column, "recipe")?;
        let sourced = stages::recipe::load_sourced(self.store(), &recipe, self.knowledge()?)?;
        let wiring = WiringReply::new(&report, &ledger::budget(&sourced, &report.afferent));
        let mut notes = made.record.notes.clone();
        notes.extend(wiring_notes(&report));
        let mut pathways = stages::circuit::pathways(self.store(), &made.record)?;
        let n_connections: u64 = pathways.iter().map(|pathway| pathway.n_connections).sum();
        let n_synapses: u64 = pathways.iter().map(|pathway| pathway.n_synapses).sum();
        let n_pathways = pathways.len() as u32;
        pathways.sort_by(|a, b| {
            b.n_connections.cmp(&a.n_connections).then_with(|| (&a.pre, &a.post).cmp(&(&b.pre, &b.post)))
        });
        Ok(CircuitReply {
            finding: format!(
                "{n_connections} connections with {n_synapses} synapses in {n_pathways} pathways between populations; {}",
                wiring.finding
            ),
            status: status(&made),
            digest: made.record.digest.clone(),
            n_connections,
            n_synapses,
            pathways: pathways.iter().take(12).map(PathwayRow::from).collect(),
            n_pathways,
            wiring,
            ledger: LedgerCounts::from(&made.record.ledger),
            notes,
            next: vec![
                format!(
                    "set_boundary_conditions {{\"circuit\": {:?}}} for the recipe's own conditions",
                    made.record.id
                ),
                format!(
                    "inspect {{\"artifact\": {:?}, \"pathway\": \"L4_E->L23_E\"}} for its rule against its connections, with \"parameter\": \"gsyn\" for why a number is what it is",
                    made.record.id
                ),
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
        let made = stages::boundary::make(self.store(), self.knowledge()?, &circuit, request)?;
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
            ledger: LedgerCounts::from(&made.record.ledger),
            notes: made.record.notes.clone(),
            next: vec![format!(
                "simulate {{\"circuit\": {:?}, \"boundary\": {:?}, \"seed\": 1}}",
                circuit.id, made.record.id
            )],
            artifact: made.record.id,
        })
    }
}

/// How far a column reaches, in words.
fn extent(header: &ColumnHeader) -> String {
    let ground = &header.ground;
    if !ground.region.is_empty() {
        return format!("in region {}", ground.region);
    }
    let radius = header.radius_um;
    let within = match header.shape.sizes_um(radius) {
        Some((width, length)) => format!("within {width} x {length} um"),
        None => format!("within {radius} um"),
    };
    match ground.columns.iter().filter(|column| column.name != "septa").count() {
        0 | 1 => within,
        n => format!("in {n} columns, each {within}, with septa of {} um", ground.septum_um),
    }
}

/// What rounding cost, in a sentence.
fn kept(report: &PlacementReport) -> String {
    let off = |kind: &str| {
        let Some(largest) = report.largest_of(kind) else { return format!("no {kind}") };
        let row = &largest.row;
        let place = if row.name == row.layer || row.layer.is_empty() {
            row.name.clone()
        } else {
            format!("{} in L{}", row.name, row.layer)
        };
        format!("{kind} {:+.2} ({place})", largest.cells)
    };
    format!(
        "asked {:.1} cells, placed {}; excitatory {:.3} % asked, {:.3} % placed; farthest off in cells: {}, {}, {}",
        report.asked,
        report.got,
        100.0 * report.excitatory_asked,
        100.0 * report.excitatory_got,
        off("layer"),
        off("m-type"),
        off("e-type")
    )
}
