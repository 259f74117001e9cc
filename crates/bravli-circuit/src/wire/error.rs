//! Why a column cannot be wired.

/// Most synapses of a connection, and most vesicles of a synapse.
pub const MAX_COUNT: f64 = 255.0;

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
    /// A probability exceeds 1.
    #[error("the connection probability {pre} -> {post} would be {probability:.3} {what} ({at})")]
    AboveOne {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
        /// Probability at distance zero.
        probability: f64,
        /// How it came about.
        what: &'static str,
        /// Place of the rule.
        at: String,
    },
    /// A target has fewer possible sources than the rule asks for.
    #[error("{pre} -> {post} asks for {k} sources of each cell, and a cell has {most} within reach ({at})")]
    InDegree {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
        /// Sources asked for.
        k: u32,
        /// Sources that a cell could have.
        most: usize,
        /// Place of the rule.
        at: String,
    },
    /// There are fewer pairs than connections asked for.
    #[error("{pre} -> {post} asks for {total} connections, and about {most} fit ({at})")]
    Total {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
        /// Connections asked for.
        total: u64,
        /// Connections found.
        most: u64,
        /// Place of the rule.
        at: String,
    },
    /// A gain by common neighbours between two populations.
    #[error("common_neighbour_gain holds within a population, not for {pre} -> {post} ({at})")]
    NeighboursAcross {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
        /// Place of the rule.
        at: String,
    },
    /// The opposite direction has no probability.
    #[error("reciprocity of {pre} -> {post} needs a plain probability in the opposite direction ({at})")]
    NotReciprocable {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
        /// Place of the rule.
        at: String,
    },
    /// More contacts or vesicles than a row of a circuit can hold.
    #[error(
        "{what} of {pre} -> {post} has a mean of {mean} and an sd of {sd:.1}; a circuit holds counts up to {MAX_COUNT}"
    )]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// Presynaptic m-type.
        pre: String,
        /// Postsynaptic m-type.
        post: String,
        /// Mean that the recipe states.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// A connection with less than one contact.
    #[error(
        "the number of synapses per connection of {pre} -> {post} has a mean of {mean}; a connection has one at least"
    )]
    TooFew {
        /// Presynaptic m-type.
        pre: String,
        /// Postsynaptic m-type.
        post: String,
        /// Mean that the recipe states.
        mean: f64,
    },
    /// More different rules than a circuit can name.
    #[error("the recipe combines its rules in more than 65,534 ways")]
    TooManyPathways,
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
            Self::AboveOne { what, .. } if what.contains("reciprocity") => {
                "lower reciprocity or the probability: given the way there, the way back cannot exceed 1"
            }
            Self::AboveOne { what, .. } if what.contains("neighbours") => {
                "lower common_neighbour_gain or the probability"
            }
            Self::AboveOne { .. } => {
                "lower the probability, widen the fall-off, or correct within_um: the mean over that range cannot be met"
            }
            Self::InDegree { .. } => "lower in_degree, widen the fall-off, or place a larger column",
            Self::Total { .. } => "lower total, widen the fall-off, or place a larger column",
            Self::NeighboursAcross { .. } => "leave it to rules whose two ends are one population",
            Self::NotReciprocable { .. } => "state probability or peak_probability there, or drop reciprocity here",
            Self::TooMany { .. } => "check the number: connections measured so far have fewer than 50 synapses",
            Self::TooFew { .. } => "give a mean of at least 1, and say with the probability how many pairs connect",
            Self::TooManyPathways => "place fewer layers, or use fewer connection rules",
            Self::Cancelled => "call again; nothing was stored",
        }
    }
}
