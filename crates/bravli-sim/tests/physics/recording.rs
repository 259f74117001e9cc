//! What is told of a run, and when.

use crate::engines::*;
use bravli_sim::network::{Cells, Effect, NeuronModel, Plasticity, Spike, Trace, Variable, WeightTrace};

#[test]
fn spikes_are_those_up_to_the_last_step_in_order_of_step_and_cell() {
    each(|engine| {
        let mut network = empty(0.1);
        network.populations.push(given("s", 3, vec![(0, 2), (0, 1), (5, 0), (5, 2), (10, 1), (11, 0)]));
        let mut model = lif();
        // from −70 mV past −50 within the first step
        model.i_e_pa = vec![1e5, 0.0, 1e5].into();
        network.populations.push(cells("c", 3, NeuronModel::Lif(model), Vec::new()));
        let kept = engine(&network, 10);
        let spike = |step, cell| Spike { step, cell };
        assert_eq!(kept.of(0), [spike(0, 1), spike(0, 2), spike(5, 0), spike(5, 2), spike(10, 1)]);
        assert_eq!(kept.of(1), [spike(1, 0), spike(1, 2)]);
        // a run of no steps has the spikes of step 0
        assert_eq!(engine(&network, 0).of(0), [spike(0, 1), spike(0, 2)]);
    });
}

#[test]
fn samples_are_of_step_ends_at_their_interval_for_their_cells() {
    each(|engine| {
        let mut network = empty(0.1);
        let mut model = lif();
        model.i_e_pa = vec![0.0, 10.0, 20.0].into();
        network.populations.push(cells("c", 3, NeuronModel::Lif(model), Vec::new()));
        let every = |every, cells| Trace { every, cells, ..trace(0, Variable::V) };
        network.recording.traces = vec![every(1, Cells::All), every(4, Cells::Some(vec![0, 2])), every(50, Cells::All)];
        let kept = engine(&network, 10);
        assert_eq!(kept.samples[0].iter().map(|(step, _)| *step).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
        assert_eq!(kept.samples[1].iter().map(|(step, _)| *step).collect::<Vec<_>>(), [4, 8]);
        assert!(kept.samples.get(2).is_none_or(Vec::is_empty));
        for (step, values) in &kept.samples[1] {
            let all = &kept.samples[0][*step as usize - 1].1;
            assert_eq!(*values, [all[0], all[2]]);
        }
        assert!(kept.samples[0][0].1[2] > -70.0, "the first sample is of the end of the first step");
    });
}

#[test]
fn weights_are_told_by_the_numbers_of_their_connections() {
    each(|engine| {
        let mut network = empty(0.1);
        network.populations.push(given("s", 3, Vec::new()));
        network.populations.push(cells("c", 2, NeuronModel::Lif(lif()), vec![exponential(1.0, Effect::Current)]));
        let rows = vec![row(&[(1, 0.5, 1), (0, 1.5, 1)]), row(&[]), row(&[(1, 2.5, 1), (1, 3.5, 2)])];
        let mut learns = projection("p", 0, 1, rows);
        learns.plasticity = Some(Plasticity::Inhibitory { tau_ms: 20.0, eta: 0.1, target_hz: 5.0, w_max: 4.0 });
        network.projections.push(learns);
        let of = |connections, every| WeightTrace { projection: 0, connections, every };
        network.recording.weights = vec![of(None, 5), of(Some(vec![1, 2]), 2)];
        let kept = engine(&network, 5);
        assert_eq!(kept.weights[0], [(5, vec![0.5, 1.5, 2.5, 3.5])]);
        assert_eq!(kept.weights[1], [(2, vec![1.5, 2.5]), (4, vec![1.5, 2.5])]);
    });
}
