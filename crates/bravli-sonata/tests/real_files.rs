//! Spikes of published files in every layout in use, and every table and configuration. Skipped where the files are not at hand.

mod published;

use bravli_sonata::{
    SonataError, UNNAMED_POPULATION, read_circuit, read_edge_populations, read_node_populations, read_node_sets,
    read_reports, read_simulation_config, read_spike_populations, read_spikes, read_type_table,
};
use published::data;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[test]
fn spikes_of_both_layouts_are_read() {
    let Some(data) = data("spikes") else { return };
    let files = [
        ("sonata_bbp_libsonata/spikes.h5", "All"),
        ("sonata_bbp_snap/reporting/spikes.h5", "default"),
        ("sonata_allen_300_cells/output/spikes.h5", ""),
        ("sonata_allen_300_cells/inputs/external_spike_trains.h5", UNNAMED_POPULATION),
    ];
    for (name, population) in files {
        let path = data.join(name);
        let spikes = read_spikes(&path).unwrap();
        let names: Vec<&str> = spikes.iter().map(|spikes| spikes.population.as_str()).collect();
        eprintln!("{name}: {names:?}, {} spikes", spikes.iter().map(|spikes| spikes.node.len()).sum::<usize>());
        assert!(population.is_empty() || names.contains(&population), "{names:?}");
        for spikes in spikes {
            assert!(spikes.time_ms.is_sorted() && (spikes.population == "empty") == spikes.node.is_empty());
        }
    }
}

/// All files below a folder.
#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn all(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { all(&path) } else { vec![path] }).collect();
    found.sort();
    found
}

#[test]
fn every_table_and_configuration_is_read_or_refused_with_a_reason() {
    let Some(data) = data("tables") else { return };
    let mut counts = BTreeMap::new();
    for path in all(&data).iter().filter(|path| path.to_string_lossy().contains("/sonata_")) {
        let name = path.to_string_lossy().into_owned();
        let read: Vec<Result<&str, SonataError>> = match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => ["node", "edge"].map(|kind| read_type_table(path, kind).map(|_| "types")).into(),
            Some("json") => vec![
                read_circuit(path).map(|_| "circuit"),
                read_simulation_config(path).map(|_| "simulation"),
                read_node_sets(path).map(|_| "node sets"),
            ],
            Some("h5") if name.ends_with("mock_electrodes_file.h5") => {
                vec![
                    read_node_populations(path, &mut Vec::new()).map(|_| "nodes"),
                    read_edge_populations(path, &mut Vec::new()).map(|_| "edges"),
                    read_spike_populations(path, &mut Vec::new()).map(|_| "spikes"),
                    read_reports(path, &mut Vec::new()).map(|_| "report"),
                ]
            }
            _ => continue,
        };
        for error in read.iter().filter_map(|read| read.as_ref().err()) {
            let is_told = error.to_string().contains(&*path.file_name().unwrap().to_string_lossy());
            assert!((is_told || error.file() != path) && !error.remedy().is_empty(), "{name}: {error}");
        }
        let kind = read.iter().find_map(|read| read.as_ref().ok()).map_or("none", |kind| *kind);
        *counts.entry(kind).or_insert(0) += 1;
    }
    eprintln!("{counts:?}");
    assert!(counts["types"] >= 5 && counts["circuit"] >= 12 && counts["node sets"] >= 5, "{counts:?}");
}
