//! Every number of the shipped recipe has a source, and a cited number is the number of its fact.

#![expect(clippy::unwrap_used, reason = "a missing file fails the test")]

mod common;

use bravli_facts::{Fact, FactValue};
use common::{root, shipped};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Sources {
    sources: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    path: String,
    facts: Vec<String>,
    evidence: Evidence,
    #[serde(default)]
    generalised: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Evidence {
    Cited,
    Derived(String),
    Assumed(String),
}

struct Number {
    file: &'static str,
    path: String,
    value: f64,
}

fn text(file: &str) -> String {
    std::fs::read_to_string(root().join("recipes/rat-barrel").join(file)).unwrap()
}

fn entries() -> Vec<Entry> {
    serde_saphyr::from_str::<Sources>(&text("sources.yaml")).unwrap().sources
}

/// Whether the pattern fits the whole path; only `*` and `?` are wild.
fn fits(pattern: &[u8], path: &[u8]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => fits(rest, path) || (!path.is_empty() && fits(pattern, &path[1..])),
        (Some((want, rest)), Some((have, tail))) if *want == b'?' || want == have => fits(rest, tail),
        _ => false,
    }
}

fn xml_numbers(file: &'static str, numbers: &mut Vec<Number>) {
    // The entity is read as a file of its own below.
    let text = text(file).replace("&connectivity;", "");
    let text = match (text.find("<!DOCTYPE"), text.find("]>")) {
        (Some(start), Some(end)) => text[..start].to_owned() + &text[end + 2..],
        _ => text,
    };
    let document = roxmltree::Document::parse(&text).unwrap();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = |key: &str| node.attribute(key).unwrap_or_default();
        let base = match node.tag_name().name() {
            "StructuralType" => format!("StructuralType[{}]", name("id")),
            "class" => format!("class[{}]", name("id")),
            "mTypeRule" => format!("mTypeRule[{}->{}]", name("from"), name("to")),
            other => other.to_owned(),
        };
        for attribute in node.attributes() {
            if let Ok(value) = attribute.value().parse() {
                numbers.push(Number { file, path: format!("{base}.{}", attribute.name()), value });
            }
        }
    }
}

fn yaml_numbers(file: &'static str, numbers: &mut Vec<Number>) {
    let tree: Value = serde_saphyr::from_str(&text(file)).unwrap();
    walk(file, String::new(), &tree, numbers);
}

/// Items of a list are named by what tells them apart.
fn item_name(item: &Value) -> String {
    let word = |key: &str| item.pointer(key).and_then(Value::as_str);
    match (word("/traits/mtype"), word("/traits/layer"), word("/pre"), word("/post")) {
        (Some(mtype), Some(layer), ..) => format!("{mtype}@{layer}"),
        (.., Some(pre), Some(post)) => format!("{pre}->{post}"),
        _ => ["/layer", "/source", "/population"].into_iter().find_map(word).unwrap_or_default().to_owned(),
    }
}

fn walk(file: &'static str, path: String, value: &Value, numbers: &mut Vec<Number>) {
    match value {
        Value::Number(number) => numbers.push(Number { file, path, value: number.as_f64().unwrap() }),
        Value::Object(fields) => {
            for (key, inner) in fields {
                // e-types stand under traits in the file, and right under the group in paths
                let inner_path = match (path.as_str(), key.as_str()) {
                    ("", key) => key.to_owned(),
                    (path, "traits") => path.to_owned(),
                    (path, key) => format!("{path}.{key}"),
                };
                walk(file, inner_path, inner, numbers);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(file, format!("{path}[{}]", item_name(item)), item, numbers);
            }
        }
        _ => {}
    }
}

fn tsv_numbers(file: &'static str, numbers: &mut Vec<Number>) {
    let text = text(file);
    let mut rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    for row in rows {
        for (column, cell) in header.iter().zip(&row).skip(1) {
            numbers.push(Number { file, path: format!("row[{}].{column}", row[0]), value: cell.parse().unwrap() });
        }
    }
}

fn numbers() -> Vec<Number> {
    let mut numbers = Vec::new();
    xml_numbers("builderRecipe.xml", &mut numbers);
    xml_numbers("connectivity.xml", &mut numbers);
    for file in ["cell_composition.yaml", "column.yaml", "pathways.yaml", "neurons.yaml", "boundary.yaml"] {
        yaml_numbers(file, &mut numbers);
    }
    tsv_numbers("mini_frequencies.tsv", &mut numbers);
    numbers
}

