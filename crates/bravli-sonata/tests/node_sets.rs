//! Node sets select what the reference library (libsonata) selects.

mod published;

use bravli_sonata::{NodeSetError, NodeSets, read_circuit, read_node_sets, write_node_sets};
use published::data;
use std::path::Path;

#[expect(clippy::unwrap_used, reason = "only tests call it")]
fn sets(text: &str) -> NodeSets {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sets.json");
    std::fs::write(&path, text).unwrap();
    let sets = read_node_sets(&path).unwrap_or_else(|error| panic!("{error}"));
    write_node_sets(&path, &sets).unwrap();
    assert_eq!(read_node_sets(&path).unwrap(), sets, "written and read again");
    sets
}

#[test]
fn every_file_of_sets_comes_back_as_it_was() {
    let Some(data) = data("files of node sets") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sets.json");
    for (name, n) in [
        ("sonata_allen_300_cells/node_sets.json", 2),
        ("sonata_allen_300_pointneurons/node_sets.json", 2),
        ("sonata_allen_9_cells/node_sets.json", 2),
        ("sonata_bbp_libsonata/node_sets.json", 5),
        ("sonata_bbp_snap/node_sets.json", 14),
        ("sonata_bbp_snap/node_sets_file.json", 6),
        ("sonata_bbp_sscx_v7/user_node_sets.json", 8),
        ("sonata_bbp_usecase3/nodesets.json", 5),
        ("sonata_split_subcircuit/node_sets.json", 11),
    ] {
        let sets = read_node_sets(&data.join(name)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(sets.0.len(), n, "{name}");
        write_node_sets(&path, &sets).unwrap();
        assert_eq!(read_node_sets(&path).unwrap(), sets, "{name}");
    }
}

#[test]
fn selections_are_those_of_the_reference_library() {
    let Some(data) = data("selections") else { return };
    let circuit = read_circuit(&data.join("sonata_bbp_snap/circuit_config.json")).unwrap();
    let nodes = circuit.nodes_of("default").unwrap();
    let select = |set: &str| sets(&format!("{{\"s\": {set}, \"a\": {{\"layer\": 2}}}}")).select("s", nodes);
    for (set, expected) in [
        (r#"{"mtype": {"$regex": "6_Y"}}"#, &[1, 2][..]),
        (r#"{"mtype": {"$regex": "^L6.*"}}"#, &[1, 2]),
        (r#"{"layer": {"$gt": 2}}"#, &[1, 2]),
        (r#"{"x": {"$gte": 201}}"#, &[1, 2]),
        (r#"{"x": {"$lt": 201}}"#, &[0]),
        (r#"{"layer": [2, 6]}"#, &[0, 1, 2]),
        (r#"{"layer": 2.0}"#, &[0]),
        (r#"{"mtype": ["L6_Y", "x"]}"#, &[1, 2]),
        (r#"{"node_id": [5]}"#, &[]),
        (r#"{"node_id": [2, 0, 2]}"#, &[0, 2]),
        (r#"{"node_id": 1}"#, &[1]),
        (r#"{"gids": [1, 2], "mtype": "L6_Y"}"#, &[1, 2]),
        (r#"{"population": "other"}"#, &[]),
        (r#"{"population": ["other", "default"]}"#, &[0, 1, 2]),
        (r#"{"dynamics_params/holding_current": {"$gt": 0.15}}"#, &[1, 2]),
        (r#"["a", "a"]"#, &[0]),
        ("[]", &[]),
    ] {
        assert_eq!(select(set).unwrap_or_else(|error| panic!("{error}")), expected, "{set}");
    }
    // the file's own sets of sets
    let own = &circuit.node_sets;
    assert_eq!(own.select("combined_combined_Node0_L6_Y__Node12_L6_Y__", nodes).unwrap(), [0, 1, 2]);
    assert!(own.select("Population_default2", nodes).unwrap().is_empty());
    for (set, expected) in [
        (r#"{"nope": 1}"#, "asks for \"nope\", which population \"default\" has not; it has: layer, model_template"),
        (r#"{"layer": "2"}"#, "asks whether \"layer\" is 2, but the column holds whole numbers such as 2"),
        (r#"{"x": 101.0}"#, "asks whether \"x\" is 101, but the column holds decimals such as 101"),
        (r#"{"mtype": {"$gt": 2}}"#, "compares with 2, but the column holds texts such as \"L2_X\""),
        (r#"{"mtype": {"$regex": "("}}"#, "pattern \"(\" of node set \"s\""),
        (r#"{"mtype": {"$regex": "a{1000}{1000}{1000}"}}"#, "exceeds size limit"),
        (r#"["zz"]"#, "no node set \"zz\"; there is: s, a"),
        (r#"["s"]"#, "node set \"s\" is a part of itself"),
    ] {
        let error = select(set).unwrap_err();
        assert!(error.to_string().contains(expected) && !error.remedy().is_empty(), "{error}");
    }
}

#[test]
fn sets_of_sets_may_be_deep_and_many() {
    let Some(data) = data("deep sets") else { return };
    let circuit = read_circuit(&data.join("sonata_bbp_snap/circuit_config.json")).unwrap();
    let nodes = circuit.nodes_of("default").unwrap();
    // a chain of a hundred thousand, and pairs that would double at each step
    let n = 100_000;
    let chain = (0..n).map(|i| format!("\"{i}\": [\"{0}\", \"{0}\"]", i + 1)).collect::<Vec<_>>().join(", ");
    let sets = sets(&format!("{{{chain}, \"{n}\": {{\"node_id\": 1}}}}"));
    assert_eq!(sets.select("0", nodes).unwrap(), [1]);
    assert!(matches!(sets.select("x", nodes), Err(NodeSetError::Unknown { .. })));
}

#[test]
fn rules_that_nobody_knows_are_refused_at_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sets.json");
    for (text, expected) in [
        (r#"{"s": {"layer": {"$foo": 2}}}"#, "\"s.layer\" of"),
        (r#"{"s": {"layer": {"$gt": 2, "$lt": 7}}}"#, "expected one of $regex, $gt, $gte, $lt, $lte"),
        (r#"{"s": {"layer": {"$gt": "2"}}}"#, "\"s.layer.$gt\" of"),
        (r#"{"s": {"node_id": -1}}"#, "is -1, expected node ids of 0 or more"),
        (r#"{"s": {"node_id": [0, "1"]}}"#, "\"s.node_id[1]\" of"),
        (r#"{"s": {"node_id": 0, "gids": [1]}}"#, "\"s.gids\" of"),
        (r#"{"s": {"population": 3}}"#, "expected names of populations"),
        (r#"{"s": 3}"#, "expected an object"),
        (r#"{"s": ["a", 1]}"#, "\"s[1]\" of"),
        (r#"{"s": {"layer": true}}"#, "expected a text or a number"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = read_node_sets(&path).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(read_node_sets(Path::new("/nowhere.json")).is_err());
}
