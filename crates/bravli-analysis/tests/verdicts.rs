//! Verdicts on synthetic circuits of known answer.

use bravli_analysis::truth::{Rule, Synthetic, simulate};
use bravli_analysis::{AnalysisError, Control, PeClass, Responses, UpeOptions, UpeReport, Verdict, assess};

fn design(rule: Rule, seed: u64) -> Synthetic {
    Synthetic { rule, seed, mus: vec![4.0, 6.0], ..Synthetic::default() }
}

fn controls() -> Vec<Control> {
    let control = |name: &str, computes_upe, rule, seed| Control {
        name: name.to_owned(),
        computes_upe,
        responses: simulate(&design(rule, seed)),
    };
    vec![
        control("wilmes_k2", true, Rule::Upe { k: 2.0 }, 901),
        control("unmodulated", false, Rule::Unmodulated { w: 0.5 }, 902),
    ]
}

fn options() -> UpeOptions {
    UpeOptions {
        input_class: Some("L4_E".into()),
        sst_class: Some("L23_SST".into()),
        pv_class: Some("L23_PV".into()),
        n_bootstrap: 400,
        n_surrogates: 400,
        plasticity_on: true,
        ..UpeOptions::default()
    }
}

fn judged(rule: Rule, seed: u64) -> UpeReport {
    assess(&simulate(&design(rule, seed)), &controls(), &options()).expect("a complete design")
}

#[test]
fn upe_is_supported() {
    let r = judged(Rule::Upe { k: 2.0 }, 1);
    assert_eq!(r.verdict, Verdict::Supported, "{:#?}", r.reasons);
    assert_eq!(r.gain.class, PeClass::PositiveError);
    // Closed form: D between .1 and 2.5, equal weight per |δ|² over δ = .5, 1, 2, 3, is about 1.5; ± .5 is 4 se.
    let d = r.gain.d_log_ratio.unwrap();
    assert!((d.est - 1.5).abs() < 0.5, "{d:?}");
    let muw = r.muw.unwrap();
    assert!(muw.a_over_sigma0.lo > 0.3 && muw.a_over_sigma0.hi < 2.0, "{muw:?}");
    assert!(r.pv_cal.unwrap().contextual_b.unwrap().lo > 0.0);
    assert_eq!(r.sst_cal.unwrap().reads, "mean");
}

#[test]
fn no_modulation_is_not_supported() {
    let r = judged(Rule::Unmodulated { w: 0.5 }, 2);
    assert_eq!(r.verdict, Verdict::NotSupported, "{:#?}", r.reasons);
    assert!(r.falsifiers_triggered.iter().any(|f| f.number == 1 || f.number == 2));
}

#[test]
fn division_by_the_current_deviation_is_not_supported() {
    let r = judged(Rule::InstantDivision { k: 2.0, w: 0.5 }, 3);
    assert_ne!(r.verdict, Verdict::Supported, "{:#?}", r.reasons);
}

#[test]
fn z_scores_are_range_adaptation() {
    let r = judged(Rule::ZScore, 4);
    assert!(r.muw.unwrap().range_adaptation, "{:?}", r.muw);
    assert_eq!(r.verdict, Verdict::NotSupported, "{:#?}", r.reasons);
}

#[test]
fn a_drive_is_not_an_error() {
    let r = judged(Rule::Drive, 5);
    assert_eq!(r.gain.class, PeClass::Drive);
    assert_eq!(r.verdict, Verdict::NotSupported, "{:#?}", r.reasons);
}

#[test]
fn the_index_scores_high_where_nothing_is_modulated() {
    // Large populations (200 spikes per unit, Poisson), as the index of single trials drowns in counting noise else.
    // A rectified response to δ ~ N(0, σ²) has squared correlation .25/(.5 − 1/2π) = .73 with δ
    // itself; noise of the three classes and x ≥ 0 take some of it.
    let quiet =
        |rule, seed| simulate(&Synthetic { spikes_per_unit: 200.0, fano: 1.0, natural: 40, ..design(rule, seed) });
    let upe = Control { name: "upe".into(), computes_upe: true, responses: quiet(Rule::Upe { k: 1.0 }, 61) };
    let r = assess(&quiet(Rule::Unmodulated { w: 0.5 }, 6), &[upe], &options()).unwrap();
    let index = r.seed_index.unwrap();
    let on_upe = index.r2_cv_controls[0].1;
    assert!(!index.can_decide);
    assert!(index.r2_cv > 0.5 && index.r2_cv > on_upe + 0.1, "flat {} upe {on_upe}", index.r2_cv);
}

