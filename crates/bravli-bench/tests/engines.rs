//! The cases on both engines.

use bravli_bench::cases::{Case, ColumnRelease, network};
use bravli_sim::network::Kept;
use bravli_sim::point::{Engine, Options, Simd};
use bravli_sim::reference;
use std::ops::ControlFlow;

#[test]
fn a_small_column_fires_alike_in_both_engines_however_its_synapses_release() {
    let n_steps = 2_000;
    for release in [ColumnRelease::Shared, ColumnRelease::PerConnection, ColumnRelease::Stochastic] {
        let network = network(Case::Column { cells: 200, release }, 1).unwrap();
        let (mut fast, mut slow) = (Kept::default(), Kept::default());
        let mut engine = Engine::new(&network, Options { threads: 2, simd: Simd::Best }).unwrap();
        engine.run(n_steps, &mut fast, &mut |_| ControlFlow::Continue(())).unwrap();
        reference::run(&network, n_steps, &mut slow).unwrap();
        for population in 0..2 {
            let [fast, slow] = [&fast, &slow].map(|kept| kept.of(population).len() as f64);
            // trajectories part within some tens of ms; what then differs between seeds by a tenth may differ here
            assert!(slow > 200.0 && (fast / slow - 1.0).abs() < 0.15, "{release:?} {population}: {fast} and {slow}");
        }
    }
}
