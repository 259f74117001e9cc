//! Draws are the documented function of seed, name, cell and step, so that any two engines make the same ones.

use crate::engines::*;
use bravli_rng::{Draw, Stream, binomial_from_uniform, philox4x32};
use bravli_sim::network::{
    DriveKind, Effect, Gif, NeuronModel, Profile, RAW_SD, Release, Trains, Variable, cell_word, centred_bytes,
};

const SEED: u64 = 11;

fn key(name: &str, draw: Draw) -> [u32; 2] {
    Stream::new(SEED, name, draw).key()
}

/// A number in (0, 1) from the upper 24 bits of a word.
fn unit(word: u32) -> f64 {
    (f64::from(word >> 8) + 0.5) / 16_777_216.0
}

#[test]
fn purposes_keep_their_numbers() {
    assert_eq!([Draw::Escape as u32, Draw::Poisson as u32, Draw::Miniature as u32], [25, 26, 27]);
}

#[test]
fn escapes_are_drawn_by_cell_and_step() {
    each(|engine| {
        let mut network = empty(0.1);
        // a threshold far below with no sharpness: 0.3 per ms at any potential near rest, at −60 mV to 1e-7 of it
        let model = Gif {
            c_m_pf: 100.0.into(),
            g_l_ns: 10.0.into(),
            e_l_mv: (-60.0).into(),
            v_th_mv: (-60.0).into(),
            delta_v_mv: 1.0.into(),
            lambda_0_per_ms: 0.3.into(),
            v_reset_mv: (-60.0).into(),
            t_ref_ms: 0.0.into(),
            q_stc_pa: [0.0.into(), 0.0.into()],
            tau_stc_ms: [10.0.into(), 50.0.into()],
            q_sfa_mv: [0.0.into(), 0.0.into()],
            tau_sfa_ms: [10.0.into(), 100.0.into()],
            i_e_pa: 0.0.into(),
        };
        network.populations.push(cells("gif", 150, NeuronModel::Gif(model), Vec::new()));
        let kept = engine(&network, 1_000);
        let key = key("gif", Draw::Escape);
        let p = 1.0 - (-0.03_f64).exp();
        let expected = (0..1_000_u32).flat_map(|step| {
            // the draw of step s decides on the spike of s + 1
            (0..150).filter(move |cell| unit(cell_word(key, *cell, step)) < p).map(move |cell| (step + 1, cell))
        });
        same_but_for_rounding(kept.of(0).iter().map(|spike| (spike.step, spike.cell)), expected);
    });
}

/// Equal lists, but for a few draws that lie within single precision of their threshold.
fn same_but_for_rounding(found: impl Iterator<Item = (u32, u32)>, expected: impl Iterator<Item = (u32, u32)>) {
    let (found, expected): (Vec<_>, Vec<_>) = (found.collect(), expected.collect());
    let strange = found.iter().filter(|spike| expected.binary_search(spike).is_err()).count();
    let missing = expected.iter().filter(|spike| found.binary_search(spike).is_err()).count();
    // 150,000 draws of 24 bits against a threshold known to 1e-7: less than one in expectation
    assert!(expected.len() > 1_000 && strange + missing <= 2, "{strange} strange, {missing} missing");
}

#[test]
fn poisson_trains_are_drawn_by_cell_and_step() {
    each(|engine| {
        let mut network = empty(0.1);
        let model = NeuronModel::Source(Trains::Poisson(Profile::Constant(300.0)));
        network.populations.push(cells("fibres", 150, model, Vec::new()));
        let kept = engine(&network, 1_000);
        let key = key("fibres", Draw::Fibre);
        let p = 1.0 - (-0.03_f64).exp();
        let expected = (1..=1_000_u32).flat_map(|step| {
            (0..150).filter(move |cell| unit(cell_word(key, *cell, step)) < p).map(move |cell| (step, cell))
        });
        same_but_for_rounding(kept.of(0).iter().map(|spike| (spike.step, spike.cell)), expected);
    });
}

#[test]
fn poisson_counts_and_noise_are_drawn_by_cell_and_step() {
    each(|engine| {
        let mut network = empty(0.1);
        network.populations.push(cells("c", 70, NeuronModel::Lif(ammeter()), vec![exponential(0.2, Effect::Silent)]));
        let rate_hz = Profile::Constant(12_000.0);
        network.drives.push(drive("events", 0, DriveKind::Poisson { receptor: 0, rate_hz, weight: 1.0 }));
        let kind = DriveKind::OuCurrent { mean_pa: 100.0.into(), sd_pa: 500.0.into(), tau_ms: 2.0.into() };
        network.drives.push(drive("ou", 0, kind));
        network.recording.traces = vec![trace(0, Variable::Receptor(0)), trace(0, Variable::V)];
        let kept = engine(&network, 300);
        // a mean of 1.2: the distribution times 2³², each rounded down
        let mut thresholds = Vec::new();
        let (mut term, mut sum) = ((-1.2_f64).exp(), (-1.2_f64).exp());
        while (sum * 4_294_967_296.0) < f64::from(u32::MAX) {
            thresholds.push((sum * 4_294_967_296.0).floor() as u32);
            term *= 1.2 / thresholds.len() as f64;
            sum += term;
        }
        let keep = (-0.05_f64).exp();
        for cell in 0..70_u32 {
            let opened = jumps(&series(&kept, 0, cell as usize), 0.2, 0.1);
            let v = series(&kept, 1, cell as usize);
            let mut noise = 100.0;
            for step in 0..300_u32 {
                let word = cell_word(key("events", Draw::Poisson), cell, step);
                let count = thresholds.iter().filter(|threshold| word >= **threshold).count() as f64;
                // single precision of up to ten events
                assert!((opened[step as usize] - count).abs() < 1e-4, "{} for {count}", opened[step as usize]);
                // pA over 1000 nS; single precision of a few mV over forty steps of memory
                assert!((v[step as usize] - noise / 1_000.0).abs() < 3e-6, "{} for {noise} pA", v[step as usize]);
                let draw = f64::from(centred_bytes(cell_word(key("ou", Draw::Background), cell, step))) / RAW_SD;
                noise = 100.0 + (noise - 100.0) * keep + 500.0 * (1.0 - keep * keep).sqrt() * draw;
            }
        }
    });
}