#[test]
fn swapped_controls_invalidate_the_pipeline() {
    let mut swapped = controls();
    for c in &mut swapped {
        c.computes_upe = !c.computes_upe;
    }
    let r = assess(&simulate(&design(Rule::Upe { k: 2.0 }, 7)), &swapped, &options()).unwrap();
    assert_eq!(r.verdict, Verdict::PipelineInvalid);
    assert!(r.falsifiers_triggered.iter().any(|f| f.number == 8));
}

#[test]
fn without_controls_or_lead_in_nothing_is_decided() {
    let responses = simulate(&design(Rule::Upe { k: 2.0 }, 8));
    let r = assess(&responses, &[], &options()).unwrap();
    assert_eq!(r.verdict, Verdict::Undetermined);
    let short = simulate(&Synthetic { interval_ms: 300.0, ..design(Rule::Upe { k: 2.0 }, 8) });
    let r = assess(&short, &controls(), &options()).unwrap();
    assert_eq!(r.verdict, Verdict::Undetermined, "{:#?}", r.reasons);
    assert!(r.reasons.iter().any(|s| s.contains("lead-in")));
}

#[test]
fn an_effect_that_nothing_can_hold_is_an_artefact() {
    let options = UpeOptions { plasticity_on: false, ..options() };
    let r = assess(&simulate(&design(Rule::Upe { k: 2.0 }, 9)), &controls(), &options).unwrap();
    assert_eq!(r.verdict, Verdict::NotSupported);
    assert!(r.falsifiers_triggered.iter().any(|f| f.number == 10));
    assert!(r.flags.iter().any(|f| f.contains("adaptation-level")));
}

#[test]
fn few_probes_leave_it_undetermined_and_say_how_many_are_needed() {
    let few = Synthetic { blocks: 1, probes: 1, spikes_per_unit: 0.5, ..design(Rule::Upe { k: 2.0 }, 10) };
    let r = assess(&simulate(&few), &controls(), &options()).unwrap();
    assert_eq!(r.verdict, Verdict::Undetermined, "{:#?}", r.reasons);
    assert!(r.reasons.iter().any(|s| s.contains("decides:")), "{:?}", r.reasons);
}

#[test]
fn same_seed_same_bits_at_any_thread_count() {
    let responses = simulate(&design(Rule::Upe { k: 2.0 }, 11));
    let small = UpeOptions { n_bootstrap: 50, n_surrogates: 50, ..options() };
    let run = |threads: usize, o: &UpeOptions| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| assess(&responses, &[], o)).unwrap()
    };
    assert_eq!(run(1, &small), run(4, &small));
    let other = UpeOptions { seed: 1, ..small.clone() };
    assert_ne!(run(1, &small).gain.d_log_ratio, run(1, &other).gain.d_log_ratio);
}

#[test]
fn an_inherited_gain_is_named() {
    let mut responses = simulate(&design(Rule::Upe { k: 2.0 }, 12));
    let input = responses.classes[0].counts.clone();
    responses.classes[1].counts = input;
    let r = assess(&responses, &controls(), &options()).unwrap();
    assert_eq!(r.verdict, Verdict::NotSupported, "{:#?}", r.reasons);
    assert!(r.falsifiers_triggered.iter().any(|f| f.number == 3));
}

