//! What a recipe says of each pair of cell types: class, contacts, delays, and where it says so.

use super::{MAX_COUNT, WireError};
use crate::column::Column;
use crate::contact::{ContactLaw, NO_CALCIUM_SCALING_MM};
use crate::edges::{EdgeHeader, NO_PATHWAY, Pathway};
use bravli_recipe::{CellClass, ConnectionRule, MeanSd, PathwaySpec, Recipe};
use std::collections::HashMap;

/// Spread of synapses per connection where a rule gives none: the value that the v7 recipe states for all pathways.
pub(super) const DEFAULT_CV_SYNAPSES: f64 = 0.32;

/// Types of the cells of a column, and how they connect.
pub(crate) struct Rules {
    pub(crate) header: EdgeHeader,
    /// Distributions of each pathway of the header.
    pub(crate) laws: Vec<ContactLaw>,
}

/// The type of each cell, and the m-type, e-type, population and sign of each type, in order of first use.
pub(crate) fn cell_types(column: &Column) -> (Vec<u16>, Vec<CellType>) {
    let cells = &column.cells;
    let mut known: HashMap<(u16, u16, u16), u16> = HashMap::new();
    let mut types = Vec::new();
    let of = (0..cells.len())
        .map(|cell| {
            let key = (cells.mtype[cell], cells.etype[cell], cells.population[cell]);
            *known.entry(key).or_insert_with(|| {
                types.push(CellType {
                    mtype: key.0,
                    etype: key.1,
                    population: key.2,
                    is_excitatory: cells.is_excitatory[cell],
                });
                (types.len() - 1) as u16
            })
        })
        .collect();
    (of, types)
}

/// Cells that no rule of a recipe tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellType {
    mtype: u16,
    etype: u16,
    pub(crate) population: u16,
    is_excitatory: bool,
}

impl Rules {
    /// Resolves every pair of types. `specs` holds the rule of each pair of populations, row by source.
    ///
    /// # Errors
    /// [`WireError`] when a pair that may connect has no synapse class or number of contacts.
    pub(crate) fn new(
        recipe: &Recipe,
        column: &Column,
        types: &[CellType],
        specs: &[Option<&PathwaySpec>],
    ) -> Result<Self, WireError> {
        let names = &column.header;
        let counts = recipe.connection_index();
        let node_population = names.node_population.clone();
        let mut rules = Self {
            header: EdgeHeader {
                edge_population: format!("{node_population}__{node_population}__chemical"),
                source_population: node_population.clone(),
                target_population: node_population,
                classes: Vec::new(),
                pathways: Vec::new(),
                n_target_types: types.len(),
                pathway_of: Vec::with_capacity(types.len() * types.len()),
            },
            laws: Vec::new(),
        };
        let class_of = |cell: &CellType| {
            let sign = if cell.is_excitatory { "EXC" } else { "INH" };
            CellClass::new(&names.mtypes[usize::from(cell.mtype)], &names.etypes[usize::from(cell.etype)], sign)
        };
        let mut known: HashMap<Key, u16> = HashMap::new();
        let n_populations = names.populations.len();
        for pre in types {
            for post in types {
                let (from, to) = (usize::from(pre.population), usize::from(post.population));
                let Some(spec) = specs[from * n_populations + to] else {
                    rules.header.pathway_of.push(NO_PATHWAY);
                    continue;
                };
                let (source, target) = (class_of(pre), class_of(post));
                let count = counts.rule(&source, &target);
                let resolved = recipe
                    .resolve_synapse(&source, &target)
                    .map_err(|unmatched| WireError::NoSynapseRule(unmatched.to_string()))?;
                let key = Key { from, to, synapse: resolved.rule_index, count: count.map(std::ptr::from_ref) };
                let index = match known.get(&key) {
                    Some(index) => *index,
                    None => {
                        let index = rules.add(names, (from, to), spec, &resolved, count, &source, &target)?;
                        known.insert(key, index);
                        index
                    }
                };
                rules.header.pathway_of.push(index);
            }
        }
        Ok(rules)
    }

    #[expect(clippy::too_many_arguments, reason = "all that two types share, resolved by the one caller")]
    fn add(
        &mut self,
        names: &crate::column::ColumnHeader,
        (from, to): (usize, usize),
        spec: &PathwaySpec,
        resolved: &bravli_recipe::Resolved<'_>,
        count: Option<&ConnectionRule>,
        source: &CellClass<'_>,
        target: &CellClass<'_>,
    ) -> Result<u16, WireError> {
        let mean = spec
            .mean_synapses
            .or_else(|| count.and_then(|rule| rule.mean_synapses))
            .ok_or_else(|| WireError::NoSynapseCount { pre: source.mtype.to_owned(), post: target.mtype.to_owned() })?;
        let cv = count.and_then(ConnectionRule::cv).unwrap_or(DEFAULT_CV_SYNAPSES);
        let class = resolved.class;
        let counts = [
            ("the number of synapses per connection", mean, mean * cv),
            ("the number of vesicles", class.n_rrp, class.n_rrp.sqrt()),
        ];
        for (what, mean, sd) in counts {
            // five standard deviations: what lies beyond is one draw in millions
            if mean + 5.0 * sd > MAX_COUNT {
                let (pre, post) = (source.mtype.to_owned(), target.mtype.to_owned());
                return Err(WireError::TooMany { what, pre, post, mean, sd });
            }
        }
        if mean < 1.0 {
            let (pre, post) = (source.mtype.to_owned(), target.mtype.to_owned());
            return Err(WireError::TooFew { pre, post, mean });
        }
        let law = ContactLaw::new(class, MeanSd { mean, sd: mean * cv });
        let class_index = match self.header.classes.iter().position(|name| *name == class.name) {
            Some(index) => index,
            None => {
                self.header.classes.push(class.name.clone());
                self.header.classes.len() - 1
            }
        };
        if self.laws.len() >= usize::from(NO_PATHWAY) {
            return Err(WireError::TooManyPathways);
        }
        self.header.pathways.push(Pathway {
            pre: names.populations[from].name.clone(),
            post: names.populations[to].name.clone(),
            pathway_rule: spec.at.to_string(),
            synapse_rule: resolved.rule.at.to_string(),
            count_rule: count.map(|rule| rule.at.to_string()),
            class: class_index as u16,
            u_syn: law.u_syn_range,
            tau_decay_ms: law.tau_decay_range,
            release_delay_ms: resolved.rule.release_delay_ms.get(),
            conduction_velocity_um_per_ms: Some(resolved.rule.conduction_velocity_um_per_ms),
            conductance_ratio: class.conductance_ratio.unwrap_or(0.0) as f32,
            u_hill_mm: class.u_hill_mm.map_or(NO_CALCIUM_SCALING_MM, |hill| hill as f32),
            attenuation: spec.attenuation as f32,
        });
        self.laws.push(law);
        Ok((self.laws.len() - 1) as u16)
    }
}

/// What tells pathways apart.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    from: usize,
    to: usize,
    synapse: usize,
    count: Option<*const ConnectionRule>,
}
