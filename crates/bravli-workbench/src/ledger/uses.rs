//! Which numbers of a recipe an artifact uses.

use super::sourced::Sourced;
use bravli_circuit::{Boundary, Column, ColumnHeader, Condition};
use bravli_recipe::{CellClass, ConnectionRule, MembraneSpec, PathwaySpec, Recipe, Resolved, SynapseClass};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const COLUMN: &str = "column.yaml";
const COMPOSITION: &str = "cell_composition.yaml";
const NEURONS: &str = "neurons.yaml";
const MINIS: &str = "mini_frequencies.tsv";
const BOUNDARY: &str = "boundary.yaml";

/// Synapse timing, as builder recipes name it.
pub(crate) const RELEASE_DELAY: &str = "neuralTransmitterReleaseDelay";
pub(crate) const VELOCITY: &str = "axonalConductionVelocity";
/// Spread of synapses per connection, directly or as a standard deviation.
pub(crate) const CV_SYNAPSES: &[&str] = &["cv_syns_connection", "stdev_syns_connection"];
pub(crate) const MEAN_SYNAPSES: &str = "mean_syns_connection";
/// Attributes of a class that nothing reads.
const UNREAD: &[&str] = &["nsyn", "nsynSD", "nsynVar"];

/// Numbers of a recipe, and numbers that stand in none of its files: by assumption, how many.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uses {
    numbers: BTreeSet<usize>,
    assumed: BTreeMap<String, u32>,
}

impl FromIterator<usize> for Uses {
    fn from_iter<T: IntoIterator<Item = usize>>(numbers: T) -> Self {
        Self { numbers: numbers.into_iter().collect(), assumed: BTreeMap::new() }
    }
}

impl Uses {
    /// Numbers of the recipe, in file order.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        self.numbers.iter().copied()
    }

    /// Numbers of no file: the assumption and how many rest on it.
    pub(crate) fn assumed(&self) -> &BTreeMap<String, u32> {
        &self.assumed
    }

    /// Both together.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.numbers.extend(other.numbers);
        self.assumed.extend(other.assumed);
        self
    }

    fn add(&mut self, numbers: impl IntoIterator<Item = usize>) {
        self.numbers.extend(numbers);
    }

    fn assume(&mut self, n: u32, why: &str) {
        *self.assumed.entry(why.to_owned()).or_default() += n;
    }
}

/// Geometry and composition of the layers placed.
pub(crate) fn column(sourced: &Sourced, header: &ColumnHeader) -> Uses {
    let recipe = &sourced.recipe;
    let placed: BTreeSet<&str> = header.layers.iter().map(|layer| layer.layer.as_str()).collect();
    let mut uses = Uses::default();
    if !header.ground.region.is_empty() {
        // an atlas has its own geometry; what places cells there are densities alone
    } else if sourced.under(COLUMN, "").next().is_some() {
        for size in ["reference_radius_um", "reference_width_um", "reference_length_um"] {
            uses.add(sourced.find(COLUMN, size));
        }
        let layers = recipe.column.iter().flat_map(|column| &column.layers);
        let deepest =
            layers.clone().enumerate().filter(|(_, l)| placed.contains(l.layer.as_str())).map(|(i, _)| i).max();
        for (index, layer) in layers.enumerate() {
            // layers above count into the depth of those below them
            if deepest.is_some_and(|deepest| index <= deepest) {
                uses.add(sourced.find(COLUMN, &format!("layers[{}].thickness_um", layer.layer)));
            }
            if placed.contains(layer.layer.as_str()) {
                uses.add(sourced.find(COLUMN, &format!("layers[{}].n_cells", layer.layer)));
            }
        }
    } else {
        for start in ["column", "layer[", "latticeVector["] {
            uses.add(sourced.under_xml(start));
        }
    }
    for group in recipe.composition.iter().filter(|group| placed.contains(group.layer.as_str())) {
        let owned = sourced.owned(&group.at);
        if owned.is_empty() {
            // older forms name groups by nested keys or elements: all of the composition counts
            uses.add(sourced.under(COMPOSITION, ""));
            uses.add(sourced.under_xml("Layer["));
        }
        uses.add(owned.iter().copied());
    }
    uses
}

