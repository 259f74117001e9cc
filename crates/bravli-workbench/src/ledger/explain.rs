//! Why a parameter of a pathway or a population has the value it has.

use super::comparable::{End, population_end, rivals};
use super::sourced::{Kind, Sourced};
use super::text::{fact_row, rival_row};
use super::uses::{CV_SYNAPSES, MEAN_SYNAPSES, Pair, RELEASE_DELAY, Uses, VELOCITY, pairs, timing};
use crate::error::ActError;
use crate::replies::{FactRow, LedgerCounts, ParameterReply, ParameterRow, ParameterValue};
use bravli_circuit::{Circuit, Column};
use bravli_recipe::{Location, nearest};
use std::collections::{BTreeMap, BTreeSet};

/// Most values, facts and rivals that a reply lists.
const MAX_VALUES: usize = 8;
const MAX_FACTS: usize = 8;
const MAX_RIVALS: usize = 10;
/// Most choosing rules told of one value.
const MAX_RULES: usize = 3;

/// What decides a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A field of the pathway's rule.
    Pathway,
    /// The pathway's rule or else the rule for synapses per connection.
    MeanSynapses,
    /// The rule for synapses per connection.
    CvSynapses,
    /// The synapse class.
    Class,
    /// The synapse rule, or the section's default.
    Timing,
    /// The population's membrane.
    Membrane,
    /// The e-type.
    Etype,
}

/// A parameter that can be asked for.
struct Parameter {
    name: &'static str,
    /// Names in recipe files and elsewhere; the first ones are those of the file.
    fields: &'static [&'static str],
    aliases: &'static [&'static str],
    unit: &'static str,
    part: Part,
    /// What facts call it.
    quantities: &'static [&'static str],
    meaning: &'static str,
}

const fn row(
    name: &'static str,
    fields: &'static [&'static str],
    aliases: &'static [&'static str],
    unit: &'static str,
    part: Part,
    quantities: &'static [&'static str],
    meaning: &'static str,
) -> Parameter {
    Parameter { name, fields, aliases, unit, part, quantities, meaning }
}

