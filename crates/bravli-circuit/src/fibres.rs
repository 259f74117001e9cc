//! Connections of outside fibres.

use crate::boundary::{Boundary, Condition, FibreRate};
use crate::column::Column;
use crate::contact::{ContactStreams, NO_CALCIUM_SCALING_MM};
use crate::edges::Edges;
use bravli_recipe::MeanSd;
use bravli_rng::{Draw, Stream};

/// Delay from a fibre's spike to conductance, in ms: conduction is part of the condition's latency.
const FIBRE_DELAY_MS: f32 = 0.1;

/// Fibres of one condition, wired.
#[derive(Debug, Clone, PartialEq)]
pub struct FibrePopulation {
    /// What the fibres stand for.
    pub source: String,
    /// Number of fibres.
    pub n_fibres: u32,
    /// Rate of a fibre.
    pub rate: FibreRate,
    /// Connections; the source is the fibre, `class` is unused (zero).
    pub edges: Edges,
    /// Sign of each connection.
    pub is_excitatory: Vec<bool>,
}

/// Draws the connections of every Dirichlet condition.
#[must_use]
pub fn wire_fibres(boundary: &Boundary, column: &Column) -> Vec<FibrePopulation> {
    let mut populations = Vec::new();
    for condition in &boundary.conditions {
        let Condition::Dirichlet { source, n_fibres, rate, onto, .. } = condition else { continue };
        let n_fibres = *n_fibres as u32;
        let mut fibres = FibrePopulation {
            source: source.clone(),
            n_fibres,
            rate: *rate,
            edges: Edges::default(),
            is_excitatory: Vec::new(),
        };
        let mut targets = Vec::new();
        for target in onto {
            let place = column.header.populations.iter().position(|population| population.name == target.population);
            let (Some(population), Some(class)) = (place, boundary.class_of(target)) else { continue };
            let pathway = format!("{source}->{}", target.population);
            let pairing = Stream::new(boundary.seed, &pathway, Draw::Connection);
            let moments = MeanSd { mean: target.synapses, sd: target.synapses * target.cv_synapses };
            targets.push((population, class, target, pairing, ContactStreams::new(boundary.seed, &pathway), moments));
        }
        for fibre in 0..n_fibres {
            for cell in 0..column.cells.len() {
                for (population, class, target, pairing, contacts, moments) in &targets {
                    if usize::from(column.cells.population[cell]) != *population
                        || pairing.uniform(u64::from(fibre), cell as u64) >= target.probability
                    {
                        continue;
                    }
                    let contact = contacts.draw(u64::from(fibre) << 32 | cell as u64, class, *moments);
                    let edges = &mut fibres.edges;
                    edges.source.push(fibre);
                    edges.target.push(cell as u32);
                    edges.class.push(0);
                    edges.delay_ms.push(FIBRE_DELAY_MS);
                    edges.conductance_ratio.push(class.conductance_ratio.unwrap_or(0.0) as f32);
                    edges.u_hill_mm.push(class.u_hill_mm.map_or(NO_CALCIUM_SCALING_MM, |hill| hill as f32));
                    edges.attenuation.push(target.attenuation as f32);
                    edges.push_contact(&contact);
                    fibres.is_excitatory.push(class.is_excitatory());
                }
            }
        }
        populations.push(fibres);
    }
    populations
}