/// Values that a number citing this fact may have: its value, its share of the path's last word, or its spread.
fn values(fact: &Fact, path: &str) -> Vec<f64> {
    let mut values = match &fact.value {
        FactValue::Shares(shares) => {
            path.rsplit('.').next().and_then(|last| shares.get(last)).copied().into_iter().collect()
        }
        other => other.numbers(),
    };
    values.extend(fact.spread.iter().flat_map(|spread| spread.numbers()));
    values
}

#[test]
fn every_fact_that_the_recipe_names_exists() {
    let base = shipped();
    for entry in entries() {
        for key in &entry.facts {
            assert!(base.fact(key).is_some(), "{} {}: no fact {key}", entry.file, entry.path);
        }
        if let Some(why) = entry.generalised {
            assert!(!why.is_empty() && matches!(entry.evidence, Evidence::Cited), "{}", entry.path);
        }
        match entry.evidence {
            Evidence::Cited => assert!(!entry.facts.is_empty(), "{} cites nothing", entry.path),
            Evidence::Derived(why) | Evidence::Assumed(why) => assert!(!why.is_empty(), "{}", entry.path),
        }
    }
}

#[test]
fn every_number_has_a_source_and_cited_numbers_are_those_of_their_facts() {
    let (base, entries, numbers) = (shipped(), entries(), numbers());
    assert!(numbers.len() > 5000);
    let mut used = vec![false; entries.len()];
    for Number { file, path, value } in numbers {
        let last = entries.iter().rposition(|entry| entry.file == file && fits(entry.path.as_bytes(), path.as_bytes()));
        let index = last.unwrap_or_else(|| panic!("{file} {path}: no source"));
        used[index] = true;
        if matches!(entries[index].evidence, Evidence::Cited) {
            let allowed: Vec<f64> = entries[index]
                .facts
                .iter()
                .filter_map(|key| base.fact(key))
                .flat_map(|fact| values(fact, &path))
                .collect();
            assert!(allowed.contains(&value), "{file} {path} = {value}, cited are {allowed:?}");
        }
    }
    let idle: Vec<&str> =
        entries.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry.path.as_str()).collect();
    assert!(idle.is_empty(), "entries that decide nothing: {idle:?}");
}

fn yaml(file: &str) -> Value {
    serde_saphyr::from_str(&text(file)).unwrap()
}

#[test]
fn densities_add_up_to_the_census_of_their_layer() {
    let (column, composition) = (yaml("column.yaml"), yaml("cell_composition.yaml"));
    let radius = column["reference_radius_um"].as_f64().unwrap();
    let area_mm2 = 1.5 * 3f64.sqrt() * radius * radius * 1e-6;
    for layer in
        column["layers"].as_array().unwrap().iter().filter(|layer| "2345".contains(layer["layer"].as_str().unwrap()))
    {
        let groups = composition["neurons"].as_array().unwrap().iter();
        let density: f64 = groups
            .filter(|group| group["traits"]["layer"] == layer["layer"])
            .map(|group| group["density"].as_f64().unwrap())
            .sum();
        let cells = density * area_mm2 * layer["thickness_um"].as_f64().unwrap() * 1e-3;
        let census = layer["n_cells"].as_f64().unwrap();
        assert!((cells / census - 1.0).abs() < 1e-4, "layer {}: {cells} against {census}", layer["layer"]);
    }
}

#[test]
fn probabilities_between_layers_are_means_over_their_sublayers() {
    let (base, pathways) = (shipped(), yaml("pathways.yaml"));
    let number = |key: String| base.fact(&key).and_then(Fact::cited_number).map(|cited| cited.value).unwrap();
    let weight = |layer: &str| match layer {
        "L4" => 1.0,
        layer => number(format!("meyer2010:anatomy.neuron_count:{layer}-all")),
    };
    let (upper, deep) = (&["L2", "L3"][..], &["L5A", "L5B"][..]);
    let cases =
        [("L4_E", &["L4"][..], "L23_E", upper), ("L4_E", &["L4"][..], "L5_E", deep), ("L23_E", upper, "L5_E", deep)];
    for (pre, from, post, to) in cases {
        let (mut sum, mut total) = (0.0, 0.0);
        for (a, b) in from.iter().flat_map(|a| to.iter().map(move |b| (a, b))) {
            let w = weight(a) * weight(b);
            sum += w * number(format!("lefort2009:connectivity.probability:{a}exc-{b}exc"));
            total += w;
        }
        let rows = pathways["pathways"].as_array().unwrap();
        let row = rows.iter().find(|row| row["pre"] == pre && row["post"] == post).unwrap();
        let written = row["probability"].as_f64().unwrap();
        assert!((written - sum / total).abs() < 1e-4, "{pre}->{post}: {written} against {}", sum / total);
    }
}
