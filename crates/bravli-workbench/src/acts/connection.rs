//! Why two cells are connected, or how likely they were to be.

use super::why::Grounds;
use crate::error::ActError;
use crate::replies::{round, short};
use crate::requests::ConnectionRequest;
use crate::stages;
use crate::store::ArtifactRecord;
use crate::workbench::Workbench;
use bravli_circuit::{Circuit, Connection, PairOdds, pair_odds};
use bravli_recipe::{CellClass, ConnectionRule, MeanSd, PathwaySpec, Recipe, Resolved};
use serde_json::{Value, json};

impl Workbench {
    /// The connection of two cells: distance, rules, what it drew; in a sentence, and in full.
    pub(super) fn connection(
        &self,
        record: &ArtifactRecord,
        wanted: ConnectionRequest,
    ) -> Result<(String, Value), ActError> {
        let grounds = self.grounds(record)?;
        let Some(circuit_record) = &grounds.circuit else {
            return Err(ActError::new(
                "wrong_kind",
                "connection",
                format!("{} is a {}; connections belong to a circuit", record.id, record.kind),
                "give the id of a circuit, boundary, run or report",
            ));
        };
        let circuit = stages::circuit::load(self.store(), circuit_record)?;
        let odds = pair_odds(&grounds.sourced.recipe, &circuit, wanted.source, wanted.target)
            .ok_or_else(|| unknown_cell(&circuit, wanted))?;
        let edited = stages::edit::history(self.store(), circuit_record)?;
        Ok(told(&grounds, &circuit, wanted, &odds, &edited))
    }
}

fn unknown_cell(circuit: &Circuit, wanted: ConnectionRequest) -> ActError {
    let last = circuit.column.cells.len().saturating_sub(1);
    let message = if wanted.source == wanted.target {
        format!("cell {} has no connection to itself", wanted.source)
    } else {
        let gone = if wanted.source as usize > last { wanted.source } else { wanted.target };
        format!("no cell {gone}: the circuit has cells 0 to {last}")
    };
    ActError::new("unknown_cell", "connection", message, "give two different node ids of the circuit")
}

