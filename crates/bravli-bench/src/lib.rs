//! Measured cases: what the benches time, in units that people compare.
//!
//! Invariant: a case is a real piece of the product, set up outside the timed part: on the shipped recipe, or, in [`cases`],
//! on a published network that other engines run as well.
//!
//! ```
//! let column = bravli_bench::ColumnCase::new(40.0)?;
//! let stats = column.simulate(100.0, 2)?;
//! assert!(stats.n_steps == 1_000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cases;
mod literature;
mod memory;
mod wiring;

pub use literature::{QUERIES, QUESTIONS, many_records};
pub use wiring::{SIGMA_UM, WiringFigures, WiringRequest, wiring};

use bravli_circuit::{
    Boundary, Circuit, NeuronColumns, PlaceRequest, Protocol, neuron_columns, place, read_boundary, wire, wire_fibres,
};
use bravli_recipe::{ReceptorSpec, Recipe, RecipeFiles, read};
use bravli_sim::lower::{BackgroundColumns, ColumnInput, ReleaseModel, backgrounds, lower};
use bravli_sim::network::Kept;
use bravli_sim::point::{Engine, Options, Simd, Stats};
use std::collections::BTreeMap;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;

/// Memory that a case may use, bytes: that of the smallest machine the project is measured on.
const MEMORY_BYTES: u64 = 16 << 30;

/// Layers 2 to 5 of the shipped barrel column, wired and ready to run.
pub struct ColumnCase {
    /// The recipe.
    pub recipe: Recipe,
    /// The circuit.
    pub circuit: Circuit,
    boundary: Boundary,
    neurons: NeuronColumns,
    backgrounds: BackgroundColumns,
    receptors: ReceptorSpec,
    class_excites: Vec<bool>,
}

impl std::fmt::Debug for ColumnCase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnCase").field("n_cells", &self.circuit.column.cells.len()).finish_non_exhaustive()
    }
}

impl ColumnCase {
    /// A column of the given radius.
    ///
    /// # Errors
    /// When the shipped recipe cannot be read or built.
    pub fn new(radius_um: f64) -> Result<Self, Box<dyn Error>> {
        let recipe = shipped_recipe()?;
        let circuit = Self::wire(&recipe, radius_um)?;
        let spec = read_boundary(recipe.boundary_text.as_deref().ok_or("the recipe has no boundary.yaml")?)?;
        let boundary = Boundary::resolve(&spec, &recipe, &circuit.column, 1)
            .map_err(|errors| errors.first().map_or_else(String::new, ToString::to_string))?;
        let neurons = neuron_columns(&recipe, &circuit.column, 1)?;
        let receptors = recipe.neurons.as_ref().and_then(|models| models.receptors).ok_or("no receptors")?;
        let excites =
            |name: &String| recipe.synapse_classes.get(name).is_some_and(bravli_recipe::SynapseClass::is_excitatory);
        let class_excites = circuit.header.classes.iter().map(excites).collect();
        let backgrounds = backgrounds(&boundary, &circuit.column, &neurons);
        Ok(Self { recipe, circuit, boundary, neurons, backgrounds, receptors, class_excites })
    }

    /// Places and wires a column.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn wire(recipe: &Recipe, radius_um: f64) -> Result<Circuit, Box<dyn Error>> {
        let layers = ["2", "3", "4", "5"].map(str::to_owned).to_vec();
        let request = PlaceRequest { radius_um: Some(radius_um), layers, seed: 1, memory_bytes: MEMORY_BYTES };
        Ok(wire(recipe, place(recipe, &request)?, 1, &|_| ControlFlow::Continue(()))?)
    }

    /// Simulates spontaneous activity.
    ///
    /// # Errors
    /// When the run fails.
    pub fn simulate(&self, duration_ms: f64, threads: usize) -> Result<Stats, Box<dyn Error>> {
        let schedule = Protocol::Spontaneous { duration_ms }.schedule(1)?;
        let fibres = wire_fibres(&self.boundary, &self.circuit.column);
        let lowered = lower(&ColumnInput {
            population: "rat-barrel",
            neurons: &self.neurons,
            backgrounds: &self.backgrounds,
            connections: self.circuit.connections(),
            class_excites: &self.class_excites,
            fibres: &fibres,
            schedule: &schedule,
            receptors: self.receptors,
            calcium_mm: self.boundary.calcium_mm,
            release: ReleaseModel::Stochastic,
            minis: None,
            learning: &[],
            dt_ms: 0.1,
            seed: 1,
        })?;
        let mut engine = Engine::new(&lowered.network, Options { threads, simd: Simd::Best })?;
        engine.run(lowered.n_steps, &mut Kept::default(), &mut |_| ControlFlow::Continue(()))?;
        Ok(engine.stats())
    }
}

/// Reads the shipped recipe from the project's folder.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn shipped_recipe() -> Result<Recipe, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/rat-barrel");
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?);
    }
    Ok(read("rat-barrel", &RecipeFiles(files))?.recipe)
}
