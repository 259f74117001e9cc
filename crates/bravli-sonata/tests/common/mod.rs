//! Small columns, edges and spikes to write.

use bravli_circuit::{
    Cells, Column, ColumnHeader, Connections, Contact, EdgeHeader, Edges, EdgesBuilder, Ends, Interval, Pathway,
    PlacedGround, PlacedLayer, PlacedPopulation, Spikes,
};
use bravli_recipe::Shape;
use half::f16;

/// A column of two cells: an L4 excitatory cell and an L2/3 Martinotti cell.
pub(crate) fn column() -> Column {
    let population =
        |name: &str, class: &str| PlacedPopulation { name: name.into(), class: class.into(), n_cells: 1, role: None };
    let layer = |name: &str, top_um, bottom_um| PlacedLayer { layer: name.into(), top_um, bottom_um, n_cells: 1 };
    Column {
        header: ColumnHeader {
            node_population: "barrel".into(),
            shape: Shape::Cylinder,
            radius_um: 130.0,
            area_fraction: 1.0,
            layers: vec![layer("23", 128.0, 418.0), layer("4", 418.0, 588.0)],
            mtypes: vec!["L23_MC".into(), "L4_SSC".into()],
            etypes: vec!["cAC".into(), "cADpyr".into()],
            populations: vec![population("L23_SST", "SST"), population("L4_E", "E")],
            ground: PlacedGround::default(),
        },
        cells: Cells {
            x_um: vec![1.5, -0.0],
            y_um: vec![-3.25, 7.0],
            depth_um: vec![200.5, 0.0],
            layer: vec![0, 1],
            mtype: vec![0, 1],
            etype: vec![0, 1],
            population: vec![0, 1],
            is_excitatory: vec![false, true],
            column: vec![0, 0],
            world: None,
        },
    }
}

/// Types of the nodes of [`Wired`].
const TYPES: u32 = 3;

/// Connections with all that they refer to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wired {
    pub(crate) header: EdgeHeader,
    pub(crate) edges: Edges,
    pub(crate) types: Vec<u16>,
}

impl Wired {
    pub(crate) fn connections(&self) -> Connections<'_> {
        Connections { header: &self.header, edges: &self.edges, sources: self.nodes(), targets: self.nodes() }
    }

    pub(crate) fn nodes(&self) -> Ends<'_> {
        Ends { types: &self.types, cells: None }
    }
}

/// `n` connections, a hundred for each source; all but a few values differ.
pub(crate) fn edges(n: u32) -> Wired {
    wired((0..n).map(|row| (row / 100, row % 100, contact(row))))
}

/// What the connection in `row` drew.
pub(crate) fn contact(row: u32) -> Contact {
    Contact {
        n_synapses: 1 + (row % 9) as u8,
        n_rrp: 1 + (row % 3) as u8,
        gsyn_ns: f16::from_f32(1e-3 * (row as f32 + 0.5)),
        tau_rec_ms: f16::from_f32(1e-2 * (row as f32 + 0.5)),
        tau_facil_ms: f16::from_f32(2e-2 * (row as f32 + 0.5)),
        u_syn: (row % 256) as u8,
        tau_decay: (row / 3 % 256) as u8,
    }
}

/// Connections from rows in their order.
pub(crate) fn wired(rows: impl Iterator<Item = (u32, u32, Contact)>) -> Wired {
    let rows: Vec<_> = rows.collect();
    let n_nodes = rows.iter().map(|(source, target, _)| source.max(target) + 1).max().unwrap_or(1);
    let mut edges = EdgesBuilder::new(n_nodes as usize, rows.len());
    for (source, target, contact) in &rows {
        edges.push(*source, *target, contact).expect("rows ascend");
    }
    let pathway = |pair: u32| Pathway {
        pre: "L4_E".into(),
        post: "L23_SST".into(),
        pathway_rule: format!("pathways.yaml:{}", 3 + pair),
        synapse_rule: "builderRecipe.xml:7".into(),
        count_rule: None,
        class: (pair % 2) as u16,
        u_syn: Interval { low: 0.1 + 0.01 * pair as f32, high: 0.7 },
        tau_decay_ms: Interval { low: 1.0, high: 2.0 + pair as f32 },
        release_delay_ms: 0.1 * f64::from(pair + 1),
        conduction_velocity_um_per_ms: Some(300.0),
        conductance_ratio: 0.7,
        u_hill_mm: 2.79,
        attenuation: 0.5,
    };
    Wired {
        header: EdgeHeader {
            edge_population: "barrel__barrel__chemical".into(),
            source_population: "barrel".into(),
            target_population: "barrel".into(),
            classes: vec!["E2".into(), "I3".into()],
            pathways: (0..TYPES * TYPES).map(pathway).collect(),
            n_target_types: TYPES as usize,
            pathway_of: (0..(TYPES * TYPES) as u16).collect(),
        },
        edges: edges.finish(),
        types: (0..n_nodes).map(|node| (node % TYPES) as u16).collect(),
    }
}

/// Reads what [`write_edges`](bravli_sonata::write_edges) wrote of `wired`.
pub(crate) fn read_back(path: &std::path::Path, wired: &Wired) -> Result<Edges, bravli_sonata::SonataError> {
    bravli_sonata::read_edges(path, &wired.header, wired.nodes(), wired.nodes())
}

/// Spikes of one population.
pub(crate) fn spikes() -> Spikes {
    Spikes { population: "barrel".into(), time_ms: vec![0.1, 0.1, 17.3], node: vec![2, 5, 0] }
}