#[rustfmt::skip]
const PATHWAY: &[Parameter] = &[
    row("probability", &["probability"], &["p", "connection_probability"], "1", Part::Pathway, &["connectivity.probability"], "share of pairs connected, averaged over pairs within `within_um`"),
    row("peak_probability", &["peak_probability"], &["p0"], "1", Part::Pathway, &["connectivity.probability"], "share of pairs at distance zero that connect"),
    row("in_degree", &["in_degree"], &["indegree"], "1", Part::Pathway, &["connectivity.in_degree"], "sources of every target"),
    row("total", &["total"], &[], "1", Part::Pathway, &[], "connections of the whole pathway"),
    row("within_um", &["within_um"], &["within", "reach"], "um", Part::Pathway, &[], "reach of the pairs that the probability was measured on"),
    row("sigma_um", &["sigma_um"], &["sigma", "fall_off"], "um", Part::Pathway, &["connectivity.distance_scale"], "width of the Gaussian fall-off of the probability with horizontal distance"),
    row("lambda_um", &["lambda_um"], &["lambda"], "um", Part::Pathway, &["connectivity.distance_scale"], "length of the exponential fall-off of the probability with horizontal distance"),
    row("reach_um", &["reach_um"], &[], "um", Part::Pathway, &["connectivity.distance_scale"], "horizontal distance beyond which there is no connection"),
    row("vertical_sigma_um", &["vertical_sigma_um"], &[], "um", Part::Pathway, &[], "width of the Gaussian fall-off of the probability with depth"),
    row("vertical_lambda_um", &["vertical_lambda_um"], &[], "um", Part::Pathway, &[], "length of the exponential fall-off of the probability with depth"),
    row("vertical_reach_um", &["vertical_reach_um"], &[], "um", Part::Pathway, &[], "difference in depth beyond which there is no connection"),
    row("reciprocity", &["reciprocity"], &["reciprocal"], "1", Part::Pathway, &["connectivity.reciprocity"], "pairs connected both ways, over those expected by chance"),
    row("common_neighbour_gain", &["common_neighbour_gain"], &["common_neighbours"], "1", Part::Pathway, &[], "relative gain in probability for each common neighbour"),
    row("attenuation", &["attenuation"], &[], "1", Part::Pathway, &[], "somatic over synaptic conductance: what a point soma feels of a dendritic contact"),
    row("mean_synapses", &["mean_synapses", MEAN_SYNAPSES], &["synapses", "nsyn", "synapses_per_connection"], "1", Part::MeanSynapses, &["connectivity.synapses_per_connection"], "mean number of contacts of a connection"),
    row("cv_synapses", CV_SYNAPSES, &["synapses_cv"], "1", Part::CvSynapses, &["connectivity.synapses_per_connection_cv"], "coefficient of variation (or standard deviation) of the number of contacts"),
    row("gsyn", &["gsyn"], &["gsyn_ns", "g", "conductance", "weight"], "nS", Part::Class, &["synapse.gsyn"], "mean peak conductance of one contact"),
    row("gsynSD", &["gsynSD", "gsynVar"], &["gsyn_sd_ns"], "nS", Part::Class, &["synapse.gsyn"], "standard deviation of the peak conductance between connections"),
    row("u_syn", &["u"], &["use", "u_se", "utilisation", "release_probability"], "1", Part::Class, &["synapse.U_SE", "synapse.release_probability"], "mean utilisation of synaptic efficacy at 2 mM calcium"),
    row("u_synSD", &["uSD", "uVar"], &[], "1", Part::Class, &["synapse.U_SE"], "standard deviation of the utilisation between connections"),
    row("tau_rec", &["d"], &["tau_rec_ms", "dep", "depression_time", "tau_d"], "ms", Part::Class, &["synapse.tau_rec"], "mean time constant of recovery from depression"),
    row("tau_recSD", &["dSD", "dVar"], &[], "ms", Part::Class, &["synapse.tau_rec"], "standard deviation of the recovery from depression between connections"),
    row("tau_facil", &["f"], &["tau_facil_ms", "fac", "facilitation_time", "tau_f"], "ms", Part::Class, &["synapse.tau_facil"], "mean time constant of recovery from facilitation"),
    row("tau_facilSD", &["fSD", "fVar"], &[], "ms", Part::Class, &["synapse.tau_facil"], "standard deviation of the recovery from facilitation between connections"),
    row("tau_decay", &["dtc"], &["tau_decay_ms", "decay_time", "tau_syn"], "ms", Part::Class, &["synapse.tau_decay", "synapse.decay_time"], "mean decay of the fast receptor"),
    row("tau_decaySD", &["dtcSD", "dtcVar"], &[], "ms", Part::Class, &["synapse.tau_decay"], "standard deviation of the decay between connections"),
    row("n_rrp", &["nrrp", "ase"], &["n_rrp_vesicles", "vesicles"], "1", Part::Class, &["synapse.n_rrp"], "mean number of readily releasable vesicles of a contact"),
    row("u_hill", &["uHillCoefficient"], &["u_hill_mm", "u_hill_coefficient"], "mM", Part::Class, &["synapse.u_hill"], "calcium at which release is at half activation"),
    row("conductance_ratio", &["gsynSRSF"], &["conductance_scale_factor", "nmda_ratio", "gabab_ratio"], "1", Part::Class, &["synapse.conductance_ratio", "synapse.nmda_ampa_ratio"], "slow over fast receptor conductance: NMDA over AMPA, or GABA_B over GABA_A"),
    row("release_delay", &[RELEASE_DELAY], &["release_delay_ms", "delay"], "ms", Part::Timing, &["synapse.release_delay", "synapse.delay"], "time from the arrival of a spike to release"),
    row("conduction_velocity", &[VELOCITY], &["velocity"], "um/ms", Part::Timing, &["axon.conduction_velocity"], "axonal conduction velocity"),
];

