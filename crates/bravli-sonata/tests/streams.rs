//! Runs written as they come: the same files as written at once, also after a stop.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bravli_circuit::Spikes;
use bravli_sim::network::{Sink, Spike};
use bravli_sonata::{ReportPlan, RunFiles, RunPlan, RunWriter, WeightPlan, read_reports, read_spikes};
use std::path::Path;

const DT_MS: f64 = 0.1;

/// Spikes alone.
fn spikes_only() -> RunPlan {
    RunPlan { dt_ms: DT_MS, populations: vec!["cells".into(), "vpm".into()], ..RunPlan::default() }
}

fn plan() -> RunPlan {
    let report = ReportPlan { population: "cells".into(), node_ids: vec![3, 5, 9], units: "mV".into(), every_ms: 0.5 };
    let weights = WeightPlan {
        name: "vpm_cells".into(),
        source_ids: vec![0, 0, 7],
        target_ids: vec![4, 2, 4],
        start: vec![0.5, 1.0, 0.25],
        units: "nS".into(),
        every_ms: 1.0,
    };
    RunPlan { reports: vec![report], weights: vec![weights], ..spikes_only() }
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
        if step > 0 && step % 10 == 0 {
            writer.weights(0, step, &[step as f32, 1.0, 0.5]).unwrap();
        }
    }
}

fn finish(writer: RunWriter, folder: &Path) -> [Vec<u8>; 3] {
    let [spikes, report, weights] = ["spikes.h5", "v_m.h5", "weights.h5"].map(|name| folder.join(name));
    let files = RunFiles { spikes, reports: vec![report], weights: vec![weights] };
    writer.finish(&files).unwrap();
    [&files.spikes, &files.reports[0], &files.weights[0]].map(|file| std::fs::read(file).unwrap())
}

#[test]
fn what_is_streamed_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RunWriter::create(folder.path(), plan()).unwrap();
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
    let file = hdf5_metno::File::open(folder.path().join("weights.h5")).unwrap();
    let weights = file.group("edges/vpm_cells").unwrap();
    let ids = |name: &str| weights.dataset(name).unwrap().read_raw::<u64>().unwrap();
    assert_eq!((ids("source_node_id"), ids("target_node_id")), (vec![0, 0, 7], vec![4, 2, 4]));
    let table = weights.dataset("weight").unwrap();
    let (values, times) =
        (table.read_raw::<f32>().unwrap(), weights.dataset("time").unwrap().read_raw::<f64>().unwrap());
    assert_eq!((table.shape(), times.len()), (vec![15_001, 3], 15_001));
    assert_eq!((&values[..6], times[15_000]), (&[0.5, 1.0, 0.25, 10.0, 1.0, 0.5][..], 15_000.0));
}

#[test]
fn a_stopped_stream_goes_on_to_the_same_bytes() {
    let [whole, parts] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut writer = RunWriter::create(whole.path(), plan()).unwrap();
    write(&mut writer, 0, 90_000);
    let expected = finish(writer, whole.path());

    let mut writer = RunWriter::create(parts.path(), plan()).unwrap();
    write(&mut writer, 0, 40_000);
    let marks = writer.marks().unwrap();
    // what came after the marks is lost
    write(&mut writer, 40_000, 60_000);
    drop(writer);
    let mut seen = [0, 0];
    let mut visit = |population: usize, spikes: &[Spike]| seen[population] += spikes.len();
    let resumed = RunWriter::resume(parts.path(), plan(), &marks, &mut visit).unwrap();
    let mut writer = resumed.unwrap();
    assert_eq!(writer.weight_writers()[0].last(), [39_990.0, 1.0, 0.5]);
    assert_eq!(seen, [80_000, 13_334]);
    write(&mut writer, 40_000, 90_000);
    assert_eq!(finish(writer, parts.path()), expected);
}

#[test]
fn a_damaged_stream_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RunWriter::create(folder.path(), spikes_only()).unwrap();
    write_spikes_only(&mut writer);
    let marks = writer.marks().unwrap();
    drop(writer);
    let resume = || RunWriter::resume(folder.path(), spikes_only(), &marks, &mut |_, _| {}).unwrap();
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
    let writer = RunWriter::create(folder.path(), plan()).unwrap();
    finish(writer, folder.path());
    let empty = |name: &str| Spikes { population: name.into(), ..Spikes::default() };
    assert_eq!(read_spikes(&folder.path().join("spikes.h5")).unwrap(), [empty("cells"), empty("vpm")]);
    assert_eq!(read_reports(&folder.path().join("v_m.h5"), &mut Vec::new()).unwrap()[0].n_steps, 0);
}
