//! What two recipes say of the same pairs of m-types.

use super::{MtypeMap, class_values};
use crate::{CellType, ConnectionIndex, ConnectionRule, Recipe, SynapseClass, SynapseTable};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// Pathways listed one by one.
const LISTED: usize = 200;
/// Fields of a pathway beside those of its synapse class.
type Value = fn(&ConnectionRule) -> Option<f64>;
const COUNTED: [(&str, Value); 7] = [
    ("mean_synapses", |rule| rule.mean_synapses),
    ("cv_synapses", ConnectionRule::cv),
    ("bouton_reduction_factor", |rule| rule.bouton_reduction_factor),
    ("active_fraction", |rule| rule.active_fraction),
    ("probability", |rule| rule.probability),
    ("p_a", |rule| rule.p_a),
    ("p_mu_a", |rule| rule.p_mu_a),
];
const RELEASE_DELAY: &str = "release_delay_ms";
const VELOCITY: &str = "conduction_velocity_um_per_ms";

/// What changes for pairs of cells. A pathway is a pair of m-types of the first recipe with one counterpart each; it is
/// compared over all pairs of e-types that both recipes know.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PathwayDiff {
    /// Pathways that both recipes have.
    pub n_compared: usize,
    /// Of these, with all values alike.
    pub n_unchanged: usize,
    /// Of the unchanged, under a class of another name.
    pub n_renamed_class: usize,
    /// Without a connection rule in the first but with one in the second.
    pub n_added: usize,
    /// The other way round.
    pub n_removed: usize,
    /// Decided by a synapse rule in one recipe only; beside those compared.
    pub n_undecided: usize,
    /// Whose ends have no e-type in common, so that nothing was compared.
    pub n_without_etype: usize,
    /// Per field, how many pathways it changes in and by what.
    pub parameters: Vec<ParameterChange>,
    /// The pathways that change most in conductance times contacts, at most 200.
    pub most_changed: Vec<PathwayChange>,
}

/// How one field changes over all pathways.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterChange {
    /// Field with its unit.
    pub field: String,
    /// Pathways it differs in.
    pub n_changed: usize,
    /// Median of second over first, of those that differ and are not zero.
    pub median_ratio: Option<f64>,
}

/// One pathway that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathwayChange {
    /// Ends in the first, as `L4_SS->L23_PC`.
    pub from: String,
    /// Ends in the second.
    pub to: String,
    /// e-types of the pair of which values are shown: the first that differs.
    pub etypes: [String; 2],
    /// Pairs of e-types that both recipes know.
    pub n_pairs: usize,
    /// Of these, with a value that differs.
    pub n_pairs_changed: usize,
    /// Whether a name of an end is inferred.
    pub inferred: bool,
    /// Synapse classes in the first and the second.
    pub classes: [String; 2],
    /// Peak conductance of one contact, in nS.
    pub gsyn_ns: [f64; 2],
    /// Contacts per connection; absent without a connection rule.
    pub mean_synapses: [Option<f64>; 2],
    /// Utilisation at 2 mM calcium.
    pub u_syn: [f64; 2],
}