#[rustfmt::skip]
const POPULATION: &[Parameter] = &[
    row("r_in", &["r_in_mohm"], &["input_resistance", "rin"], "MOhm", Part::Membrane, &["membrane.input_resistance"], "input resistance; g_L is its inverse"),
    row("tau_m", &["tau_m_ms"], &["membrane_time_constant"], "ms", Part::Membrane, &["membrane.time_constant"], "membrane time constant; C is tau_m over the input resistance"),
    row("e_l", &["e_l_mv"], &["leak_reversal", "resting_potential", "v_rest"], "mV", Part::Membrane, &["membrane.resting_potential", "membrane.leak_reversal"], "leak potential"),
    row("v_th", &["v_th_mv"], &["threshold", "spike_threshold"], "mV", Part::Membrane, &["membrane.spike_threshold"], "threshold of the exponential"),
    row("delta_t", &["delta_t_mv"], &[], "mV", Part::Etype, &["membrane.threshold_slope"], "sharpness of the exponential"),
    row("a", &["a_ns"], &["adaptation_conductance"], "nS", Part::Etype, &["membrane.adaptation_conductance"], "subthreshold adaptation of the e-type, scaled with g_L"),
    row("tau_w", &["tau_w_ms"], &["adaptation_time_constant"], "ms", Part::Etype, &["membrane.adaptation_time_constant"], "time constant of adaptation"),
    row("b", &["b_pa"], &["adaptation_increment"], "pA", Part::Etype, &["membrane.adaptation_increment"], "spike-triggered adaptation of the e-type, scaled with g_L"),
    row("v_reset", &["v_reset_mv"], &["reset"], "mV", Part::Etype, &["membrane.reset_potential"], "reset of the e-type; its distance from the threshold is kept"),
    row("t_ref", &["t_ref_ms"], &["refractory_period"], "ms", Part::Etype, &["membrane.refractory_period"], "refractory time"),
];

/// A pathway of a circuit, or a population, with all that decides its parameters.
pub(crate) struct Subject<'a> {
    sourced: &'a Sourced,
    /// `L4_E->L23_E` or `L4_E`.
    name: String,
    table: &'static [Parameter],
    ends: Vec<End>,
    pairs: Vec<Pair<'a>>,
    /// Connections by synapse class, presynaptic and postsynaptic m-type.
    connections: BTreeMap<Wire<'a>, u64>,
    membrane: Option<&'a Location>,
    /// Cells by e-type.
    etypes: BTreeMap<&'a str, u32>,
}

type Wire<'a> = (&'a str, &'a str, &'a str);

/// A value in use.
struct Held<'a> {
    number: Option<usize>,
    value: f64,
    held_by: String,
    chosen_by: BTreeSet<String>,
    wires: BTreeSet<Wire<'a>>,
    n_cells: u32,
    /// Why, where no file states it.
    default: &'static str,
}

impl<'a> Subject<'a> {
    /// The pathway between two populations of a circuit.
    pub(crate) fn pathway(sourced: &'a Sourced, circuit: &'a Circuit, pre: &str, post: &str) -> Self {
        let header = &circuit.column.header;
        let cells = &circuit.column.cells;
        let population = |cell: u32| header.populations[usize::from(cells.population[cell as usize])].name.as_str();
        let mtype = |cell: u32| header.mtypes[usize::from(cells.mtype[cell as usize])].as_str();
        let mut connections: BTreeMap<Wire<'_>, u64> = BTreeMap::new();
        circuit.connections().for_each(|source, _, connection| {
            let (source, target) = (source as u32, connection.target);
            if population(source) == pre && population(target) == post {
                let class = circuit.header.classes[usize::from(connection.class)].as_str();
                *connections.entry((class, mtype(source), mtype(target))).or_default() += 1;
            }
        });
        let of_pathway = |pair: &Pair<'_>| pair.pre_population == pre && pair.post_population == post;
        Self {
            sourced,
            name: format!("{pre}->{post}"),
            table: PATHWAY,
            ends: vec![population_end(&sourced.recipe, pre), population_end(&sourced.recipe, post)],
            pairs: pairs(&sourced.recipe, &circuit.column).into_iter().filter(of_pathway).collect(),
            connections,
            membrane: None,
            etypes: BTreeMap::new(),
        }
    }

