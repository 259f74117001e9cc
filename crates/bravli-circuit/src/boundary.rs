//! What stands for everything outside a circuit.

use crate::column::Column;
use bravli_recipe::{MeanSd, Recipe, SynapseClass, nearest};
use serde::{Deserialize, Serialize};

/// Conditions as a scientist writes them (`boundary.yaml`, or the request of a tool).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundarySpec {
    /// Calcium around the cells, in mM; release scales with it.
    #[serde(default)]
    pub calcium_mm: Option<f64>,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Prescribed activity: spikes of outside fibres.
    Dirichlet {
        /// What part of the outside it stands for, for example `vpm`.
        source: String,
        /// Fibres. They are those of a whole column at any radius: a fibre spreads over the column, so a narrower one keeps
        /// the number of fibres that converge on a cell.
        n_fibres: f64,
        /// Rate of a fibre over time.
        rate: FibreRate,
        /// Cells that the fibres reach.
        onto: Vec<FibreTarget>,
        /// What the condition assumes.
        #[serde(default)]
        assumes: String,
    },
    /// Prescribed flux: a fluctuating conductance per cell.
    Neumann {
        /// What part of the outside it stands for, for example `missing_synapses`.
        source: String,
        /// Cells that receive it.
        onto: Vec<Background>,
        /// What the condition assumes.
        #[serde(default)]
        assumes: String,
    },
    /// What leaves is lost.
    Absorbing {
        /// What part of the outside it stands for.
        source: String,
        /// What the condition assumes.
        #[serde(default)]
        assumes: String,
    },
}

impl Condition {
    /// What part of the outside it stands for.
    #[must_use]
    pub fn source(&self) -> &str {
        match self {
            Self::Dirichlet { source, .. } | Self::Neumann { source, .. } | Self::Absorbing { source, .. } => source,
        }
    }

    /// Name of its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dirichlet { .. } => "dirichlet",
            Self::Neumann { .. } => "neumann",
            Self::Absorbing { .. } => "absorbing",
        }
    }
}

/// Rate of a fibre: base + context terms, plus a biexponential response to each stimulus.
///
/// λ(t) = base + hz_per_mu·μ + hz_per_sigma·σ + Σ spikes_per_unit·x·k(t − onset − latency), k of unit area with the given
/// rise and decay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FibreRate {
    /// Rate without stimulus, Hz.
    pub base_hz: f64,
    /// Extra spikes per fibre and stimulus unit.
    #[serde(default)]
    pub spikes_per_unit: f64,
    /// Rise of the response, ms.
    #[serde(default = "default_rise")]
    pub rise_ms: f64,
    /// Decay of the response, ms.
    #[serde(default = "default_decay")]
    pub decay_ms: f64,
    /// Latency of the response, ms.
    #[serde(default)]
    pub latency_ms: f64,
    /// Rate per unit of the context's mean, Hz.
    #[serde(default)]
    pub hz_per_mu: f64,
    /// Rate per unit of the context's standard deviation, Hz.
    #[serde(default)]
    pub hz_per_sigma: f64,
}

/// Rise of a fibre's response where none is given: with [`default_decay`] it peaks 4.65 ms after its latency.
fn default_rise() -> f64 {
    2.0
}

fn default_decay() -> f64 {
    15.0
}

/// Cells that fibres reach, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FibreTarget {
    /// Population reached.
    pub population: String,
    /// Probability that a fibre contacts a cell.
    pub probability: f64,
    /// Mean contacts of a connection.
    pub synapses: f64,
    /// Coefficient of variation of that number.
    #[serde(default = "default_cv")]
    pub cv_synapses: f64,
    /// Synapse class of the recipe.
    pub synapse_class: String,
    /// Replaces the class's conductance, nS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gsyn_ns: Option<MeanSd>,
    /// Replaces the class's utilisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u_syn: Option<MeanSd>,
    /// Somatic over synaptic conductance, 0 to 1.
    pub attenuation: f64,
}