/// Compares every pathway over all pairs of e-types that both recipes know; it changed when one pair did.
pub(super) fn compare(first: &Recipe, second: &Recipe, map: &MtypeMap) -> PathwayDiff {
    let (one, two) = (Side::new(first), Side::new(second));
    let (one, two) = (one.table(), two.table());
    let inferred = |mtype: &str| map.renamed.iter().any(|r| r.from == mtype && r.inferred);
    let mut diff = PathwayDiff::default();
    let mut ratios: BTreeMap<&str, (usize, Vec<f64>)> = BTreeMap::new();
    let mut changed: Vec<(f64, PathwayChange)> = Vec::new();
    for (pre, pre_to, post, post_to) in ends(map) {
        let (pairs, outcome) = pairs(&one, &two, (pre, pre_to), (post, post_to));
        match outcome {
            Outcome::Compared => {}
            Outcome::Undecided => diff.n_undecided += 1,
            Outcome::WithoutEtype => diff.n_without_etype += 1,
        }
        let Some(shown) = pairs.iter().find(|pair| !pair.changes().is_empty()).or(pairs.first()) else { continue };
        diff.n_compared += 1;
        diff.n_added += usize::from(shown.counts[0].is_none() && shown.counts[1].is_some());
        diff.n_removed += usize::from(shown.counts[0].is_some() && shown.counts[1].is_none());
        let n_pairs_changed = pairs.iter().filter(|pair| !pair.changes().is_empty()).count();
        if n_pairs_changed == 0 {
            diff.n_unchanged += 1;
            diff.n_renamed_class += usize::from(shown.classes[0].name != shown.classes[1].name);
            continue;
        }
        let mut fields: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (field, ratio) in pairs.iter().flat_map(Pair::changes) {
            fields.entry(field).or_default().extend(ratio);
        }
        for (field, of_pairs) in fields {
            let entry = ratios.entry(field).or_default();
            entry.0 += 1;
            entry.1.extend(median(of_pairs));
        }
        let change = PathwayChange {
            from: format!("{pre}->{post}"),
            to: format!("{pre_to}->{post_to}"),
            etypes: shown.etypes.map(str::to_owned),
            n_pairs: pairs.len(),
            n_pairs_changed,
            inferred: inferred(pre) || inferred(post),
            classes: shown.classes.map(|class| class.name.clone()),
            gsyn_ns: shown.classes.map(|class| class.gsyn_ns.mean),
            mean_synapses: shown.counts.map(|rule| rule.and_then(|r| r.mean_synapses)),
            u_syn: shown.classes.map(|class| class.u_syn.mean),
        };
        changed.push((weight(&change), change));
    }
    changed.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| (&x.from, &x.to).cmp(&(&y.from, &y.to))));
    diff.most_changed = changed.into_iter().take(LISTED).map(|(_, change)| change).collect();
    diff.parameters = ratios
        .into_iter()
        .map(|(field, (n_changed, ratios))| ParameterChange {
            field: field.to_owned(),
            n_changed,
            median_ratio: median(ratios),
        })
        .collect();
    diff.parameters.sort_by(|a, b| b.n_changed.cmp(&a.n_changed).then_with(|| a.field.cmp(&b.field)));
    diff
}

/// Every pathway of the first recipe with every counterpart.
fn ends(map: &MtypeMap) -> impl Iterator<Item = (&str, &str, &str, &str)> {
    let cells = || map.pairs.iter().flat_map(|(from, to)| to.iter().map(move |to| (from.as_str(), to.as_str())));
    cells().flat_map(move |(pre, pre_to)| cells().map(move |(post, post_to)| (pre, pre_to, post, post_to)))
}

/// One recipe, its cell types and where each m-type's are among them.
struct Side<'a> {
    recipe: &'a Recipe,
    types: Vec<CellType>,
}

/// The same with its rules arranged for every pair.
struct Arranged<'a> {
    types: &'a [CellType],
    of_mtype: BTreeMap<&'a str, Range<usize>>,
    table: SynapseTable<'a>,
    recipe: &'a Recipe,
    counts: ConnectionIndex<'a>,
}

impl<'a> Side<'a> {
    fn new(recipe: &'a Recipe) -> Self {
        Self { recipe, types: recipe.cell_types().types }
    }

    fn table(&self) -> Arranged<'_> {
        let mut of_mtype: BTreeMap<&str, Range<usize>> = BTreeMap::new();
        for (i, cell) in self.types.iter().enumerate() {
            of_mtype.entry(&cell.mtype).or_insert(i..i).end = i + 1;
        }
        let (recipe, types) = (self.recipe, &self.types);
        let (table, counts) = (recipe.synapse_table(types), recipe.connection_index());
        Arranged { types, of_mtype, table, recipe, counts }
    }
}

impl Arranged<'_> {
    fn cells(&self, mtype: &str) -> Range<usize> {
        self.of_mtype.get(mtype).cloned().unwrap_or(0..0)
    }
}

