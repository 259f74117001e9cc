//! The builder recipe as JSON of version 1.

use super::{Loss, fields, loss};
use crate::names::{
    AFFERENT_SECTION, CLASS_ID, CONDUCTANCE_RATIO, CONDUCTION_VELOCITY, EFFERENT_SECTION, EXC_DISTANCE, FROM_MTYPE,
    GAP_CONDUCTANCE, INH_DISTANCE, MAX_DISTANCE, MIN_DISTANCE, MTYPE_ID, MeanSdName, N_RRP, Name, REGION_GAP,
    RELEASE_DELAY, REPOSITION_CLASS, RULE_CLASS, SPINE_LENGTH, SURVIVAL_RATE, TO_MTYPE, U_HILL,
};
use crate::xml::rules::{DEFAULT_DELAY_MS, DEFAULT_VELOCITY};
use crate::{ConnectionRule, EndPattern, MeanSd, Recipe, SynapseClass, SynapseRule};
use serde_json::{Map, Value, json};

/// Name of the file.
pub(super) const FILE: &str = "recipe.json";

/// An object under construction, by the names of version 1.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn put(&mut self, name: &Name, value: impl Into<Value>) {
        if let Some(key) = name.version1.first() {
            self.0.insert((*key).to_owned(), value.into());
        }
    }

    fn maybe(&mut self, name: &Name, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn pair(&mut self, name: &MeanSdName, value: MeanSd) {
        self.put(&name.mean, value.mean);
        self.put(&name.sd, value.sd);
    }

    fn ends(&mut self, from: &EndPattern, to: &EndPattern) {
        for (name, pattern) in fields::of_ends(from, to) {
            self.put(name, pattern);
        }
    }
}

/// The document, indented by two spaces.
pub(super) fn write(recipe: &Recipe) -> String {
    let mut text = serde_json::to_string_pretty(&document(recipe)).unwrap_or_default();
    text.push('\n');
    text
}

fn document(recipe: &Recipe) -> Value {
    let mut root = Map::new();
    let mut part = |key: &str, value: Value| root.insert(key.to_owned(), value);
    part("version", json!(1));
    if let Some(seed) = recipe.synapse_seed {
        part("seed", whole(seed));
    }
    if let Some(interval) = recipe.touches.bouton_interval {
        let mut object = Object::default();
        object.put(&MIN_DISTANCE, interval.min_um.get());
        object.put(&MAX_DISTANCE, interval.max_um.get());
        object.put(&REGION_GAP, interval.region_gap_um.get());
        part("bouton_interval", Value::Object(object.0));
    }
    if let Some(distances) = recipe.touches.bouton_distances {
        let mut object = Object::default();
        object.put(&INH_DISTANCE, distances.inhibitory_um.get());
        object.put(&EXC_DISTANCE, distances.excitatory_um.get());
        part("bouton_distances", Value::Object(object.0));
    }
    let single = |name: &Name, value: f64| {
        let mut object = Object::default();
        object.put(name, value);
        Value::Object(object.0)
    };
    if let Some(gsyn) = recipe.gap_junction_gsyn_ns {
        part("gap_junction_properties", single(&GAP_CONDUCTANCE, gsyn));
    }
    if let Some(rate) = recipe.touches.survival_rate {
        part("touch_reduction", single(&SURVIVAL_RATE, rate));
    }
    let spines = recipe.spine_lengths.iter().map(|(mtype, length)| {
        let mut object = Object::default();
        object.put(&MTYPE_ID, mtype.as_str());
        object.put(&SPINE_LENGTH, length.get());
        object
    });
    let touches = recipe.touches.rules.iter().map(|rule| {
        let mut object = Object::default();
        object.put(&FROM_MTYPE, rule.from_mtype.as_str());
        object.put(&TO_MTYPE, rule.to_mtype.as_str());
        object.maybe(&AFFERENT_SECTION, rule.afferent.map(crate::Section::name));
        object.maybe(&EFFERENT_SECTION, rule.efferent.map(crate::Section::name));
        object
    });
    let moves = recipe.touches.repositions.iter().map(|rule| {
        let mut object = Object::default();
        object.put(&FROM_MTYPE, rule.from_mtype.as_str());
        object.put(&TO_MTYPE, rule.to_mtype.as_str());
        object.put(&REPOSITION_CLASS, rule.class.as_str());
        object
    });
    let lists: [(&str, Vec<Object>); 4] = [
        ("structural_spine_lengths", spines.collect()),
        ("touch_rules", touches.collect()),
        ("synapse_reposition", moves.collect()),
        ("connection_rules", recipe.connection_rules.iter().map(connection).collect()),
    ];
    for (key, list) in lists {
        if !list.is_empty() {
            part(key, list.into_iter().map(|object| Value::Object(object.0)).collect());
        }
    }
    if !recipe.synapse_rules.is_empty() || !recipe.synapse_classes.is_empty() {
        let rules: Vec<Value> = recipe.synapse_rules.iter().map(|rule| Value::Object(synapse_rule(rule).0)).collect();
        let classes: Vec<Value> =
            recipe.synapse_classes.values().map(|class| Value::Object(synapse_class(class).0)).collect();
        part("synapse_properties", json!({ "rules": rules, "classes": classes }));
    }
    Value::Object(root)
}

