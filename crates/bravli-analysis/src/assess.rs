//! The whole assessment, system by system.

use crate::calibration::{mean_read_out, seed_index, variance_read_out};
use crate::cells::{CellPlan, Cells};
use crate::design::{Table, find_class};
use crate::draws::{Purpose, sampler};
use crate::error::AnalysisError;
use crate::exponent;
use crate::features::Catalogue;
use crate::gain::{self, Curves};
use crate::history::History;
use crate::models::Scorer;
use crate::muw;
use crate::options::{Control, UpeOptions};
use crate::power;
use crate::report::{
    ControlResult, Estimate, GainReport, InheritedGain, MuwReport, SeedIndex, Side, SurrogateTest, UpeReport, Verdict,
};
use crate::responses::{ResponseClass, Responses};
use crate::stats::{LOWER_95, mean, percentile_interval, sd};
use crate::verdict::{is_flagged, judge};
use bravli_circuit::TrialKind;
use rayon::prelude::*;

/// Raised whenever the same input gives other numbers.
const ESTIMATOR_VERSION: u32 = 1;

/// One system with its probe cells and their bootstrap draws.
struct System {
    table: Table,
    plan: CellPlan,
    weights: Vec<Vec<f64>>,
    history: History,
    y: Vec<f64>,
    cells: Cells,
    curves: Curves,
    draws: Vec<Curves>,
    gain: GainReport,
    fano: f64,
    muw: Option<MuwReport>,
    exponent: Option<(Estimate, Estimate)>,
}

