//! Column → circuit: which cells connect, with what synapses.

use crate::column::Column;
use crate::contact::{ContactStreams, NO_CALCIUM_SCALING_MM};
use crate::edges::{EdgeHeader, Edges};
use bravli_recipe::{CellClass, MeanSd, PathwaySpec, Recipe, SynapseClass, SynapseRule};
use bravli_rng::{Draw, Stream};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

/// Spread of synapses per connection where a rule gives none: the value that the v7 recipe states for all pathways.
const DEFAULT_CV_SYNAPSES: f64 = 0.32;

/// A column and its connections.
#[derive(Debug, Clone, PartialEq)]
pub struct Circuit {
    /// Placed cells.
    pub column: Column,
    /// Names that the edges refer to.
    pub header: EdgeHeader,
    /// Connections, sorted by source, then target.
    pub edges: Edges,
}

/// Connections of one pair of populations, for reports.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PathwaySummary {
    /// Presynaptic population.
    pub pre: String,
    /// Postsynaptic population.
    pub post: String,
    /// Connections made.
    pub n_connections: u64,
    /// Synapses made.
    pub n_synapses: u64,
    /// Share of all pairs that are connected.
    pub probability: f64,
    /// Mean peak conductance of a contact, nS.
    pub mean_gsyn_ns: f64,
    /// Mean delay, ms.
    pub mean_delay_ms: f64,
}

/// Why a column could not be wired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The recipe says nothing about connection probabilities.
    #[error("recipe {0:?} has no pathways.yaml, and the Blue Brain files hold no connection probabilities")]
    NoPathways(String),
    /// No pathway rule matches a pair of populations.
    #[error("no rule of pathways.yaml matches {pre} -> {post}")]
    NoPathway {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
    },
    /// No synapse rule matches a pair.
    #[error("{0}")]
    NoSynapseRule(String),
    /// Neither a connection rule nor the pathway gives synapses per connection.
    #[error("nothing says how many synapses a connection {pre} -> {post} has")]
    NoSynapseCount {
        /// Presynaptic m-type.
        pre: String,
        /// Postsynaptic m-type.
        post: String,
    },
    /// Progress asked to stop.
    #[error("stopped before the wiring was complete")]
    Cancelled,
}

impl WireError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoPathways(_) => "add a pathways.yaml (see the shipped rat-barrel recipe), or build from rat-barrel",
            Self::NoPathway { .. } => "add a rule for the pair, or a `*` rule at the top of pathways.yaml",
            Self::NoSynapseRule(_) => "add a synapse rule that matches the pair; the first four rules usually do",
            Self::NoSynapseCount { .. } => {
                "add an mTypeRule with mean_syns_connection, or mean_synapses to the pathway"
            }
            Self::Cancelled => "call again; nothing was stored",
        }
    }
}

/// Cells that share layer, m-type, e-type and population, and stand side by side.
struct CellGroup {
    cells: Range<usize>,
    mtype: u16,
    etype: u16,
    population: u16,
    is_excitatory: bool,
}

/// All that a pair of groups shares.
struct GroupPathway<'a> {
    spec: &'a PathwaySpec,
    rule: &'a SynapseRule,
    class: &'a SynapseClass,
    class_index: u16,
    synapses: MeanSd,
    peak_probability: f64,
    pairing: Stream,
    contacts: ContactStreams,
}

