//! A disk that is full while a file is written: an error, nothing left behind, and what follows works.
//!
//! The system stops these writes at a file size, which a shell sets for a program of its own: this test, run again.
#![cfg(target_os = "linux")]

mod common;
mod two_cells;

use bravli_circuit::Spikes;
use bravli_sonata::{CircuitExport, SonataError, export_circuit, read_spikes, write_edges, write_nodes, write_spikes};
use common::{column, edges, read_back, spikes};
use std::path::Path;
use std::process::Command;
use two_cells::between_two;

/// Where the program that is run again writes.
const FOLDER: &str = "BRAVLI_FULL_DISK";

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_full_disk_is_an_error_and_nothing_is_left_behind() {
    for kib in [1, 8, 64, 200] {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("ulimit -f {kib}; trap '' XFSZ; exec \"$@\"");
        let program = std::env::current_exe().unwrap();
        let output = Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(program)
            .args(["--ignored", "--exact", "run_again_with_little_space", "--nocapture"])
            .env(FOLDER, folder.path())
            .output()
            .unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && told.contains("1 passed"), "{kib}: {:?}\n{told}", output.status);
    }
}

#[test]
#[ignore = "run by the test beside it, with little space"]
fn run_again_with_little_space() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let many = edges(20_000);
    let one = [Spikes { population: "b".into(), time_ms: vec![0.0; 200_000], node: vec![0; 200_000] }];
    // more than once, since what fails may not spoil what follows
    for _ in 0..3 {
        let errors = [
            write_edges(&folder.join("edges.h5"), &many.connections(), 0).unwrap_err(),
            write_spikes(&folder.join("spikes.h5"), &one).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, SonataError::Write { .. }), "{error}");
            assert!(error.to_string().contains("File too large") && error.remedy().contains("space"), "{error}");
        }
        assert!(names(folder).is_empty(), "{:?}", names(folder));
    }
    let export = folder.join("export");
    std::fs::create_dir(&export).unwrap();
    let far = between_two(20_000);
    let circuit = CircuitExport { circuit: &far, neurons: None, boundary: None, run: None };
    let error = export_circuit(&export, &circuit).unwrap_err();
    assert!(matches!(error, SonataError::Write { .. }), "{error}");
    let half: Vec<String> = ["nodes", "edges"].iter().flat_map(|inner| names(&export.join(inner))).collect();
    assert!(half.iter().all(|name| !name.contains(".part")), "{half:?}");
    // what fits is written and read in the same program
    if write_nodes(&folder.join("nodes.h5"), &column()).is_ok() {
        let few = edges(3);
        write_edges(&folder.join("few.h5"), &few.connections(), 0).unwrap();
        assert_eq!(read_back(&folder.join("few.h5"), &few).unwrap(), few.edges);
        write_spikes(&folder.join("spikes.h5"), &[spikes()]).unwrap();
        assert_eq!(read_spikes(&folder.join("spikes.h5")).unwrap(), [spikes()]);
    }
}
