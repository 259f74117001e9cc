//! The case `wiring`: a column of a given size placed, wired by one rule, and written.

use crate::memory::peak_mib;
use bravli_circuit::{Circuit, PlaceRequest, place, wire};
use bravli_recipe::{Amount, Falloff, Location, PathwaySpec, Recipe, Shape};
use std::error::Error;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

/// Width of the Gaussian fall-off, in µm.
pub const SIGMA_UM: f64 = 150.0;

/// What the case is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct WiringRequest {
    /// Cells to place, as near as whole cells per type allow.
    pub cells: u32,
    /// Mean number of synapses that a cell makes.
    pub synapses_per_cell: f64,
    /// Mean number of synapses per connection; at 1, every synapse is a connection with parameters of its own.
    pub synapses_per_connection: f64,
    /// Threads.
    pub threads: usize,
    /// Seed of places, connections and parameters.
    pub seed: u64,
}

/// What the case took.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct WiringFigures {
    /// Cells placed.
    pub cells: usize,
    /// Connections made.
    pub connections: usize,
    /// Synapses made.
    pub synapses: u64,
    /// Threads used.
    pub threads: usize,
    /// From the recipe to files on the disk, seconds.
    pub wall_s: f64,
    /// Placing, seconds.
    pub place_s: f64,
    /// Wiring, seconds.
    pub wire_s: f64,
    /// Writing and syncing, seconds.
    pub write_s: f64,
    /// Most memory that the process held, MiB; zero where the system does not tell.
    pub peak_mib: f64,
    /// Memory of the built circuit over its synapses, bytes.
    pub bytes_per_synapse: f64,
    /// Memory of the built circuit over its connections, bytes.
    pub bytes_per_connection: f64,
    /// Size of both files, MiB.
    pub file_mib: f64,
    /// Probability of a connection at distance zero.
    pub peak_probability: f64,
    /// Width of the fall-off, µm.
    pub sigma_um: f64,
    /// Digest of places and connections, in hexadecimal.
    pub digest: String,
}

/// Places, wires and writes the cells and synapse classes of `recipe` at its own density in a wider or narrower cylinder.
///
/// One rule connects all: p₀ exp(−r²/2σ²) in horizontal distance, p₀ such that a cell makes `synapses_per_cell` synapses.
///
/// # Errors
/// When the recipe has no column, the rule is impossible, or the files cannot be written.
pub fn wiring(recipe: &Recipe, request: &WiringRequest, folder: &Path) -> Result<WiringFigures, Box<dyn Error>> {
    let recipe = with_rule(recipe, request)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(request.threads).build()?;
    let start = Instant::now();
    let column = place(
        &recipe,
        &PlaceRequest { radius_um: None, layers: Vec::new(), seed: request.seed, memory_bytes: u64::MAX },
    )?;
    let place_s = start.elapsed().as_secs_f64();
    let peak_probability = peak(&recipe);
    let wiring = Instant::now();
    let circuit = pool.install(|| wire(&recipe, column, request.seed, &|_| ControlFlow::Continue(())))?;
    let wire_s = wiring.elapsed().as_secs_f64();
    let writing = Instant::now();
    let file_bytes = write(&circuit, folder)?;
    let write_s = writing.elapsed().as_secs_f64();
    let wall_s = start.elapsed().as_secs_f64();
    let (connections, synapses) = (circuit.edges.len(), circuit.edges.n_synapses());
    Ok(WiringFigures {
        cells: circuit.column.cells.len(),
        connections,
        synapses,
        threads: request.threads,
        wall_s,
        place_s,
        wire_s,
        write_s,
        peak_mib: peak_mib(),
        bytes_per_synapse: circuit.edges.bytes() as f64 / synapses as f64,
        bytes_per_connection: circuit.edges.bytes() as f64 / connections as f64,
        file_mib: file_bytes as f64 / f64::from(1 << 20),
        peak_probability,
        sigma_um: SIGMA_UM,
        digest: format!("{:016x}", circuit.digest()),
    })
}

