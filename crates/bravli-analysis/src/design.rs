//! Order, contexts, blocks and lead-ins of a set of trials.

use crate::error::AnalysisError;
use crate::options::{LEAD_IN_TAUS, UpeOptions};
use crate::report::DesignSummary;
use crate::responses::{ResponseClass, Responses};
use bravli_circuit::TrialKind;
use std::collections::BTreeMap;

/// A trial with its indices into the levels of [`Table`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Position in the input.
    pub(crate) source: usize,
    pub(crate) run: usize,
    pub(crate) context: usize,
    pub(crate) mu: usize,
    pub(crate) sigma: usize,
    pub(crate) block: usize,
    pub(crate) x: f64,
    pub(crate) delta: f64,
    pub(crate) onset_ms: f64,
    pub(crate) kind: TrialKind,
}

/// A (run, block) with its context.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) run: usize,
    pub(crate) context: usize,
    pub(crate) mu: usize,
    pub(crate) sigma: usize,
}

/// Trials ordered by (run, onset, input position), with their levels.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
    pub(crate) mus: Vec<f64>,
    pub(crate) sigmas: Vec<f64>,
    pub(crate) contexts: Vec<(usize, usize)>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) n_runs: usize,
    /// Signed probe deviations, ascending.
    pub(crate) deltas: Vec<f64>,
}

/// Two stimulus numbers are the same level when they agree to a millionth of the largest one.
const SAME_LEVEL: f64 = 1e-6;

struct Levels {
    step: f64,
    keys: BTreeMap<i64, f64>,
}

impl Levels {
    fn new(step: f64, values: impl Iterator<Item = f64>) -> Self {
        let mut keys = BTreeMap::new();
        for v in values {
            keys.entry((v / step).round() as i64).or_insert(v);
        }
        Self { step, keys }
    }
    fn index(&self, v: f64) -> usize {
        self.keys.range(..(v / self.step).round() as i64).count()
    }
    fn values(&self) -> Vec<f64> {
        self.keys.values().copied().collect()
    }
}

impl Table {
    pub(crate) fn new(system: &str, responses: &Responses) -> Result<Self, AnalysisError> {
        check(system, responses)?;
        let trials = &responses.trials;
        let largest = trials.iter().fold(0.0_f64, |m, t| m.max(t.trial.x.abs()).max(t.trial.mu.abs()));
        let step = if largest > 0.0 { largest * SAME_LEVEL } else { SAME_LEVEL };
        let mus = Levels::new(step, trials.iter().map(|t| t.trial.mu));
        let sigmas = Levels::new(step, trials.iter().map(|t| t.trial.sigma));
        let runs: BTreeMap<u32, usize> = {
            let mut ids: Vec<u32> = trials.iter().map(|t| t.run).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().enumerate().map(|(i, r)| (r, i)).collect()
        };
        let mut contexts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut blocks: BTreeMap<(usize, u32, usize, usize), usize> = BTreeMap::new();
        let mut keyed = Vec::with_capacity(trials.len());
        for (source, t) in trials.iter().enumerate() {
            let (run, mu, sigma) = (runs[&t.run], mus.index(t.trial.mu), sigmas.index(t.trial.sigma));
            contexts.insert((mu, sigma), 0);
            blocks.insert((run, t.trial.block, mu, sigma), 0);
            keyed.push((source, run, mu, sigma, t.trial));
        }
        for (i, v) in contexts.values_mut().enumerate() {
            *v = i;
        }
        for (i, v) in blocks.values_mut().enumerate() {
            *v = i;
        }
        let mut rows: Vec<Row> = keyed
            .into_iter()
            .map(|(source, run, mu, sigma, t)| Row {
                source,
                run,
                context: contexts[&(mu, sigma)],
                mu,
                sigma,
                block: blocks[&(run, t.block, mu, sigma)],
                x: t.x,
                delta: t.x - t.mu,
                onset_ms: t.onset_ms,
                kind: t.kind,
            })
            .collect();
        rows.sort_by(|a, b| a.run.cmp(&b.run).then(a.onset_ms.total_cmp(&b.onset_ms)).then(a.source.cmp(&b.source)));
        let probes = rows.iter().filter(|r| r.kind == TrialKind::Probe);
        let deltas = Levels::new(step, probes.map(|r| r.delta)).values();
        let table = Self {
            n_runs: runs.len(),
            blocks: blocks
                .iter()
                .map(|((run, _, mu, sigma), _)| Block {
                    run: *run,
                    context: contexts[&(*mu, *sigma)],
                    mu: *mu,
                    sigma: *sigma,
                })
                .collect(),
            contexts: contexts.keys().copied().collect(),
            mus: mus.values(),
            sigmas: sigmas.values(),
            deltas,
            rows,
        };
        let system = system.to_owned();
        if table.deltas.is_empty() {
            return Err(AnalysisError::NoProbes { system });
        }
        let mut probed: Vec<usize> = table.probes().map(|(_, r)| r.sigma).collect();
        probed.sort_unstable();
        probed.dedup();
        if probed.len() < 2 {
            return Err(AnalysisError::TooFewSigmas { system, got: probed.len() });
        }
        Ok(table)
    }