    /// A population of a column.
    pub(crate) fn population(sourced: &'a Sourced, column: &'a Column, name: &str) -> Self {
        let cells = &column.cells;
        let mut etypes: BTreeMap<&str, u32> = BTreeMap::new();
        for i in 0..cells.len() {
            if column.header.populations[usize::from(cells.population[i])].name == name {
                *etypes.entry(&column.header.etypes[usize::from(cells.etype[i])]).or_default() += 1;
            }
        }
        Self {
            sourced,
            name: name.to_owned(),
            table: POPULATION,
            ends: vec![population_end(&sourced.recipe, name)],
            pairs: Vec::new(),
            connections: BTreeMap::new(),
            membrane: sourced.recipe.membrane(name).map(|membrane| &membrane.at),
            etypes,
        }
    }

    /// All its numbers by evidence; `mean_synapses` and `cv_synapses` of rules that say the same count once.
    pub(crate) fn counts(&self) -> LedgerCounts {
        let held = self.table.iter().flat_map(|parameter| self.held(parameter));
        let numbers: Uses = held.filter_map(|held| held.number).collect();
        LedgerCounts::from(&self.sourced.ledger(&numbers))
    }

    /// The values in use of a parameter, those of most connections or cells first.
    fn held(&self, parameter: &Parameter) -> Vec<Held<'a>> {
        match parameter.part {
            Part::Membrane => self.membrane_value(parameter),
            Part::Etype => self.etype_values(parameter),
            _ => self.pathway_values(parameter),
        }
    }

    fn membrane_value(&self, parameter: &Parameter) -> Vec<Held<'a>> {
        let number = self.membrane.and_then(|at| self.sourced.field(at, parameter.fields));
        let held = number.map(|number| Held {
            number: Some(number),
            value: self.sourced.number(number).value,
            held_by: format!("membrane of {}", self.name),
            chosen_by: BTreeSet::new(),
            wires: BTreeSet::new(),
            n_cells: self.etypes.values().sum(),
            default: "",
        });
        held.into_iter().collect()
    }

    fn etype_values(&self, parameter: &Parameter) -> Vec<Held<'a>> {
        let field = parameter.fields[0];
        let mut held: Vec<Held<'_>> = Vec::new();
        for (etype, n_cells) in &self.etypes {
            let Some(number) = self.sourced.find("neurons.yaml", &format!("etypes.{etype}.{field}")) else { continue };
            held.push(Held {
                number: Some(number),
                value: self.sourced.number(number).value,
                held_by: format!("e-type {etype}, {n_cells} cells"),
                chosen_by: BTreeSet::new(),
                wires: BTreeSet::new(),
                n_cells: *n_cells,
                default: "",
            });
        }
        held.sort_by(|a, b| b.n_cells.cmp(&a.n_cells).then_with(|| a.held_by.cmp(&b.held_by)));
        held
    }

    fn pathway_values(&self, parameter: &Parameter) -> Vec<Held<'a>> {
        let mut held: BTreeMap<String, Held<'_>> = BTreeMap::new();
        for pair in &self.pairs {
            let Some((group, fresh)) = self.value_of(parameter, pair) else { continue };
            let entry = held.entry(group).or_insert(fresh);
            entry.wires.insert((pair.synapse.class.name.as_str(), pair.pre_mtype, pair.post_mtype));
            if matches!(parameter.part, Part::Class | Part::Timing) {
                let rule = pair.synapse.rule;
                entry.chosen_by.insert(format!("synapse rule {}->{} at {}", rule.from, rule.to, rule.at));
            }
        }
        let mut held: Vec<Held<'_>> = held.into_values().collect();
        held.sort_by(|a, b| self.n_connections(b).cmp(&self.n_connections(a)).then_with(|| a.held_by.cmp(&b.held_by)));
        held
    }

    /// The value that a pair of kinds of cells has, and what it is grouped by.
    fn value_of(&self, parameter: &Parameter, pair: &Pair<'a>) -> Option<(String, Held<'a>)> {
        let held = |number: Option<usize>, value: f64, held_by: String, default: &'static str| Held {
            number,
            value,
            held_by,
            chosen_by: BTreeSet::new(),
            wires: BTreeSet::new(),
            n_cells: 0,
            default,
        };
        let stated = |number: usize, held_by: String| {
            (number.to_string(), held(Some(number), self.sourced.number(number).value, held_by, ""))
        };
        let rule = || format!("rule {}->{} of pathways.yaml", pair.pathway.pre, pair.pathway.post);
        let of_pathway = self.sourced.field(&pair.pathway.at, parameter.fields);
        // rules for pairs of m-types that say the same for the same reason are one value
        let of_count = || {
            let count = pair.count?;
            let number = self.sourced.field(&count.at, parameter.fields)?;
            let value = self.sourced.number(number).value;
            let entry = self.sourced.backing(number).entry.map_or_else(String::new, |entry| entry.at.to_string());
            let held_by = format!("mTypeRule {}->{}", count.from, count.to);
            Some((format!("{value} {entry}"), held(Some(number), value, held_by, "")))
        };
        match parameter.part {
            Part::Pathway => of_pathway.map(|number| stated(number, rule())),
            Part::MeanSynapses => of_pathway.map(|number| stated(number, rule())).or_else(of_count),
            Part::CvSynapses => of_count(),
            Part::Class => {
                let number = self.sourced.field(&pair.synapse.class.at, parameter.fields)?;
                Some(stated(number, format!("class {}", pair.synapse.class.name)))
            }
            Part::Timing => {
                let rule = pair.synapse.rule;
                let value = if parameter.fields == [VELOCITY] {
                    rule.conduction_velocity_um_per_ms
                } else {
                    rule.release_delay_ms.get()
                };
                Some(match timing(self.sourced, pair, parameter.fields[0]) {
                    Some(number) if self.sourced.number(number).owner == rule.at => {
                        stated(number, "the synapse rule".to_owned())
                    }
                    Some(number) => stated(number, "all synapse rules of the recipe".to_owned()),
                    None => {
                        let default = "the recipe states none; the builder's default";
                        (String::new(), held(None, value, "the builder".to_owned(), default))
                    }
                })
            }
            Part::Membrane | Part::Etype => None,
        }
    }

    fn n_connections(&self, held: &Held<'_>) -> u64 {
        held.wires.iter().map(|wire| self.connections.get(wire).copied().unwrap_or_default()).sum()
    }

    /// What a value rests on: evidence, why, where that is said, and the facts.
    fn evidence(&self, held: &Held<'_>) -> (Kind, String, String, Vec<&'a str>) {
        let Some(number) = held.number else {
            return (Kind::Assumed, held.default.to_owned(), String::new(), Vec::new());
        };
        let backing = self.sourced.backing(number);
        let mut facts = backing.holders.clone();
        let named = backing.entry.into_iter().flat_map(|entry| &entry.facts).map(String::as_str);
        let others: Vec<&str> = named.filter(|key| !facts.contains(key)).collect();
        facts.extend(others);
        let said_at = backing.entry.map(|entry| entry.at.to_string()).unwrap_or_default();
        (backing.kind, backing.why, said_at, facts)
    }

    fn value(&self, held: &Held<'_>) -> ParameterValue {
        let (kind, why, said_at, facts) = self.evidence(held);
        let knowledge = self.sourced.knowledge();
        let facts: Vec<FactRow> = facts
            .into_iter()
            .filter_map(|key| knowledge.fact(key))
            .take(MAX_FACTS)
            .map(|fact| fact_row(knowledge, fact))
            .collect();
        let mtypes: BTreeSet<(&str, &str)> = held.wires.iter().map(|(_, pre, post)| (*pre, *post)).collect();
        let mut chosen_by: Vec<String> = held.chosen_by.iter().take(MAX_RULES).cloned().collect();
        if held.chosen_by.len() > MAX_RULES {
            chosen_by.push(format!("and {} more", held.chosen_by.len() - MAX_RULES));
        }
        ParameterValue {
            value: held.value,
            held_by: held.held_by.clone(),
            chosen_by,
            place: held.number.map(|number| self.sourced.number(number).at.to_string()).unwrap_or_default(),
            n_mtype_pairs: mtypes.len() as u32,
            n_connections: self.n_connections(held),
            evidence: kind.name().to_owned(),
            why,
            said_at,
            facts,
        }
    }

    /// The parameter that goes by a name.
    fn find(&self, wanted: &str) -> Result<&'static Parameter, ActError> {
        let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let wanted_plain = plain(wanted);
        let names = |parameter: &Parameter| {
            let mut names = vec![parameter.name];
            names.extend(parameter.fields.iter().chain(parameter.aliases));
            names
        };
        if let Some(found) = self.table.iter().find(|p| names(p).iter().any(|name| plain(name) == wanted_plain)) {
            return Ok(found);
        }
        let all: Vec<&str> = self.table.iter().map(|parameter| parameter.name).collect();
        let near = nearest(wanted, self.table.iter().flat_map(names));
        let remedy = if near.is_empty() {
            "name one of them, or leave the parameter out to see all".to_owned()
        } else {
            format!("nearest: {}", near.join(", "))
        };
        let message = format!("{} has no parameter {wanted:?}; it has {}", self.name, all.join(", "));
        Err(ActError::new("unknown_parameter", "parameter", message, remedy))
    }
}