/// How cells of two kinds are connected.
pub(crate) struct Pair<'a> {
    pub(crate) pre_population: &'a str,
    pub(crate) post_population: &'a str,
    pub(crate) pre_mtype: &'a str,
    pub(crate) post_mtype: &'a str,
    pub(crate) pathway: &'a PathwaySpec,
    pub(crate) synapse: Resolved<'a>,
    pub(crate) count: Option<&'a ConnectionRule>,
}

/// Every pair of kinds of cells that may connect, with the rules that decide it. What no rule decides is left out: wiring
/// tells it.
pub(crate) fn pairs<'a>(recipe: &'a Recipe, column: &'a Column) -> Vec<Pair<'a>> {
    let cells = &column.cells;
    let kinds: BTreeSet<(u16, u16, u16, bool)> = (0..cells.len())
        .map(|i| (cells.population[i], cells.mtype[i], cells.etype[i], cells.is_excitatory[i]))
        .collect();
    let header = &column.header;
    let counts = recipe.connection_index();
    let mut pathways: HashMap<(u16, u16), Option<&PathwaySpec>> = HashMap::new();
    let name = |population: u16| header.populations[usize::from(population)].name.as_str();
    let mtype = |mtype: u16| header.mtypes[usize::from(mtype)].as_str();
    let class = |kind: &(u16, u16, u16, bool)| {
        CellClass::new(mtype(kind.1), &header.etypes[usize::from(kind.2)], if kind.3 { "EXC" } else { "INH" })
    };
    let mut pairs = Vec::new();
    for pre in &kinds {
        for post in &kinds {
            let pathway = pathways.entry((pre.0, post.0)).or_insert_with(|| recipe.pathway(name(pre.0), name(post.0)));
            let Some(pathway) = *pathway else { continue };
            let Ok(synapse) = recipe.resolve_synapse(&class(pre), &class(post)) else { continue };
            let count = counts.rule(&class(pre), &class(post));
            pairs.push(Pair {
                pre_population: name(pre.0),
                post_population: name(post.0),
                pre_mtype: mtype(pre.1),
                post_mtype: mtype(post.1),
                pathway,
                synapse,
                count,
            });
        }
    }
    pairs
}

/// The column's numbers, and those of the rules and classes that its cells are connected by.
pub(crate) fn circuit(sourced: &Sourced, placed: &Column) -> Uses {
    let mut uses = column(sourced, &placed.header);
    for pair in pairs(&sourced.recipe, placed) {
        if pair.pathway.amount.is_none() {
            // nothing else of a pathway that makes no connection is read
            uses.add(sourced.field(&pair.pathway.at, &["probability", "peak_probability", "in_degree", "total"]));
            continue;
        }
        uses.add(sourced.owned(&pair.pathway.at).iter().copied());
        class_numbers(sourced, pair.synapse.class, &[], &mut uses);
        for attribute in [RELEASE_DELAY, VELOCITY] {
            match timing(sourced, &pair, attribute) {
                Some(number) => uses.add([number]),
                None => {
                    let why = format!("{attribute}: the recipe states none; the builder's default");
                    uses.assumed.insert(why, 1);
                }
            }
        }
        let spread = pair.count.and_then(|rule| sourced.field(&rule.at, CV_SYNAPSES));
        match (pair.count, spread) {
            (Some(rule), Some(spread)) => {
                let of_sd = sourced.number(spread).path.ends_with(CV_SYNAPSES[1]);
                uses.add([spread]);
                if pair.pathway.mean_synapses.is_none() || of_sd {
                    uses.add(sourced.field(&rule.at, &[MEAN_SYNAPSES]));
                }
            }
            (rule, _) => {
                uses.add(rule.and_then(|rule| sourced.field(&rule.at, &[MEAN_SYNAPSES])));
                let why = "cv_synapses: the recipe states none; the value of the v7 recipe for all pathways";
                uses.assumed.insert(why.to_owned(), 1);
            }
        }
    }
    uses
}

