//! Runs written as they come: the same files as written at once, also after a stop.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_circuit::Spikes;
use bravli_sim::network::{Sink, Spike};
use bravli_sonata::{ReportPlan, RunWriter, read_reports, read_spikes};
use std::path::Path;

const DT_MS: f64 = 0.1;

fn populations() -> Vec<String> {
    vec!["cells".into(), "vpm".into()]
}

fn plan() -> ReportPlan {
    ReportPlan { population: "cells".into(), node_ids: vec![3, 5, 9], units: "mV".into(), every_ms: 0.5 }
}

/// Steps `from..to` of a run with more spikes and samples than fit in one part.
fn write(writer: &mut RunWriter, from: u32, to: u32) {
    for step in from..to {
        writer.spikes(0, &[Spike { step, cell: 1 }, Spike { step, cell: 2 + step % 7 }]).unwrap();
        if step % 3 == 0 {
            writer.spikes(1, &[Spike { step, cell: step % 4 }]).unwrap();
        }
        if step > 0 && step % 5 == 0 {
            writer.sample(0, step, &[step as f32, -70.5, 0.25 * step as f32]).unwrap();
        }
    }
}

fn finish(writer: RunWriter, folder: &Path) -> [Vec<u8>; 2] {
    let files = ["spikes.h5", "v_m.h5"].map(|name| folder.join(name));
    writer.finish(&files[0], &files[1..]).unwrap();
    files.map(|file| std::fs::read(file).unwrap())
}

#[test]
fn what_is_streamed_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RunWriter::create(folder.path(), DT_MS, &populations(), vec![plan()]).unwrap();
    write(&mut writer, 0, 150_001);
    finish(writer, folder.path());
    let spikes = read_spikes(&folder.path().join("spikes.h5")).unwrap();
    assert_eq!(spikes.iter().map(|s| s.node.len()).collect::<Vec<_>>(), [300_002, 50_001]);
    assert_eq!((spikes[0].time_ms[7], spikes[0].node[7]), (0.3, 5));
    let mut problems = Vec::new();
    let reports = read_reports(&folder.path().join("v_m.h5"), &mut problems).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let report = &reports[0];
    assert_eq!((report.n_steps, report.start, report.stop, report.step), (30_000, 0.5, 15_000.5, 0.5));
    assert_eq!(report.at(29_999).unwrap(), [150_000.0, -70.5, 37_500.0]);
}

#[test]
fn a_stopped_stream_goes_on_to_the_same_bytes() {
    let [whole, parts] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut writer = RunWriter::create(whole.path(), DT_MS, &populations(), vec![plan()]).unwrap();
    write(&mut writer, 0, 90_000);
    let expected = finish(writer, whole.path());

    let mut writer = RunWriter::create(parts.path(), DT_MS, &populations(), vec![plan()]).unwrap();
    write(&mut writer, 0, 40_000);
    let marks = writer.marks().unwrap();
    // what came after the marks is lost
    write(&mut writer, 40_000, 60_000);
    drop(writer);
    let mut seen = [0, 0];
    let mut visit = |population: usize, spikes: &[Spike]| seen[population] += spikes.len();
    let resumed = RunWriter::resume(parts.path(), DT_MS, &populations(), vec![plan()], &marks, &mut visit).unwrap();
    let mut writer = resumed.unwrap();
    assert_eq!(seen, [80_000, 13_334]);
    write(&mut writer, 40_000, 90_000);
    assert_eq!(finish(writer, parts.path()), expected);
}

#[test]
fn a_damaged_stream_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RunWriter::create(folder.path(), DT_MS, &populations(), vec![]).unwrap();
    write_spikes_only(&mut writer);
    let marks = writer.marks().unwrap();
    drop(writer);
    let resume = || RunWriter::resume(folder.path(), DT_MS, &populations(), vec![], &marks, &mut |_, _| {}).unwrap();
    assert!(resume().is_some());
    let file = folder.path().join("spikes-0.raw");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[123] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    assert!(resume().is_none(), "a changed bit went unnoticed");
    std::fs::write(&file, &bytes[..100]).unwrap();
    assert!(resume().is_none(), "a short file went unnoticed");
    std::fs::remove_file(&file).unwrap();
    assert!(resume().is_none(), "an absent file went unnoticed");
}

fn write_spikes_only(writer: &mut RunWriter) {
    for step in 0..1_000 {
        writer.spikes(0, &[Spike { step, cell: 1 }]).unwrap();
    }
}

#[test]
fn a_run_without_spikes_has_its_populations() {
    let folder = tempfile::tempdir().unwrap();
    let writer = RunWriter::create(folder.path(), DT_MS, &populations(), vec![plan()]).unwrap();
    finish(writer, folder.path());
    let empty = |name: &str| Spikes { population: name.into(), ..Spikes::default() };
    assert_eq!(read_spikes(&folder.path().join("spikes.h5")).unwrap(), [empty("cells"), empty("vpm")]);
    assert_eq!(read_reports(&folder.path().join("v_m.h5"), &mut Vec::new()).unwrap()[0].n_steps, 0);
}
