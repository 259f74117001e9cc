//! Edges for every tool: groups spelled out, the index under both of its names, types beside the file.

use super::rows::{Block, DECIMALS, ends, fill};
use crate::error::SonataError;
use crate::index::index_of;
use crate::names::{
    EDGE, EDGES, GROUP, INDICES, NODE_POPULATION, NODE_TO_RANGES, OLD_NODE_TO_RANGES, RANGE_TO_EDGE, SOURCE_TO_TARGET,
    SYNAPSE_TYPE, TARGET_TO_SOURCE, sonata,
};
use crate::population::TypeTable;
use crate::store::{Place, write_file};
use bravli_circuit::Edges;
use std::path::Path;

/// Rows that are brought into a file at a time.
const BLOCK: usize = 1 << 18;

/// `syn_type_id` of an inhibitory and of an excitatory synapse.
const SIGN_CODES: [u8; 2] = [0, 100];

/// Where a synapse on a point cell sits: at the soma, which is section 0, in its middle.
const SOMA: u32 = 0;
const MIDDLE: f32 = 0.5;

/// A population of edges on its way to a file.
pub(super) struct EdgeExport<'a> {
    pub(super) name: &'a str,
    /// Population and number of the nodes at either end, sources first.
    pub(super) ends: [(&'a str, usize); 2],
    pub(super) edges: &'a Edges,
    /// Names of synapse classes; none where edges have none.
    pub(super) classes: &'a [String],
    /// Type of each row by its source and target.
    pub(super) type_of: &'a dyn Fn(u32, u32) -> i32,
    /// Whether a row excites, by its number and its source.
    pub(super) excites: &'a dyn Fn(usize, u32) -> bool,
}

impl EdgeExport<'_> {
    /// Writes the file, a block of rows at a time.
    pub(super) fn write(&self, path: &Path) -> Result<(), SonataError> {
        write_file(path, |root| {
            let place = root.create(EDGES)?.create(self.name)?;
            self.write_rows(&place)?;
            self.write_indices(&place)
        })
    }

    fn write_rows(&self, place: &Place<'_>) -> Result<(), SonataError> {
        let n = self.edges.len();
        let group = place.create(GROUP)?;
        let (type_name, index_name) = (format!("{EDGE}_type_id"), format!("{EDGE}_group_index"));
        let types = place.reserve::<i32>(&type_name, n)?;
        let sources = place.reserve::<u32>(sonata("source"), n)?;
        let targets = place.reserve::<u32>(sonata("target"), n)?;
        for (dataset, name, (population, _)) in
            [(&sources, sonata("source"), self.ends[0]), (&targets, sonata("target"), self.ends[1])]
        {
            place.write_text(dataset, name, NODE_POPULATION, population)?;
        }
        // one group, whose rows are those of the population; some readers want that said for each row
        place.write_constant(&format!("{EDGE}_group_id"), 0_u8, n)?;
        let is_narrow = u32::try_from(n).is_ok();
        let group_index =
            if is_narrow { place.reserve::<u32>(&index_name, n) } else { place.reserve::<u64>(&index_name, n) }?;
        group.write_constant("afferent_section_id", SOMA, n)?;
        group.write_constant("afferent_section_pos", MIDDLE, n)?;
        let class = match self.classes {
            [] => None,
            classes => {
                let names: Vec<&str> = classes.iter().map(String::as_str).collect();
                group.write_names(sonata("class"), &names)?;
                Some(group.reserve::<u16>(sonata("class"), n)?)
            }
        };
        let sign = group.reserve::<u8>(SYNAPSE_TYPE, n)?;
        let n_synapses = group.reserve::<u16>(sonata("n_synapses"), n)?;
        let n_rrp = group.reserve::<u16>(sonata("n_rrp"), n)?;
        let decimals =
            DECIMALS.into_iter().map(|ours| group.reserve::<f32>(sonata(ours), n)).collect::<Result<Vec<_>, _>>()?;
        let mut block = Block::default();
        for first in (0..n).step_by(BLOCK) {
            let end = n.min(first + BLOCK);
            fill(self.edges, first..end, &mut block);
            let pairs = || block.source.iter().copied().zip(block.target.iter().copied());
            let type_ids: Vec<i32> = pairs().map(|(source, target)| (self.type_of)(source, target)).collect();
            let signs: Vec<u8> = (first..end)
                .zip(&block.source)
                .map(|(row, source)| SIGN_CODES[usize::from((self.excites)(row, *source))])
                .collect();
            place.fill(&type_name, &types, first, &type_ids)?;
            place.fill(sonata("source"), &sources, first, &block.source)?;
            place.fill(sonata("target"), &targets, first, &block.target)?;
            if is_narrow {
                place.fill(&index_name, &group_index, first, &(first as u32..end as u32).collect::<Vec<_>>())?;
            } else {
                place.fill(&index_name, &group_index, first, &(first as u64..end as u64).collect::<Vec<_>>())?;
            }
            if let Some(class) = &class {
                group.fill(sonata("class"), class, first, &block.class)?;
            }
            group.fill(SYNAPSE_TYPE, &sign, first, &signs)?;
            group.fill(sonata("n_synapses"), &n_synapses, first, &block.n_synapses)?;
            group.fill(sonata("n_rrp"), &n_rrp, first, &block.n_rrp)?;
            for ((ours, dataset), values) in DECIMALS.iter().zip(&decimals).zip(&block.decimals) {
                group.fill(sonata(ours), dataset, first, values)?;
            }
        }
        Ok(())
    }

    /// Both indices, for every node of the population at that end.
    fn write_indices(&self, place: &Place<'_>) -> Result<(), SonataError> {
        let indices = place.create(INDICES)?;
        let by = [SOURCE_TO_TARGET, TARGET_TO_SOURCE];
        for ((name, nodes), (_, n_nodes)) in by.into_iter().zip(ends(self.edges)).zip(self.ends) {
            let mut index = index_of(nodes);
            let end = index.range_to_edges.len() as u64;
            index.node_to_ranges.resize(n_nodes.max(index.node_to_ranges.len()), [end, end]);
            let inner = indices.create(name)?;
            match (narrow(&index.node_to_ranges), narrow(&index.range_to_edges)) {
                (Some(ranges), Some(rows)) => {
                    inner.write_narrow_pairs(NODE_TO_RANGES, &ranges)?;
                    inner.write_narrow_pairs(RANGE_TO_EDGE, &rows)?;
                }
                _ => {
                    inner.write_pairs(NODE_TO_RANGES, &index.node_to_ranges)?;
                    inner.write_pairs(RANGE_TO_EDGE, &index.range_to_edges)?;
                }
            }
            inner.link(NODE_TO_RANGES, OLD_NODE_TO_RANGES)?;
        }
        Ok(())
    }
}