/// The answer; of an edited circuit, with the rules that its rows keep and without the odds of the recipe's.
fn told(
    grounds: &Grounds,
    circuit: &Circuit,
    wanted: ConnectionRequest,
    odds: &PairOdds,
    edited: &[String],
) -> (String, Value) {
    let recipe = &grounds.sourced.recipe;
    let (header, cells) = (&circuit.column.header, &circuit.column.cells);
    let end = |cell: u32| {
        let i = cell as usize;
        let place = [cells.x_um[i], cells.y_um[i], cells.depth_um[i]].map(|um| round(f64::from(um), 1));
        json!({
            "id": cell,
            "population": population(circuit, cell),
            "mtype": header.mtypes[usize::from(cells.mtype[i])],
            "etype": header.etypes[usize::from(cells.etype[i])],
            "layer": header.layers[usize::from(cells.layer[i])].layer,
            "x_y_depth_um": place,
        })
    };
    let (pre, post) = (population(circuit, wanted.source), population(circuit, wanted.target));
    let spec = recipe.pathway(pre, post);
    let connections = circuit.connections();
    let (from, to) = (wanted.source as usize, wanted.target as usize);
    let found: Vec<Connection> =
        connections.rows_onto(from, &(to..to + 1)).filter_map(|row| connections.get(from, row)).collect();
    let (source, target) = (class(circuit, wanted.source), class(circuit, wanted.target));
    let resolved = recipe.resolve_synapse(&source, &target).ok();
    let count = recipe.connection_index().rule(&source, &target);
    let mut what = json!({
        "source": end(wanted.source),
        "target": end(wanted.target),
        "connected": !found.is_empty(),
        "distance_um": round(odds.distance_um, 2),
        "horizontal_um": round(odds.horizontal_um, 2),
        "vertical_um": round(odds.vertical_um, 2),
        "pathway_rule": spec.map_or_else(|| "no rule of pathways.yaml fits".to_owned(), pathway_rule),
        "probability": likelihood(odds),
    });
    let connected = what["connected"] == json!(true);
    let is_none = spec.is_none_or(|spec| spec.amount.is_none());
    let fields = what.as_object_mut();
    if let (Some(fields), Some(resolved)) = (fields, resolved.as_ref().filter(|_| connected || !is_none)) {
        let rule = resolved.rule;
        fields.insert("synapse_rule".into(), json!(format!("{}->{} at {}", rule.from, rule.to, rule.at)));
        fields.insert("class".into(), json!(format!("{} at {}", resolved.class.name, resolved.class.at)));
        let of_count = count.map_or_else(
            || "none; the spread is the builder's default".to_owned(),
            |count| format!("{}->{} at {}", count.from, count.to, count.at),
        );
        fields.insert("count_rule".into(), json!(of_count));
        if let Some(spec) = spec {
            let drawn: Vec<Value> =
                found.iter().map(|connection| drawn(connection, recipe, spec, resolved, count, odds)).collect();
            match drawn.len() {
                0 => {}
                1 => drop(fields.insert("drawn".into(), drawn.into_iter().next().unwrap_or_default())),
                _ => drop(fields.insert("drawn".into(), json!(drawn))),
            }
        }
    }
    let rule = spec.map(|spec| spec.at.to_string()).unwrap_or_default();
    let probability = odds.given_opposite.or(odds.probability).map_or_else(|| "no".to_owned(), short);
    let pair = format!("{} ({pre}) -> {} ({post}), {} um apart", wanted.source, wanted.target, short(odds.distance_um));
    if let (false, Some(fields)) = (edited.is_empty(), what.as_object_mut()) {
        // what stands above is the recipe's; rows name the rule that made them
        fields.insert("edited".into(), json!(edited));
        fields.insert("of_the_recipe".into(), json!("probability, rules and distributions are those before the edits"));
        if let Some(pathway) = found.first().and_then(|row| circuit.header.pathways.get(usize::from(row.pathway))) {
            fields.insert("made_by".into(), json!([pathway.pathway_rule, pathway.synapse_rule, pathway.count_rule]));
        }
    }
    let made_by = found.first().and_then(|row| circuit.header.pathways.get(usize::from(row.pathway)));
    let finding = match found.first() {
        Some(connection) if !edited.is_empty() => format!(
            "{pair}: connected by {}, in a circuit edited since ({}); {} synapses of class {}, gsyn {} nS, delay {} ms",
            made_by.map_or("a rule", |pathway| pathway.pathway_rule.as_str()),
            edited.join("; "),
            connection.n_synapses,
            circuit.header.classes.get(usize::from(connection.class)).map_or("", String::as_str),
            short(connection.gsyn_ns.into()),
            short(connection.delay_ms.into())
        ),
        None if !edited.is_empty() => {
            format!("{pair}: not connected, in a circuit edited since it was wired ({})", edited.join("; "))
        }
        Some(connection) => format!(
            "{pair}: connected by {rule}, which gives such a pair a probability of {probability}; {} synapses of class {}, gsyn {} nS, delay {} ms",
            connection.n_synapses,
            circuit.header.classes.get(usize::from(connection.class)).map_or("", String::as_str),
            short(connection.gsyn_ns.into()),
            short(connection.delay_ms.into())
        ),
        None if spec.is_none() => format!("{pair}: not connected; no rule of pathways.yaml fits"),
        None if is_none => format!("{pair}: not connected; {rule} asks for no connection"),
        None => format!("{pair}: not connected; by {rule} it would have been with a probability of {probability}"),
    };
    (finding, what)
}

fn population(circuit: &Circuit, cell: u32) -> &str {
    let index = usize::from(circuit.column.cells.population[cell as usize]);
    &circuit.column.header.populations[index].name
}