    pub(crate) fn probes(&self) -> impl Iterator<Item = (usize, &Row)> {
        self.rows.iter().enumerate().filter(|(_, r)| r.kind == TrialKind::Probe)
    }

    /// Index of the probe level nearest to a deviation.
    pub(crate) fn level(&self, delta: f64) -> usize {
        let i = self.deltas.partition_point(|d| *d < delta);
        let near = |j: usize| self.deltas.get(j).map_or(f64::INFINITY, |d| (d - delta).abs());
        if i > 0 && near(i - 1) < near(i) { i - 1 } else { i.min(self.deltas.len().saturating_sub(1)) }
    }

    /// A column of the input in the order of `rows`.
    pub(crate) fn ordered(&self, column: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|r| column[r.source]).collect()
    }

    /// Geometric centre of the tested range; σ = 0 is read as a twentieth of the largest.
    pub(crate) fn sigma_geo(&self) -> f64 {
        let hi = self.sigmas.last().copied().unwrap_or(1.0).max(1e-12);
        let lo = self.sigmas.first().copied().filter(|s| *s > 0.0).unwrap_or(0.05 * hi);
        (lo * hi).sqrt()
    }

    pub(crate) fn summary(&self, options: &UpeOptions) -> DesignSummary {
        let count = |k| self.rows.iter().filter(|r| r.kind == k).count();
        let mut per_context = vec![0_usize; self.contexts.len()];
        for (_, probe) in self.probes() {
            per_context[probe.context] += 1;
        }
        // A history may run over earlier probes, if those are the same in every context of one mean.
        let since_natural = self.lead_in(|kind| kind != TrialKind::Natural, true);
        let unbroken = self.lead_in(|kind| kind == TrialKind::LeadIn, false);
        let LeadIn { trials: lead_in_trials, ms: lead_in_ms, frozen } =
            if since_natural.frozen && since_natural.trials > 0 { since_natural } else { unbroken };
        let required = LEAD_IN_TAUS * options.tau_adaptation_ms;
        let lead_in_frozen = frozen && lead_in_trials > 0;
        DesignSummary {
            n_natural: count(TrialKind::Natural),
            n_lead_in: count(TrialKind::LeadIn),
            n_probe: count(TrialKind::Probe),
            n_contexts: self.contexts.len(),
            n_mu: self.mus.len(),
            n_sigma: self.sigmas.len(),
            n_seeds: self.n_runs,
            sigmas: self.sigmas.clone(),
            deltas: self.deltas.clone(),
            min_probes_per_context: per_context.iter().copied().min().unwrap_or(0),
            lead_in_trials,
            lead_in_ms,
            required_lead_in_ms: required,
            lead_in_frozen,
            lead_in_decisive: lead_in_frozen && lead_in_ms >= required * (1.0 - 1e-9),
        }
    }
}

/// What precedes the probes.
#[derive(Debug, Clone, Copy)]
struct LeadIn {
    /// Fewest trials before any probe.
    trials: usize,
    /// Shortest time from the first of them to the probe, ms.
    ms: f64,
    /// Whether contexts of one mean share them.
    frozen: bool,
}

