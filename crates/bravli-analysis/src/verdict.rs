//! From evidence to a verdict.
//!
//! A system is **flagged** when the 95 % interval of D lies above 0 and its 90 % interval is not within ±ln 1.1,
//! and the MUW test has p < .05 with a/σ₀ excluding 0, and the gain is not range adaptation
//! ([`crate::RANGE_ADAPTATION`]). Controls are judged by this flag alone. The verdict is then the first that applies:
//!
//! 1. `undetermined`: there are fewer than [`crate::MIN_PROBES`] probes per (σ, δ), too few for a bootstrap interval.
//! 2. `pipeline_invalid`: fewer than [`MIN_POWER`] of the UPE controls are flagged, or more of the others than
//!    [`MAX_FALSE_RATE`] can explain (falsifier 8). `undetermined`: the population does not respond to probes, so there is
//!    no gain.
//! 3. `contradicted`: the interval of D lies below −ln 1.1.
//! 4. `not_supported`, when any of these holds: the response is a drive, not an error; D is equivalent to none, or its
//!    interval includes 0 although a ratio of 1.5 would have been seen (1); a/σ₀ cannot be told from 0 with the same
//!    power (2); the gain is range adaptation (2); an input class has a gain of its own and the response class adds
//!    less than ln 1.1 to it (3); a decisive lead-in was used, the effect is there, and nothing in the circuit could
//!    hold σ (10).
//! 5. `supported`, when all of these hold: flagged; the surrogate p < .05; an input class, where named, leaves
//!    D_response − D_input above 0; the response is a positive, negative or unsigned error; the lead-in is frozen and
//!    lasts three adaptation time constants; there was a UPE control and another one; no falsifier is triggered; the
//!    best held-out model scales an error by σ; the exponent lies within that of the UPE controls.
//! 6. `undetermined` otherwise, with what is missing.
//!
//! Without a control of each kind, 3, 4 and 5 are withheld: an absence or a presence has to be shown to be
//! visible by this design first.
//!
//! Falsifiers, numbered: 1 D ≤ 0 or equivalent to none; 2 a includes 0, or range adaptation; 3 gain inherited from
//! the input; 5 the PV read-out excludes a variance; 6 SST does not read the mean; 8 truth controls fail; 10 an effect
//! where nothing can hold σ. (4, 7 and 9 need silencing, oddball and rewiring experiments.)

use crate::options::{ALPHA, EQUIVALENCE_RATIO, MIN_PROBES, POWER_RATIO, UpeOptions};
use crate::report::{Estimate, Falsifier, GainReport, MuwReport, PeClass, Side, UpeReport, Verdict};

/// Whether the estimator says "uncertainty-modulated", before inheritance and artefacts are considered.
#[must_use]
pub fn is_flagged(gain: &GainReport, muw: Option<&MuwReport>) -> bool {
    let rises = gain.d_log_ratio.is_some_and(|d| d.lo > 0.0) && !gain.equivalent_to_none;
    rises && muw.is_some_and(|m| m.p < ALPHA && m.a_over_sigma0.lo > 0.0 && !m.range_adaptation)
}

fn show(e: Estimate) -> String {
    format!("{:.2} [{:.2}, {:.2}]", e.est, e.lo, e.hi)
}

