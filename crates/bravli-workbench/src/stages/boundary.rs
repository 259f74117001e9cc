//! Circuit and conditions → boundary.

use super::{circuit::input, column, edit, read_json, recipe, write_json};
use crate::error::{ActError, ProblemReply};
use crate::ledger;
use crate::requests::{ConditionRequest, SetBoundaryConditions};
use crate::store::{ArtifactRecord, Draft, Made, Store};
use bravli_circuit::{Boundary, BoundaryError, BoundarySpec, Condition, read_boundary};
use bravli_facts::KnowledgeBase;
use bravli_recipe::nearest;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Checks the conditions of a request against a stored circuit and keeps them.
pub(crate) fn make(
    store: &Store,
    knowledge: Arc<KnowledgeBase>,
    circuit: &ArtifactRecord,
    request: &SetBoundaryConditions,
) -> Result<Made, ActError> {
    let column_record = input(store, circuit, "column")?;
    let sourced = recipe::load_sourced(store, &input(store, &column_record, "recipe")?, knowledge)?;
    let recipe = &sourced.recipe;
    let own = match &recipe.boundary_text {
        Some(text) => Some(read_boundary(text).map_err(|message| {
            ActError::new("bad_boundary", "boundary.yaml", message, "correct the recipe's boundary.yaml")
        })?),
        None => None,
    };
    let own_conditions = own.as_ref().map_or_else(Vec::new, |own| own.conditions.clone());
    let mut spec = spec_of(own, &request.conditions)?;
    spec.calcium_mm = request.calcium_mm.or(spec.calcium_mm);
    let column = column::load(store, &column_record)?;
    let boundary = Boundary::resolve(&spec, recipe, &column, request.seed).map_err(|errors| refused(&errors))?;
    let edited = ledger::edits(&edit::assumed(store, circuit)?);
    let own = ledger::boundary(&sourced, &column, &boundary, &own_conditions);
    let uses = ledger::circuit(&sourced, &column).with(edited).with(own);
    let ledger = sourced.admit(&uses, "this circuit and its boundary use stand")?;
    let content = json!({ "conditions": spec.conditions, "calcium_mm": boundary.calcium_mm, "seed": request.seed });
    store.make("boundary", content, &[circuit], |folder| {
        write_json(&folder.join("boundary.json"), &boundary)?;
        let summary = json!({
            "calcium_mm": boundary.calcium_mm,
            "conditions": boundary.conditions.iter().map(|c| format!("{} ({})", c.source(), c.kind())).collect::<Vec<_>>(),
        });
        Ok(Draft { summary, ledger, notes: Vec::new() })
    })
}

/// What the conditions assume.
pub(crate) fn assumptions(boundary: &Boundary) -> Vec<String> {
    use bravli_circuit::Condition::{Absorbing, Dirichlet, Neumann};
    boundary
        .conditions
        .iter()
        .filter_map(|condition| {
            let (Dirichlet { assumes, .. } | Neumann { assumes, .. } | Absorbing { assumes, .. }) = condition;
            (!assumes.is_empty()).then(|| format!("{}: {assumes}", condition.source()))
        })
        .collect()
}

/// The recipe's conditions, changed as the request asks.
fn spec_of(own: Option<BoundarySpec>, requested: &[ConditionRequest]) -> Result<BoundarySpec, ActError> {
    let none = || {
        ActError::new(
            "no_conditions",
            "conditions",
            "the recipe has no boundary.yaml and the request no conditions",
            "give conditions, for example [{\"kind\": \"absorbing\", \"source\": \"everything\"}]",
        )
    };
    if requested.is_empty() && own.is_none() {
        return Err(none());
    }
    let own_conditions: Vec<Value> = own
        .iter()
        .flat_map(|spec| &spec.conditions)
        .map(|condition| serde_json::to_value(condition).unwrap_or_default())
        .collect();
    let sources: Vec<&str> = own_conditions.iter().filter_map(|condition| condition["source"].as_str()).collect();
    // the recipe's conditions stay unless a request of the same source changes or removes them
    let untouched = own.iter().flat_map(|spec| &spec.conditions);
    let mut conditions: Vec<Condition> = untouched
        .filter(|condition| requested.iter().all(|request| request.source != condition.source()))
        .cloned()
        .collect();
    for (index, request) in requested.iter().enumerate() {
        let given = serde_json::to_value(request).unwrap_or_default();
        let known = sources.contains(&request.source.as_str());
        if request.remove && known {
            continue;
        }
        let base = own_conditions
            .iter()
            .find(|condition| {
                condition["source"] == request.source && (request.kind.is_empty() || condition["kind"] == request.kind)
            })
            .cloned();
        let field = format!("conditions[{index}]");
        if request.remove || (base.is_none() && request.kind.is_empty()) {
            let near = nearest(&request.source, sources.iter().copied());
            return Err(ActError::new(
                "unknown_source",
                format!("{field}.source"),
                format!("the recipe has no condition {:?}; it has {}", request.source, sources.join(", ")),
                if near.is_empty() {
                    "give the kind and all fields of a condition of your own".to_owned()
                } else {
                    format!("nearest: {}; or give the kind and all fields of a condition of your own", near.join(", "))
                },
            ));
        }
        let changed = changed_fields(&given);
        let recipe_assumes = base.as_ref().and_then(|base| base["assumes"].as_str().map(str::to_owned));
        let mut merged = merge(base.unwrap_or_else(|| Value::Object(Map::new())), given);
        if let Some(assumed) = recipe_assumes.filter(|_| request.assumes.is_empty() && !changed.is_empty()) {
            // what the recipe assumed of its own numbers need not hold for others
            merged["assumes"] = json!(format!(
                "{} as requested, in place of the recipe's, which assumed: {assumed}",
                changed.join(", ")
            ));
        }
        let condition = serde_json::from_value(merged).map_err(|error| {
            ActError::new(
                "bad_condition",
                field,
                error.to_string(),
                "kinds are dirichlet, neumann and absorbing; the tool's schema lists their fields",
            )
        })?;
        conditions.push(condition);
    }
    // the order of conditions means nothing, except that two conductances of one cell take slots in it
    conditions.sort_by(|a, b| a.source().cmp(b.source()));
    Ok(BoundarySpec { calcium_mm: own.and_then(|spec| spec.calcium_mm), conditions })
}