/// Spread of synapses per connection where none is given, as for pathways.
fn default_cv() -> f64 {
    0.32
}

/// A fluctuating conductance (Ornstein–Uhlenbeck) on every cell of a population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Background {
    /// Population that receives it.
    pub population: String,
    /// Reversal potential, mV.
    pub reversal_mv: f64,
    /// Mean, in percent of the cell's leak conductance.
    pub mean_percent: f64,
    /// Standard deviation, in percent of the cell's leak conductance.
    pub sd_percent: f64,
    /// Correlation time, ms.
    pub tau_ms: f64,
}

/// Conditions checked against a circuit, with all that a simulation needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boundary {
    /// Calcium around the cells, in mM.
    pub calcium_mm: f64,
    /// The conditions as given.
    pub conditions: Vec<Condition>,
    /// Synapse classes named by the conditions.
    pub classes: Vec<SynapseClass>,
    /// Seed of the fibres' connections.
    pub seed: u64,
}

/// Why conditions do not fit a circuit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct BoundaryError {
    /// The field at fault, such as `conditions[0].onto[1].population`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Calcium where neither the request nor the recipe states one: the concentration at which the recipe's `u` hold.
const REFERENCE_CALCIUM_MM: f64 = 2.0;

/// Background conductances that one cell can carry.
pub const MAX_BACKGROUNDS: usize = 2;

/// Fibres that one condition may have.
const MAX_FIBRES: f64 = 1e5;

/// Connections that all fibres of one condition may make: as many as a large column has inside.
const MAX_FIBRE_CONNECTIONS: f64 = 2e7;

/// Longest name of a source.
const MAX_SOURCE_CHARS: usize = 64;

/// Reads conditions from the text of `boundary.yaml`.
///
/// # Errors
/// The reader's message, with line and column.
pub fn read_boundary(text: &str) -> Result<BoundarySpec, String> {
    serde_saphyr::from_str(text).map_err(|error| error.to_string())
}

impl Boundary {
    /// Names of the sources of fibres, in the order in which [`crate::wire_fibres`] gives their populations.
    #[must_use]
    pub fn fibre_sources(&self) -> Vec<&str> {
        let fibres = |condition: &&Condition| matches!(condition, Condition::Dirichlet { .. });
        self.conditions.iter().filter(fibres).map(Condition::source).collect()
    }

    /// Checks conditions against a circuit's column and resolves what they name. All problems are returned at once.
    ///
    /// # Errors
    /// A [`BoundaryError`] per problem.
    pub fn resolve(
        spec: &BoundarySpec,
        recipe: &Recipe,
        column: &Column,
        seed: u64,
    ) -> Result<Self, Vec<BoundaryError>> {
        let mut check = Check { column, recipe, errors: Vec::new(), classes: Vec::new() };
        let calcium_mm = spec.calcium_mm.unwrap_or(REFERENCE_CALCIUM_MM);
        check.within("calcium_mm", calcium_mm, 0.1, 10.0, "give it in mM, for example 1.2 in vivo or 2.0 in the slice");
        let mut backgrounds = vec![0_usize; column.header.populations.len()];
        let mut seen: Vec<&str> = Vec::new();
        for (index, condition) in spec.conditions.iter().enumerate() {
            if seen.contains(&condition.source()) {
                check.error(
                    &format!("conditions[{index}].source"),
                    format!("{:?} is named twice", condition.source()),
                    "give each condition a source of its own",
                );
            }
            seen.push(condition.source());
            check.source(&format!("conditions[{index}].source"), condition.source());
            check.condition(index, condition, &mut backgrounds);
        }
        if check.errors.is_empty() {
            Ok(Self { calcium_mm, conditions: spec.conditions.clone(), classes: check.classes, seed })
        } else {
            Err(check.errors)
        }
    }

