//! Every name that SONATA files know a thing by, beside ours.

/// One column under both names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Field of our structures.
    pub ours: &'static str,
    /// Dataset in a SONATA file.
    pub sonata: &'static str,
    /// Unit in the file, which is also ours.
    pub unit: &'static str,
}

const fn name(ours: &'static str, sonata: &'static str, unit: &'static str) -> Name {
    Name { ours, sonata, unit }
}

/// Columns of nodes. SONATA points y upwards: its y is minus our depth, its z our second horizontal axis.
pub const NODE_COLUMNS: [Name; 9] = [
    name("x_um", "x", "um"),
    name("depth_um", "y", "um"),
    name("y_um", "z", "um"),
    name("layer", "layer", "name"),
    name("mtype", "mtype", "name"),
    name("etype", "etype", "name"),
    name("population", "population", "name"),
    name("is_excitatory", "synapse_class", "name"),
    name("column", "column", "name"),
];

/// Columns of edges.
pub const EDGE_COLUMNS: [Name; 12] = [
    name("source", "source_node_id", "id"),
    name("target", "target_node_id", "id"),
    name("n_synapses", "nsyns", "count"),
    name("gsyn_ns", "conductance", "nS"),
    name("u_syn", "u_syn", "1"),
    name("tau_rec_ms", "depression_time", "ms"),
    name("tau_facil_ms", "facilitation_time", "ms"),
    name("tau_decay_ms", "decay_time", "ms"),
    name("n_rrp", "n_rrp_vesicles", "count"),
    name("delay_ms", "delay", "ms"),
    name("conductance_ratio", "conductance_scale_factor", "1"),
    name("u_hill_mm", "u_hill_coefficient", "mM"),
];

/// Columns of spikes. Older files say `gids` for node ids.
pub const SPIKE_COLUMNS: [Name; 2] = [name("time_ms", "timestamps", "ms"), name("node", "node_ids", "id")];

