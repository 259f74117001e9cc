//! `bravli bench`: the cases and their sizes.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Places, wires and writes a column by one rule: seconds, memory, bytes per synapse, digest.
    Wiring {
        /// Cells to place.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=200_000))]
        cells: u32,
        /// Threads; 0 takes all. The digest does not depend on it.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=256))]
        threads: u32,
        /// Mean number of synapses that a cell makes.
        #[arg(long, default_value_t = 1_000.0, value_parser = positive)]
        synapses_per_cell: f64,
        /// Mean number of synapses per connection; with 1, every synapse has parameters of its own.
        #[arg(long, default_value_t = 4.5, value_parser = at_least_one)]
        synapses_per_connection: f64,
        /// Seed of places, connections and parameters.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Folder that the files are kept in; none are kept where absent.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Prints one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Simulates the cortical microcircuit of Potjans & Diesmann 2014: 77,169 cells and 299 million synapses at scale 1.
    Pd14 {
        /// Share of the cells, and of the inputs of each.
        #[arg(long, default_value_t = 1.0, value_parser = scale)]
        scale: f64,
        #[command(flatten)]
        run: CaseArgs,
    },
    /// Simulates a column of adaptive cells with short-term plasticity and fluctuating backgrounds.
    Column {
        /// Cells; each has 1000 inputs, or a tenth of the cells as inputs where those are fewer.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
        cells: u32,
        /// How synapses release.
        #[arg(long, value_enum, default_value_t = ReleaseArg::Shared)]
        release: ReleaseArg,
        #[command(flatten)]
        run: CaseArgs,
    },
    /// Simulates benchmark 1 of Brette et al. 2007: 4000 cells with conductances.
    Coba {
        #[command(flatten)]
        run: CaseArgs,
    },
    /// Simulates benchmark 2 of Brette et al. 2007: 4000 cells with currents.
    Cuba {
        #[command(flatten)]
        run: CaseArgs,
    },
}

/// How a case is run.
#[derive(Debug, Args)]
pub(crate) struct CaseArgs {
    /// Time to simulate and measure, ms.
    #[arg(long, default_value_t = 1_000.0, value_parser = duration, value_name = "MS")]
    pub(crate) t_ms: f64,
    /// Time to simulate before that, ms; 500 for pd14, 300 for column, 100 for coba and cuba where absent.
    #[arg(long, value_parser = onset, value_name = "MS")]
    pub(crate) presim_ms: Option<f64>,
    /// Threads; 0 takes all. The digest does not depend on it.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=256))]
    pub(crate) threads: u32,
    /// Seed of network and run.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Instruction set. The digest does not depend on it.
    #[arg(long, value_enum, default_value_t = SimdArg::Best)]
    pub(crate) simd: SimdArg,
    /// Prints one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ReleaseArg {
    /// Short-term plasticity with one parameter set per pathway.
    Shared,
    /// The same with parameters drawn for each connection.
    PerConnection,
    /// Stochastic release from three sites per connection.
    Stochastic,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SimdArg {
    /// The widest that this machine has.
    Best,
    /// AVX-512.
    Avx512,
    /// AVX2.
    Avx2,
    /// What every machine of this kind has.
    Baseline,
}

fn positive(text: &str) -> Result<f64, String> {
    let value = number(text)?;
    if value > 0.0 && value <= 1e6 { Ok(value) } else { Err("it must lie in (0, 1000000]".to_owned()) }
}

fn at_least_one(text: &str) -> Result<f64, String> {
    within(text, 1.0, 100.0)
}

fn scale(text: &str) -> Result<f64, String> {
    within(text, 0.01, 1.0)
}

fn duration(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1e7)
}

fn onset(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1e7)
}

fn within(text: &str, low: f64, high: f64) -> Result<f64, String> {
    let value = number(text)?;
    if (low..=high).contains(&value) { Ok(value) } else { Err(format!("it must lie in [{low}, {high}]")) }
}

fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| "not a number".to_owned())
}