/// Connects the cells of a column as the recipe's pathways ask.
///
/// Two cells at horizontal distance r connect with probability p₀ exp(−r²/2σ²), where p₀ makes the mean over a disc of
/// radius `within_um` equal the measured pair probability. Every draw depends on (seed, pathway, source, target) alone.
///
/// `progress` gets the share of sources done and may stop the work.
///
/// # Errors
/// [`WireError`] when the recipe leaves a pair of populations undecided, or `progress` stopped the work.
///
/// # Repeatability
/// Bit-equal for any thread count.
pub fn wire(
    recipe: &Recipe,
    column: Column,
    seed: u64,
    progress: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Circuit, WireError> {
    if recipe.pathways.is_empty() {
        return Err(WireError::NoPathways(recipe.name.clone()));
    }
    let groups = cell_groups(&column);
    let mut classes: BTreeMap<String, u16> = BTreeMap::new();
    let mut table = Vec::with_capacity(groups.len() * groups.len());
    for pre in &groups {
        for post in &groups {
            table.push(group_pathway(recipe, &column, seed, pre, post, &mut classes)?);
        }
    }
    let cells = column.cells.len();
    let chunks: Vec<Range<usize>> = (0..cells).step_by(64).map(|start| start..(start + 64).min(cells)).collect();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let parts: Vec<Edges> = chunks
        .par_iter()
        .map(|chunk| {
            let before = done.fetch_add(chunk.len(), std::sync::atomic::Ordering::Relaxed);
            if progress(before as f64 / cells.max(1) as f64).is_break() {
                return Err(WireError::Cancelled);
            }
            let mut edges = Edges::default();
            for source in chunk.clone() {
                connect(&column, &groups, &table, source, &mut edges);
            }
            Ok(edges)
        })
        .collect::<Result<_, _>>()?;
    let mut names: Vec<(String, u16)> = classes.into_iter().collect();
    names.sort_by_key(|(_, index)| *index);
    let node_population = column.header.node_population.clone();
    let header = EdgeHeader {
        edge_population: format!("{node_population}__{node_population}__chemical"),
        source_population: node_population.clone(),
        target_population: node_population,
        classes: names.into_iter().map(|(name, _)| name).collect(),
    };
    Ok(Circuit { column, header, edges: Edges::concatenate(parts) })
}

/// Runs of equal cells; placement writes them side by side.
fn cell_groups(column: &Column) -> Vec<CellGroup> {
    let cells = &column.cells;
    let key = |i: usize| (cells.layer[i], cells.mtype[i], cells.etype[i], cells.population[i]);
    let mut groups: Vec<CellGroup> = Vec::new();
    for i in 0..cells.len() {
        if i > 0 && key(i) == key(i - 1) {
            if let Some(group) = groups.last_mut() {
                group.cells.end = i + 1;
            }
        } else {
            groups.push(CellGroup {
                cells: i..i + 1,
                mtype: cells.mtype[i],
                etype: cells.etype[i],
                population: cells.population[i],
                is_excitatory: cells.is_excitatory[i],
            });
        }
    }
    groups
}

fn group_pathway<'a>(
    recipe: &'a Recipe,
    column: &Column,
    seed: u64,
    pre: &CellGroup,
    post: &CellGroup,
    classes: &mut BTreeMap<String, u16>,
) -> Result<Option<GroupPathway<'a>>, WireError> {
    let header = &column.header;
    let name = |group: &CellGroup| header.populations[usize::from(group.population)].name.clone();
    let (pre_name, post_name) = (name(pre), name(post));
    let spec = recipe
        .pathway(&pre_name, &post_name)
        .ok_or_else(|| WireError::NoPathway { pre: pre_name.clone(), post: post_name.clone() })?;
    if spec.probability <= 0.0 {
        return Ok(None);
    }
    let cell_class = |group: &CellGroup| {
        let sign = if group.is_excitatory { "EXC" } else { "INH" };
        CellClass::new(&header.mtypes[usize::from(group.mtype)], &header.etypes[usize::from(group.etype)], sign)
    };
    let (from, to) = (cell_class(pre), cell_class(post));
    let resolved =
        recipe.resolve_synapse(&from, &to).map_err(|unmatched| WireError::NoSynapseRule(unmatched.to_string()))?;
    let counts = recipe.connection_rule(&from, &to);
    let mean = spec
        .mean_synapses
        .or_else(|| counts.and_then(|rule| rule.mean_synapses))
        .ok_or_else(|| WireError::NoSynapseCount { pre: from.mtype.to_owned(), post: to.mtype.to_owned() })?;
    let cv = counts.and_then(bravli_recipe::ConnectionRule::cv).unwrap_or(DEFAULT_CV_SYNAPSES);
    let next = classes.len() as u16;
    let class_index = *classes.entry(resolved.class.name.clone()).or_insert(next);
    let pathway = format!("{}->{}", from.mtype, to.mtype);
    Ok(Some(GroupPathway {
        spec,
        rule: resolved.rule,
        class: resolved.class,
        class_index,
        synapses: MeanSd { mean, sd: mean * cv },
        peak_probability: peak_probability(spec.probability, spec.within_um, spec.sigma_um),
        pairing: Stream::new(seed, &pathway, Draw::Connection),
        contacts: ContactStreams::new(seed, &pathway),
    }))
}