/// Names of the fields that a request sets besides those that name the condition.
fn changed_fields(given: &Value) -> Vec<String> {
    let names = given.as_object().into_iter().flat_map(Map::keys);
    names.filter(|name| !matches!(name.as_str(), "source" | "kind" | "assumes")).cloned().collect()
}

/// Requests that turn the recipe's conditions into those of a stored boundary.
pub(crate) fn as_requests(store: &Store, record: &ArtifactRecord) -> Result<Vec<ConditionRequest>, ActError> {
    let circuit = input(store, record, "circuit")?;
    let recipe = recipe::load(store, &input(store, &input(store, &circuit, "column")?, "recipe")?)?;
    let own = recipe.boundary_text.as_deref().and_then(|text| read_boundary(text).ok());
    let mut requests: Vec<ConditionRequest> = serde_json::from_value(record.request["conditions"].clone())
        .map_err(|error| ActError::new("broken_artifact", "artifact.json", error.to_string(), "make it again"))?;
    for condition in own.iter().flat_map(|spec| &spec.conditions) {
        if requests.iter().all(|request| request.source != condition.source()) {
            let source = condition.source().to_owned();
            requests.push(ConditionRequest { source, remove: true, ..ConditionRequest::default() });
        }
    }
    Ok(requests)
}

/// Fields of `given` over those of `base`; entries of `onto` meet by population, and those not named are left out.
fn merge(base: Value, given: Value) -> Value {
    match (base, given) {
        (Value::Object(mut base), Value::Object(given)) => {
            for (name, value) in given {
                let merged = match (name.as_str(), base.remove(&name)) {
                    ("onto", Some(Value::Array(known))) => merge_targets(&known, value),
                    (_, Some(known)) => merge(known, value),
                    (_, None) => value,
                };
                base.insert(name, merged);
            }
            Value::Object(base)
        }
        (_, given) => given,
    }
}

fn merge_targets(known: &[Value], given: Value) -> Value {
    let Value::Array(given) = given else { return given };
    let merged = given.into_iter().map(|target| {
        let base = known.iter().find(|known| known["population"] == target["population"]).cloned();
        merge(base.unwrap_or_else(|| Value::Object(Map::new())), target)
    });
    Value::Array(merged.collect())
}

/// All problems as one error; the first stands in front.
fn refused(errors: &[BoundaryError]) -> ActError {
    let problems: Vec<ProblemReply> = errors
        .iter()
        .map(|error| ProblemReply {
            severity: "error".into(),
            code: "bad_condition".into(),
            message: error.message.clone(),
            place: error.field.clone(),
            remedy: error.remedy.clone(),
        })
        .collect();
    let first = problems.first();
    let mut error = ActError::new(
        "bad_condition",
        first.map_or("conditions", |problem| &problem.place),
        first.map_or("conditions do not fit the circuit", |problem| &problem.message),
        first.map_or("", |problem| &problem.remedy),
    );
    error.problems = problems;
    error
}

/// A stored boundary.
pub(crate) fn load(store: &Store, record: &ArtifactRecord) -> Result<Boundary, ActError> {
    read_json(&store.folder(record).join("boundary.json"))
}