/// Decides whether a class computes uncertainty-modulated prediction errors.
///
/// The controls run through the same estimator; see [`crate::verdict`] for how the parts make a verdict.
///
/// # Errors
/// [`AnalysisError`] when the data have no probes to compare, a column has the wrong length or a number is not finite.
///
/// # Repeatability
/// Bit-equal for any thread count: every draw is keyed by (seed, purpose, index) and folded in order.
///
/// # Source
/// Wilmes et al. 2025, doi:10.7554/eLife.14.e95127.
pub fn assess(responses: &Responses, controls: &[Control], options: &UpeOptions) -> Result<UpeReport, AnalysisError> {
    options.check()?;
    let class = find_class(responses, &options.response_class, options.window.as_deref())?;
    let system = System::new("the circuit", responses, class, options)?;
    let scorer = Scorer::new(&system.table, &system.history, system.y.clone(), system.fano);
    let models = scorer.score(&Catalogue::new(&system.table, &system.history));
    let mut rank: Vec<usize> = (0..models.len()).collect();
    rank.sort_by(|a, b| models[*b].delta_elpd_vs_best.total_cmp(&models[*a].delta_elpd_vs_best));
    let second = rank.get(1).map(|i| &models[*i]);
    let window = Some(class.window.name.as_str());
    let named = |name: &Option<String>| name.as_ref().map(|n| find_class(responses, n, window)).transpose();
    let (input, vpm) = (named(&options.input_class)?, named(&options.vpm_class)?);
    let (sst, pv) = (named(&options.sst_class)?, named(&options.pv_class)?);
    let mut results = Vec::with_capacity(controls.len());
    let mut indices = Vec::new();
    for control in controls {
        let r = &control.responses;
        let name = format!("control {}", control.name);
        let first = || r.classes.first().ok_or(AnalysisError::NoClasses { system: name.clone() });
        let class = find_class(r, &options.response_class, window).or_else(|_| first())?;
        let s = System::new(&name, r, class, options)?;
        let flagged = is_flagged(&s.gain, s.muw.as_ref());
        if let Some(r2) = s.index_score(r, options, window) {
            indices.push((control.name.clone(), r2));
        }
        results.push(ControlResult {
            name: control.name.clone(),
            computes_upe: control.computes_upe,
            flagged,
            passed: flagged == control.computes_upe,
            d_log_ratio: s.gain.d_log_ratio,
            muw: s.muw,
            n_exponent: s.exponent.map(|e| e.0),
            class: s.gain.class,
        });
    }
    let truth: Vec<f64> = results.iter().filter(|c| c.computes_upe).filter_map(|c| Some(c.n_exponent?.est)).collect();
    let range = truth.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |r, v| (r.0.min(*v), r.1.max(*v)));
    let mut assumptions = options.assumptions.clone();
    if input.is_none() {
        assumptions.push("no input class was named: the response class is taken to see the stimulus itself".to_owned());
    }
    if !system.plan.crossed {
        assumptions
            .push("mean and sigma are not crossed: gains at different sigma average over different means".to_owned());
    }
    let index = system.index_score(responses, options, window);
    let d_draws = gain::d_of(&system.curves, &system.draws, system.gain.side).1;
    let mut report = UpeReport {
        hypothesis: "the gain of prediction errors falls with the uncertainty of the context".to_owned(),
        theory: "uncertainty-modulated prediction errors, doi:10.7554/eLife.14.e95127".to_owned(),
        response_class: class.name.clone(),
        n_cells: class.n_cells,
        window: class.window.clone(),
        plasticity_on: options.plasticity_on,
        top_down_on: options.top_down_on,
        design: system.table.summary(options),
        winner: rank.first().map(|i| models[*i].id.clone()),
        winner_margin_z: second.filter(|m| m.delta_elpd_se > 0.0).map(|m| -m.delta_elpd_vs_best / m.delta_elpd_se),
        models,
        n_exponent: system.exponent.map(|e| e.0),
        sigma0_sq: system.exponent.map(|e| e.1),
        n_truth_range: (!truth.is_empty()).then_some([range.0, range.1]),
        muw: system.muw,
        inherited: [input, vpm].into_iter().flatten().map(|c| system.inherited(c)).collect(),
        surrogates: system.surrogate(options).into_iter().collect(),
        sst_cal: sst.and_then(|c| mean_read_out(&system.table, &system.plan, &system.history, c)),
        pv_cal: pv.and_then(|c| variance_read_out(&system.table, &system.plan, c)),
        seed_index: index.map(|r2_cv| SeedIndex {
            r2_cv,
            r2_cv_controls: indices,
            can_decide: false,
            why_not: "it multiplies by PV where the theory divides, and it predicts responses best in a circuit without any uncertainty modulation; a high R2 therefore says nothing about UPE".to_owned(),
        }),
        power: power::estimate(&system.plan, &system.cells, system.gain.side, system.gain.d_log_ratio, &d_draws, system.fano),
        gain: system.gain,
        controls: results,
        assumptions,
        flags: Vec::new(),
        falsifiers_triggered: Vec::new(),
        verdict: Verdict::Undetermined,
        reasons: Vec::new(),
        n_bootstrap: options.n_bootstrap,
        n_surrogates: options.n_surrogates,
        seed: options.seed,
        estimator_version: ESTIMATOR_VERSION,
    };
    judge(&mut report, options);
    Ok(report)
}

impl System {
    fn new(
        name: &str,
        responses: &Responses,
        class: &ResponseClass,
        options: &UpeOptions,
    ) -> Result<Self, AnalysisError> {
        let table = Table::new(name, responses)?;
        let plan = CellPlan::new(name, &table)?;
        let weights: Vec<Vec<f64>> = (0..u64::from(options.n_bootstrap))
            .into_par_iter()
            .map(|i| plan.resample(&mut sampler(options.seed, Purpose::Bootstrap, i)))
            .collect();
        let y = table.ordered(&class.counts);
        let cells = plan.sum(&y, None, &plan.block_sigma);
        let boots: Vec<Cells> = weights.par_iter().map(|w| plan.sum(&y, Some(w), &plan.block_sigma)).collect();
        let curves = Curves::new(&plan, &table, &cells);
        let draws: Vec<Curves> = boots.par_iter().map(|c| Curves::new(&plan, &table, c)).collect();
        let gain = gain::report(&plan, &table, &cells, &curves, &draws, &boots);
        let fano = muw::fano(&plan, &table, &y);
        let muw = muw::fit(&plan, &table, &cells, &boots, gain.side, fano, options);
        let sigma: Vec<f64> = plan.sigmas.iter().map(|s| table.sigmas[*s]).collect();
        let se: Vec<f64> = (0..sigma.len())
            .map(|i| sd(&draws.iter().map(|c| c.side(gain.side)[i]).filter(|v| v.is_finite()).collect::<Vec<_>>()))
            .collect();
        let exponent = exponent::fit(&sigma, &curves.side(gain.side), &se, table.sigma_geo());
        let history = History::new(&table, options);
        Ok(Self { table, plan, weights, history, y, cells, curves, draws, gain, fano, muw, exponent })
    }

