//! Reading runs: does a circuit compute uncertainty-modulated prediction errors (UPE)?
//!
//! Trial-wise population counts ([`Responses`]) go in, a [`UpeReport`] comes out: gain at physically identical probes
//! as a function of the context's σ, tests against rivals that need no uncertainty, controls of known answer run
//! through the same estimator, and a verdict that may be `not_supported` or `undetermined`.
//!
//! **Invariant.** The report is a function of (responses, controls, options) alone: same input, same bits, at any
//! number of threads; and no input makes the crate panic.
//!
//! ```
//! use bravli_analysis::{Control, UpeOptions, Verdict, assess};
//! use bravli_analysis::truth::{Rule, Synthetic, simulate};
//!
//! let run = |rule, seed| simulate(&Synthetic { rule, seed, mus: vec![4.0, 6.0], ..Synthetic::default() });
//! let controls = [
//!     Control { name: "upe".into(), computes_upe: true, responses: run(Rule::Upe { k: 2.0 }, 1) },
//!     Control { name: "flat".into(), computes_upe: false, responses: run(Rule::Unmodulated { w: 0.5 }, 2) },
//! ];
//! let options = UpeOptions { n_bootstrap: 200, n_surrogates: 200, ..UpeOptions::default() };
//! let report = assess(&run(Rule::Unmodulated { w: 0.5 }, 3), &controls, &options)?;
//! assert_eq!(report.verdict, Verdict::NotSupported, "{:?}", report.reasons);
//! # Ok::<(), bravli_analysis::AnalysisError>(())
//! ```
//!
//! [`spikes`] stands apart: statistics of any run's spikes, with no protocol and no question behind them.

mod assess;
mod calibration;
mod cells;
mod design;
mod draws;
mod error;
mod exponent;
mod features;
pub mod firing;
mod gain;
mod history;
mod linalg;
mod models;
mod muw;
mod options;
mod power;
mod report;
mod responses;
pub mod spikes;
mod stats;
pub mod truth;
pub mod verdict;

pub use assess::assess;
pub use error::AnalysisError;
pub use options::{
    ALPHA, Control, EQUIVALENCE_RATIO, LEAD_IN_TAUS, MIN_PROBES, ONE_SIDED_FRACTION, POWER_RATIO, RANGE_ADAPTATION,
    UpeOptions,
};
pub use report::{
    BaselineSource, ControlResult, DeltaD, DesignSummary, Estimate, Falsifier, GainPoint, GainReport, InheritedGain,
    MeanCalibration, ModelScore, MuwReport, PeClass, PowerEstimate, SeedIndex, Side, SurrogateTest, UpeReport,
    VarianceCalibration, Verdict,
};
pub use responses::{ResponseClass, Responses, TrialResponse, Window, count_spikes};
