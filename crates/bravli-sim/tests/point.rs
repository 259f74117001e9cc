//! The point engine as its users rely on it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use bravli_circuit::Spikes;
use bravli_sim::old::{PointInput, SimError, point, reference};
use std::ops::ControlFlow;

fn run(input: &PointInput<'_>, threads: usize) -> point::RunOutput {
    point::run(input, "cells", threads, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// Share of `a`'s spikes that have a spike of the same cell in `b` within `tolerance_ms`.
fn matched(a: &Spikes, b: &Spikes, tolerance_ms: f64) -> f64 {
    let hits = a
        .time_ms
        .iter()
        .zip(&a.node)
        .filter(|(time, node)| {
            b.time_ms.iter().zip(&b.node).any(|(t, n)| n == *node && (t - **time).abs() <= tolerance_ms)
        })
        .count();
    hits as f64 / a.node.len().max(1) as f64
}

#[test]
fn unconnected_cells_follow_the_reference_spike_by_spike() {
    // fibres, release, receptors, background and adaptation all act; only recurrence, which amplifies rounding, is absent
    let model = common::model(40, 0.0, 300.0);
    let fast = &run(&model.input(3), 2).spikes[0];
    let slow = &reference::run(&model.input(3), "cells");
    assert!(slow.node.len() > 150, "{} spikes are too few to compare", slow.node.len());
    // Two Euler substeps against ten Runge-Kutta steps delay the upstroke by 0.1 to 0.2 ms a spike. Delays of one train add
    // up until the next strong input; a cell that fires every 10 ms drifts by about 1 ms in 100.
    let matches = (matched(slow, fast, 1.5), matched(fast, slow, 1.5));
    assert!(matches.0 > 0.9 && matches.1 > 0.9, "{matches:?}");
}

#[test]
fn a_recurrent_circuit_fires_at_the_reference_rate() {
    // rounding separates the two engines after some tens of ms; from then on they are samples of one process
    let model = common::model(40, 0.2, 300.0);
    let (mut fast, mut slow) = (0, 0);
    for seed in 0..3 {
        fast += run(&model.input(seed), 2).spikes[0].node.len();
        slow += reference::run(&model.input(seed), "cells").node.len();
    }
    assert!(slow > 300, "{slow}");
    // about 400 spikes each with shared drive: the difference of two such counts has a standard error of about 4 %
    assert!((f64::from(fast as u32) / f64::from(slow as u32) - 1.0).abs() < 0.12, "{fast} against {slow}");
}

#[test]
fn a_run_has_the_same_bits_at_any_number_of_threads_and_others_for_another_seed() {
    let model = common::model(1_300, 0.02, 300.0);
    let one = run(&model.input(1), 1);
    for threads in [2, 3, 7] {
        assert_eq!(one, run(&model.input(1), threads));
    }
    assert!(one.spikes[0].node.len() > 100);
    let other = run(&model.input(2), 2);
    assert_ne!(one.spikes, other.spikes);
    assert_eq!(one.stats.n_connections, other.stats.n_connections);
}

#[test]
fn a_leaky_cell_without_input_rests_and_a_driven_one_fires_at_the_closed_form_rate() {
    // With Δ_T → 0 an adaptive exponential cell without adaptation is a leaky integrate-and-fire cell. A constant
    // background conductance g with reversal 0 gives V∞ = (g_L E_L)/(g_L + g) and τ = C/(g_L + g).
    let mut model = common::model(16, 0.0, 2_000.0);
    model.fibres.clear();
    model.schedule.trials.clear();
    let n = &mut model.neurons;
    for cell in 0..16 {
        (n.delta_t_mv[cell], n.a_ns[cell], n.b_pa[cell], n.t_ref_ms[cell]) = (0.002, 0.0, 0.0, 2.0);
        (n.c_m_pf[cell], n.g_l_ns[cell], n.e_l_mv[cell], n.v_th_mv[cell], n.v_reset_mv[cell]) =
            (200.0, 10.0, -70.0, -50.0, -60.0);
    }
    let slots = &mut model.backgrounds.slots;
    slots[1].mean_ns.fill(0.0);
    for cell in 0..16 {
        slots[0].mean_ns[cell] = if cell == 0 { 0.0 } else { 6.0 };
    }
    slots.iter_mut().for_each(|slot| slot.sd_ns.fill(0.0));
    let spikes = &run(&model.input(1), 1).spikes[0];
    assert!(!spikes.node.contains(&0), "a cell at rest fired");
    let (v_inf, tau) = (-700.0 / 16.0, 200.0 / 16.0);
    let interval: f64 = 2.0 + tau * ((v_inf + 60.0_f64) / (v_inf + 50.0)).ln();
    let count = spikes.node.iter().filter(|node| **node == 5).count() as f64;
    // refractoriness and threshold crossing are resolved to a step of 0.1 ms, and Euler's substep adds dt/2τ = 0.2 %
    assert!((count / (2_000.0 / interval) - 1.0).abs() < 0.02, "{count} spikes; {} expected", 2_000.0 / interval);
}

#[test]
fn a_run_stops_when_progress_asks_it_to() {
    let model = common::model(40, 0.1, 1_000.0);
    let stopped = point::run(&model.input(1), "cells", 1, &mut |done| {
        if done > 0.2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(SimError::Cancelled)));
}