    /// D of an input class on the response's side, paired with the response draw by draw.
    fn inherited(&self, class: &ResponseClass) -> InheritedGain {
        let y = self.table.ordered(&class.counts);
        let all = Curves::new(&self.plan, &self.table, &self.plan.sum(&y, None, &self.plan.block_sigma));
        let draws: Vec<Curves> = self
            .weights
            .par_iter()
            .map(|w| Curves::new(&self.plan, &self.table, &self.plan.sum(&y, Some(w), &self.plan.block_sigma)))
            .collect();
        // The input may code the stimulus, so that its gain for δ < 0 is a fall; its own larger side is read then.
        let side = self.gain.side;
        let responds = mean(&all.side(side)) > 0.0;
        let side = match side {
            _ if responds => side,
            Side::Positive => Side::Negative,
            Side::Negative | Side::Both => Side::Positive,
        };
        let (d_input, own) = gain::d_of(&all, &draws, side);
        let (_, response) = gain::d_of(&self.curves, &self.draws, self.gain.side);
        let diff: Vec<f64> = response.iter().zip(&own).map(|(a, b)| a - b).collect();
        let est = self.curves.d(self.gain.side) - all.d(side);
        InheritedGain { class: class.name.clone(), d_input, difference: percentile_interval(est, &diff, LOWER_95) }
    }

    /// Permutes the σ labels of whole blocks among the blocks of one run and mean; δ stays with its trial.
    fn surrogate(&self, options: &UpeOptions) -> Option<SurrogateTest> {
        let observed = self.curves.d(self.gain.side);
        if !observed.is_finite() {
            return None;
        }
        let ds: Vec<f64> = (0..u64::from(options.n_surrogates))
            .into_par_iter()
            .map(|i| {
                let labels = self.plan.permute(&self.table, &mut sampler(options.seed, Purpose::Surrogate, i));
                Curves::new(&self.plan, &self.table, &self.plan.sum(&self.y, None, &labels)).d(self.gain.side)
            })
            .collect();
        let finite: Vec<f64> = ds.into_iter().filter(|d| d.is_finite()).collect();
        let reached = finite.iter().filter(|d| **d >= observed - 1e-12).count();
        Some(SurrogateTest {
            kind: "sigma labels of blocks within run, mean and delta".to_owned(),
            p: (1 + reached) as f64 / (1 + finite.len()) as f64,
            null_mean: mean(&finite),
            null_sd: sd(&finite),
            n: finite.len(),
        })
    }

    /// Held-out R² of the response on (L4 − SST)·PV over natural trials.
    fn index_score(&self, responses: &Responses, options: &UpeOptions, window: Option<&str>) -> Option<f64> {
        let column = |name: &Option<String>| {
            let class = find_class(responses, name.as_deref()?, window).ok()?;
            Some(self.table.ordered(&class.counts))
        };
        let (l4, sst, pv) = (column(&options.input_class)?, column(&options.sst_class)?, column(&options.pv_class)?);
        let keep: Vec<bool> = self.table.rows.iter().map(|r| r.kind == TrialKind::Natural).collect();
        let scorer = Scorer::new(&self.table, &self.history, self.y.clone(), self.fano);
        Some(scorer.r2_of(&seed_index(&l4, &sst, &pv), &keep))
    }
}
