//! What can be wrong with the data handed to the estimator.

/// Why responses cannot be analysed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// There is no trial.
    #[error("no trials in the responses of {system:?}")]
    NoTrials {
        /// Circuit or control the responses belong to.
        system: String,
    },
    /// There is no response class.
    #[error("no response class in the responses of {system:?}")]
    NoClasses {
        /// Circuit or control the responses belong to.
        system: String,
    },
    /// A class has another number of counts than there are trials.
    #[error("class {class:?} has {got} counts for {trials} trials")]
    LengthMismatch {
        /// Class with the wrong length.
        class: String,
        /// Counts (or baseline counts) given.
        got: usize,
        /// Trials given.
        trials: usize,
    },
    /// A number is NaN, infinite or out of its range.
    #[error("{what} of trial {trial} must be {allowed}, got {value}")]
    BadNumber {
        /// Name of the quantity.
        what: &'static str,
        /// Position of the trial in the input.
        trial: usize,
        /// Value found.
        value: String,
        /// Allowed range.
        allowed: &'static str,
    },
    /// A class named in the options is not among the responses.
    #[error("unknown class {name:?}, known classes are {known}")]
    UnknownClass {
        /// Name asked for.
        name: String,
        /// Names present, comma separated.
        known: String,
    },
    /// No trial is a probe.
    #[error("no probe trials in the responses of {system:?}")]
    NoProbes {
        /// Circuit or control the responses belong to.
        system: String,
    },
    /// Probes were shown at fewer than two spreads.
    #[error("probes of {system:?} cover {got} value(s) of sigma, at least 2 are needed")]
    TooFewSigmas {
        /// Circuit or control the responses belong to.
        system: String,
        /// Values of σ found.
        got: usize,
    },
    /// No deviation |δ| > 0 was probed at every spread.
    #[error("no deviation other than 0 was probed at every sigma in {system:?}")]
    NoMatchedDeviation {
        /// Circuit or control the responses belong to.
        system: String,
    },
    /// An option lies outside its range.
    #[error("option {name} must be {allowed}, got {value}")]
    BadOption {
        /// Field of [`crate::UpeOptions`].
        name: &'static str,
        /// Value given.
        value: String,
        /// Allowed range.
        allowed: &'static str,
    },
}

impl AnalysisError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoTrials { .. } => "run a protocol with at least one block before assessing it",
            Self::NoClasses { .. } => "count spikes of at least the response class, see count_spikes",
            Self::LengthMismatch { .. } => {
                "give one count per trial, in the order of the trials; leave baseline empty when there is none"
            }
            Self::BadNumber { .. } => "drop or repair the trial; counts are finite and not negative",
            Self::UnknownClass { .. } => "name a class that was counted, or leave the optional class out",
            Self::NoProbes { .. } => "use a protocol that shows physically identical probes in every context",
            Self::TooFewSigmas { .. } => {
                "use at least 2 contexts that differ in sigma; 5 spanning a factor 8 are advised"
            }
            Self::NoMatchedDeviation { .. } => "show the same absolute deviations from the mean in every context",
            Self::BadOption { .. } => "use the default of UpeOptions or a value in the stated range",
        }
    }
}
