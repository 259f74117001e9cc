//! Short-term plasticity against its recursion and published steady states.

use crate::engines::*;
use bravli_sim::network::{Effect, Network, NeuronModel, Release, Row, Variable};

/// Utilisation, recovery and facilitation of a class of synapses.
#[derive(Clone, Copy)]
struct Tm {
    u: f32,
    rec: f32,
    facil: f32,
}

/// Numbers that single precision holds exactly: depressing, facilitating, and depressing without facilitation.
const CLASSES: [Tm; 3] = [
    Tm { u: 0.5, rec: 671.0, facil: 17.0 },
    Tm { u: 0.125, rec: 138.0, facil: 670.0 },
    Tm { u: 0.25, rec: 706.0, facil: 0.0 },
];

/// One source onto one cell of silent receptors, with the release of `class`.
fn network(spikes: &[u32], class: Tm, shared: bool) -> Network<'static> {
    let mut network = empty(0.5);
    network.populations.push(given("s", 1, spikes.iter().map(|step| (*step, 0)).collect()));
    network.populations.push(cells("c", 1, NeuronModel::Lif(lif()), vec![exponential(0.5, Effect::Silent)]));
    let mut connections = row(&[(0, 3.0, 4)]);
    let mut p = projection("p", 0, 1, Vec::new());
    if shared {
        p.release = Release::Shared {
            u: f64::from(class.u),
            tau_rec_ms: f64::from(class.rec),
            tau_facil_ms: f64::from(class.facil),
        };
    } else {
        p.release = Release::PerConnection;
        own(&mut connections, class);
    }
    p.connections = bravli_sim::network::Connectivity::Listed(std::sync::Arc::new(vec![connections]));
    network.projections.push(p);
    network.recording.traces.push(trace(1, Variable::Receptor(0)));
    network
}

fn own(row: &mut Row, class: Tm) {
    row.own.u = vec![class.u; row.len()];
    row.own.tau_rec_ms = vec![class.rec; row.len()];
    row.own.tau_facil_ms = vec![class.facil; row.len()];
}

/// u·x at each spike, in the form of sites of which 1 − u is left over.
fn shares(spikes: &[u32], class: Tm, dt_ms: f64) -> Vec<f64> {
    let (big_u, rec, facil) = (f64::from(class.u), f64::from(class.rec), f64::from(class.facil));
    let (mut u, mut left, mut last) = (0.0, 1.0, spikes[0]);
    spikes
        .iter()
        .map(|step| {
            let elapsed = f64::from(step - last) * dt_ms;
            last = *step;
            u *= if facil > 0.0 { (-elapsed / facil).exp() } else { 0.0 };
            u += big_u * (1.0 - u);
            let filled = 1.0 - (1.0 - left) * (-elapsed / rec).exp();
            left = filled * (1.0 - u);
            filled * u
        })
        .collect()
}

#[test]
fn shared_and_own_release_follow_the_recursion_and_each_other() {
    each(|engine| {
        let spikes = [3, 23, 24, 44, 47, 148, 150, 151, 400, 401, 402, 1_500, 1_520];
        for class in CLASSES {
            let found = [true, false].map(|shared| {
                let kept = engine(&network(&spikes, class, shared), 1_600);
                jumps(&series(&kept, 0, 0), 0.5, 0.5)
            });
            for (spike, share) in spikes.iter().zip(shares(&spikes, class, 0.5)) {
                for found in &found {
                    // a dozen roundings of single precision in numbers up to 3
                    let opened = found[*spike as usize + 4];
                    assert!((opened - 3.0 * share).abs() < 1e-5, "{opened} for {}", 3.0 * share);
                }
            }
            for (shared, own) in found[0].iter().zip(&found[1]) {
                assert!((shared - own).abs() < 3e-6, "{shared} {own}");
            }
        }
    });
}

#[test]
fn steady_states_are_the_published_ones() {
    each(|engine| {
        // share released per spike at .5, 1, 5, 10, 20 and 40 Hz; classes of Markram et al. 2015, doi:10.1016/j.cell.2015.09.029
        let table = [
            (Tm { u: 0.5, rec: 671.0, facil: 17.0 }, [0.487, 0.437, 0.205, 0.122, 0.067, 0.036]),
            (Tm { u: 0.09, rec: 138.0, facil: 670.0 }, [0.094, 0.113, 0.255, 0.299, 0.249, 0.156]),
        ];
        for (class, expected) in table {
            for (rate_hz, expected) in [0.5_f64, 1.0, 5.0, 10.0, 20.0, 40.0].into_iter().zip(expected) {
                let interval = (1_000.0 / rate_hz / 0.5) as u32;
                // 8 s or 8 spikes: more than ten times the slowest recovery
                let n = (8.0 * rate_hz).max(8.0) as u32;
                let spikes: Vec<u32> = (1..=n).map(|k| k * interval).collect();
                for shared in [true, false] {
                    let last = spikes[spikes.len() - 1] as usize + 4;
                    let mut network = network(&spikes, class, shared);
                    // the last event alone: what is open from the one before has decayed by e^−50
                    network.recording.traces[0].every = last as u32 + 1;
                    let opened = series(&engine(&network, last as u64 + 1), 0, 0)[0] * 1.0_f64.exp() / 3.0;
                    // the table has three digits
                    assert!((opened - expected).abs() < 7e-4, "{opened} for {expected} at {rate_hz} Hz");
                }
            }
        }
    });
}

