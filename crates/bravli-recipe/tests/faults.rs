//! Every complaint, each provoked by the smallest recipe that deserves it.

use bravli_recipe::{Problem, Reading, RecipeFiles, Rejected, Severity, read};

const CLASS: &str = r#"<class id="E2" gsyn="0.68" gsynSD="0.44" u="0.5" uSD="0.02" d="671" dSD="17" f="17" fSD="5"
  dtc="1.74" dtcSD="0.18" nrrp="2.8"/>"#;
const RULE: &str = r#"<synapse fromSClass="*" toSClass="*" type="E2"/>"#;

fn recipe(rules: &str, classes: &str, rest: &str) -> String {
    format!(
        "<blueColumn><SynapsesProperties>{rules}</SynapsesProperties>\n\
         <SynapsesClassification>{classes}</SynapsesClassification>{rest}</blueColumn>"
    )
}

fn files(entries: &[(&str, &str)]) -> RecipeFiles {
    RecipeFiles(entries.iter().map(|(n, t)| ((*n).to_owned(), t.as_bytes().to_vec())).collect())
}

fn read_xml(xml: &str) -> Result<Reading, Rejected> {
    read("test", &files(&[("builderRecipe.xml", xml)]))
}

fn first(result: Result<Reading, Rejected>, code: &str) -> Problem {
    let problems = match result {
        Ok(reading) => reading.problems,
        Err(rejected) => rejected.problems,
    };
    problems.iter().find(|p| p.code == code).unwrap_or_else(|| panic!("no {code} in {problems:#?}")).clone()
}

fn place(problem: &Problem) -> (u32, u32) {
    problem.at.as_ref().map_or((0, 0), |at| (at.line, at.column))
}

#[test]
fn malformed_xml_has_a_place() {
    let problem = first(read_xml("<blueColumn>\n  <class id='E2'\n</blueColumn>"), "malformed_xml");
    assert_eq!((problem.severity, place(&problem)), (Severity::Error, (3, 1)));
    assert!(problem.to_string().starts_with("builderRecipe.xml:3:1: error [malformed_xml]"));
    // what is hidden from the parser moves nothing, though its characters have several bytes
    let hidden = first(read_xml("<!DOCTYPE b [<!-- éééé -->]><b>]]></b>"), "malformed_xml");
    assert_eq!((place(&hidden), hidden.message.contains(" at ")), ((1, 35), false), "behind the brackets");
    let nested = "<a>".repeat(100) + &"</a>".repeat(100);
    let deep = first(read_xml(&recipe("", "", &nested)), "malformed_xml");
    assert!(deep.message.contains("64"));
}

#[test]
fn entities_stay_inside_the_folder() {
    for system in ["../x.xml", "/etc/passwd", "http://host/x.xml", "file:x.xml", "a/../../x.xml", "a\\x.xml", ""] {
        let xml =
            format!("<!DOCTYPE blueColumn [\n  <!ENTITY c SYSTEM \"{system}\">\n]>\n<blueColumn>&c;</blueColumn>");
        let problem = first(read_xml(&xml), "entity_outside_folder");
        assert_eq!((problem.severity, place(&problem)), (Severity::Error, (2, 3)), "{system}");
    }
    let missing = "<!DOCTYPE b [<!ENTITY c SYSTEM \"builderRecip.xml\">]><blueColumn>&c;</blueColumn>";
    assert!(first(read_xml(missing), "missing_file").message.contains("builderRecipe.xml"));
    let internal = "<!DOCTYPE b [<!ENTITY c \"<class/>\">]><blueColumn>\n&c;</blueColumn>";
    assert_eq!(place(&first(read_xml(internal), "unknown_entity")), (2, 1));
    let twice = "<!DOCTYPE b [<!ENTITY c SYSTEM \"c.xml\">]><blueColumn>&c;&c;</blueColumn>";
    let folder = files(&[("builderRecipe.xml", twice), ("c.xml", "<ConnectionRules/>")]);
    first(read("test", &folder), "entity_repeated");
    let nested = "<!DOCTYPE c [<!ENTITY d SYSTEM \"d.xml\">]><ConnectionRules>&d;</ConnectionRules>";
    let once = twice.replacen("&c;", "", 1);
    let folder = files(&[("builderRecipe.xml", &once), ("c.xml", nested), ("d.xml", "<a/>")]);
    assert_eq!(first(read("test", &folder), "nested_entity").at.unwrap().file, "c.xml");
}