#[test]
fn degenerate_inputs_are_errors_or_undetermined_never_panics() {
    let good = simulate(&Synthetic { blocks: 1, probes: 1, runs: 1, ..Synthetic::default() });
    let small = UpeOptions { n_bootstrap: 20, n_surrogates: 20, ..UpeOptions::default() };
    let err = |r: &Responses| assess(r, &[], &small).unwrap_err();
    assert!(matches!(err(&Responses::default()), AnalysisError::NoTrials { .. } | AnalysisError::UnknownClass { .. }));
    let mut r = good.clone();
    r.classes[0].counts.pop();
    assert!(matches!(err(&r), AnalysisError::LengthMismatch { .. }));
    let mut r = good.clone();
    r.classes[0].counts[3] = f64::NAN;
    assert!(matches!(err(&r), AnalysisError::BadNumber { .. }));
    let mut r = good.clone();
    r.trials[0].trial.onset_ms = f64::INFINITY;
    assert!(matches!(err(&r), AnalysisError::BadNumber { .. }));
    let mut r = good.clone();
    for t in &mut r.trials {
        t.trial.kind = bravli_circuit::TrialKind::Natural;
    }
    assert!(matches!(err(&r), AnalysisError::NoProbes { .. }));
    let mut r = good.clone();
    for t in &mut r.trials {
        t.trial.sigma = 0.0;
    }
    assert!(matches!(err(&r), AnalysisError::TooFewSigmas { .. }));
    assert!(!err(&r).remedy().is_empty());
    let mut silent = good.clone();
    for c in &mut silent.classes {
        c.counts.iter_mut().for_each(|y| *y = 0.0);
        c.baseline.clear();
    }
    assert_eq!(assess(&silent, &[], &small).unwrap().verdict, Verdict::Undetermined);
    let mut huge = good.clone();
    for c in &mut huge.classes {
        c.counts.iter_mut().for_each(|y| *y *= 1e9);
    }
    assert!(assess(&huge, &[], &small).is_ok());
    let mut lone = good.clone();
    let probe = |s: f64| {
        let mut t = good.trials[0];
        (t.trial.sigma, t.trial.kind, t.trial.x) = (s, bravli_circuit::TrialKind::Probe, t.trial.mu + 1.0);
        t
    };
    lone.trials = vec![probe(0.0), probe(1.0)];
    for c in &mut lone.classes {
        (c.counts, c.baseline) = (vec![1.0, 2.0], Vec::new());
    }
    let named = UpeOptions { n_bootstrap: 20, n_surrogates: 20, ..options() };
    assert_eq!(assess(&lone, &[], &named).unwrap().verdict, Verdict::Undetermined);
    let mut constant = good.clone();
    for c in &mut constant.classes {
        c.counts.iter_mut().for_each(|y| *y = 7.0);
    }
    assert_eq!(assess(&constant, &[], &small).unwrap().verdict, Verdict::Undetermined);
}

#[test]
fn a_report_survives_json() {
    // JSON has no NaN, so this also shows that every number of the report is finite.
    let r = judged(Rule::Upe { k: 2.0 }, 13);
    let text = serde_json::to_string(&r).unwrap();
    let back: UpeReport = serde_json::from_str(&text).unwrap();
    assert_eq!(back.verdict, r.verdict);
    assert!(!text.contains(":null,\"est\""));
    assert_eq!(back.models.len(), r.models.len());
    let silent = {
        let mut s = simulate(&design(Rule::Drive, 14));
        s.classes.iter_mut().for_each(|c| c.counts.iter_mut().for_each(|y| *y = 0.0));
        s
    };
    let r = assess(&silent, &[], &options()).unwrap();
    let text = serde_json::to_string(&r).unwrap();
    assert!(serde_json::from_str::<UpeReport>(&text).is_ok(), "{text}");
}

#[test]
fn noiseless_rates_in_any_unit_are_judged_alike() {
    // Exact rates, as a rate circuit gives them: no trial-to-trial variance at all.
    for unit in [0.001, 1.0, 100.0] {
        for (rule, want) in [
            (Rule::Upe { k: 1.0 }, true),
            (Rule::Upe { k: 2.0 }, true),
            (Rule::Unmodulated { w: 0.5 }, false),
            (Rule::InstantDivision { k: 2.0, w: 0.5 }, false),
            (Rule::ZScore, false),
        ] {
            let mut r = simulate(&design(rule, 15));
            for (y, t) in r.classes[0].counts.iter_mut().zip(&r.trials) {
                *y = unit * rule.rate(t.trial.x, t.trial.mu, t.trial.sigma);
            }
            let small = UpeOptions { n_bootstrap: 50, n_surrogates: 100, ..UpeOptions::default() };
            let got = assess(&r, &[], &small).unwrap();
            let flagged = bravli_analysis::verdict::is_flagged(&got.gain, got.muw.as_ref());
            assert_eq!(flagged, want, "{rule:?} unit {unit}: {:?} {:?}", got.gain.d_log_ratio, got.muw);
        }
    }
}
