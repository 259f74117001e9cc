//! SONATA: configurations and node sets as text, and the columns of HDF5 files.

use crate::{morphology, text};
use bravli_sonata::{
    Attribute, CircuitConfig, EdgePopulation, Group, NodePopulation, NodeSets, PopulationFile, Report, SonataError,
    Sorting, SpikePopulation, Values, read_circuit, read_circuit_config, read_edge_populations, read_node_populations,
    read_node_sets, read_reports, read_simulation_config, read_spike_populations, write_edge_populations,
    write_node_populations, write_node_sets, write_reports, write_spike_populations,
};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// A file of these bytes in a folder of this process, and what one reader makes of it.
fn written(name: &str, bytes: &[u8]) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder for files"));
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file in it");
    path
}

fn refused(error: &SonataError, bytes: &[u8]) {
    assert!(!error.to_string().is_empty() && !error.remedy().is_empty(), "{error:?}");
    assert!(error.file().is_absolute(), "{error:?}");
    if let SonataError::Json { line, column, .. } = error {
        let [line, column] = [*line, *column].map(|n| u32::try_from(n.max(1)).expect("a short file"));
        assert!(text::holds(bytes, line, column), "{error} lies outside the file");
    }
}

/// A configuration of a circuit, of a simulation, or of both.
pub(crate) fn config(input: &[u8]) {
    let path = written("config.json", input);
    let circuit = read_circuit_config(&path);
    assert_eq!(circuit, read_circuit_config(&path), "the same file reads differently");
    match &circuit {
        Ok(config) => {
            names_files(config);
            let circuit = read_circuit(&path).expect("its configuration was read");
            for problem in &circuit.problems {
                assert!(!problem.to_string().is_empty() && !problem.remedy().is_empty(), "{problem:?}");
            }
        }
        Err(error) => refused(error, input),
    }
    match read_simulation_config(&path) {
        Ok(config) => {
            assert!(config.tstop_ms > 0.0 && config.dt_ms > 0.0, "{config:?}");
            assert!(
                config.network.is_absolute() && config.output_dir.is_absolute() && config.spikes_file.is_absolute()
            );
            let inputs = config.spike_inputs.iter().map(|input| &input.file);
            let reports = config.reports.iter().map(|report| &report.file);
            assert!(inputs.chain(reports).all(|file| file.is_absolute()), "{config:?}");
            assert_eq!(Ok(config), read_simulation_config(&path), "the same file reads differently");
        }
        Err(error) => refused(&error, input),
    }
}

fn names_files(config: &CircuitConfig) {
    let files = || config.nodes.iter().chain(&config.edges);
    let is_absolute = |file: &PopulationFile| {
        file.file.is_absolute() && file.types_file.as_ref().is_none_or(|types| types.is_absolute())
    };
    assert!(files().all(is_absolute), "{config:?}");
    for entry in files().flat_map(|file| &file.populations) {
        assert_eq!(config.population(&entry.name).map(|found| &found.name), Some(&entry.name));
        for name in ["cell", "../cell", ""] {
            let found = config.morphology_file(&entry.name, name);
            assert!(found.is_none_or(|file| file.is_file() && !name.contains("..")));
        }
    }
}

/// Node sets, and the nodes that they select of a small population.
pub(crate) fn node_sets(input: &[u8]) {
    let path = written("node_sets.json", input);
    let read = read_node_sets(&path);
    assert_eq!(read, read_node_sets(&path), "the same file reads differently");
    let sets = match read {
        Ok(sets) => sets,
        Err(error) => return refused(&error, input),
    };
    let copy = path.with_file_name("copy.json");
    write_node_sets(&copy, &sets).expect("a place for a copy");
    assert_eq!(read_node_sets(&copy).as_ref(), Ok(&sets), "written and read again they are other sets");
    let population = population();
    for (name, _) in &sets.0 {
        match sets.select(name, &population) {
            Ok(ids) => {
                assert!(
                    ids.is_sorted_by(|a, b| a < b) && ids.iter().all(|id| *id < population.len() as u64),
                    "{ids:?}"
                );
                within(&sets, name, &ids, &population);
            }
            Err(error) => assert!(!error.to_string().is_empty() && !error.remedy().is_empty()),
        }
    }
    assert!(sets.select("no such set", &population).is_err() || sets.get("no such set").is_some());
}

/// A union holds exactly what its parts hold.
fn within(sets: &NodeSets, name: &str, ids: &[u64], population: &NodePopulation) {
    let Some(bravli_sonata::NodeSet::Union(parts)) = sets.get(name) else { return };
    let parts = parts.iter().map(|part| sets.select(part, population).expect("the union was selected"));
    let mut all: Vec<u64> = parts.flatten().collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(ids, all, "{name:?}");
}

