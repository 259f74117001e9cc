//! Connections of outside fibres.

use crate::boundary::{Boundary, Condition, FibreRate};
use crate::column::Column;
use crate::contact::{ContactLaw, NO_CALCIUM_SCALING_MM, parameters};
use crate::edges::{Connections, EdgeHeader, Edges, Ends, NO_PATHWAY, Pathway};
use crate::wire::{Kernel, Members, Scratch, connect};
use bravli_recipe::{Falloff, MeanSd};
use bravli_rng::{Draw, Stream};

/// Delay from a fibre's spike to conductance, in ms: conduction is part of the condition's latency.
const FIBRE_DELAY_MS: f64 = 0.1;

/// Fibres of one condition, wired.
#[derive(Debug, Clone, PartialEq)]
pub struct FibrePopulation {
    /// What the fibres stand for.
    pub source: String,
    /// Number of fibres.
    pub n_fibres: u32,
    /// Rate of a fibre.
    pub rate: FibreRate,
    /// What the edges share; all fibres are of one type, cells of the type of their population.
    pub header: EdgeHeader,
    /// Connections; the source is the fibre.
    pub edges: Edges,
    /// Whether each class of the header excites.
    pub class_excites: Vec<bool>,
    /// Type of each fibre: one for all.
    fibre_types: Vec<u16>,
    /// Population of each cell.
    cell_types: Vec<u16>,
}

impl FibrePopulation {
    /// Fibres that reach nobody.
    #[must_use]
    pub fn unconnected(source: &str, n_fibres: u32, rate: FibreRate) -> Self {
        Self {
            source: source.to_owned(),
            n_fibres,
            rate,
            header: EdgeHeader::default(),
            edges: Edges::none(n_fibres as usize),
            class_excites: Vec::new(),
            fibre_types: vec![0; n_fibres as usize],
            cell_types: Vec::new(),
        }
    }

    /// The same fibres, connected: `cell_types` holds the type of each cell, `class_excites` the sign of each class.
    #[must_use]
    pub fn with_edges(self, header: EdgeHeader, edges: Edges, cell_types: Vec<u16>, class_excites: Vec<bool>) -> Self {
        Self { header, edges, cell_types, class_excites, ..self }
    }

    /// All connections, decoded row by row.
    #[must_use]
    pub fn connections(&self) -> Connections<'_> {
        Connections {
            header: &self.header,
            edges: &self.edges,
            sources: Ends { types: &self.fibre_types, cells: None },
            targets: Ends { types: &self.cell_types, cells: None },
        }
    }
}

/// What one entry of a condition's targets needs for drawing.
struct Onto {
    population: usize,
    kernel: Kernel,
    pairing: Stream,
    /// By kind of the cell.
    contacts: Vec<Stream>,
    law: ContactLaw,
}

/// Draws the connections of every Dirichlet condition.
///
/// Of two entries for one population the later counts.
#[must_use]
pub fn wire_fibres(boundary: &Boundary, column: &Column) -> Vec<FibrePopulation> {
    let members = Members::new(column, false);
    let populations = boundary.conditions.iter().filter_map(|condition| match condition {
        Condition::Dirichlet { source, n_fibres, rate, onto, .. } => {
            let mut fibres = FibrePopulation::unconnected(source, *n_fibres as u32, *rate);
            fibres.cell_types = column.cells.population.clone();
            fibres.header.edge_population = format!("{source}__{}__chemical", column.header.node_population);
            fibres.header.source_population = source.clone();
            fibres.header.target_population = column.header.node_population.clone();
            fibres.header.n_target_types = column.header.populations.len();
            fibres.header.pathway_of = vec![NO_PATHWAY; column.header.populations.len()];
            let entries = entries(boundary, column, &members, source, onto, &mut fibres);
            fibres.edges = connections(&members, &entries, fibres.n_fibres);
            Some(fibres)
        }
        _ => None,
    });
    populations.collect()
}

fn entries(
    boundary: &Boundary,
    column: &Column,
    members: &Members,
    source: &str,
    onto: &[crate::boundary::FibreTarget],
    fibres: &mut FibrePopulation,
) -> Vec<Onto> {
    let mut entries: Vec<Onto> = Vec::new();
    for target in onto {
        let place = column.header.populations.iter().position(|population| population.name == target.population);
        let (Some(population), Some(class)) = (place, boundary.class_of(target)) else { continue };
        let pathway = format!("{source}->{}", target.population);
        let moments = MeanSd { mean: target.synapses, sd: target.synapses * target.cv_synapses };
        let law = ContactLaw::new(&class, moments);
        fibres.header.pathway_of[population] = fibres.header.pathways.len() as u16;
        fibres.header.pathways.push(Pathway {
            pre: source.to_owned(),
            post: target.population.clone(),
            pathway_rule: format!("condition {source}"),
            synapse_rule: format!("condition {source}"),
            count_rule: None,
            class: fibres.header.classes.len() as u16,
            u_syn: law.u_syn_range,
            tau_decay_ms: law.tau_decay_range,
            release_delay_ms: FIBRE_DELAY_MS,
            conduction_velocity_um_per_ms: None,
            conductance_ratio: class.conductance_ratio.unwrap_or(0.0) as f32,
            u_hill_mm: class.u_hill_mm.map_or(NO_CALCIUM_SCALING_MM, |hill| hill as f32),
            attenuation: target.attenuation as f32,
        });
        fibres.class_excites.push(class.is_excitatory());
        fibres.header.classes.push(class.name);
        entries.retain(|entry| entry.population != population);
        entries.push(Onto {
            population,
            kernel: Kernel { peak: target.probability, horizontal: Falloff::Flat, vertical: Falloff::Flat },
            pairing: Stream::new(boundary.seed, &pathway, Draw::Connection),
            contacts: members
                .kind_names
                .iter()
                .map(|kind| parameters(boundary.seed, &format!("{source}->{kind}")))
                .collect(),
            law,
        });
    }
    entries
}

fn connections(members: &Members, entries: &[Onto], n_fibres: u32) -> Edges {
    let mut edges = Edges::start(n_fibres as usize, 0);
    let mut scratch = Scratch::default();
    for fibre in 0..n_fibres {
        let mut targets: Vec<(u32, usize)> = Vec::new();
        for (entry, onto) in entries.iter().enumerate() {
            let tree = &members.trees[onto.population];
            let meet = |cell| targets.push((cell, entry));
            connect(&onto.kernel, tree, [0.0; 3], onto.pairing, u64::from(fibre), &mut scratch, |own, _| own, meet);
        }
        targets.sort_unstable();
        for (cell, entry) in targets {
            let stream = entries[entry].contacts[usize::from(members.kind[cell as usize])];
            let pair = u64::from(fibre) << 32 | u64::from(members.number[cell as usize]);
            edges.push(cell, &entries[entry].law.draw(stream, pair));
        }
        edges.end_source();
    }
    edges
}