/// What both recipes say of one pair of cell types.
struct Pair<'a> {
    etypes: [&'a str; 2],
    classes: [&'a SynapseClass; 2],
    counts: [Option<&'a ConnectionRule>; 2],
    delay_ms: [f64; 2],
    velocity: [f64; 2],
}

impl Pair<'_> {
    /// Fields that differ, with second over first where both are positive.
    fn changes(&self) -> Vec<(&'static str, Option<f64>)> {
        let [a, b] = self.classes.map(class_values);
        let values = a.into_iter().zip(b).map(|((field, a), (_, b))| (field, [a, b]));
        let counted = |rule: Option<&ConnectionRule>| COUNTED.map(|(field, value)| (field, rule.and_then(value)));
        let [a, b] = self.counts.map(counted);
        let counts = a.into_iter().zip(b).map(|((field, a), (_, b))| (field, [a, b]));
        let own = [(RELEASE_DELAY, self.delay_ms.map(Some)), (VELOCITY, self.velocity.map(Some))];
        let ratio = |[a, b]: [Option<f64>; 2]| a.zip(b).filter(|(a, b)| *a > 0.0 && *b > 0.0).map(|(a, b)| b / a);
        values.chain(counts).chain(own).filter(|(_, [a, b])| a != b).map(|(field, pair)| (field, ratio(pair))).collect()
    }
}

/// How much of a pathway could be compared.
enum Outcome {
    Compared,
    /// A pair of its cells is decided in one recipe only.
    Undecided,
    /// Its ends have no e-type in common.
    WithoutEtype,
}

/// Every pair of e-types that both recipes give the ends of a pathway and decide.
fn pairs<'a>(
    one: &'a Arranged<'a>,
    two: &'a Arranged<'a>,
    (pre, pre_to): (&str, &str),
    (post, post_to): (&str, &str),
) -> (Vec<Pair<'a>>, Outcome) {
    let common = |from: &str, to: &str| -> Vec<(usize, usize)> {
        let same = |i: usize| two.cells(to).find(|j| two.types[*j].etype == one.types[i].etype);
        one.cells(from).filter_map(|i| Some((i, same(i)?))).collect()
    };
    let (pre, post) = (common(pre, pre_to), common(post, post_to));
    let mut outcome = if pre.is_empty() || post.is_empty() { Outcome::WithoutEtype } else { Outcome::Compared };
    let mut found = Vec::with_capacity(pre.len() * post.len());
    for (i, i_to) in &pre {
        for (j, j_to) in &post {
            let ((rule, class), (rule_to, class_to)) = match (one.table.class(*i, *j), two.table.class(*i_to, *j_to)) {
                (Ok(one), Ok(two)) => (one, two),
                (Err(_), Err(_)) => continue,
                _ => {
                    outcome = Outcome::Undecided;
                    continue;
                }
            };
            let rules = [&one.recipe.synapse_rules[rule], &two.recipe.synapse_rules[rule_to]];
            found.push(Pair {
                etypes: [&one.types[*i].etype, &one.types[*j].etype],
                classes: [class, class_to],
                counts: [
                    one.counts.rule(&one.types[*i].class(), &one.types[*j].class()),
                    two.counts.rule(&two.types[*i_to].class(), &two.types[*j_to].class()),
                ],
                delay_ms: rules.map(|rule| rule.release_delay_ms.get()),
                velocity: rules.map(|rule| rule.conduction_velocity_um_per_ms),
            });
        }
    }
    (found, outcome)
}

/// How far a pathway moved: the logarithm of conductance times contacts, second over first.
fn weight(change: &PathwayChange) -> f64 {
    let contacts = |n: Option<f64>| n.filter(|n| *n > 0.0).unwrap_or(1.0);
    let [a, b] = [0, 1].map(|i| change.gsyn_ns[i] * contacts(change.mean_synapses[i]));
    (b / a).ln().abs()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some((values.get(middle - 1)? + upper) / 2.0) }
}
