//! Networks that every engine is measured on, built from published numbers.
//!
//! [`Case`] names them, [`network`] builds one, [`run_case`] runs it with the fast engine and takes its figures.

mod brette;
mod column;
mod digest;
mod figures;
mod parts;
mod pd14;
mod run;

pub use bravli_sim::point::Simd;
pub use brette::{coba, cuba};
pub use column::{ColumnRelease, column};
pub use digest::SpikeDigest;
pub use figures::{CORRELATION_BIN_MS, CORRELATION_CELLS, CaseFigures, MIN_INTERVALS};
pub use pd14::{PD14_MEAN_RATES_HZ, PD14_POPULATIONS, pd14};
pub use run::{CaseError, CaseRequest, run_case};

use bravli_sim::network::Network;
use std::collections::BTreeMap;

/// Step of all cases, ms.
pub const DT_MS: f64 = 0.1;

/// A network to measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Case {
    /// The cortical microcircuit of Potjans & Diesmann 2014: eight populations of integrate-and-fire cells.
    Pd14 {
        /// Share of the cells, and of the inputs of each, in (0, 1].
        scale: f64,
    },
    /// A column of adaptive exponential cells with short-term plasticity and fluctuating backgrounds.
    Column {
        /// Cells of both types.
        cells: u32,
        /// How synapses release.
        release: ColumnRelease,
    },
    /// Brette et al. 2007, benchmark 1: 4000 integrate-and-fire cells with conductances.
    Coba,
    /// Brette et al. 2007, benchmark 2: the same with currents.
    Cuba,
}

impl Case {
    /// Name on the command line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pd14 { .. } => "pd14",
            Self::Column { .. } => "column",
            Self::Coba => "coba",
            Self::Cuba => "cuba",
        }
    }

    /// Time that is left for the onset to pass, ms, where none is asked for.
    #[must_use]
    pub fn presim_ms(&self) -> f64 {
        match self {
            Self::Pd14 { .. } => 500.0,
            Self::Column { .. } => 300.0,
            Self::Coba | Self::Cuba => 100.0,
        }
    }

    /// Published mean rates by population, Hz; none where there are none for this size.
    #[must_use]
    pub fn published_hz(&self) -> BTreeMap<String, f64> {
        match self {
            Self::Pd14 { scale } if *scale == 1.0 => {
                PD14_POPULATIONS.iter().map(ToString::to_string).zip(PD14_MEAN_RATES_HZ).collect()
            }
            _ => BTreeMap::new(),
        }
    }
}

/// The network of a case.
///
/// # Errors
/// [`CaseError::OutOfRange`] when there is no such size.
pub fn network(case: Case, seed: u64) -> Result<Network<'static>, CaseError> {
    let network = match case {
        Case::Pd14 { scale } if !(0.01..=1.0).contains(&scale) => {
            return Err(CaseError::OutOfRange { name: "scale", value: scale, allowed: "[0.01, 1]" });
        }
        Case::Column { cells, .. } if !(100..=1_000_000).contains(&cells) => {
            return Err(CaseError::OutOfRange { name: "cells", value: f64::from(cells), allowed: "[100, 1000000]" });
        }
        Case::Pd14 { scale } => pd14(scale, seed),
        Case::Column { cells, release } => column(cells, release, seed),
        Case::Coba => coba(seed),
        Case::Cuba => cuba(seed),
    };
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bravli_sim::network::check;

    fn synapses(network: &Network<'_>) -> f64 {
        network.projections.iter().map(|projection| projection.wiring(network).expected()).sum()
    }

    #[test]
    fn no_case_has_a_flaw() {
        let releases = [ColumnRelease::Shared, ColumnRelease::PerConnection, ColumnRelease::Stochastic];
        let columns = releases.map(|release| Case::Column { cells: 400, release });
        let others = [Case::Pd14 { scale: 0.02 }, Case::Pd14 { scale: 1.0 }, Case::Coba, Case::Cuba];
        for case in columns.into_iter().chain(others) {
            assert_eq!(check(&network(case, 1).unwrap()), [], "{case:?}");
        }
    }

    #[test]
    fn the_microcircuit_has_the_published_counts() {
        let full = network(Case::Pd14 { scale: 1.0 }, 1).unwrap();
        assert_eq!(full.n_neurons(), 77_169);
        assert!((synapses(&full) / 298.9e6 - 1.0).abs() < 5e-4, "{}", synapses(&full));
        // cells and inputs of each are scaled, so synapses go with the square
        let tenth = network(Case::Pd14 { scale: 0.1 }, 1).unwrap();
        assert!((synapses(&tenth) / synapses(&full) * 100.0 - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_column_has_a_thousand_inputs_per_cell_or_a_tenth_of_its_cells() {
        for (cells, inputs) in [(2_000, 200.0), (10_000, 1_000.0), (30_000, 1_000.0)] {
            let network = network(Case::Column { cells, release: ColumnRelease::Shared }, 1).unwrap();
            assert!((synapses(&network) / (f64::from(cells) * inputs) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn brettes_networks_connect_a_fiftieth_of_all_pairs() {
        for case in [Case::Coba, Case::Cuba] {
            let network = network(case, 1).unwrap();
            assert_eq!(network.n_neurons(), 4_000);
            assert!((synapses(&network) - 320_000.0).abs() < 1e-6);
        }
    }

    #[test]
    fn sizes_that_do_not_exist_are_refused_with_what_is_allowed() {
        for (case, allowed) in [
            (Case::Pd14 { scale: 0.0 }, "[0.01, 1]"),
            (Case::Pd14 { scale: f64::NAN }, "[0.01, 1]"),
            (Case::Column { cells: 3, release: ColumnRelease::Shared }, "[100, 1000000]"),
        ] {
            let text = network(case, 1).map(|_| ()).unwrap_err().to_string();
            assert!(text.contains(allowed), "{text}");
        }
    }
}