/// Fills verdict, reasons, flags and falsifiers of a report whose evidence is complete.
pub(crate) fn judge(report: &mut UpeReport, options: &UpeOptions) {
    context_flags(report, options);
    let falsify = |report: &mut UpeReport, number: u8, text: String| {
        report.falsifiers_triggered.push(Falsifier { number, text });
    };
    let (against, powered) = evidence_against(report);
    read_out_falsifiers(report);
    for (number, text) in &against {
        if let Some(number) = number {
            falsify(report, *number, text.clone());
        }
    }
    if let Some(p) = report.power.filter(|p| p.probes_per_cell < MIN_PROBES) {
        let why = format!(
            "{:.1} probes per (sigma, delta) are too few for an interval; decides: at least {MIN_PROBES}, and {} for a ratio of 1.5",
            p.probes_per_cell, p.probes_for_ratio_1_5
        );
        return conclude(report, Verdict::Undetermined, vec![why]);
    }
    if let Some(text) = failed_controls(report) {
        falsify(report, 8, text.clone());
        return conclude(report, Verdict::PipelineInvalid, vec![text]);
    }
    let has = |truth: bool| report.controls.iter().any(|c| c.computes_upe == truth);
    let controlled = has(true) && has(false);
    if report.gain.class == PeClass::Null || report.gain.d_log_ratio.is_none() {
        let why =
            "the population does not respond to probes above its expected response, so there is no gain to compare";
        return conclude(
            report,
            Verdict::Undetermined,
            vec![why.into(), "decides: more probes, or larger |delta|".into()],
        );
    }
    let bound = EQUIVALENCE_RATIO.ln();
    if let Some(d) = report.gain.d_log_ratio.filter(|d| controlled && d.hi < -bound) {
        let why = format!("the gain grows with sigma: D = {}", show(d));
        falsify(report, 1, why.clone());
        return conclude(report, Verdict::Contradicted, vec![why]);
    }
    if !against.is_empty() && controlled {
        let reasons = against.into_iter().map(|a| a.1).collect();
        return conclude(report, Verdict::NotSupported, reasons);
    }
    let mut missing = shortfalls(report, powered);
    if !controlled {
        missing.insert(0, "no truth control of each kind was run; decides: one circuit that computes UPE and one that does not, through the same design".into());
        missing.extend(against.into_iter().map(|a| format!("against: {}", a.1)));
    }
    if missing.is_empty() {
        let d = report.gain.d_log_ratio.map(show).unwrap_or_default();
        let a = report.muw.map(|m| show(m.a_over_sigma0)).unwrap_or_default();
        let why = format!(
            "D = {d}, a/sigma0 = {a}: gain at identical probes falls with the context's sigma, and no rival tested explains it"
        );
        return conclude(report, Verdict::Supported, vec![why]);
    }
    conclude(report, Verdict::Undetermined, missing);
}

/// Smallest share of UPE controls that must be flagged (theory of the estimator: power of at least 80 %).
pub const MIN_POWER: f64 = 0.8;

/// Largest rate at which controls that do not compute UPE may be flagged.
pub const MAX_FALSE_RATE: f64 = 0.05;

/// What the truth controls show against the pipeline: too little power, or more false alarms than the allowed rate gives
/// in one of twenty such sets.
fn failed_controls(report: &UpeReport) -> Option<String> {
    let tally = |truth: bool| {
        let of_kind = || report.controls.iter().filter(move |c| c.computes_upe == truth);
        (of_kind().filter(|c| c.flagged).count(), of_kind().count())
    };
    let (hits, n_upe) = tally(true);
    let (alarms, n_other) = tally(false);
    let mut failures = Vec::new();
    if n_upe > 0 && (hits as f64) < MIN_POWER * n_upe as f64 {
        failures.push(format!("{hits} of {n_upe} controls that compute UPE were flagged; at least 80 % are wanted"));
    }
    if n_other > 0 && at_least(alarms, n_other, MAX_FALSE_RATE) < ALPHA {
        failures.push(format!("{alarms} of {n_other} controls that do not compute UPE were flagged; 5 % are allowed"));
    }
    (!failures.is_empty()).then(|| format!("truth controls fail: {}", failures.join("; ")))
}

/// P(X ≥ k) of a binomial number of n trials with probability p.
fn at_least(k: usize, n: usize, p: f64) -> f64 {
    let mut term = (1.0 - p).powi(n as i32);
    let mut below = 0.0;
    for i in 0..k {
        below += term;
        term *= p / (1.0 - p) * (n - i) as f64 / (i + 1) as f64;
    }
    1.0 - below
}

fn conclude(report: &mut UpeReport, verdict: Verdict, reasons: Vec<String>) {
    report.verdict = verdict;
    report.reasons.extend(reasons);
}

