//! What a population's spikes say about its state: rates, irregularity, correlation, spectrum.
//!
//! [`Raster`] holds two plain columns, time steps and cells, as engines give them; every figure is a function of it.
//! Times are counted in steps of the run, so no spike falls on the wrong side of a bin by rounding.
//!
//! ```
//! use bravli_analysis::spikes::{Raster, mean_cv, mean_rate_hz};
//!
//! // two cells in 0.1 ms steps: one fires every 10 ms, the other never
//! let steps: Vec<u32> = (0..100).map(|k| k * 100).collect();
//! let raster = Raster::new(&steps, &[0; 100], 2, 0.1, 0..10_000)?;
//! assert_eq!(mean_rate_hz(&raster), 50.0);
//! assert!(mean_cv(&raster, 3).is_some_and(|cv| cv < 1e-9));
//! # Ok::<(), bravli_analysis::spikes::RasterError>(())
//! ```

mod correlation;
mod counts;
mod fft;
mod intervals;
mod raster;
mod rates;
mod spectrum;

pub use correlation::{mean_correlation, sample_cells};
pub use counts::{fano_factors, mean_fano_factor, population_counts};
pub use intervals::{interval_cvs, mean_cv};
pub use raster::{ByCell, Raster, RasterError};
pub use rates::{mean_rate_hz, rates_hz, silent_fraction};
pub use spectrum::{Spectrum, Taper, rate_spectrum};

#[cfg(test)]
mod trains;