/// All parameters in short.
pub(crate) fn parameters(subject: &Subject<'_>) -> Vec<ParameterRow> {
    let mut rows = Vec::new();
    for parameter in subject.table {
        let held = subject.held(parameter);
        if held.is_empty() {
            continue;
        }
        let (mut evidence, mut facts) = (Vec::new(), Vec::new());
        let mut values: Vec<String> = Vec::new();
        for held in &held {
            let (kind, _, _, keys) = subject.evidence(held);
            if !evidence.iter().any(|known| known == kind.name()) {
                evidence.push(kind.name().to_owned());
            }
            for key in keys {
                if facts.len() < MAX_RULES && !facts.iter().any(|known| known == key) {
                    facts.push(key.to_owned());
                }
            }
            if values.len() < 4 {
                values.push(format!("{} ({})", held.value, held.held_by));
            }
        }
        if held.len() > values.len() {
            values.push(format!("and {} more", held.len() - values.len()));
        }
        rows.push(ParameterRow {
            parameter: parameter.name.to_owned(),
            unit: parameter.unit.to_owned(),
            values,
            evidence,
            facts,
        });
    }
    rows
}

/// One parameter down to its facts and papers, with its rivals.
///
/// # Errors
/// `unknown_parameter`, naming all there are; `no_value` when nothing of the recipe gives it.
pub(crate) fn parameter(subject: &Subject<'_>, wanted: &str) -> Result<ParameterReply, ActError> {
    let parameter = subject.find(wanted)?;
    let held = subject.held(parameter);
    if held.is_empty() {
        return Err(ActError::new(
            "no_value",
            "parameter",
            format!("nothing in the recipe gives {} a {}", subject.name, parameter.name),
            "leave the parameter out to see those it has",
        ));
    }
    let values: Vec<ParameterValue> = held.iter().take(MAX_VALUES).map(|held| subject.value(held)).collect();
    let knowledge = subject.sourced.knowledge();
    let used: BTreeSet<&str> = held.iter().flat_map(|held| subject.evidence(held).3).collect();
    let quantities: BTreeSet<String> = parameter.quantities.iter().map(|name| (*name).to_owned()).collect();
    let found = rivals(knowledge, &subject.sourced.recipe, &quantities, &subject.ends, &used);
    Ok(ParameterReply {
        parameter: parameter.name.to_owned(),
        meaning: parameter.meaning.to_owned(),
        unit: parameter.unit.to_owned(),
        of: subject.name.clone(),
        n_values: held.len() as u32,
        values,
        rivals: found.iter().take(MAX_RIVALS).map(|fact| rival_row(knowledge, fact)).collect(),
        n_rivals: found.len() as u32,
    })
}
