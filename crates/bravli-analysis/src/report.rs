//! What an assessment returns. Every number is finite; what could not be estimated is `None`.

use serde::{Deserialize, Serialize};

/// A point estimate with a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Estimate.
    pub est: f64,
    /// Lower limit.
    pub lo: f64,
    /// Upper limit.
    pub hi: f64,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every requirement of an uncertainty-modulated prediction error is met.
    Supported,
    /// A requirement is refused by the data, with enough power to have met it.
    NotSupported,
    /// The gain grows with σ: the opposite of the hypothesis.
    Contradicted,
    /// The data cannot tell; the reasons say which datum would.
    Undetermined,
    /// A circuit of known answer was misjudged, so no judgement is given.
    PipelineInvalid,
}

/// What a population's mean response does on the two sides of the expected stimulus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeClass {
    /// Rises for δ > 0, flat for δ < 0 (pPE).
    PositiveError,
    /// Rises for δ < 0, flat for δ > 0 (nPE).
    NegativeError,
    /// Rises on both sides.
    Salience,
    /// Rises on one side and falls on the other, or follows the mean: codes the stimulus.
    Drive,
    /// No side differs from the expected stimulus.
    Null,
    /// Some response, but the interval of the other side is too wide.
    Unclear,
    /// Only one sign of δ was probed.
    OneSidedDesign,
}

/// Which probes carry the primary gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// δ > 0.
    Positive,
    /// δ < 0.
    Negative,
    /// Both, added.
    Both,
}

/// Where the response to an expected stimulus comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineSource {
    /// Probes at δ = 0 in every context.
    ProbeAtZero,
    /// Natural trials with |δ| at most a quarter of the smallest probed deviation, at least 8 per context.
    ExpectedTrials,
    /// None at hand: intercept of the line over at least two |δ| on the same side.
    FreeIntercept,
    /// None at hand and one |δ| only: taken as 0, so an additive offset would bias D towards 0.
    Zero,
}

/// What was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignSummary {
    /// Trials of each kind.
    pub n_natural: usize,
    /// Lead-in trials.
    pub n_lead_in: usize,
    /// Probe trials.
    pub n_probe: usize,
    /// Distinct (μ, σ).
    pub n_contexts: usize,
    /// Distinct μ.
    pub n_mu: usize,
    /// Distinct σ.
    pub n_sigma: usize,
    /// Runs.
    pub n_seeds: usize,
    /// σ levels, ascending.
    pub sigmas: Vec<f64>,
    /// Signed probe deviations, ascending.
    pub deltas: Vec<f64>,
    /// Fewest probes (all runs) of any context.
    pub min_probes_per_context: usize,
    /// Fewest lead-in trials before any probe.
    pub lead_in_trials: usize,
    /// Shortest time from the first lead-in onset to its probe, ms.
    pub lead_in_ms: f64,
    /// Time a decisive lead-in must last, ms.
    pub required_lead_in_ms: f64,
    /// Whether lead-ins are identical across the contexts of one mean.
    pub lead_in_frozen: bool,
    /// Whether lead-in is frozen and long enough.
    pub lead_in_decisive: bool,
}

/// One rival of the model table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelScore {
    /// Identity, such as `MU1`.
    pub id: String,
    /// What it means.
    pub meaning: String,
    /// Selected non-linear parameters (full data).
    pub params: Vec<(String, f64)>,
    /// Held-out deviance explained relative to M0: 1 − dev/dev_M0.
    pub d2_cv: f64,
    /// Held-out quasi-log-likelihood gain over M0, bits per spike.
    pub bits_per_spike: f64,
    /// ELPD difference to the best model (≤ 0).
    pub delta_elpd_vs_best: f64,
    /// Its standard error over blocks.
    pub delta_elpd_se: f64,
    /// Held-out partial R² given history, drive, |δ| and change.
    pub r2_partial: f64,
}

/// Gain at one σ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GainPoint {
    /// σ of the context.
    pub sigma: f64,
    /// Response above the expected one per unit |δ|, spikes per trial (population sum).
    pub g: f64,
    /// Bootstrap standard error.
    pub se: f64,
    /// Probes behind it.
    pub n_probes: usize,
}

/// D at a single probed deviation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DeltaD {
    /// Signed deviation.
    pub delta: f64,
    /// log of the ratio of responses above baseline, σ_min over σ_max.
    pub d: Option<Estimate>,
}

