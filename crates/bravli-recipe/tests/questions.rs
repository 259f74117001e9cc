//! Why a pair has its synapses, and what changed from one recipe to another.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

use bravli_recipe::{CellClass, RecipeFiles, Section, diff, read};

mod common;
use common::{data, folder};

#[test]
fn a_pair_is_explained_with_what_was_overridden_and_its_evidence() {
    let Some(data) = data("a_pair_is_explained_with_what_was_overridden_and_its_evidence") else { return };
    let files = folder(&data, &["recipe_v5_v7/v7.xml", "recipe_v5_v7/v7connectivity.xml"]);
    let recipe = read("v7", &files).unwrap().recipe;
    let pre = CellClass::new("L4_SSC", "cADpyr", "EXC");
    let post = CellClass::new("L2_TPC:A", "cADpyr", "EXC");
    let why = recipe.explain(&pre, &post).unwrap();
    assert_eq!(why.synapse.class.name, "E2_L4SS_L23PC");
    let names: Vec<&str> = why.overridden.iter().map(|(_, rule)| rule.class.as_str()).collect();
    assert_eq!(names, ["E2"], "the default rule gave way");
    assert!(why.synapse.class.comment.as_deref().unwrap().contains("Silver"));
    assert_eq!(why.connection.unwrap().mean_synapses, Some(4.538));
    assert!(why.overridden_connections.is_empty());
    assert_eq!(why.touches.unwrap().into_iter().collect::<Vec<_>>(), [Section::Dendrite]);
    assert_eq!(why.spine_length.unwrap().get(), 2.5);
    let chandelier = recipe.explain(&CellClass::new("L4_CHC", "dNAC", "INH"), &pre).unwrap();
    assert_eq!(chandelier.moved_to, Some("AIS"));
    // release at another calcium: the published factor of a steep class
    let u = why.synapse.class.u_at(1.2).unwrap();
    assert!((u - 0.79 * 0.158).abs() < 5e-4, "{u}");
}

#[test]
fn generations_are_compared_by_their_changed_names() {
    let Some(data) = data("generations_are_compared_by_their_changed_names") else { return };
    let v5 = read("v5", &folder(&data, &["recipe_v5_v7/v5.xml"])).unwrap().recipe;
    let v7 = folder(&data, &["recipe_v5_v7/v7.xml", "recipe_v5_v7/v7connectivity.xml"]);
    let v7 = read("v7", &v7).unwrap().recipe;
    let changes = diff(&v5, &v7);
    let renamed = |from: &str| changes.renamed.iter().find(|r| r.from == from).unwrap();
    assert_eq!(renamed("L23_PC").to.len(), 5);
    assert_eq!((renamed("L4_SS").to[0].as_str(), renamed("L4_SS").inferred), ("L4_SSC", true));
    assert!(!renamed("L5_TTPC1").inferred);
    assert!(changes.removed_mtypes.is_empty(), "{:?}", changes.removed_mtypes);
    assert_eq!(changes.added_mtypes, ["L6_HPC"]);
    let e2 = changes.changed_classes.iter().find(|c| c.class == "E2" && c.field == "gsyn_ns").unwrap();
    assert_eq!((e2.from, e2.to), (Some(0.792), Some(0.68)));
    assert!(changes.added_classes.contains(&"E2_L4SS_L23PC".to_owned()));
    assert!(changes.pathways.n_compared > 2500, "{}", changes.pathways.n_compared);
    let reversed = diff(&v7, &v5);
    assert_eq!(reversed.removed_mtypes, ["L6_HPC"]);
    assert_eq!(reversed.pathways.n_compared, changes.pathways.n_compared);
}

