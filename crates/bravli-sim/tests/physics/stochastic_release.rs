//! Release from sites against its moments.

use crate::engines::*;
use bravli_sim::network::{Effect, NeuronModel, Release, Variable};

/// Shares released by each of `n` connections at each of `spikes`.
fn released(engine: Engine, n: u32, spikes: &[u32], sites: u16, u: f32, rec: f32, facil: f32) -> Vec<Vec<f64>> {
    let mut network = empty(0.5);
    network.populations.push(given("s", 1, spikes.iter().map(|step| (*step, 0)).collect()));
    network.populations.push(cells("c", n, NeuronModel::Lif(lif()), vec![exponential(0.5, Effect::Silent)]));
    let connections: Vec<_> = (0..n).map(|target| (target, 1.0, 2)).collect();
    let mut row = row(&connections);
    row.own.u = vec![u; n as usize];
    row.own.tau_rec_ms = vec![rec; n as usize];
    row.own.tau_facil_ms = vec![facil; n as usize];
    row.own.sites = vec![sites; n as usize];
    let mut p = projection("p", 0, 1, vec![row]);
    p.release = Release::Stochastic;
    network.projections.push(p);
    network.recording.traces.push(trace(1, Variable::Receptor(0)));
    let last = *spikes.last().unwrap() as usize + 2;
    let kept = engine(&network, last as u64 + 1);
    let opened: Vec<Vec<f64>> = (0..n as usize).map(|cell| jumps(&series(&kept, 0, cell), 0.5, 0.5)).collect();
    spikes.iter().map(|step| opened.iter().map(|opened| opened[*step as usize + 2]).collect()).collect()
}

#[test]
fn shares_are_whole_sites_with_the_mean_and_variance_of_the_theory() {
    each(|engine| {
        let n = 4_000;
        for (sites, u, rec, facil) in
            [(1_u16, 0.5_f32, 100.0_f32, 0.0_f32), (5, 0.4, 200.0, 0.0), (12, 0.1, 80.0, 300.0)]
        {
            let spikes: Vec<u32> = (0..12).map(|k| 5 + 40 * k + k % 3 * 7).collect();
            let found = released(engine, n, &spikes, sites, u, rec, facil);
            // u moves alike in all connections, so each site is full with probability f, releases with f·u, and sites of a
            // connection are independent: the count is binomial
            let (mut full, mut use_, mut last) = (1.0_f64, 0.0_f64, spikes[0]);
            for (spike, shares) in spikes.iter().zip(&found) {
                let elapsed = f64::from(spike - last) * 0.5;
                last = *spike;
                use_ *= if facil > 0.0 { (-elapsed / f64::from(facil)).exp() } else { 0.0 };
                use_ += f64::from(u) * (1.0 - use_);
                full += (1.0 - full) * (1.0 - (-elapsed / f64::from(rec)).exp());
                let p = full * use_;
                full *= 1.0 - use_;
                let (mean, sd) = moments(shares);
                let n_sites = f64::from(sites);
                assert!(shares.iter().all(|s| (s * n_sites - (s * n_sites).round()).abs() < 1e-3));
                let variance = p * (1.0 - p) / n_sites;
                // four and a half standard errors for 72 looks
                assert!((mean - p).abs() < 4.5 * (variance / f64::from(n)).sqrt(), "{mean} for {p}");
                // kurtosis of a binomial: 3 + (1 − 6pq)/(n pq)
                let excess = (1.0 - 6.0 * p * (1.0 - p)) / (n_sites * p * (1.0 - p));
                let error = variance * ((2.0 + excess.max(0.0)) / f64::from(n)).sqrt();
                assert!((sd * sd - variance).abs() < 4.5 * error, "{} for {variance}", sd * sd);
            }
        }
    });
}

#[test]
fn sites_remember() {
    each(|engine| {
        // one site without recovery in between: what has released cannot release again
        let shares = released(engine, 2_000, &[1, 2], 1, 0.5, 1e6, 0.0);
        assert!(shares[0].iter().zip(&shares[1]).all(|(first, second)| first + second < 1.001));
        // and of those still full a half releases: 1/4 of all, four standard errors
        assert!((moments(&shares[1]).0 - 0.25).abs() < 4.0 * (0.1875_f64 / 2_000.0).sqrt());
    });
}