/// A whole number without a fraction, where it is one.
fn whole(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the comparison")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

fn connection(rule: &ConnectionRule) -> Object {
    let mut object = Object::default();
    object.ends(&rule.from, &rule.to);
    for (name, value) in fields::of_connection(rule) {
        object.maybe(name, value);
    }
    object
}

/// Delay and velocity are left out where they are the defaults.
fn synapse_rule(rule: &SynapseRule) -> Object {
    let mut object = Object::default();
    object.ends(&rule.from, &rule.to);
    if object.0.is_empty() {
        // one end must be named
        object.put(&FROM_MTYPE, "*");
    }
    object.put(&RULE_CLASS, rule.class.as_str());
    let delay = rule.release_delay_ms.get();
    object.maybe(&RELEASE_DELAY, Some(delay).filter(|d| *d != DEFAULT_DELAY_MS));
    let velocity = rule.conduction_velocity_um_per_ms;
    object.maybe(&CONDUCTION_VELOCITY, Some(velocity).filter(|v| *v != DEFAULT_VELOCITY));
    object
}

fn synapse_class(class: &SynapseClass) -> Object {
    let mut object = Object::default();
    object.put(&CLASS_ID, class.name.as_str());
    for (name, value) in fields::of_class(class) {
        object.pair(name, value);
    }
    object.put(&N_RRP, class.n_rrp);
    object.maybe(&CONDUCTANCE_RATIO, class.conductance_ratio);
    object.maybe(&U_HILL, class.u_hill_mm);
    object
}

/// What version 1 has no place for.
pub(super) fn losses(recipe: &Recipe) -> Vec<Loss> {
    let beside = "version 1 is the builder recipe alone; keep the file beside it";
    let count = |n: usize, what: &str| (n > 0).then(|| format!("{what} ({n})"));
    let n_comments = recipe.synapse_classes.values().filter(|class| class.comment.is_some()).count()
        + recipe.synapse_rules.iter().filter(|rule| rule.comment.is_some()).count();
    let mut losses: Vec<Loss> = [
        count(usize::from(recipe.column.is_some()), "column geometry"),
        count(recipe.composition.len(), "groups of the cell composition"),
        count(recipe.taxonomy.len(), "classes of m-types"),
        count(recipe.mini_frequencies.len(), "mini frequencies of layers"),
        count(recipe.populations.len(), "populations"),
        count(recipe.pathways.len(), "pathways"),
        count(usize::from(recipe.neurons.is_some()), "point neurons"),
        count(usize::from(recipe.boundary_text.is_some()), "boundary conditions"),
        count(recipe.sources.len() + usize::from(recipe.target.is_some()), "sources of numbers"),
        count(recipe.etypes.values().filter(|etypes| !etypes.is_empty()).count(), "e-types of m-types"),
        count(recipe.draft_notes.len(), "notes on drafts"),
        count(usize::from(recipe.placement_rules.is_some()), "placement rules"),
        count(recipe.morphologies.len(), "rows of the morphology table"),
        count(recipe.emodels.len(), "rows of the table of electrical models"),
        count(usize::from(recipe.manifest.is_some()), "settings of a circuit build"),
        count(recipe.targets.len(), "named sets of cells"),
    ]
    .into_iter()
    .flatten()
    .map(|what| loss(what, beside))
    .collect();
    if n_comments > 0 {
        losses.push(loss(format!("comments on classes and rules ({n_comments})"), "JSON has no comments"));
    }
    losses
}
