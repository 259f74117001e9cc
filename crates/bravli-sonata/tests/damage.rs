//! A damaged file is an error, never a crash.

mod common;

use bravli_circuit::Spikes;
use bravli_sonata::{SonataError, read_nodes, read_spikes, write_edges, write_nodes, write_spikes};
use common::{column, edges, read_back, spikes};
use std::path::Path;

/// Reads a file as nodes, edges or spikes.
fn read(path: &Path, kind: usize) -> Result<(), SonataError> {
    match kind {
        0 => read_nodes(path, &column().header).map(drop),
        1 => read_back(path, &edges(5)).map(drop),
        _ => read_spikes(path).map(drop),
    }
}

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn files(folder: &Path) -> [(usize, Vec<u8>); 3] {
    let path = folder.join("whole.h5");
    let bytes = |kind| (kind, std::fs::read(&path).unwrap());
    write_nodes(&path, &column()).unwrap();
    let nodes = bytes(0);
    write_edges(&path, &edges(5).connections(), 0).unwrap();
    let edges = bytes(1);
    write_spikes(&path, &[spikes(), Spikes { population: "b".into(), ..spikes() }]).unwrap();
    [nodes, edges, bytes(2)]
}

#[test]
fn a_truncated_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.h5");
    for (kind, whole) in files(folder.path()) {
        for length in (0..whole.len()).step_by(97) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let error = read(&path, kind).unwrap_err();
            assert!(error.to_string().contains("cut.h5") && !error.remedy().is_empty(), "{error}");
        }
    }
}

#[test]
fn changed_bytes_never_crash_and_headers_notice_them() {
    change_bytes(11);
}

#[test]
#[ignore = "takes minutes: every byte of every kind of file"]
fn no_changed_byte_crashes() {
    change_bytes(1);
}

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn change_bytes(step: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.h5");
    for (kind, whole) in files(folder.path()) {
        let mut n_noticed = 0;
        for position in (0..whole.len()).step_by(step) {
            let mut damaged = whole.clone();
            damaged[position] ^= [0x01, 0x80, 0xFF][position % 3];
            std::fs::write(&path, &damaged).unwrap();
            n_noticed += usize::from(read(&path, kind).is_err());
        }
        // what is not noticed is values in range, and bytes that mean nothing
        assert!(n_noticed * step > whole.len() / 8, "{n_noticed} of {}", whole.len() / step);
    }
}

#[test]
fn something_else_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.h5");
    std::fs::write(&path, "not HDF5").unwrap();
    for path in [&path, folder.path(), Path::new("/nowhere/x.h5")] {
        for kind in 0..3 {
            let error = read(path, kind).unwrap_err();
            assert!(matches!(error, SonataError::Open { .. }), "{error}");
        }
    }
    assert!(matches!(write_spikes(Path::new("/nowhere/x.h5"), &[]), Err(SonataError::Write { .. })));
    // a file of one kind read as another
    write_spikes(&path, &[spikes()]).unwrap();
    let error = read_nodes(&path, &column().header).unwrap_err();
    assert!(error.to_string().contains("has no \"/nodes\"; there is: spikes"), "{error}");
}

#[test]
fn many_threads_read_and_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    let wired = edges(500);
    write_edges(&path, &wired.connections(), 0).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (path, wired, own) = (&path, &wired, folder.path().join(format!("{thread}.h5")));
            scope.spawn(move || {
                for _ in 0..10 {
                    assert_eq!(read_back(path, wired).unwrap(), wired.edges);
                    write_spikes(&own, &[spikes()]).unwrap();
                    assert_eq!(read_spikes(&own).unwrap(), [spikes()]);
                }
            });
        }
    });
}
