//! Node sets of an export: all cells, by sign, layer, column, class, population and m-type, and the fibres.

use super::nodes::{CELL_CLASS, CELL_POPULATION};
use crate::names::{SET_POPULATION, SIGNS, sonata};
use crate::node_sets::{NodeSet, NodeSets, Test};
use crate::population::Value;
use bravli_circuit::{Column, FibrePopulation};

/// Sets, and which of them stand for what.
pub(super) struct ExportSets {
    pub(super) all: NodeSets,
    /// The set of all cells.
    pub(super) cells: String,
    populations: Vec<(String, String)>,
    fibres: Vec<(String, String)>,
}

impl ExportSets {
    /// The set of a population of cells.
    pub(super) fn cells_of(&self, population: &str) -> Option<&str> {
        self.populations.iter().find(|(name, _)| name == population).map(|(_, set)| set.as_str())
    }

    /// The set of a population of fibres.
    pub(super) fn fibres_of(&self, source: &str) -> Option<&str> {
        self.fibres.iter().find(|(name, _)| name == source).map(|(_, set)| set.as_str())
    }

    /// Adds a set under its name, or under its kind and its name where that is taken.
    fn add(&mut self, kind: &str, name: &str, rules: Vec<(String, Test)>) -> String {
        let mut free = name.to_owned();
        while self.all.get(&free).is_some() {
            free = format!("{kind}_{free}");
        }
        self.all.0.push((free.clone(), NodeSet::Where(rules)));
        free
    }
}

/// The sets of a column and of what surrounds it.
pub(super) fn of(column: &Column, fibres: &[FibrePopulation]) -> ExportSets {
    let header = &column.header;
    let is = |column: &str, value: &str| (column.to_owned(), Test::Is(Value::Text(value.to_owned())));
    let within = |column: &str, value: &str| vec![is(SET_POPULATION, &header.node_population), is(column, value)];
    let mut sets =
        ExportSets { all: NodeSets::default(), cells: String::new(), populations: Vec::new(), fibres: Vec::new() };
    sets.cells = sets.add("set", "All", vec![is(SET_POPULATION, &header.node_population)]);
    for (name, sign) in ["Excitatory", "Inhibitory"].into_iter().zip(SIGNS) {
        sets.add("sign", name, within(sonata("is_excitatory"), sign));
    }
    for layer in &header.layers {
        sets.add("layer", &format!("Layer{}", layer.layer), within(sonata("layer"), &layer.layer));
    }
    for placed in &header.ground.columns {
        // columns are numbered; the septa have a name
        let is_numbered = placed.name.starts_with(|first: char| first.is_ascii_digit());
        let name = if is_numbered { format!("Column{}", placed.name) } else { placed.name.clone() };
        sets.add("column", &name, within(sonata("column"), &placed.name));
    }
    let mut classes: Vec<&str> = header.populations.iter().map(|population| population.class.as_str()).collect();
    classes.sort_unstable();
    classes.dedup();
    for class in classes {
        sets.add("class", class, within(CELL_CLASS, class));
    }
    for population in &header.populations {
        let set = sets.add("population", &population.name, within(CELL_POPULATION, &population.name));
        sets.populations.push((population.name.clone(), set));
    }
    for mtype in &header.mtypes {
        sets.add("mtype", mtype, within(sonata("mtype"), mtype));
    }
    for population in fibres {
        let set = sets.add("fibres", &population.source, vec![is(SET_POPULATION, &population.source)]);
        sets.fibres.push((population.source.clone(), set));
    }
    sets
}
