//! The report's own words.

use serde::{Deserialize, Serialize};

/// A circuit against its recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WiringReport {
    /// How many lines hold.
    pub checked: Checked,
    /// Every pair of populations that is to connect, or does.
    pub pathways: Vec<PathwayReport>,
    /// Rules of `pathways.yaml` that decide nothing here.
    pub unused_rules: Vec<UnusedRule>,
    /// Synapses that cells receive inside the circuit, by population.
    pub afferent: Vec<Afferent>,
}

/// How many lines hold, and how many would not by chance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// Pathways.
    pub n_pathways: u32,
    /// Pathways without a line that is off.
    pub n_within: u32,
    /// Lines with a verdict.
    pub n_lines: u32,
    /// Lines more than three standard deviations away.
    pub n_beyond_3sd: u32,
    /// Lines expected there by chance: 0.27 % of those judged by z.
    pub expected_beyond_3sd: f64,
    /// Probability of so many there, or more, by chance, were lines independent.
    pub chance: f64,
    /// Standard deviations that one line among so many exceeds by chance once in a thousand circuits.
    pub limit_z: f64,
    /// Lines that are off: beyond `limit_z`, or another number where the rule fixes one.
    pub n_off: u32,
}

/// One pair of populations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathwayReport {
    /// Presynaptic population.
    pub pre: String,
    /// Postsynaptic population.
    pub post: String,
    /// Place of the rule that decides, as `pathways.yaml:12:5`; empty where no rule does.
    pub rule: String,
    /// Pairs of different cells.
    pub n_pairs: f64,
    /// Connections made.
    pub n_connections: u64,
    /// Synapses made.
    pub n_synapses: u64,
    /// What is stated or follows from it, against what is there.
    pub checks: Vec<Check>,
    /// Connections by horizontal distance.
    pub by_distance: Vec<DistanceBin>,
    /// Targets of a source.
    pub out_degree: Degrees,
    /// Sources of a target.
    pub in_degree: Degrees,
    /// Pairs connected both ways; absent where the other direction makes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reciprocity: Option<Reciprocity>,
}

/// What a line compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Connections of the pathway.
    Connections,
    /// Share of the pairs within the range that the rule states.
    ProbabilityWithin,
    /// Share of pairs connected, by distance: χ² over its degrees of freedom.
    DistanceProfile,
    /// Sources of each target.
    InDegree,
    /// Connections of a rule that fixes them.
    Total,
    /// Mean number of synapses of a connection.
    SynapsesMean,
    /// Standard deviation of that number.
    SynapsesSd,
    /// Pairs connected both ways, over those if directions were drawn apart.
    Reciprocity,
}

/// How a line turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within three standard deviations, or equal where the rule fixes a number.
    Ok,
    /// Beyond three standard deviations, yet not more than one line among so many may be.
    Chance,
    /// Not what the recipe states.
    Off,
    /// Nothing stated, or no tolerance known.
    Reported,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What is compared.
    pub what: What,
    /// The number in the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<f64>,
    /// What it comes to for the cells as they lie.
    pub expected: f64,
    /// What is there.
    pub got: f64,
    /// Standard deviation of `got` by chance, with the error of `expected`; zero where the rule fixes the number.
    pub sd: f64,
    /// Standard deviations between the two, small counts by their Poisson deviance; absent where the rule fixes the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<f64>,
    /// How it turned out.
    pub verdict: Verdict,
}

/// Pairs within a range of horizontal distances.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DistanceBin {
    /// Shortest distance, µm.
    pub from_um: f64,
    /// Longest distance, µm.
    pub to_um: f64,
    /// Pairs.
    pub n_pairs: f64,
    /// Connections that the rule would make of them.
    pub expected: f64,
    /// Connections there are.
    pub got: u64,
    /// Standard deviations between the two.
    pub z: f64,
}

/// Connections of a cell with a population.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Degrees {
    /// Mean over cells.
    pub mean: f64,
    /// Standard deviation over cells.
    pub sd: f64,
    /// Fewest.
    pub min: u32,
    /// Most.
    pub max: u32,
}

/// Pairs of cells connected both ways.
///
/// # Source
/// The ratio and its nulls: Song et al. 2005, doi:10.1371/journal.pbio.0030068 (uniform), and Hoffmann & Triesch 2017
/// (why distances and types must be held).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reciprocity {
    /// Pairs connected both ways.
    pub n_both: u64,
    /// Pairs expected if directions were drawn apart, each by its rule at the pair's distance.
    pub expected: f64,
    /// The one over the other.
    pub ratio: f64,
    /// Standard error of the ratio.
    pub se: f64,
    /// Within a population, over those expected if all pairs connected with its mean probability: distance alone raises
    /// this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_uniform: Option<f64>,
}

/// A rule that decides no pair of populations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusedRule {
    /// Presynaptic pattern.
    pub pre: String,
    /// Postsynaptic pattern.
    pub post: String,
    /// Where it stands.
    pub at: String,
    /// Why.
    pub why: String,
}

/// Synapses that the cells of a population receive inside the circuit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Afferent {
    /// Population.
    pub population: String,
    /// Its cells.
    pub n_cells: u32,
    /// Synapses of a cell from excitatory cells, mean.
    pub excitatory: f64,
    /// Synapses of a cell from inhibitory cells, mean.
    pub inhibitory: f64,
}
