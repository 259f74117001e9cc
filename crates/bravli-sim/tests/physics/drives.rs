//! Currents, conductances and clamps over time.

use crate::engines::*;
use bravli_sim::network::{Cells, DriveKind, NeuronModel, Profile, Variable, Waveform};

#[test]
fn currents_follow_steps_ramps_and_profiles() {
    each(|engine| {
        let mut network = empty(0.1);
        network.populations.push(cells("c", 4, NeuronModel::Lif(ammeter()), Vec::new()));
        let waveforms = [
            Waveform::Step { start_ms: 2.0, stop_ms: 5.0, amplitude: 3_000.0 },
            Waveform::Ramp { start_ms: 1.0, stop_ms: 11.0, from: -1_000.0, to: 4_000.0 },
            Waveform::Profile(Profile::Pieces(vec![(0.3, 500.0), (4.0, -2_000.0), (8.0, 0.0)])),
            Waveform::Profile(Profile::Constant(700.0)),
        ];
        for (cell, waveform) in waveforms.into_iter().enumerate() {
            let mut current = drive(&format!("i{cell}"), 0, DriveKind::Current(waveform));
            current.cells = Cells::Some(vec![cell as u32]);
            network.drives.push(current);
        }
        network.recording.traces.push(trace(0, Variable::V));
        let kept = engine(&network, 150);
        for step in 0..150_usize {
            // the value at the start of the step holds for the step
            let within = |from: usize, to: usize| (from..to).contains(&step);
            let expected = [
                if within(20, 50) { 3.0 } else { 0.0 },
                if within(10, 110) { -1.0 + 5.0 * (step - 10) as f64 / 100.0 } else { 0.0 },
                if within(3, 40) {
                    0.5
                } else if within(40, 80) {
                    -2.0
                } else {
                    0.0
                },
                0.7,
            ];
            for (cell, expected) in expected.into_iter().enumerate() {
                // single precision of a few mV; the membrane has forgotten all else
                let found = series(&kept, 0, cell)[step];
                assert!((found - expected).abs() < 1e-5, "{found} for {expected} in cell {cell} at {step}");
            }
        }
    });
}

#[test]
fn a_clamp_holds_the_potential_and_forbids_spikes() {
    each(|engine| {
        let mut network = empty(0.1);
        let mut model = lif();
        model.i_e_pa = 500.0.into();
        network.populations.push(cells("c", 2, NeuronModel::Lif(model), Vec::new()));
        let mut clamp = drive("clamp", 0, DriveKind::Clamp { v_mv: -40.0, start_ms: 30.0, stop_ms: 60.0 });
        clamp.cells = Cells::Some(vec![1]);
        network.drives.push(clamp);
        network.recording.traces.push(trace(0, Variable::V));
        let kept = engine(&network, 1_000);
        let v = series(&kept, 0, 1);
        // steps 300 to 599 are held; their ends are samples 300 to 599
        assert!(v[300..600].iter().all(|v| *v == -40.0));
        assert!(v[299] != -40.0);
        let spikes = train(&kept, 0, 1);
        assert!(!spikes.iter().any(|step| (301..=600).contains(step)), "{spikes:?}");
        // let go above its threshold it fires at once
        assert_eq!(spikes.iter().find(|step| **step > 600), Some(&601));
        // the other cell goes on, and both are alike before
        assert!(train(&kept, 0, 0).iter().any(|step| (301..=600).contains(step)));
        assert_eq!(series(&kept, 0, 0)[..300], v[..300]);
    });
}

#[test]
fn a_shunt_silences_while_it_lasts() {
    each(|engine| {
        let mut network = empty(0.1);
        let mut model = lif();
        model.i_e_pa = 400.0.into();
        network.populations.push(cells("c", 2, NeuronModel::Lif(model), Vec::new()));
        let waveform = Waveform::Step { start_ms: 200.0, stop_ms: 400.0, amplitude: 100.0 };
        let mut shunt = drive("shunt", 0, DriveKind::Conductance { waveform, reversal_mv: -75.0 });
        shunt.cells = Cells::Some(vec![0]);
        network.drives.push(shunt);
        network.recording.traces.push(trace(0, Variable::V));
        let kept = engine(&network, 6_000);
        let count = |cell: u32, from: u32, to: u32| {
            train(&kept, 0, cell).iter().filter(|step| **step > from && **step <= to).count()
        };
        assert_eq!(count(0, 2_000, 4_000), 0);
        assert!(count(0, 0, 2_000) > 5 && count(0, 4_000, 6_000) > 5);
        assert!(count(1, 2_000, 4_000) > 5, "the shunt reaches one cell");
        // under the shunt: (−700 + 400 − 7500)/110 mV, after 50 time constants
        assert!((series(&kept, 0, 0)[3_000] + 7_800.0 / 110.0).abs() < 1e-3);
    });
}
