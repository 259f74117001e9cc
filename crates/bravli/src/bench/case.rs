//! Published networks on the fast engine.

use crate::args::{CaseArgs, ReleaseArg, SimdArg};
use bravli_bench::cases::{Case, CaseFigures, CaseRequest, ColumnRelease, Simd, run_case};
use std::collections::BTreeMap;

pub(super) fn measured(case: Case, run: &CaseArgs) -> Result<CaseFigures, String> {
    let simd = match run.simd {
        SimdArg::Best => Simd::Best,
        SimdArg::Avx512 => Simd::Avx512,
        SimdArg::Avx2 => Simd::Avx2,
        SimdArg::Baseline => Simd::Baseline,
    };
    let request = CaseRequest {
        case,
        t_ms: run.t_ms,
        presim_ms: run.presim_ms,
        threads: super::threads(run.threads),
        simd,
        seed: run.seed,
    };
    run_case(&request).map_err(|error| format!("{error}\n  remedy: {}", error.remedy()))
}

pub(super) fn release(release: ReleaseArg) -> ColumnRelease {
    match release {
        ReleaseArg::Shared => ColumnRelease::Shared,
        ReleaseArg::PerConnection => ColumnRelease::PerConnection,
        ReleaseArg::Stochastic => ColumnRelease::Stochastic,
    }
}

pub(super) fn told(figures: &CaseFigures) -> String {
    format!(
        "{}: {} cells, {} synapses on {} threads: {:.3} s for {} ms, real-time factor {:.3} (built in {:.2} s); peak {:.0} \
         MiB, {:.2} bytes per synapse; {} spikes, {:.3e} synaptic events\n  Hz           {}\n  CV of \
         intervals {}\n  correlation  {}\n  digest {}",
        figures.case,
        figures.cells,
        figures.synapses,
        figures.threads,
        figures.run_s,
        figures.t_ms,
        figures.rtf,
        figures.build_s,
        figures.peak_mib,
        figures.bytes_per_synapse,
        figures.spikes,
        figures.events as f64,
        by_population(&figures.rates_hz, 2),
        by_population(&figures.cv_isi, 2),
        by_population(&figures.correlation, 4),
        figures.digest
    )
}

fn by_population(values: &BTreeMap<String, f64>, digits: usize) -> String {
    values.iter().map(|(name, value)| format!("{name} {value:.digits$}")).collect::<Vec<_>>().join(", ")
}