fn class(circuit: &Circuit, cell: u32) -> CellClass<'_> {
    let (header, cells, cell) = (&circuit.column.header, &circuit.column.cells, cell as usize);
    let (mtype, etype) = (usize::from(cells.mtype[cell]), usize::from(cells.etype[cell]));
    CellClass::new(&header.mtypes[mtype], &header.etypes[etype], if cells.is_excitatory[cell] { "EXC" } else { "INH" })
}

/// A rule with all that it states.
fn pathway_rule(spec: &PathwaySpec) -> String {
    let stated = spec.fields().into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?)));
    format!("{}->{} at {}: {}", spec.pre, spec.post, spec.at, stated.collect::<Vec<_>>().join(", "))
}

/// How likely the connection was, with what that follows from.
fn likelihood(odds: &PairOdds) -> Value {
    let mut told = json!({ "of_the_pair": odds.probability.map(|p| round(p, 6)) });
    if let (Some(peak), Some(fields)) = (odds.peak, told.as_object_mut()) {
        fields.insert("at_distance_zero".into(), json!(round(peak, 6)));
    }
    if let (Some(given), Some(fields)) = (odds.given_opposite, told.as_object_mut()) {
        let known = if odds.is_reciprocated { "given_the_opposite_connection" } else { "given_no_opposite_connection" };
        fields.insert(known.into(), json!(round(given, 6)));
    }
    told
}

/// Each value of a connection beside what it was drawn from.
fn drawn(
    connection: &Connection,
    recipe: &Recipe,
    spec: &PathwaySpec,
    resolved: &Resolved<'_>,
    count: Option<&ConnectionRule>,
    odds: &PairOdds,
) -> Value {
    let class = resolved.class;
    let gamma = |moments: MeanSd, unit: &str| format!("gamma, mean {} sd {} {unit}", moments.mean, moments.sd);
    let normal =
        |moments: MeanSd, unit: &str| format!("normal {} ± {}{unit}, cut at one sd and at 0", moments.mean, moments.sd);
    let beside = |value: f32, from: String| format!("{} from {from}", short(value.into()));
    let mean = spec.mean_synapses.or_else(|| count.and_then(|rule| rule.mean_synapses));
    let spread = count
        .and_then(ConnectionRule::cv)
        .map_or_else(|| "the builder's default cv".to_owned(), |cv| format!("cv {cv}"));
    let mean_by = if spec.mean_synapses.is_some() { "the pathway rule" } else { "the count rule" };
    let mean = mean.map_or_else(|| "no mean".to_owned(), |mean| format!("mean {mean} ({mean_by})"));
    let velocity = resolved.rule.conduction_velocity_um_per_ms;
    let mut values = json!({
        "n_synapses": format!("{} from 1 + a gamma rounded at random, {mean}, {spread}", connection.n_synapses),
        "gsyn_ns": beside(connection.gsyn_ns, gamma(class.gsyn_ns, "nS")),
        "u_syn": beside(connection.u_syn, normal(class.u_syn, "")),
        "tau_rec_ms": beside(connection.tau_rec_ms, gamma(class.tau_rec_ms, "ms")),
        "tau_facil_ms": beside(connection.tau_facil_ms, gamma(class.tau_facil_ms, "ms")),
        "tau_decay_ms": beside(connection.tau_decay_ms, normal(class.tau_decay_ms, " ms")),
        "n_rrp": format!("{} from 1 + Poisson, mean {}", connection.n_rrp, class.n_rrp),
        "delay_ms": format!(
            "{} = {} release + {} um at {velocity} um/ms",
            short(connection.delay_ms.into()),
            resolved.rule.release_delay_ms.get(),
            short(odds.distance_um)
        ),
        "conductance_ratio": format!("{} of the class", connection.conductance_ratio),
        "u_hill_mm": format!("{} of the class", connection.u_hill_mm),
        "attenuation": format!("{} of the pathway rule", connection.attenuation),
    });
    if class.u_hill_mm.is_none()
        && let Some(fields) = values.as_object_mut()
    {
        fields.insert("u_hill_mm".into(), json!(format!("none: recipe {} states no calcium dependence", recipe.name)));
    }
    values
}