/// Statements that the data refuse, with their falsifier number; and whether the design had enough power.
fn evidence_against(report: &UpeReport) -> (Vec<(Option<u8>, String)>, bool) {
    let mut out = Vec::new();
    let powered = report.power.is_some_and(|p| p.detectable_ratio <= POWER_RATIO);
    let gain = &report.gain;
    if gain.class == PeClass::Drive {
        out.push((None, "the response follows the stimulus (drive), not the deviation from its mean".into()));
    }
    let Some(d) = gain.d_log_ratio else { return (out, powered) };
    if gain.equivalent_to_none {
        out.push((Some(1), format!("D = {} is equivalent to no modulation (|D| < ln 1.1)", show(d))));
    } else if d.lo <= 0.0 && powered {
        out.push((Some(1), format!("D = {} includes 0, and a ratio of 1.5 would have been seen", show(d))));
    }
    if let Some(m) = report.muw {
        if (m.p >= ALPHA || m.a_over_sigma0.lo <= 0.0) && powered {
            let a = show(m.a_over_sigma0);
            out.push((
                Some(2),
                format!(
                    "a/sigma0 = {a} (p = {:.3}) cannot be told from 0: no more than division by the current deviation",
                    m.p
                ),
            ));
        } else if m.range_adaptation && d.lo > 0.0 {
            let a = show(m.a_scaled);
            out.push((
                Some(2),
                format!("a*sqrt(sigma_min sigma_max)/sigma0 = {a} lies beyond 1: range adaptation (z-score)"),
            ));
        }
    }
    for i in &report.inherited {
        let own = i.d_input.is_some_and(|d| d.lo > 0.0);
        if let Some(diff) = i.difference.filter(|x| own && x.hi < EQUIVALENCE_RATIO.ln()) {
            out.push((
                Some(3),
                format!("the gain is inherited from {}: D_response - D_input = {}", i.class, show(diff)),
            ));
        }
    }
    let holds_sigma = report.plasticity_on || report.top_down_on;
    if report.design.lead_in_decisive && !holds_sigma && is_flagged(gain, report.muw.as_ref()) {
        out.push((Some(10), "the gain depends on sigma after a decisive frozen lead-in, yet nothing in the circuit can hold sigma: an artefact of the protocol or the wiring".into()));
    }
    (out, powered)
}

/// What is missing for `supported`, each with the datum that would decide.
fn shortfalls(report: &UpeReport, powered: bool) -> Vec<String> {
    let mut out = Vec::new();
    let gain = &report.gain;
    let more = report.power.map_or_else(String::new, |p| {
        format!(
            "; decides: {} probes per (sigma, delta) for a ratio of 1.5, {} for 1.25, {} for equivalence (now {:.0})",
            p.probes_for_ratio_1_5, p.probes_for_ratio_1_25, p.probes_for_equivalence, p.probes_per_cell
        )
    });
    if let Some(d) = gain.d_log_ratio.filter(|d| d.lo <= 0.0) {
        out.push(format!("the interval of D = {} does not lie above 0{more}", show(d)));
    }
    match report.muw {
        None => {
            out.push("the MUW test could not be fitted; decides: at least two |delta| or probes at delta = 0".into())
        }
        Some(m) if m.p >= ALPHA || m.a_over_sigma0.lo <= 0.0 => {
            let hint = if powered { String::new() } else { more.clone() };
            out.push(format!("a/sigma0 = {} (p = {:.3}) may be 0{hint}", show(m.a_over_sigma0), m.p));
        }
        Some(_) => {}
    }
    if let Some(s) = report.surrogates.iter().find(|s| s.p >= ALPHA) {
        out.push(format!(
            "permuting {} reaches the observed D with p = {:.3}; decides: more blocks per context",
            s.kind, s.p
        ));
    }
    for i in report.inherited.iter().filter(|i| i.difference.is_none_or(|d| d.lo <= 0.0)) {
        let d = i.difference.map_or_else(|| "not estimable".to_owned(), show);
        out.push(format!("D_response - D_input for {} is {d}: inherited gain is not excluded{more}", i.class));
    }
    match gain.class {
        PeClass::OneSidedDesign => out.push("only one sign of delta was probed, so an error cannot be told from a drive; decides: probes of the other sign".into()),
        PeClass::Unclear => out.push(format!("the response on the other side of the mean is not settled{more}")),
        _ => {}
    }
    for falsifier in &report.falsifiers_triggered {
        out.push(format!("falsifier {} is triggered: {}", falsifier.number, falsifier.text));
    }
    if let Some(winner) = report.winner.as_ref().filter(|winner| !winner.starts_with("MU")) {
        out.push(format!("the best held-out model is {winner}, which scales no error by sigma{more}"));
    }
    if let (Some(n), Some([low, high])) = (report.n_exponent, report.n_truth_range)
        && (n.hi < low || n.lo > high)
    {
        out.push(format!("the exponent n = {} lies outside that of the UPE controls [{low:.2}, {high:.2}]", show(n)));
    }
    let design = &report.design;
    if !design.lead_in_decisive {
        out.push(format!(
            "the lead-in ({} trials, {:.0} ms, frozen: {}) is not decisive, so adaptation can explain a gain; decides: the same frozen lead-in for {:.0} ms",
            design.lead_in_trials, design.lead_in_ms, design.lead_in_frozen, design.required_lead_in_ms
        ));
    }
    out
}