#[test]
fn connections_of_one_source_keep_their_own_state() {
    each(|engine| {
        let mut network = empty(0.5);
        let spikes = [2, 30, 70, 75];
        network.populations.push(given("s", 1, spikes.iter().map(|step| (*step, 0)).collect()));
        network.populations.push(cells("c", 3, NeuronModel::Lif(lif()), vec![exponential(0.5, Effect::Silent)]));
        let mut connections = row(&[(0, 1.0, 1), (1, 1.0, 9), (2, 1.0, 200)]);
        connections.own.u = CLASSES.map(|class| class.u).into();
        connections.own.tau_rec_ms = CLASSES.map(|class| class.rec).into();
        connections.own.tau_facil_ms = CLASSES.map(|class| class.facil).into();
        let mut p = projection("p", 0, 1, vec![connections]);
        p.release = Release::PerConnection;
        network.projections.push(p);
        network.recording.traces.push(trace(1, Variable::Receptor(0)));
        let kept = engine(&network, 300);
        for (cell, (class, delay)) in CLASSES.into_iter().zip([1_usize, 9, 200]).enumerate() {
            let opened = jumps(&series(&kept, 0, cell), 0.5, 0.5);
            for (spike, share) in spikes.iter().zip(shares(&spikes, class, 0.5)) {
                assert!((opened[*spike as usize + delay] - share).abs() < 1e-5);
            }
        }
    });
}

#[test]
fn spontaneous_releases_come_at_the_rates_of_their_connections() {
    each(|engine| {
        // 40 sources, each onto four cells of its own at 0, 5, 10 and 40 Hz, for 20 s
        let rates = [0.0_f32, 5.0, 10.0, 40.0];
        let mut network = empty(0.5);
        network.populations.push(given("s", 40, Vec::new()));
        network.populations.push(cells("c", 160, NeuronModel::Lif(lif()), vec![exponential(0.5, Effect::Silent)]));
        let rows = (0..40).map(|source| {
            let mut row = row(&[0, 1, 2, 3].map(|k| (4 * source + k, 2.0, 50)));
            row.own.mini_hz = rates.into();
            row
        });
        network.projections.push(projection("p", 0, 1, rows.collect()));
        network.recording.traces.push(trace(1, Variable::Receptor(0)));
        let kept = engine(&network, 40_000);
        for (k, rate_hz) in rates.into_iter().enumerate() {
            let mut count = 0.0;
            for source in 0..40 {
                // weights are 2; two releases may share a step
                let opened = jumps(&series(&kept, 0, 4 * source + k), 0.5, 0.5);
                assert!(opened.iter().all(|o| (o / 2.0 - (o / 2.0).round()).abs() < 1e-4));
                count += opened.iter().map(|o| (o / 2.0).round()).sum::<f64>();
            }
            // four standard errors of a Poisson count
            let expected = 40.0 * 20.0 * f64::from(rate_hz);
            assert!((count - expected).abs() <= 4.0 * expected.sqrt(), "{count} for {expected}");
        }
    });
}

#[test]
fn spontaneous_releases_run_through_the_release_of_their_connection() {
    each(|engine| {
        let mut network = network(&[], CLASSES[0], false);
        if let bravli_sim::network::Connectivity::Listed(rows) = &mut network.projections[0].connections {
            let mut mended = rows[0].clone();
            mended.own.mini_hz = vec![20.0];
            *rows = std::sync::Arc::new(vec![mended]);
        }
        let opened = jumps(&series(&engine(&network, 20_000), 0, 0), 0.5, 0.5);
        let steps: Vec<u32> = (0..20_000).filter(|step| opened[*step as usize] > 1e-3).collect();
        assert!(steps.len() > 100);
        for (step, share) in steps.iter().zip(shares(&steps, CLASSES[0], 0.5)) {
            let found = opened[*step as usize];
            // two releases in one step would stand as one; at 20 Hz and 0.5 ms that is one pair in 200, none in this run
            assert!((found - 3.0 * share).abs() < 1e-4, "{found} for {}", 3.0 * share);
        }
    });
}
