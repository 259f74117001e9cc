//! Small columns, edges and spikes to write.

use bravli_circuit::{
    Cells, Column, ColumnHeader, EdgeHeader, Edges, PlacedGround, PlacedLayer, PlacedPopulation, Spikes,
};
use bravli_recipe::Shape;

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

/// Names of the edges of [`edges`].
pub(crate) fn header() -> EdgeHeader {
    EdgeHeader {
        edge_population: "barrel__barrel__chemical".into(),
        source_population: "barrel".into(),
        target_population: "barrel".into(),
        classes: vec!["E2".into(), "I3".into()],
    }
}

/// `n` edges on about `n / 100` nodes, every value different.
pub(crate) fn edges(n: u32) -> Edges {
    let decimal = |scale: f32| (0..n).map(|row| scale * (row as f32 + 0.5)).collect::<Vec<f32>>();
    Edges {
        source: (0..n).map(|row| row / 100).collect(),
        target: (0..n).map(|row| row % 100).collect(),
        class: (0..n).map(|row| (row % 2) as u16).collect(),
        n_synapses: (0..n).map(|row| 1 + (row % 9) as u16).collect(),
        gsyn_ns: decimal(1e-3),
        u_syn: decimal(1e-7),
        tau_rec_ms: decimal(1e-1),
        tau_facil_ms: decimal(2e-1),
        tau_decay_ms: decimal(1e-2),
        n_rrp: (0..n).map(|row| 1 + (row % 3) as u16).collect(),
        delay_ms: decimal(3e-4),
        conductance_ratio: decimal(1e-6),
        u_hill_mm: decimal(2e-6),
        attenuation: decimal(1e-8),
    }
}

/// Spikes of one population.
pub(crate) fn spikes() -> Spikes {
    Spikes { population: "barrel".into(), time_ms: vec![0.1, 0.1, 17.3], node: vec![2, 5, 0] }
}