/// The recipe on a cylinder that holds the cells asked for, with one rule for all pairs.
fn with_rule(recipe: &Recipe, request: &WiringRequest) -> Result<Recipe, Box<dyn Error>> {
    let mut recipe = recipe.clone();
    let spec = recipe.column.as_mut().ok_or("the recipe has no column")?;
    // layers without a composition have a census and no cells
    let has_cells = |layer: &str| recipe.composition.iter().any(|group| group.layer == layer);
    spec.layers.retain(|layer| has_cells(&layer.layer));
    let census: f64 = spec.layers.iter().filter_map(|layer| layer.n_cells).sum();
    let scale = f64::from(request.cells) / census;
    let area_um2 = spec.shape.area_um2(spec.reference_radius_um.get()) * scale;
    spec.shape = Shape::Cylinder;
    let radius_um = (area_um2 / std::f64::consts::PI).sqrt();
    spec.reference_radius_um = radius_um.try_into()?;
    for layer in &mut spec.layers {
        layer.n_cells = layer.n_cells.map(|n| n * scale);
    }
    let mean_synapses = request.synapses_per_connection;
    let partners = request.synapses_per_cell / mean_synapses;
    let reached = f64::from(request.cells) * mean_over_pairs(radius_um);
    recipe.pathways = vec![PathwaySpec {
        pre: "*".into(),
        post: "*".into(),
        amount: Amount::Peak { probability: (partners / reached).min(1.0) },
        horizontal: Falloff::Gaussian { sigma_um: SIGMA_UM },
        vertical: Falloff::Flat,
        reciprocity: None,
        common_neighbour_gain: None,
        attenuation: 1.0,
        mean_synapses: Some(mean_synapses),
        at: Location { file: "wiring".into(), line: 1, column: 1 },
    }];
    if partners > reached {
        return Err(format!("{partners:.0} partners of each cell asked for, {reached:.0} within reach").into());
    }
    Ok(recipe)
}

fn peak(recipe: &Recipe) -> f64 {
    recipe.pathways.first().map_or(0.0, PathwaySpec::probability)
}

/// Mean of the fall-off over pairs of points of a disc.
///
/// The distance r of two such points has density (4r/πR²)(a − sin(2a)/2) with a = acos(r/2R): disc line picking.
fn mean_over_pairs(radius_um: f64) -> f64 {
    let kernel = Falloff::Gaussian { sigma_um: SIGMA_UM };
    const STEPS: usize = 20_000;
    let step = 2.0 * radius_um / STEPS as f64;
    (0..STEPS)
        .map(|i| {
            let r = (i as f64 + 0.5) * step;
            let half = (r / (2.0 * radius_um)).acos();
            let density = 4.0 * r / (std::f64::consts::PI * radius_um * radius_um) * (half - (2.0 * half).sin() / 2.0);
            density * kernel.at(r) * step
        })
        .sum()
}

fn write(circuit: &Circuit, folder: &Path) -> Result<u64, Box<dyn Error>> {
    let (nodes, edges) = (folder.join("nodes.h5"), folder.join("edges.h5"));
    bravli_sonata::write_nodes(&nodes, &circuit.column)?;
    bravli_sonata::write_edges(&edges, &circuit.connections(), 0)?;
    let mut bytes = 0;
    for path in [nodes, edges] {
        let file = File::open(path)?;
        file.sync_all()?;
        bytes += file.metadata()?.len();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_two_points_of_a_disc_has_density_one_and_a_narrow_kernel_its_own_area() {
        // a kernel much narrower than the disc: 2πσ²/πR², but for the rim
        let radius = 20_000.0;
        let expected = 2.0 * SIGMA_UM * SIGMA_UM / (radius * radius);
        assert!((mean_over_pairs(radius) / expected - 1.0).abs() < 0.02);
        // one much wider than the disc reaches all
        assert!((mean_over_pairs(1.0) - 1.0).abs() < 1e-4);
    }
}