fn read_out_falsifiers(report: &mut UpeReport) {
    if let Some(pv) = &report.pv_cal {
        let excludes = pv.p_exponent.is_some_and(|p| p.lo > 2.0 || p.hi < 2.0);
        if pv.b_sign < 0 || (pv.b_sign > 0 && excludes) {
            let text = format!("{} reads {} of sigma, not the variance", pv.class, pv.reads);
            report.falsifiers_triggered.push(Falsifier { number: 5, text });
        }
    }
    if let Some(sst) = report.sst_cal.as_ref().filter(|s| s.reads != "mean") {
        let text = format!("{} reads {}, not the mean (R2 = {:.2})", sst.class, sst.reads, sst.r2_cv);
        report.falsifiers_triggered.push(Falsifier { number: 6, text });
    }
}

fn context_flags(report: &mut UpeReport, options: &UpeOptions) {
    let mut flags = Vec::new();
    if !options.plasticity_on && !options.top_down_on {
        flags.push("no plasticity and no top-down signal of sigma: no variable of the circuit can hold a context's sigma beyond adaptation, so only adaptation-level UPE could be tested".to_owned());
        report
            .assumptions
            .push("without plasticity or top-down sigma, any gain is read as adaptation-level".to_owned());
    }
    let d = &report.design;
    let ratio = match (d.sigmas.first(), d.sigmas.last()) {
        (Some(a), Some(b)) if *a > 0.0 => b / a,
        _ => f64::INFINITY,
    };
    if d.n_sigma < 5 || ratio < 8.0 {
        flags.push(format!(
            "{} sigma levels spanning a factor {ratio:.1}; at least 5 spanning 8 are advised",
            d.n_sigma
        ));
    }
    if d.n_mu < 3 {
        flags.push(format!(
            "{} mean(s); at least 3 are advised, and one mean cannot show whether the response follows it",
            d.n_mu
        ));
    }
    if d.n_seeds < 10 {
        flags.push(format!(
            "{} run(s) of one circuit; intervals over fewer than 10 seeds understate the spread between runs, and none tells of other circuits",
            d.n_seeds
        ));
    }
    let side = match report.gain.side {
        Side::Negative => &report.gain.negative,
        _ => &report.gain.positive,
    };
    let ends = [side.first(), side.last()];
    for point in ends.into_iter().flatten().filter(|point| point.g <= 2.0 * point.se) {
        flags.push(format!(
            "the gain at sigma = {} is {:.2} with standard error {:.2}, not told from 0: D takes the logarithm of a floor there and only bounds the ratio",
            point.sigma, point.g, point.se
        ));
    }
    if report.gain.rectified_by_floor {
        flags.push("rectified by floor: the population is too silent for its flat side to fall, so error and thresholded drive differ only by the mean they follow".to_owned());
    }
    if let Some(w) = report.winner.as_ref().filter(|w| !w.starts_with("MU")) {
        flags.push(format!("the best held-out trial-wise model is {w}, not one with an uncertainty-scaled error"));
    }
    if let (Some(n), Some([lo, hi])) = (report.n_exponent, report.n_truth_range)
        && (n.hi < lo || n.lo > hi)
    {
        flags.push(format!(
            "the gain exponent n = {} lies outside that of the UPE controls [{lo:.2}, {hi:.2}]",
            show(n)
        ));
    }
    report.flags.extend(flags);
}