#[test]
fn an_included_file_keeps_its_own_places_and_encoding() {
    let main = recipe(RULE, CLASS, "\n<!-- &c; -->&c;\n");
    let main =
        format!("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><!DOCTYPE b [<!ENTITY c SYSTEM 'c.xml'>]>{main}");
    let part = "<?xml version='1.0' encoding='UTF-8'?>\n<ConnectionRules>\n  <mTypeRule from='A' to='*' \
                bouton_reduction_factor='0.1' cv_syns_connection='0.3' mean_syns_connection='4.5'/></ConnectionRules>";
    let mut folder = files(&[("builderRecipe.xml", &main), ("c.xml", part)]);
    // An é in Latin-1 is no UTF-8.
    folder.0.get_mut("builderRecipe.xml").unwrap().splice(main.len() - 13..main.len() - 13, *b"<!--\xE9-->");
    let recipe = read("test", &folder).unwrap().recipe;
    let rule = recipe.connection_rule(&cell("A"), &cell("B")).unwrap();
    assert_eq!((rule.at.file.as_str(), rule.at.line, rule.at.column), ("c.xml", 3, 3));
    let undeclared = b"<blueColumn>\n\xE9</blueColumn>".to_vec();
    let folder = RecipeFiles([("builderRecipe.xml".to_owned(), undeclared)].into());
    assert_eq!(place(&first(read("test", &folder), "bad_encoding")), (2, 1));
}

#[test]
fn numbers_out_of_range_name_class_range_and_remedy() {
    let xml = recipe(RULE, &CLASS.replace("gsyn=\"0.68\"", "gsyn=\"-0.68\"").replace("u=\"0.5\"", "u=\"50\""), "");
    let rejected = read_xml(&xml).unwrap_err();
    let problem = first(Err(rejected.clone()), "negative_value");
    assert_eq!(problem.message, "class \"E2\": gsyn must be > 0, got -0.68");
    assert_eq!(place(&problem), (2, 46));
    assert!(problem.remedy.is_some());
    let problem = first(Err(rejected), "out_of_range");
    assert_eq!(problem.message, "class \"E2\": u must lie in [0, 1], got 50");
    assert_eq!(problem.remedy.as_deref(), Some("divide a percentage by 100"));
    let inf = recipe(RULE, &CLASS.replace("\"671\"", "\"inf\""), "");
    assert!(first(read_xml(&inf), "out_of_range").message.contains("inf"));
}

#[test]
fn numbers_that_follow_from_others_stay_finite() {
    let column = |a1: &str, thickness: &str, total: &str| {
        format!(
            "<blueColumn><column><latticeVector id='a1' x='{a1}' z='0'/><latticeVector id='a2' x='0' z='1'/>\
             <layer id='4' thickness='{thickness}'/></column><NeuronTypes totalNeurons='{total}'>\
             <Layer id='4' percentage='100'><StructuralType id='A' percentage='100' mClass='INT' sClass='EXC'>\
             <ElectroType id='e' percentage='100'/></StructuralType></Layer></NeuronTypes></blueColumn>"
        )
    };
    assert!(read_xml(&column("1", "1", "1")).is_ok());
    let rule = "<mTypeRule mean_syns_connection='1e-300' stdev_syns_connection='1e300' active_fraction='1'/>";
    for xml in [
        column("1", "1e-300", "1e300"),
        column("1.7e308", "1", "1"),
        recipe(RULE, CLASS, &format!("<ConnectionRules>{rule}</ConnectionRules>")),
    ] {
        assert_eq!(first(read_xml(&xml), "out_of_range").severity, Severity::Error);
    }
    let product = "version: v1.0\ncomposition: {L4: {A: {density: 1e300, density_factor: 1e300, etypes: {e: 1}}}}\n";
    let refused = read("test", &files(&[("cell_composition.yaml", product)]));
    assert!(first(refused, "out_of_range").message.contains("density must be >= 0, got inf"));
}