#[test]
fn a_recipe_does_not_differ_from_itself_and_one_number_shows() {
    let xml = |gsyn: &str| {
        let text = format!(
            "<blueColumn><NeuronTypes><StructuralType id='L4_SSC' spineLength='2.5'/>\
             <StructuralType id='L4_MC' spineLength='2.5'/></NeuronTypes>\
             <SynapsesProperties><synapse fromSClass='EXC' type='E2'/><synapse fromSClass='INH' type='I2'/>\
             </SynapsesProperties><SynapsesClassification>\
             <class id='E2' gsyn='{gsyn}' gsynSD='0.4' u='0.5' uSD='0.02' d='671' dSD='17' f='17' fSD='5' dtc='1.7' dtcSD='0.2' nrrp='1'/>\
             <class id='I2' gsyn='2' gsynSD='0.4' u='0.25' uSD='0.02' d='671' dSD='17' f='17' fSD='5' dtc='8' dtcSD='0.2' nrrp='1'/>\
             </SynapsesClassification></blueColumn>"
        );
        read("r", &RecipeFiles([("builderRecipe.xml".to_owned(), text.into())].into())).unwrap().recipe
    };
    let same = diff(&xml("0.7"), &xml("0.7"));
    assert_eq!((same.pathways.n_compared, same.pathways.n_unchanged), (4, 4));
    assert!(same.changed_classes.is_empty() && same.renamed.is_empty() && !same.reordered_rules);
    let other = diff(&xml("0.7"), &xml("1.4"));
    assert_eq!((other.changed_classes.len(), other.pathways.n_unchanged), (1, 2));
    let change = &other.pathways.parameters[0];
    assert_eq!((change.field.as_str(), change.n_changed, change.median_ratio), ("gsyn_ns", 2, Some(2.0)));
    let most = &other.pathways.most_changed[0];
    assert_eq!((most.from.as_str(), most.gsyn_ns), ("L4_SSC->L4_MC", [0.7, 1.4]));
}

#[test]
fn a_comparison_sees_every_kind_of_change() {
    let xml = |boutons: &str, p_a: &str, spine: &str, section: &str, inh: &str, more: &str| {
        let text = format!(
            "<blueColumn><NeuronTypes><StructuralType id='L4_SSC' spineLength='{spine}'/>\
             <StructuralType id='L4_MC' spineLength='2.5'/>{more}</NeuronTypes>\
             <SynapsesProperties><synapse fromSClass='EXC' type='E2'/>{inh}</SynapsesProperties><SynapsesClassification>\
             <class id='E2' gsyn='1' gsynSD='0.4' u='0.5' uSD='0.02' d='671' dSD='17' f='17' fSD='5' dtc='1.7' dtcSD='0.2' nrrp='1'/>\
             <class id='I2' gsyn='2' gsynSD='0.4' u='0.25' uSD='0.02' d='671' dSD='17' f='17' fSD='5' dtc='8' dtcSD='0.2' nrrp='1'/>\
             </SynapsesClassification><ConnectionRules>\
             <mTypeRule from='L4_SSC' to='*' bouton_reduction_factor='{boutons}' cv_syns_connection='0.3' mean_syns_connection='3'/>\
             <mTypeRule from='L4_MC' to='*' bouton_reduction_factor='0.1' pMu_A='1' p_A='{p_a}'/></ConnectionRules>\
             <TouchRules><touchRule fromMType='*' toMType='*' toBranchType='{section}'/></TouchRules></blueColumn>"
        );
        read("r", &RecipeFiles([("builderRecipe.xml".to_owned(), text.into())].into())).unwrap().recipe
    };
    let inh = "<synapse fromSClass='INH' type='I2'/>";
    let one = xml("0.236", "0.9", "2.5", "soma", inh, "");
    let field = |changes: &bravli_recipe::Diff, name: &str| {
        changes.pathways.parameters.iter().find(|p| p.field == name).map(|p| p.n_changed)
    };
    let boutons = diff(&one, &xml("0.05", "0.9", "2.5", "soma", inh, ""));
    assert_eq!(field(&boutons, "bouton_reduction_factor"), Some(2));
    let cut = diff(&one, &xml("0.236", "0.1", "2.5", "soma", inh, ""));
    assert_eq!(field(&cut, "p_a"), Some(2));
    assert_eq!((cut.pathways.n_added, cut.pathways.n_removed), (0, 0), "a rule without a mean is a rule");
    let others = diff(&one, &xml("0.236", "0.9", "0.5", "dendrite", inh, ""));
    assert!(others.other.iter().any(|o| o.contains("spine length")), "{:?}", others.other);
    assert!(others.other.iter().any(|o| o.contains("touch rules")), "{:?}", others.other);
    let without = diff(&one, &xml("0.236", "0.9", "2.5", "soma", "", ""));
    assert_eq!(without.pathways.n_undecided, 2, "pathways whose only rule went are counted");
    let named = diff(&one, &xml("0.236", "0.9", "2.5", "soma", inh, "<StructuralType id='L9_NEW' spineLength='2.5'/>"));
    assert_eq!(named.added_mtypes, ["L9_NEW"]);
}
