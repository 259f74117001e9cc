//! Why a circuit cannot be edited.

use crate::wire::WireError;

/// Why a circuit could not be edited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// No population has such a name.
    #[error("no population of the circuit matches {end} {pattern:?}")]
    NoPopulation {
        /// `pre` or `post`.
        end: &'static str,
        /// The pattern.
        pattern: String,
        /// Names there are, nearest first.
        known: String,
    },
    /// The populations are there and not connected so.
    #[error("no connection {pre} -> {post}{class} in the circuit")]
    NoPathway {
        /// Presynaptic pattern.
        pre: String,
        /// Postsynaptic pattern.
        post: String,
        /// The class asked for, in words.
        class: String,
        /// Pathways there are.
        known: String,
    },
    /// No synapse class has such a name.
    #[error("no synapse class of the circuit matches {pattern:?}")]
    NoClass {
        /// The pattern.
        pattern: String,
        /// Names there are, nearest first.
        known: String,
    },
    /// The edit says nothing that would change the circuit.
    #[error("{what}")]
    Nothing {
        /// Field at fault.
        field: &'static str,
        /// Why nothing changes.
        what: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A number out of its range.
    #[error("{field} must lie in {allowed}, got {value}")]
    Range {
        /// Field.
        field: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        allowed: String,
    },
    /// A utilisation would exceed 1.
    #[error(
        "u_syn of {pre} -> {post} ({class}) reaches {high:.3}, and {factor} times that is {product:.3}: u_syn is a probability"
    )]
    UsynAboveOne {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
        /// Synapse class.
        class: String,
        /// Largest value before.
        high: f64,
        /// Factor asked for.
        factor: f64,
        /// Largest value after.
        product: f64,
    },
    /// A conductance would leave what a row can hold.
    #[error("gsyn of {pre} -> {post} would reach {value:e} nS; a connection holds 6.1e-5 to 65504 nS")]
    GsynTooLarge {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
        /// Largest value after.
        value: f64,
    },
    /// The changed rule is none.
    #[error("{message}")]
    Rule {
        /// All that is wrong with it.
        message: String,
        /// What to do about it.
        remedy: String,
    },
    /// The changed rule cannot be wired.
    #[error("{0}")]
    Wire(#[from] WireError),
    /// The opposite direction is no longer as the recipe draws it.
    #[error(
        "reciprocity of {pre} -> {post} is drawn against {post} -> {pre} as the recipe and this seed wire it, and that pathway differs in this circuit"
    )]
    Reciprocity {
        /// Presynaptic population.
        pre: String,
        /// Postsynaptic population.
        post: String,
    },
    /// A property that cells do not have.
    #[error("cells have no {property:?}; they have {known}")]
    NoProperty {
        /// What was asked for.
        property: String,
        /// What there is.
        known: String,
    },
    /// A value that no cell has.
    #[error("no cell has the {property} {value:?}")]
    NoValue {
        /// Property.
        property: String,
        /// What was asked for.
        value: String,
        /// Values there are, nearest first.
        known: String,
    },
    /// A test that does not suit the property.
    #[error("{property} cannot be tested so: {why}")]
    Unsuited {
        /// Property.
        property: String,
        /// Why not.
        why: String,
    },
    /// No cell passes all tests.
    #[error("no cell of the circuit passes all of these tests")]
    NoCells,
    /// Progress asked to stop.
    #[error("stopped before the edit was complete")]
    Cancelled,
}

impl EditError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NoPopulation { known, .. } => format!("the circuit has {known}; * and ? are wild"),
            Self::NoPathway { known, .. } if known.is_empty() => "the circuit has no connections at all".into(),
            Self::NoPathway { known, .. } => format!("connected are {known}"),
            Self::NoClass { known, .. } => format!("the circuit has {known}; * and ? are wild"),
            Self::Nothing { remedy, .. } => (*remedy).into(),
            Self::Range { field, .. } => format!("give another {field}, or leave it out"),
            Self::UsynAboveOne { high, .. } => format!("a factor of at most {:.3} keeps it", 1.0 / high),
            Self::GsynTooLarge { .. } => "give a conductance_factor nearer to 1".into(),
            Self::Rule { remedy, .. } => remedy.clone(),
            Self::Wire(error) => error.remedy().into(),
            Self::Reciprocity { .. } => {
                "rewire before other edits of that pathway and with the circuit's own seed, or give common_neighbour_gain 0 in place of the reciprocity".into()
            }
            Self::NoProperty { .. } => "write a node set as {\"layer\": [\"4\"], \"population\": \"L4_E\"}".into(),
            Self::NoValue { known, .. } => format!("there is {known}"),
            Self::Unsuited { .. } => {
                "names take a value, a list or {\"$regex\": ...}; numbers take {\"$gt\" | \"$gte\" | \"$lt\" | \"$lte\": number}, ids a list".into()
            }
            Self::NoCells => "widen the node set; several properties must all hold".into(),
            Self::Cancelled => "call again; nothing was stored".into(),
        }
    }

    /// The field of the edit at fault; empty where it is no single one.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::NoPopulation { end, .. } => end,
            Self::Range { field, .. } | Self::Nothing { field, .. } => field,
            Self::NoClass { .. } => "class",
            Self::UsynAboveOne { .. } => "u_syn_factor",
            Self::GsynTooLarge { .. } => "conductance_factor",
            Self::Rule { .. } | Self::Wire(_) | Self::Reciprocity { .. } => "rule",
            Self::NoProperty { .. } | Self::NoValue { .. } | Self::Unsuited { .. } | Self::NoCells => "nodes",
            Self::NoPathway { .. } | Self::Cancelled => "",
        }
    }
}