#[test]
fn classes_and_rules_must_fit_together() {
    let undefined = recipe(&format!("{RULE}<synapse fromSClass='EXC' type='E2_L4'/>"), CLASS, "");
    let problem = first(read_xml(&undefined), "class_undefined");
    assert!(problem.message.contains("\"E2_L4\"") && problem.message.contains("did you mean E2"));
    let unused = recipe(RULE, &format!("{CLASS}{}", CLASS.replace("E2", "I9")), "");
    assert_eq!(first(read_xml(&unused), "class_unused").severity, Severity::Warning);
    first(read_xml(&recipe(RULE, &format!("{CLASS}{CLASS}"), "")), "duplicate_class");
    first(read_xml(&recipe(&RULE.replace("E2", "X2"), &CLASS.replace("E2", "X2"), "")), "class_sign");
    let typo = recipe(RULE, &CLASS.replace("nrrp", "nrpp"), "");
    first(read_xml(&typo), "missing_attribute");
    assert!(first(read_xml(&typo), "unknown_attribute").message.contains("did you mean nrrp"));
    let region = recipe("<synapse fromHemisphere='left' toHemisphere='*' type='E2'/>", CLASS, "");
    assert_eq!(first(read_xml(&region), "unevaluated_attribute").severity, Severity::Warning);
}

#[test]
fn older_spellings_mean_the_same() {
    let old = CLASS.replace("SD=", "Var=").replace("nrrp", "ase").replace("\"17\"", "\"017\"");
    let ours = read_xml(&recipe(RULE, &old, "")).unwrap().recipe;
    let theirs = read_xml(&recipe(RULE, CLASS, "")).unwrap().recipe;
    assert_eq!(ours.synapse_classes["E2"].tau_rec_ms, theirs.synapse_classes["E2"].tau_rec_ms);
    assert_eq!(ours.synapse_classes["E2"].n_rrp, 2.8);
}

#[test]
fn conflicting_spine_lengths_are_refused_and_equal_ones_are_not() {
    let types = |second: &str| {
        let types =
            format!("<StructuralType id='A' spineLength='2.5'/><StructuralType id='A' spineLength='{second}'/>");
        read_xml(&recipe(RULE, CLASS, &format!("<NeuronTypes>{types}</NeuronTypes>")))
    };
    assert!(types("2.50").is_ok());
    first(types("0.5"), "conflicting_spine_length");
}

/// A cell of which only the m-type matters.
#[test]
fn classes_of_neuron_types_are_as_strict_as_those_of_a_table() {
    let types = |classes: &str| {
        let mtype = format!("<StructuralType id=\"L4_SSC\" spineLength=\"1\" {classes}/>");
        read_xml(&recipe("", "", &format!("<NeuronTypes>{mtype}</NeuronTypes>")))
    };
    types("mClass=\"INT\" sClass=\"EXC\"").unwrap();
    for classes in ["mClass=\"INT\" sClass=\"excitatory\"", "mClass=\"x\" sClass=\"EXC\""] {
        assert!(first(types(classes), "unknown_class").message.contains("of L4_SSC must be"));
    }
}

fn cell(mtype: &str) -> bravli_recipe::CellClass<'_> {
    bravli_recipe::CellClass::new(mtype, "", "")
}

const TAXONOMY: &str = "mtype\tmClass\tsClass\nL4_SSC\tINT\tEXC\nL4_LBC\tINT\tINH\n";

fn composition(text: &str) -> Result<Reading, Rejected> {
    let xml = recipe(RULE, CLASS, "");
    let text = format!("version: v2.0\nneurons:\n{text}");
    read(
        "test",
        &files(&[("builderRecipe.xml", &xml), ("cell_composition.yaml", &text), ("mtype_taxonomy.tsv", TAXONOMY)]),
    )
}

#[test]
fn shares_are_renormalised_and_said() {
    let reading = composition("- {density: 10, traits: {layer: 4, mtype: L4_SSC, etype: {a: 0.6, b: 0.6}}}").unwrap();
    assert_eq!(reading.recipe.composition[0].etypes["a"], 0.5);
    assert_eq!(reading.recipe.composition[0].layer, "4");
    let problem = first(Ok(reading), "shares_renormalised");
    assert_eq!(problem.severity, Severity::Warning);
    assert!(problem.message.contains("1.2") && problem.message.contains("L4_SSC"));
    let rounded = composition("- {density: 10, traits: {layer: 4, mtype: L4_SSC, etype: {a: 0.3333, b: 0.6666}}}");
    assert_eq!(first(rounded, "shares_renormalised").severity, Severity::Note);
}