impl Table {
    /// The trials of admitted kinds that stand unbroken before each probe of its block.
    ///
    /// With `by_position` the histories of the n-th probes of a run's blocks are compared; without, those of all probes of
    /// one mean.
    fn lead_in(&self, admits: impl Fn(TrialKind) -> bool, by_position: bool) -> LeadIn {
        let mut shortest = LeadIn { trials: usize::MAX, ms: f64::INFINITY, frozen: true };
        let mut positions: BTreeMap<usize, usize> = BTreeMap::new();
        let mut sequences: BTreeMap<(usize, usize, usize), Vec<f64>> = BTreeMap::new();
        for (i, probe) in self.probes() {
            let position = positions.entry(probe.block).or_default();
            *position += 1;
            let history: Vec<&Row> = self.rows[..i]
                .iter()
                .rev()
                .take_while(|r| r.run == probe.run && r.block == probe.block && admits(r.kind))
                .collect();
            shortest.trials = shortest.trials.min(history.len());
            shortest.ms = shortest.ms.min(history.last().map_or(0.0, |r| probe.onset_ms - r.onset_ms));
            let x: Vec<f64> = history.iter().map(|r| r.x).collect();
            let key = if by_position { (probe.run, probe.mu, *position) } else { (0, probe.mu, 0) };
            match sequences.get(&key) {
                Some(seen) if same(seen, &x) => {}
                Some(_) => shortest.frozen = false,
                None => drop(sequences.insert(key, x)),
            }
        }
        if shortest.trials == usize::MAX {
            return LeadIn { trials: 0, ms: 0.0, frozen: false };
        }
        shortest
    }
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| (x - y).abs() <= SAME_LEVEL * (1.0 + x.abs()))
}

fn check(system: &str, responses: &Responses) -> Result<(), AnalysisError> {
    let n = responses.trials.len();
    if n == 0 {
        return Err(AnalysisError::NoTrials { system: system.to_owned() });
    }
    if responses.classes.is_empty() {
        return Err(AnalysisError::NoClasses { system: system.to_owned() });
    }
    let bad = |what, trial, value: f64, allowed| {
        Err(AnalysisError::BadNumber { what, trial, value: value.to_string(), allowed })
    };
    for (i, t) in responses.trials.iter().enumerate() {
        for (what, v) in [("mu", t.trial.mu), ("x", t.trial.x), ("onset_ms", t.trial.onset_ms)] {
            // 1e12 keeps squares and level keys inside the range of the arithmetic.
            if !v.is_finite() || v.abs() > 1e12 {
                return bad(what, i, v, "finite and below 1e12");
            }
        }
        if !(0.0..1e12).contains(&t.trial.sigma) {
            return bad("sigma", i, t.trial.sigma, "in [0, 1e12)");
        }
    }
    for class in &responses.classes {
        check_class(class, n)?;
    }
    Ok(())
}

fn check_class(class: &ResponseClass, n: usize) -> Result<(), AnalysisError> {
    let baseline_ok = class.baseline.is_empty() || class.baseline.len() == n;
    if class.counts.len() != n || !baseline_ok {
        let got = if class.counts.len() == n { class.baseline.len() } else { class.counts.len() };
        return Err(AnalysisError::LengthMismatch { class: class.name.clone(), got, trials: n });
    }
    for (what, column) in [("count", &class.counts), ("baseline count", &class.baseline)] {
        if let Some((trial, v)) = column.iter().enumerate().find(|(_, v)| !(0.0..1e12).contains(*v)) {
            let value = v.to_string();
            return Err(AnalysisError::BadNumber { what, trial, value, allowed: "in [0, 1e12)" });
        }
    }
    Ok(())
}

/// The class of a name (and window, when one is asked for).
pub(crate) fn find_class<'a>(
    responses: &'a Responses,
    name: &str,
    window: Option<&str>,
) -> Result<&'a ResponseClass, AnalysisError> {
    let of_name = || responses.classes.iter().filter(|c| c.name == name);
    let wanted = of_name().find(|c| window.is_none_or(|w| c.window.name == w));
    wanted.or_else(|| of_name().next()).ok_or_else(|| AnalysisError::UnknownClass {
        name: name.to_owned(),
        known: responses.classes.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}