#[test]
fn release_is_drawn_by_connection_and_spike_and_runs_with_spontaneous_release() {
    each(|engine| {
        // two sources: the second's connections are numbers 2 and 3; decays differ so that each has a cell of its own
        let spikes: Vec<u32> = (0..60).map(|k| 7 + 30 * k + k % 4).collect();
        let rates = [0.0_f32, 8.0, 0.0, 12.0];
        let delays = [3_u16, 40, 1, 17];
        let mut network = empty(0.5);
        network.populations.push(given("s", 2, spikes.iter().flat_map(|step| [(*step, 0), (*step, 1)]).collect()));
        network.populations.push(cells("c", 4, NeuronModel::Lif(lif()), vec![exponential(0.5, Effect::Silent)]));
        let rows = (0..2).map(|source: usize| {
            let mine = 2 * source..2 * source + 2;
            let connections: Vec<_> = mine.clone().map(|number| (number as u32, 1.0, delays[number])).collect();
            let mut row = row(&connections);
            row.own.u = vec![0.5; 2];
            row.own.tau_rec_ms = vec![120.0; 2];
            row.own.tau_facil_ms = vec![0.0; 2];
            row.own.sites = vec![7; 2];
            row.own.mini_hz = rates[mine].to_vec();
            row
        });
        let mut p = projection("p", 0, 1, rows.collect());
        p.release = Release::Stochastic;
        network.projections.push(p);
        network.recording.traces.push(trace(1, Variable::Receptor(0)));
        let n_steps = 2_000;
        let kept = engine(&network, n_steps);
        for (number, delay) in delays.into_iter().enumerate() {
            let opened = jumps(&series(&kept, 0, number), 0.5, 0.5);
            let mut expected = vec![0.0; n_steps as usize];
            // (entry, spike first, step in the counter)
            let mut events: Vec<(u32, bool, u32)> =
                spikes.iter().map(|step| (step + u32::from(delay), false, *step)).collect();
            let minis = spontaneous(number / 2, &rates[number / 2 * 2..number / 2 * 2 + 2], number % 2, n_steps as u32);
            assert_eq!(minis.is_empty(), rates[number] == 0.0);
            events.extend(minis.iter().map(|step| (*step, true, *step)));
            events.sort_unstable();
            let (mut filled, mut last) = (7, 0);
            for (entry, is_mini, step) in events.into_iter().filter(|event| u64::from(event.0) < n_steps) {
                let words = philox4x32([number as u32, 0, step, 0], key("p", Draw::Release));
                let [refill, release] = if is_mini { [words[2], words[3]] } else { [words[0], words[1]] };
                let chance = 1.0 - (-f64::from(entry - last) * 0.5 / 120.0).exp();
                filled += binomial_from_uniform(7 - filled, chance as f32, unit(refill) as f32);
                let released = binomial_from_uniform(filled, 0.5, unit(release) as f32);
                filled -= released;
                last = entry;
                expected[entry as usize] += f64::from(released) / 7.0;
            }
            for (step, (found, expected)) in opened.iter().zip(expected).enumerate() {
                assert!((found - expected).abs() < 1e-5, "{found} for {expected} at {step} of {number}");
            }
        }
    });
}

/// Steps of spontaneous releases of the `k`-th connection of a source.
fn spontaneous(source: usize, rates_hz: &[f32], k: usize, n_steps: u32) -> Vec<u32> {
    let stream = Stream::new(SEED, "p", Draw::Miniature);
    let largest = f64::from(rates_hz.iter().copied().fold(0.0, f32::max));
    let mut steps = Vec::new();
    let mut time_ms = 0.0;
    for i in 0.. {
        time_ms -= stream.uniform(source as u64, 2 * i).ln() / (largest * rates_hz.len() as f64 * 1e-3);
        let step = (time_ms / 0.5).ceil() as u32;
        if step >= n_steps {
            return steps;
        }
        let place = stream.uniform(source as u64, 2 * i + 1) * rates_hz.len() as f64;
        if place as usize == k && place.fract() < f64::from(rates_hz[k]) / largest {
            steps.push(step);
        }
    }
    steps
}