/// The column of `table` that we call `ours`.
#[must_use]
pub fn from_ours(table: &'static [Name], ours: &str) -> Option<&'static Name> {
    table.iter().find(|name| name.ours == ours)
}

/// The column of `table` that SONATA calls `sonata`.
#[must_use]
pub fn from_sonata(table: &'static [Name], sonata: &str) -> Option<&'static Name> {
    table.iter().find(|name| name.sonata == sonata)
}

/// SONATA's name of one of our fields, for names spelled in this crate.
pub(crate) fn sonata(ours: &'static str) -> &'static str {
    [&NODE_COLUMNS[..], &EDGE_COLUMNS[..], &SPIKE_COLUMNS[..]]
        .into_iter()
        .find_map(|table| from_ours(table, ours))
        .map_or(ours, |name| name.sonata)
}

pub(crate) const NODES: &str = "nodes";
pub(crate) const NODE_TYPE: &str = "node_type_id";
pub(crate) const EDGES: &str = "edges";
pub(crate) const EDGE_TYPE: &str = "edge_type_id";
pub(crate) const NODE_POPULATION: &str = "node_population";
pub(crate) const GROUP: &str = "0";
pub(crate) const LIBRARY: &str = "@library";
pub(crate) const INDICES: &str = "indices";
pub(crate) const SOURCE_TO_TARGET: &str = "source_to_target";
pub(crate) const TARGET_TO_SOURCE: &str = "target_to_source";
pub(crate) const NODE_TO_RANGES: &str = "node_id_to_ranges";
pub(crate) const RANGE_TO_EDGE: &str = "range_to_edge_id";
pub(crate) const SPIKES: &str = "spikes";
pub(crate) const OLD_NODE_IDS: &str = "gids";
pub(crate) const SORTING: &str = "sorting";
pub(crate) const UNITS: &str = "units";
pub(crate) const REPORT: &str = "report";
pub(crate) const DATA: &str = "data";
pub(crate) const MAPPING: &str = "mapping";
pub(crate) const ELEMENT_IDS: &str = "element_ids";
pub(crate) const INDEX_POINTERS: &str = "index_pointers";
pub(crate) const TIME: &str = "time";
pub(crate) const SORTED: &str = "sorted";
pub(crate) const MAGIC: &str = "magic";
pub(crate) const VERSION: &str = "version";
/// Parameters that a model takes by these names.
pub(crate) const DYNAMICS: &str = "dynamics_params";
/// The older spelling of [`NODE_TO_RANGES`], in files of the Allen Institute.
pub(crate) const OLD_NODE_TO_RANGES: &str = "node_id_to_range";
/// Kind of a population, before `_id`, `_type_id`, `_group_id` and `_group_index`.
pub(crate) const NODE: &str = "node";
/// As [`NODE`], for edges.
pub(crate) const EDGE: &str = "edge";
/// Explicit ids of nodes, in files of the Allen Institute.
pub(crate) const NODE_ID: &str = "node_id";
/// The class of a synapse as a number: excitatory from 100.
pub(crate) const SYNAPSE_TYPE: &str = "syn_type_id";
/// Components of the quaternion that turns a morphology into the circuit, real part first.
pub(crate) const ORIENTATION: [&str; 4] = ["orientation_w", "orientation_x", "orientation_y", "orientation_z"];
/// Horizontal positions and depth of cells whose x, y and z are those of an atlas; ours alone, in µm.
pub(crate) const FLAT: [&str; 3] = ["flat_x", "flat_y", "depth"];
/// What text tables write where there is nothing.
pub(crate) const NULL: &str = "NULL";
/// Names of columns that are in use in two spellings: by the specification, and by those who write files.
const SPELLINGS: [[&str; 2]; 2] =
    [["exc-mini_frequency", "exc_mini_frequency"], ["inh-mini_frequency", "inh_mini_frequency"]];

/// The other spelling of a column, where two are in use.
pub(crate) fn either_spelling(name: &str) -> Option<&'static str> {
    SPELLINGS.iter().find_map(|[a, b]| (*a == name).then_some(*b).or((*b == name).then_some(*a)))
}

/// Key of rules of node sets that name populations.
pub(crate) const SET_POPULATION: &str = "population";
/// As [`NODE_ID`] in rules of node sets, in older files of the Allen Institute.
pub(crate) const OLD_SET_NODE_ID: &str = "gids";
/// Orders of spikes by their codes, and how older files of the Allen Institute spell the second.
pub(crate) const SORTINGS: [&str; 3] = ["none", "by_id", "by_time"];
/// See [`SORTINGS`].
pub(crate) const OLD_BY_ID: &str = "by_gid";
/// Unit of spike times.
pub(crate) const MS: &str = "ms";
/// Names of the values of truth, by their numbers.
pub(crate) const TRUTH: [&str; 2] = ["FALSE", "TRUE"];
/// Folders of morphologies in other formats, by format.
pub(crate) const ALTERNATE_MORPHOLOGIES: &str = "alternate_morphologies";
/// Formats of alternate morphologies, with the endings of their files.
pub(crate) const MORPHOLOGY_FORMATS: [(&str, &str); 2] = [("neurolucida-asc", "asc"), ("h5v1", "h5")];
/// Points of an h5 morphology: x, y, z, diameter in µm.
pub(crate) const POINTS: &str = "points";
/// Sections of an h5 morphology: first point, type, parent.
pub(crate) const STRUCTURE: &str = "structure";
/// The cell of an h5 morphology of the second version.
pub(crate) const NEURON: &str = "neuron1";
/// Points as traced, and sections upon them, in the second version.
pub(crate) const RAW: &str = "raw";
/// Types of sections in the second version.
pub(crate) const SECTION_TYPE: &str = "sectiontype";
/// Names of synapse classes of nodes, in the order of their codes.
pub(crate) const SIGNS: [&str; 2] = ["EXC", "INH"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_both_ways() {
        for table in [&NODE_COLUMNS[..], &EDGE_COLUMNS[..], &SPIKE_COLUMNS[..]] {
            for name in table {
                assert_eq!(from_ours(table, name.ours), Some(name));
                assert_eq!(from_sonata(table, name.sonata), Some(name));
                assert_eq!(sonata(name.ours), name.sonata, "{} stands in two tables under two names", name.ours);
            }
        }
    }
}