/// Probability at distance zero, such that pairs spread evenly over a disc of radius `within_um` connect with `mean`.
///
/// The mean of exp(−r²/2σ²) over the disc is (2σ²/R²)(1 − exp(−R²/2σ²)).
#[must_use]
pub fn peak_probability(mean: f64, within_um: f64, sigma_um: f64) -> f64 {
    let ratio = within_um * within_um / (2.0 * sigma_um * sigma_um);
    let average = if ratio > 1e-9 { (1.0 - (-ratio).exp()) / ratio } else { 1.0 };
    mean / average
}

/// Draws all connections of one source.
fn connect(
    column: &Column,
    groups: &[CellGroup],
    table: &[Option<GroupPathway<'_>>],
    source: usize,
    edges: &mut Edges,
) {
    let cells = &column.cells;
    let pre = groups.partition_point(|group| group.cells.end <= source);
    let (x, y, depth) = (cells.x_um[source], cells.y_um[source], cells.depth_um[source]);
    for (post, group) in groups.iter().enumerate() {
        let Some(pathway) = &table[pre * groups.len() + post] else { continue };
        let falloff = -1.0 / (2.0 * pathway.spec.sigma_um * pathway.spec.sigma_um);
        let mut words = [0_u32; 4];
        for (position, target) in group.cells.clone().enumerate() {
            // one call of the generator serves the four targets target/4·4 .. +3
            let lane = target % 4;
            if lane == 0 || position == 0 {
                words = pathway.pairing.words(source as u64, (target / 4) as u64);
            }
            if target == source {
                continue;
            }
            let (dx, dy) = (f64::from(cells.x_um[target] - x), f64::from(cells.y_um[target] - y));
            let horizontal2 = dx * dx + dy * dy;
            let drawn = (f64::from(words[lane]) + 0.5) / 4_294_967_296.0;
            if drawn >= pathway.peak_probability || drawn >= pathway.peak_probability * (horizontal2 * falloff).exp() {
                continue;
            }
            let dz = f64::from(cells.depth_um[target] - depth);
            let distance_um = (horizontal2 + dz * dz).sqrt();
            let contact = pathway.contacts.draw((source as u64) << 32 | target as u64, pathway.class, pathway.synapses);
            edges.source.push(source as u32);
            edges.target.push(target as u32);
            edges.class.push(pathway.class_index);
            edges.delay_ms.push(
                (pathway.rule.release_delay_ms.get() + distance_um / pathway.rule.conduction_velocity_um_per_ms) as f32,
            );
            edges.conductance_ratio.push(pathway.class.conductance_ratio.unwrap_or(0.0) as f32);
            edges.u_hill_mm.push(pathway.class.u_hill_mm.map_or(NO_CALCIUM_SCALING_MM, |hill| hill as f32));
            edges.attenuation.push(pathway.spec.attenuation as f32);
            edges.push_contact(&contact);
        }
    }
}

impl Circuit {
    /// Connections per pair of populations, in order of the pair.
    #[must_use]
    pub fn summarise(&self) -> Vec<PathwaySummary> {
        let populations = &self.column.header.populations;
        let n = populations.len();
        let of = |cell: u32| usize::from(self.column.cells.population[cell as usize]);
        let mut sums = vec![(0_u64, 0_u64, 0.0_f64, 0.0_f64); n * n];
        for edge in 0..self.edges.len() {
            let sum = &mut sums[of(self.edges.source[edge]) * n + of(self.edges.target[edge])];
            sum.0 += 1;
            sum.1 += u64::from(self.edges.n_synapses[edge]);
            sum.2 += f64::from(self.edges.gsyn_ns[edge]);
            sum.3 += f64::from(self.edges.delay_ms[edge]);
        }
        let mut summary = Vec::new();
        for (pair, (connections, synapses, gsyn, delay)) in sums.into_iter().enumerate() {
            if connections == 0 {
                continue;
            }
            let (pre, post) = (&populations[pair / n], &populations[pair % n]);
            let within = if pair / n == pair % n { f64::from(pre.n_cells) } else { 0.0 };
            let pairs = f64::from(pre.n_cells) * f64::from(post.n_cells) - within;
            summary.push(PathwaySummary {
                pre: pre.name.clone(),
                post: post.name.clone(),
                n_connections: connections,
                n_synapses: synapses,
                probability: connections as f64 / pairs,
                mean_gsyn_ns: gsyn / connections as f64,
                mean_delay_ms: delay / connections as f64,
            });
        }
        summary
    }
}