/// The same pairs in 32 bits, where they fit.
fn narrow(pairs: &[[u64; 2]]) -> Option<Vec<[u32; 2]>> {
    let fits = |value: u64| u32::try_from(value).ok();
    pairs.iter().map(|[first, end]| Some([fits(*first)?, fits(*end)?])).collect()
}

/// Types of edges by the pair of cell populations they join, numbered from `first` in the order of the pairs.
pub(super) struct PairTypes {
    n_targets: usize,
    ids: Vec<i32>,
    pub(super) table: TypeTable,
}

impl PairTypes {
    /// The pairs that edges have; `names` and `of` are the populations of sources and of targets, and those of their nodes.
    pub(super) fn of(edges: &Edges, names: [&[&str]; 2], of: [&dyn Fn(u32) -> usize; 2], first: i32) -> Self {
        let n_targets = names[1].len();
        let mut is_used = vec![false; names[0].len() * n_targets];
        let [sources, targets] = ends(edges);
        for (source, target) in sources.iter().zip(targets) {
            is_used[of[0](*source) * n_targets + of[1](*target)] = true;
        }
        let columns = ["pathway", "source_query", "target_query", "model_template"].map(str::to_owned).to_vec();
        let mut types =
            Self { n_targets, ids: vec![-1; is_used.len()], table: TypeTable { columns, rows: Vec::new() } };
        for (pair, _) in is_used.iter().enumerate().filter(|(_, is_used)| **is_used) {
            let id = first + types.table.rows.len() as i32;
            types.ids[pair] = id;
            let (pre, post) = (names[0][pair / n_targets], names[1][pair % n_targets]);
            let query = |name: &str| Some(format!("pop_name=='{name}'"));
            let pathway = Some(format!("{pre}->{post}"));
            types
                .table
                .rows
                .push((id.into(), vec![pathway, query(pre), query(post), Some(super::SYNAPSE_TEMPLATE.to_owned())]));
        }
        types
    }

    /// The type of a pair of populations.
    pub(super) fn id(&self, source: usize, target: usize) -> i32 {
        self.ids[source * self.n_targets + target]
    }
}
