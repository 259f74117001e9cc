//! How often each kind of circuit is flagged.

use bravli_analysis::truth::{Rule, Synthetic, simulate};
use bravli_analysis::verdict::is_flagged;
use bravli_analysis::{Control, UpeOptions, assess};

const RULES: [(&str, Rule); 5] = [
    ("upe k=1", Rule::Upe { k: 1.0 }),
    ("upe k=2", Rule::Upe { k: 2.0 }),
    ("unmodulated", Rule::Unmodulated { w: 0.5 }),
    ("instant division", Rule::InstantDivision { k: 2.0, w: 0.5 }),
    ("z-score", Rule::ZScore),
];

/// Flags, range adaptations and rejections of a = 0 in `n` repeats.
fn rates(rule: Rule, n: u64, base: &Synthetic) -> (usize, usize, usize, Vec<f64>) {
    let options = UpeOptions { n_bootstrap: 300, n_surrogates: 200, ..UpeOptions::default() };
    let (mut flagged, mut range, mut rejected, mut a) = (0, 0, 0, Vec::new());
    for seed in 0..n {
        let r = assess(&simulate(&Synthetic { rule, seed: 1000 + seed, ..base.clone() }), &[], &options)
            .expect("a complete design");
        let m = r.muw.expect("a response");
        flagged += usize::from(is_flagged(&r.gain, r.muw.as_ref()));
        range += usize::from(m.range_adaptation);
        rejected += usize::from(m.p < 0.05);
        a.push(m.a_over_sigma0.est);
    }
    a.sort_by(f64::total_cmp);
    (flagged, range, rejected, a)
}

/// The published design: 6 σ from .1 to 2.5, δ = .5, 1, 2, 3, 40 probes each, 60 cells, Fano factor 4; no δ < 0.
fn published() -> Synthetic {
    Synthetic {
        deltas: vec![0.5, 1.0, 2.0, 3.0],
        runs: 1,
        blocks: 10,
        natural: 2,
        baseline: 0.0,
        ..Synthetic::default()
    }
}

#[test]
fn validation_design_separates_the_circuits() {
    // 10 repeats: a true rate of .95 misses more than two with probability .012, one of .05 exceeds two with the same.
    for (name, rule) in RULES {
        let (flagged, range, ..) = rates(rule, 10, &published());
        match name {
            "upe k=1" | "upe k=2" => assert!(flagged >= 8, "{name}: {flagged}"),
            "z-score" => assert!(flagged <= 2 && range >= 8, "{name}: {flagged} {range}"),
            _ => assert!(flagged <= 2, "{name}: {flagged}"),
        }
    }
}

#[test]
#[ignore = "prints rates over 60 repeats and the time of a full assessment"]
fn measure() {
    for (label, base) in
        [("published", published()), ("default", Synthetic { mus: vec![4.0, 6.0], ..Synthetic::default() })]
    {
        for (name, rule) in RULES {
            let (f, g, r, a) = rates(rule, 60, &base);
            println!("{label} {name}: flagged {f} range {g} a>0 {r} median a/sigma0 {:.2}", a[30]);
        }
    }
    let sized = |rule, seed| {
        simulate(&Synthetic {
            rule,
            seed,
            runs: 3,
            mus: vec![4.0, 6.0],
            probes: 1,
            blocks: 3,
            lead_in: 1,
            natural: 10,
            ..Synthetic::default()
        })
    };
    let system = sized(Rule::Upe { k: 2.0 }, 1);
    let controls = [
        Control { name: "u".into(), computes_upe: true, responses: sized(Rule::Upe { k: 2.0 }, 2) },
        Control { name: "f".into(), computes_upe: false, responses: sized(Rule::Unmodulated { w: 0.5 }, 3) },
    ];
    let options = UpeOptions {
        input_class: Some("L4_E".into()),
        sst_class: Some("L23_SST".into()),
        pv_class: Some("L23_PV".into()),
        ..UpeOptions::default()
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let start = std::time::Instant::now();
    let r = pool.install(|| assess(&system, &controls, &options)).unwrap();
    println!("{} trials: {:?} one thread, {:?}", system.trials.len(), start.elapsed(), r.verdict);
    for m in &r.models {
        println!(
            "{:5} D2 {:6.3} bits {:7.4} dELPD {:8.1} ± {:5.1} partial {:6.3} {:?}",
            m.id, m.d2_cv, m.bits_per_spike, m.delta_elpd_vs_best, m.delta_elpd_se, m.r2_partial, m.params
        );
    }
    println!(
        "{:#?}",
        (
            r.gain.d_log_ratio,
            r.muw,
            r.n_exponent,
            r.sigma0_sq,
            r.power,
            r.surrogates,
            r.inherited,
            r.sst_cal,
            r.pv_cal,
            r.seed_index.map(|s| s.r2_cv),
            r.reasons,
            r.flags
        )
    );
}