/// Gain as a function of σ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GainReport {
    /// Source of the expected response.
    pub baseline: BaselineSource,
    /// Kind of response.
    pub class: PeClass,
    /// Side that carries the primary estimand.
    pub side: Side,
    /// Mean slope for δ > 0, spikes per unit δ.
    pub slope_positive: Option<Estimate>,
    /// Mean slope for δ < 0, spikes per unit |δ|.
    pub slope_negative: Option<Estimate>,
    /// Slope of the expected response on μ over the larger error slope: 0 error coding, 1 stimulus coding.
    pub mean_following: Option<Estimate>,
    /// Whether the flat side may be flat because the population is silent there.
    pub rectified_by_floor: bool,
    /// Gains for δ > 0.
    pub positive: Vec<GainPoint>,
    /// Gains for δ < 0.
    pub negative: Vec<GainPoint>,
    /// D = log g(σ_min) − log g(σ_max) of the primary side.
    pub d_log_ratio: Option<Estimate>,
    /// 90 % interval of D, the one the equivalence test reads.
    pub d_90: Option<[f64; 2]>,
    /// Whether the 90 % interval lies within ±ln 1.1.
    pub equivalent_to_none: bool,
    /// D of pure range adaptation in this design, ln(σ_max/σ_min).
    pub d_range_adaptation: f64,
    /// D at each deviation.
    pub by_delta: Vec<DeltaD>,
}

/// Fit of b + G·|δ|ᵏ/(1 + (a/σ₀·σ + c/σ₀·|δ|)²) to matched probes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MuwReport {
    /// Weight of the context's σ, in units of 1/stimulus.
    pub a_over_sigma0: Estimate,
    /// The same times √(σ_min σ_max): without unit.
    pub a_scaled: Estimate,
    /// Weight of the instantaneous deviation, in units of 1/stimulus.
    pub c_over_sigma0: f64,
    /// Exponent of the deviation.
    pub k: f64,
    /// 2(ℓ₁ − ℓ₀)/F against a = 0.
    pub lambda: f64,
    /// Its 95 % quantile under a = 0, by parametric bootstrap.
    pub lambda_threshold: f64,
    /// p of the parametric bootstrap.
    pub p: f64,
    /// Whether the lower limit of `a_scaled` lies beyond [`crate::RANGE_ADAPTATION`].
    pub range_adaptation: bool,
}

/// Gain of an input class and what the response class adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InheritedGain {
    /// Input class.
    pub class: String,
    /// D of the input on the same side.
    pub d_input: Option<Estimate>,
    /// D_response − D_input, paired over bootstrap draws.
    pub difference: Option<Estimate>,
}

/// A permutation test of D.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurrogateTest {
    /// What was permuted.
    pub kind: String,
    /// (1 + #{≥ observed})/(1 + n).
    pub p: f64,
    /// Mean of D under permutation.
    pub null_mean: f64,
    /// Standard deviation of D under permutation.
    pub null_sd: f64,
    /// Permutations that gave a D.
    pub n: usize,
}

/// What a class reads out across contexts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeanCalibration {
    /// Class.
    pub class: String,
    /// Which responses were read: `pre_stimulus` or `expected_trials`.
    pub source: String,
    /// Slope of the context mean on μ, spikes per stimulus unit.
    pub slope: f64,
    /// Intercept, spikes.
    pub intercept: f64,
    /// Leave-one-context-out R².
    pub r2_cv: f64,
    /// Partial correlation with μ given x, x₋₁, x₋₂, x₋₃; interval with blocks as the sample size.
    pub partial_mu_given_x: Option<Estimate>,
    /// `mean`, `stimulus` or `neither`.
    pub reads: String,
}

/// What a class says about σ across contexts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VarianceCalibration {
    /// Class.
    pub class: String,
    /// Exponent p of r = a + b σᵖ + e μ, profile interval.
    pub p_exponent: Option<Estimate>,
    /// Sign of b: 1 variance-like, −1 precision-like, 0 none.
    pub b_sign: i8,
    /// R² of the fit over contexts.
    pub r2: f64,
    /// Slope on σ² in expected (δ ≈ 0) trials alone, spikes per stimulus unit², with interval: the contextual part.
    pub contextual_b: Option<Estimate>,
    /// `variance`, `sd`, `precision` or `unclear`.
    pub reads: String,
}