    /// The class a fibre target names, with the target's own conductance and utilisation.
    #[must_use]
    pub fn class_of(&self, target: &FibreTarget) -> Option<SynapseClass> {
        let mut class = self.classes.iter().find(|class| class.name == target.synapse_class)?.clone();
        if let Some(gsyn) = target.gsyn_ns {
            class.gsyn_ns = gsyn;
        }
        if let Some(u_syn) = target.u_syn {
            class.u_syn = u_syn;
        }
        Some(class)
    }
}

struct Check<'a> {
    column: &'a Column,
    recipe: &'a Recipe,
    errors: Vec<BoundaryError>,
    classes: Vec<SynapseClass>,
}

impl Check<'_> {
    fn error(&mut self, field: &str, message: String, remedy: &str) {
        self.errors.push(BoundaryError { field: field.to_owned(), message, remedy: remedy.to_owned() });
    }

    fn within(&mut self, field: &str, value: f64, low: f64, high: f64, remedy: &str) {
        if !(value >= low && value <= high) {
            self.error(field, format!("must lie in [{low}, {high}], got {value}"), remedy);
        }
    }

    /// A source names a group of spikes in a file beside the cells' own.
    fn source(&mut self, field: &str, source: &str) {
        let plain = source.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        if source.is_empty()
            || source.len() > MAX_SOURCE_CHARS
            || !plain
            || source == self.column.header.node_population
        {
            self.error(
                field,
                format!("{source:?} is not a name of 1 to {MAX_SOURCE_CHARS} letters, digits, _, . or -, other than the recipe's"),
                "name the part of the outside, for example vpm or top_down",
            );
        }
    }

    fn condition(&mut self, index: usize, condition: &Condition, backgrounds: &mut [usize]) {
        let at = format!("conditions[{index}]");
        match condition {
            Condition::Absorbing { .. } => {}
            Condition::Dirichlet { n_fibres, rate, onto, .. } => {
                self.within(&format!("{at}.n_fibres"), *n_fibres, 1.0, MAX_FIBRES, "give the fibres of a whole column");
                self.rate(&format!("{at}.rate"), rate);
                for (target_index, target) in onto.iter().enumerate() {
                    self.target(&format!("{at}.onto[{target_index}]"), target);
                }
                let cells = |target: &FibreTarget| {
                    let populations = &self.column.header.populations;
                    populations
                        .iter()
                        .find(|known| known.name == target.population)
                        .map_or(0.0, |known| f64::from(known.n_cells))
                };
                let connections: f64 = onto.iter().map(|target| n_fibres * target.probability * cells(target)).sum();
                if connections > MAX_FIBRE_CONNECTIONS {
                    self.error(
                        &format!("{at}.n_fibres"),
                        format!(
                            "{connections:.0} connections are expected; at most {MAX_FIBRE_CONNECTIONS} are allowed"
                        ),
                        "use fewer fibres or smaller probabilities",
                    );
                }
            }
            Condition::Neumann { onto, .. } => {
                for (target_index, background) in onto.iter().enumerate() {
                    let at = format!("{at}.onto[{target_index}]");
                    self.background(&at, background);
                    if let Some(population) = self.population(&format!("{at}.population"), &background.population) {
                        backgrounds[population] += 1;
                        if backgrounds[population] > MAX_BACKGROUNDS {
                            self.error(
                                &format!("{at}.population"),
                                format!(
                                    "{} has more than {MAX_BACKGROUNDS} background conductances",
                                    background.population
                                ),
                                "merge conductances of one reversal potential into one condition",
                            );
                        }
                    }
                }
            }
        }
    }

    fn rate(&mut self, at: &str, rate: &FibreRate) {
        self.within(&format!("{at}.base_hz"), rate.base_hz, 0.0, 1e3, "give a rate in Hz");
        self.within(&format!("{at}.spikes_per_unit"), rate.spikes_per_unit, 0.0, 1e3, "give spikes per fibre and unit");
        self.within(&format!("{at}.rise_ms"), rate.rise_ms, 0.1, 1e3, "give a time in ms");
        self.within(&format!("{at}.decay_ms"), rate.decay_ms, 0.1, 1e4, "give a time in ms");
        self.within(&format!("{at}.latency_ms"), rate.latency_ms, 0.0, 1e4, "give a time in ms");
        self.within(&format!("{at}.hz_per_mu"), rate.hz_per_mu, 0.0, 1e3, "give a rate in Hz per stimulus unit");
        self.within(&format!("{at}.hz_per_sigma"), rate.hz_per_sigma, 0.0, 1e3, "give a rate in Hz per stimulus unit");
        if rate.rise_ms >= rate.decay_ms {
            self.error(
                &format!("{at}.rise_ms"),
                format!("must be below decay_ms = {}, got {}", rate.decay_ms, rate.rise_ms),
                "swap the two",
            );
        }
    }

    fn target(&mut self, at: &str, target: &FibreTarget) {
        self.population(&format!("{at}.population"), &target.population);
        self.within(&format!("{at}.probability"), target.probability, 0.0, 1.0, "divide a percentage by 100");
        self.within(&format!("{at}.synapses"), target.synapses, 1.0, 1e3, "give the mean contacts of a connection");
        self.within(&format!("{at}.cv_synapses"), target.cv_synapses, 0.0, 5.0, "give sd divided by mean");
        self.within(
            &format!("{at}.attenuation"),
            target.attenuation,
            0.0,
            1.0,
            "give somatic over synaptic conductance",
        );
        for (name, moments, high) in [("gsyn_ns", target.gsyn_ns, 1e3), ("u_syn", target.u_syn, 1.0)] {
            if let Some(moments) = moments {
                self.within(
                    &format!("{at}.{name}.mean"),
                    moments.mean,
                    0.0,
                    high,
                    "a negative value has no meaning here",
                );
                self.within(&format!("{at}.{name}.sd"), moments.sd, 0.0, high, "a standard deviation is not negative");
            }
        }
        match self.recipe.synapse_classes.get(&target.synapse_class) {
            Some(class) if self.classes.iter().all(|known| known.name != class.name) => {
                self.classes.push(class.clone())
            }
            Some(_) => {}
            None => {
                let near = nearest(&target.synapse_class, self.recipe.synapse_classes.keys().map(String::as_str));
                self.error(
                    &format!("{at}.synapse_class"),
                    format!("unknown synapse class {:?}", target.synapse_class),
                    &format!("nearest: {}", near.join(", ")),
                );
            }
        }
    }

    fn background(&mut self, at: &str, background: &Background) {
        let remedy = "a conductance is not negative; lower the reversal potential to inhibit";
        self.within(&format!("{at}.mean_percent"), background.mean_percent, 0.0, 1e4, remedy);
        self.within(
            &format!("{at}.sd_percent"),
            background.sd_percent,
            0.0,
            1e4,
            "a standard deviation is not negative",
        );
        self.within(&format!("{at}.tau_ms"), background.tau_ms, 0.1, 1e4, "give a time in ms");
        self.within(
            &format!("{at}.reversal_mv"),
            background.reversal_mv,
            -150.0,
            100.0,
            "give an absolute potential in mV",
        );
    }

    fn population(&mut self, field: &str, name: &str) -> Option<usize> {
        let populations = &self.column.header.populations;
        let found = populations.iter().position(|population| population.name == name);
        if found.is_none() && !self.recipe.populations.iter().any(|population| population.name == name) {
            let near = nearest(name, populations.iter().map(|population| population.name.as_str())).join(", ");
            self.error(field, format!("unknown population {name:?}"), &format!("nearest: {near}"));
        }
        // a population of the recipe whose layer was not placed is no error: the condition has nothing to act on
        found
    }
}