#[test]
fn compositions_are_checked_at_their_place() {
    let unknown = composition("- {density: 10, traits: {layer: 4, mtype: L4_SCC, etype: a}}");
    let problem = first(unknown, "unknown_mtype");
    assert!(problem.message.contains("L4_SSC") && problem.severity == Severity::Error);
    assert_eq!(place(&problem), (3, 3));
    let negative =
        composition("- density: -10\n  region: '@3$'\n  traits: {layer: 4, mtype: L4_SSC, etype: {a: -0.5}}");
    assert_eq!(place(&first(negative.clone(), "negative_value")), (3, 12));
    let errors = |rejected: Rejected| rejected.problems.iter().filter(|p| p.severity == Severity::Error).count();
    assert_eq!(errors(negative.unwrap_err()), 2, "both are told");
    let dataset = composition("- {density: '{map}', traits: {layer: 4, mtype: L4_SSC, etype: a}}").unwrap();
    assert_eq!(dataset.recipe.composition[0].density_per_mm3, None);
    first(Ok(dataset), "dataset_density");
    let typo = composition("- {densty: 10, traits: {layer: 4, mtype: L4_SSC, etype: a}}");
    let problem = first(typo, "unknown_key");
    assert!(problem.message.contains("did you mean density") && problem.remedy.unwrap().contains("traits"));
    let broken = composition("- {density: [1, 2}");
    assert_eq!(first(broken, "malformed_yaml").at.unwrap().file, "cell_composition.yaml");
}

#[test]
fn a_file_beyond_the_limit_is_refused_with_the_limit() {
    let huge = RecipeFiles([("column.yaml".to_owned(), vec![b' '; bravli_recipe::MAX_FILE_BYTES + 1])].into());
    let problem = first(read("test", &huge), "file_too_large");
    assert!(problem.message.contains("64 MiB") && problem.severity == Severity::Error);
}

#[test]
fn many_problems_are_counted_rather_than_listed() {
    let rules = "<synapse type='X'/>".repeat(2000);
    let rejected = read_xml(&recipe(&rules, "", "")).unwrap_err();
    assert!(rejected.problems.len() <= 1001);
    assert!(first(Err(rejected), "more_problems").message.contains("limit 100"));
}

#[test]
fn connection_rules_need_a_parameter_set_and_fewer_stars_win() {
    let rule = |attributes: &str| format!("<ConnectionRules><mTypeRule {attributes}/></ConnectionRules>");
    let none = read_xml(&recipe(RULE, CLASS, &rule("from='A' to='B'")));
    assert_eq!(first(none, "connection_parameters").severity, Severity::Error);
    let odd = read_xml(&recipe(RULE, CLASS, &rule("from='A' to='B' mean_syns_connection='4'")));
    assert_eq!(first(odd, "connection_parameters").severity, Severity::Warning);
    let set = "stdev_syns_connection='1' active_fraction='0.5' mean_syns_connection";
    let rules: String = [("A", "B", 4), ("A*", "B", 5), ("*", "B", 6), ("*", "*", 7), ("A", "*", 8)]
        .map(|(from, to, mean)| rule(&format!("from='{from}' to='{to}' {set}='{mean}'")))
        .concat();
    let recipe = read_xml(&recipe(RULE, CLASS, &rules)).unwrap().recipe;
    let index = recipe.connection_index();
    for (pre, post, mean) in [("A", "B", 5.0), ("A", "C", 8.0), ("C", "B", 6.0), ("C", "C", 7.0)] {
        assert_eq!(recipe.connection_rule(&cell(pre), &cell(post)).unwrap().mean_synapses, Some(mean));
        assert_eq!(index.rule(&cell(pre), &cell(post)), recipe.connection_rule(&cell(pre), &cell(post)));
    }
    assert_eq!(recipe.connection_rule(&cell("A"), &cell("B")).unwrap().cv(), Some(0.2));
}

#[test]
fn folders_without_a_recipe_are_told_so() {
    first(read("test", &RecipeFiles::default()), "no_builder_recipe");
    let two = files(&[("a.xml", "<blueColumn/>"), ("b.xml", "<blueColumn/>")]);
    assert!(first(read("test", &two), "ambiguous_recipe").message.contains("a.xml, b.xml"));
}