fn population() -> NodePopulation {
    let column = |name: &str, values, names: Option<Vec<String>>| Attribute { name: name.to_owned(), values, names };
    let class = ["EXC", "INH"].map(str::to_owned).to_vec();
    let columns = vec![
        column("layer", Values::I64(vec![4, 4, 5, 5]), None),
        column("mtype", Values::Text(["L4_SSC", "L4_LBC", "L5_TPC", "L5_LBC"].map(str::to_owned).to_vec()), None),
        column("synapse_class", Values::U8(vec![0, 1, 0, 1]), Some(class)),
        column("x", Values::F64(vec![0.0, -1.5, 2.0, 1e9]), None),
    ];
    let group = Group { id: 0, columns, dynamics: Vec::new() };
    NodePopulation { name: "barrel".to_owned(), type_id: vec![-1; 4], groups: vec![group], ..NodePopulation::default() }
}

/// A file of anything, to every reader of HDF5: the bytes of one, or the name of one of ours in a line and changes to it,
/// of three bytes each: where, the high byte first, and what.
pub(crate) fn h5(input: &[u8]) {
    let path =
        if input.starts_with(b"\x89HDF") { written("file.h5", input) } else { written("file.h5", &changed(input)) };
    again(&path, read_node_populations, write_node_populations);
    again(&path, read_edge_populations, write_edge_populations);
    again(&path, read_spike_populations, write_spike_populations);
    again(&path, read_reports, write_reports);
    if let Ok(cell) = bravli_sonata::read_morphology(&path) {
        morphology::usable(&cell.morphology);
    }
    let names = bravli_sonata::morphology_names(&path).unwrap_or_default();
    for name in names.iter().take(4) {
        if let Ok(cell) = bravli_sonata::read_morphology_in(&path, name) {
            morphology::usable(&cell.morphology);
        }
    }
}

/// One of our files, changed.
fn changed(input: &[u8]) -> Vec<u8> {
    static FILES: OnceLock<[(&str, Vec<u8>); 4]> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        ["nodes", "edges", "spikes", "report"].map(|name| {
            let path = written("ours.h5", b"");
            let made = match name {
                "nodes" => write_node_populations(&path, &[population()]),
                "edges" => write_edge_populations(&path, &[edges()]),
                "spikes" => write_spike_populations(&path, &[spikes()]),
                _ => write_reports(&path, &[report()]),
            };
            made.expect("a file of ours");
            (name, std::fs::read(&path).expect("which was written"))
        })
    });
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let file = files.iter().find(|(name, _)| name.as_bytes() == &input[..at]);
    let mut bytes = file.map_or_else(|| input.to_vec(), |(_, bytes)| bytes.clone());
    for change in input[at..].get(1..).unwrap_or_default().chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]]));
        if let Some(byte) = bytes.get_mut(at) {
            *byte = change[2];
        }
    }
    bytes
}

fn edges() -> EdgePopulation {
    let weights = Attribute { name: "conductance".to_owned(), values: Values::F32(vec![0.5, 1.0, 2.0]), names: None };
    EdgePopulation {
        name: "barrel__barrel".to_owned(),
        source_population: Some("barrel".to_owned()),
        target_population: Some("barrel".to_owned()),
        source: vec![0, 1, 3],
        target: vec![1, 1, 2],
        type_id: vec![-1; 3],
        groups: vec![Group { id: 0, columns: vec![weights], dynamics: Vec::new() }],
        ..EdgePopulation::default()
    }
}

fn spikes() -> SpikePopulation {
    let (time_ms, node) = (vec![0.5, 1.0, 1.0], vec![3, 0, 1]);
    SpikePopulation { name: "barrel".to_owned(), sorting: Sorting::ByTime, time_ms, node }
}

fn report() -> Report {
    Report {
        population: "barrel".to_owned(),
        units: "mV".to_owned(),
        n_steps: 2,
        data: vec![-70.0, -71.0, -69.0, -70.5],
        node_ids: vec![0, 3],
        index_pointers: vec![0, 1, 2],
        element_ids: vec![0, 0],
        start: 0.0,
        stop: 1.0,
        step: 0.5,
        time_units: "ms".to_owned(),
    }
}

type Reader<T> = fn(&Path, &mut Vec<SonataError>) -> Result<Vec<T>, SonataError>;
type Writer<T> = fn(&Path, &[T]) -> Result<(), SonataError>;

/// Reads twice, writes, and reads what was written; numbers that are none are compared by their text.
fn again<T: Debug>(path: &Path, read: Reader<T>, write: Writer<T>) {
    let all = |path: &Path| {
        let mut problems = Vec::new();
        (read(path, &mut problems), problems)
    };
    let (first, problems) = all(path);
    assert_eq!(format!("{first:?}"), format!("{:?}", all(path).0), "the same file reads differently");
    for problem in &problems {
        assert!(!problem.to_string().is_empty() && !problem.remedy().is_empty(), "{problem:?}");
    }
    match first {
        Ok(populations) => {
            let copy = path.with_file_name("copy.h5");
            if write(&copy, &populations).is_ok() {
                let (copied, problems) = all(&copy);
                let copied = copied.unwrap_or_else(|error| panic!("what was written is refused: {error}"));
                assert_eq!(
                    format!("{copied:?}"),
                    format!("{populations:?}"),
                    "written and read again it differs: {problems:?}"
                );
            }
        }
        Err(error) => refused(&error, &[]),
    }
}