/// Numbers that edits of a circuit put in place of the recipe's.
pub(crate) fn edits(assumed: &[(u32, String)]) -> Uses {
    let mut uses = Uses::default();
    for (n, why) in assumed {
        uses.assume(*n, why);
    }
    uses
}

/// The release delay or velocity of a pair: its rule's own, else that of the section.
pub(crate) fn timing(sourced: &Sourced, pair: &Pair<'_>, attribute: &str) -> Option<usize> {
    let of_rule = sourced.field(&pair.synapse.rule.at, &[attribute]);
    of_rule.or_else(|| sourced.find(&pair.synapse.rule.at.file, &format!("SynapsesProperties.{attribute}")))
}

/// The numbers of a synapse class but those that something replaces.
fn class_numbers(sourced: &Sourced, class: &SynapseClass, replaced: &[&str], uses: &mut Uses) {
    let read = |i: &usize| {
        let name = sourced.number(*i).path.rsplit('.').next().unwrap_or_default();
        !UNREAD.contains(&name) && !replaced.contains(&name)
    };
    uses.add(sourced.owned(&class.at).iter().copied().filter(read));
}

/// The numbers of the conditions that reach cells, and of the classes of their synapses.
///
/// A number that the request changed is assumed, with what its condition assumes as the reason.
pub(crate) fn boundary(sourced: &Sourced, placed: &Column, resolved: &Boundary, own: &[Condition]) -> Uses {
    let mut uses = Uses::default();
    let recipe_calcium = sourced.find(BOUNDARY, "calcium_mm");
    match recipe_calcium {
        Some(number) if sourced.number(number).value == resolved.calcium_mm => uses.add([number]),
        Some(_) => uses.assume(1, &format!("calcium_mm = {}: set in the request", resolved.calcium_mm)),
        None => uses.assume(
            1,
            &format!(
                "calcium_mm = {}: the recipe states none; from the request, else where u of the classes holds",
                resolved.calcium_mm
            ),
        ),
    }
    for gone in own.iter().filter(|own| resolved.conditions.iter().all(|kept| kept.source() != own.source())) {
        uses.assume(0, &format!("{}: the recipe's condition is left out by request", gone.source()));
    }
    let is_placed = |population: &str| placed.header.populations.iter().any(|known| known.name == population);
    for condition in &resolved.conditions {
        let start = format!("conditions[{}]", condition.source());
        let recipes_own =
            own.iter().find(|known| known.source() == condition.source() && known.kind() == condition.kind());
        let before: BTreeMap<String, f64> =
            recipes_own.map(|own| leaves(own, &start).into_iter().collect()).unwrap_or_default();
        let evokes = matches!(condition, Condition::Dirichlet { rate, .. } if rate.spikes_per_unit != 0.0);
        let mut n_set = 0;
        let reached: Vec<String> = targets(condition)
            .into_iter()
            .filter(|(_, population)| is_placed(population))
            .map(|(name, _)| format!("{start}.onto[{name}]."))
            .collect();
        for (path, value) in leaves(condition, &start) {
            if path.contains(".onto[") && !reached.iter().any(|target| path.starts_with(target)) {
                continue; // a population that was not placed: nothing to act on
            }
            let stated = sourced.find(BOUNDARY, &path).filter(|i| sourced.number(*i).value == value);
            match (before.get(&path) == Some(&value), stated) {
                (true, Some(number)) => uses.add([number]),
                // an absent term of the rate is zero, and its shape then shapes nothing
                (true, None) if value == 0.0 || (!evokes && path.contains(".rate.")) => {}
                (true, None) => uses.assume(1, &format!("{path} = {value}: not stated; the program's default")),
                // a term of zero that nobody stated is no term
                (false, _) if before.contains_key(&path) || value != 0.0 => n_set += 1,
                (false, _) => {}
            }
        }
        let (Condition::Dirichlet { assumes, .. }
        | Condition::Neumann { assumes, .. }
        | Condition::Absorbing { assumes, .. }) = condition;
        let said: Vec<String> = [
            (n_set > 0).then(|| format!("{n_set} number{} set in the request", if n_set == 1 { "" } else { "s" })),
            (!assumes.is_empty()).then(|| assumes.clone()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !said.is_empty() {
            uses.assume(n_set, &format!("{}: {}", condition.source(), said.join("; ")));
        }
        if let Condition::Dirichlet { onto, .. } = condition {
            for target in onto.iter().filter(|target| is_placed(&target.population)) {
                let Some(class) = sourced.recipe.synapse_classes.get(&target.synapse_class) else { continue };
                let mut replaced = Vec::new();
                if target.gsyn_ns.is_some() {
                    replaced.extend(["gsyn", "gsynSD", "gsynVar"]);
                }
                if target.u_syn.is_some() {
                    replaced.extend(["u", "uSD", "uVar"]);
                }
                class_numbers(sourced, class, &replaced, &mut uses);
            }
        }
    }
    uses
}

/// Names of the targets of a condition, as number paths name them, with their populations.
fn targets(condition: &Condition) -> Vec<(String, &str)> {
    let populations: Vec<&str> = match condition {
        Condition::Dirichlet { onto, .. } => onto.iter().map(|target| target.population.as_str()).collect(),
        Condition::Neumann { onto, .. } => onto.iter().map(|target| target.population.as_str()).collect(),
        Condition::Absorbing { .. } => Vec::new(),
    };
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let named = populations.into_iter().map(|population| {
        let n = seen.entry(population).or_default();
        *n += 1;
        (if *n > 1 { format!("{population}#{n}") } else { population.to_owned() }, population)
    });
    named.collect()
}

/// Every number of a condition with its path, as `boundary.yaml` would have it.
fn leaves(condition: &Condition, start: &str) -> Vec<(String, f64)> {
    fn walk(value: &Value, path: &str, names: &[String], found: &mut Vec<(String, f64)>) {
        match value {
            Value::Number(number) => found.extend(number.as_f64().map(|number| (path.to_owned(), number))),
            Value::Object(fields) => {
                for (name, value) in fields {
                    walk(value, &format!("{path}.{name}"), names, found);
                }
            }
            Value::Array(items) => {
                for (item, name) in items.iter().zip(names) {
                    walk(item, &format!("{path}[{name}]"), names, found);
                }
            }
            _ => {}
        }
    }
    let names: Vec<String> = targets(condition).into_iter().map(|(name, _)| name).collect();
    let mut found = Vec::new();
    walk(&serde_json::to_value(condition).unwrap_or_default(), start, &names, &mut found);
    found
}

/// The numbers of the neurons of the cells placed, and of the receptors.
pub(crate) fn run(sourced: &Sourced, placed: &Column, minis: bool, learning: &[(u32, String)]) -> Uses {
    let recipe = &sourced.recipe;
    let mut uses: Uses = sourced.under(NEURONS, "receptors.").collect();
    if minis {
        uses.add(sourced.under(MINIS, "row["));
    }
    for (n, why) in learning {
        uses.assume(*n, why);
    }
    let cells = &placed.cells;
    let kinds: BTreeSet<(u16, u16)> = (0..cells.len()).map(|i| (cells.population[i], cells.etype[i])).collect();
    for (population, etype) in kinds {
        let membrane = recipe.membrane(&placed.header.populations[usize::from(population)].name);
        uses.add(membrane.into_iter().flat_map(|membrane| sourced.owned(&membrane.at)).copied());
        let start = format!("etypes.{}.", placed.header.etypes[usize::from(etype)]);
        uses.add(sourced.under(NEURONS, &start).filter(|i| shapes(&sourced.number(*i).path, membrane)));
    }
    uses
}

/// Whether a number of an e-type is read where the population has a membrane of its own: that replaces capacitance and
/// rest, the latter unless the threshold is to follow it.
fn shapes(path: &str, membrane: Option<&MembraneSpec>) -> bool {
    let Some(membrane) = membrane else { return true };
    !path.ends_with(".c_m_pf") && (membrane.v_th_mv.is_none() || !path.ends_with(".e_l_mv"))
}
