//! Placement with wiring (connections per second) and simulation (neuron steps and connection events per second) of a
//! column of 2,100 cells: `cargo bench -p bravli-bench`.

use bravli_bench::{ColumnCase, shipped_recipe};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Radius of the measured column, µm.
const RADIUS_UM: f64 = 90.0;

/// Biological time of a measured run, ms.
const DURATION_MS: f64 = 500.0;

fn wiring(criterion: &mut Criterion) {
    let recipe = shipped_recipe().expect("the shipped recipe reads");
    let connections = ColumnCase::wire(&recipe, RADIUS_UM).expect("it wires").edges.len();
    let mut group = criterion.benchmark_group("wiring");
    group.throughput(Throughput::Elements(connections as u64)).sample_size(10);
    group.bench_function("connections", |bencher| {
        bencher.iter(|| ColumnCase::wire(&recipe, RADIUS_UM).expect("it wires"))
    });
    group.finish();
}

fn simulation(criterion: &mut Criterion) {
    let case = ColumnCase::new(RADIUS_UM).expect("the shipped recipe builds");
    let stats = case.simulate(DURATION_MS, 1).expect("it runs");
    let mut group = criterion.benchmark_group("column");
    group.sample_size(10);
    for threads in [1, 2] {
        group.throughput(Throughput::Elements(stats.n_neurons * stats.n_steps));
        group.bench_function(format!("neuron_steps/{threads}_threads"), |bencher| {
            bencher.iter(|| case.simulate(DURATION_MS, threads).expect("it runs"));
        });
    }
    group.finish();
}

criterion_group!(benches, wiring, simulation);
criterion_main!(benches);