/// The index (L4 − SST)·PV, which is reported but never decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedIndex {
    /// Leave-one-context-out R² of the response on the index, natural trials.
    pub r2_cv: f64,
    /// The same for every control that has the classes.
    pub r2_cv_controls: Vec<(String, f64)>,
    /// Always false.
    pub can_decide: bool,
    /// Why not.
    pub why_not: String,
}

/// What the design could have seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PowerEstimate {
    /// Fano factor of the counts within a probe cell.
    pub fano: f64,
    /// Standard error of D.
    pub se_d: f64,
    /// Standard error of D expected from the count statistics alone, √(F/A₁ + F/A₂).
    pub se_d_counts: f64,
    /// Smallest gain ratio seen with power .8 at |z| > 1.96.
    pub detectable_ratio: f64,
    /// Probes per (σ, δ), all runs and means together, now.
    pub probes_per_cell: f64,
    /// Probes per (σ, δ) needed for a ratio of 1.5.
    pub probes_for_ratio_1_5: f64,
    /// Probes per (σ, δ) needed for a ratio of 1.25.
    pub probes_for_ratio_1_25: f64,
    /// Probes per (σ, δ) needed to call a flat gain equivalent to none.
    pub probes_for_equivalence: f64,
}

/// How a circuit of known answer was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlResult {
    /// Name.
    pub name: String,
    /// What it is.
    pub computes_upe: bool,
    /// What the estimator said.
    pub flagged: bool,
    /// Whether the two agree.
    pub passed: bool,
    /// D.
    pub d_log_ratio: Option<Estimate>,
    /// Fit of MUW.
    pub muw: Option<MuwReport>,
    /// Exponent n.
    pub n_exponent: Option<Estimate>,
    /// Kind of response.
    pub class: PeClass,
}

/// A statement of the hypothesis that the data refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Falsifier {
    /// Its number in the list of [`crate::verdict`].
    pub number: u8,
    /// What was found.
    pub text: String,
}

/// Everything an assessment says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpeReport {
    /// Hypothesis under test.
    pub hypothesis: String,
    /// Its theory.
    pub theory: String,
    /// Class tested.
    pub response_class: String,
    /// Cells in it.
    pub n_cells: u32,
    /// Counting window.
    pub window: crate::responses::Window,
    /// Plasticity during the protocol.
    pub plasticity_on: bool,
    /// Top-down context signal.
    pub top_down_on: bool,
    /// What was shown.
    pub design: DesignSummary,
    /// Rivals, in a fixed order.
    pub models: Vec<ModelScore>,
    /// Best held-out model.
    pub winner: Option<String>,
    /// Its lead over the runner-up in standard errors.
    pub winner_margin_z: Option<f64>,
    /// Gain curve and D.
    pub gain: GainReport,
    /// Exponent n of g = G/(σ₀² + σ²)ⁿ, profile interval.
    pub n_exponent: Option<Estimate>,
    /// σ₀² of the same fit.
    pub sigma0_sq: Option<Estimate>,
    /// Smallest and largest n over the controls that compute UPE.
    pub n_truth_range: Option<[f64; 2]>,
    /// Test of a contextual σ.
    pub muw: Option<MuwReport>,
    /// Gain of the inputs.
    pub inherited: Vec<InheritedGain>,
    /// Permutations.
    pub surrogates: Vec<SurrogateTest>,
    /// Mean read-out.
    pub sst_cal: Option<MeanCalibration>,
    /// Variance read-out.
    pub pv_cal: Option<VarianceCalibration>,
    /// Index of no specificity.
    pub seed_index: Option<SeedIndex>,
    /// What could have been seen.
    pub power: Option<PowerEstimate>,
    /// Circuits of known answer.
    pub controls: Vec<ControlResult>,
    /// Assumptions behind the verdict.
    pub assumptions: Vec<String>,
    /// Warnings.
    pub flags: Vec<String>,
    /// Refuted statements.
    pub falsifiers_triggered: Vec<Falsifier>,
    /// Verdict.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<String>,
    /// Bootstrap draws.
    pub n_bootstrap: u32,
    /// Surrogate draws.
    pub n_surrogates: u32,
    /// Key of all random numbers.
    pub seed: u64,
    /// Version of the estimator; a change of numbers for the same input raises it.
    pub estimator_version: u32,
}
