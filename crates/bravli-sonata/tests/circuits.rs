//! Every published circuit at hand is read whole, written, and read again; what is not as it should be is told.

mod published;

use bravli_sonata::{
    EdgePopulation, NodePopulation, SonataCircuit, read_circuit, read_edge_populations, read_node_populations,
    read_node_sets, read_reports, read_simulation_config, read_spike_populations, write_circuit, write_edge_populations,
    write_node_populations, write_node_sets, write_reports, write_spike_populations,
};
use published::data;
use std::path::{Path, PathBuf};

/// Configuration; populations of nodes and edges with their sizes; problems, by what they end in.
type Case = (&'static str, &'static [(&'static str, usize)], &'static [(&'static str, usize)], &'static [&'static str]);

fn main_list(circuit: &SonataCircuit) -> String {
    let nodes: Vec<String> = circuit.nodes.iter().map(|p| format!("{} {}", p.name, p.len())).collect();
    let edges: Vec<String> = circuit.edges.iter().map(|p| format!("{} {}", p.name, p.len())).collect();
    format!("nodes {nodes:?}, edges {edges:?}, {} node sets", circuit.node_sets.0.len())
}

#[test]
fn dump() {
    let Some(data) = data("x") else { return };
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&data).unwrap().map(|e| e.unwrap().path()).filter(|p| p.file_name().unwrap().to_string_lossy().starts_with("sonata_")).collect();
    folders.sort();
    for folder in folders {
        walk(&folder, &data);
    }
}

fn walk(folder: &Path, data: &Path) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { walk(&path, data); continue; }
        let name = path.strip_prefix(data).unwrap().display().to_string();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut problems = Vec::new();
        if file.ends_with(".json") && file.contains("config") {
            match read_circuit(&path) {
                Ok(c) => { println!("{name}: {}", main_list(&c)); problems = c.problems; }
                Err(e) => println!("{name}: REFUSED {e}"),
            }
            if file.contains("sim") || file == "config.json" { match read_simulation_config(&path) { Ok(s) => println!("   sim {} {} ca {:?} spikes {:?} reports {} inputs {}", s.tstop_ms, s.dt_ms, s.extracellular_calcium_mm, s.spikes_file, s.reports.len(), s.spike_inputs.len()), Err(e) => println!("   SIM REFUSED {e}") } }
        } else if file.ends_with(".json") && file.contains("set") {
            match read_node_sets(&path) { Ok(s) => println!("{name}: {} sets", s.0.len()), Err(e) => println!("{name} REFUSED {e}") }
        } else if file.ends_with(".h5") && !name.contains("morph") {
            let s = read_spike_populations(&path, &mut problems).map(|s| s.iter().map(|s| format!("{} {} {:?}", s.name, s.node.len(), s.sorting)).collect::<Vec<_>>());
            let r = read_reports(&path, &mut problems).map(|s| s.iter().map(|s| format!("{} {}x{} {}", s.population, s.n_steps, s.n_elements(), s.units)).collect::<Vec<_>>());
            if let Ok(s) = s { println!("{name}: spikes {s:?}"); } else if let Ok(r) = r { println!("{name}: reports {r:?}"); }
        }
        for p in problems { println!("      - {p}"); }
    }
}
