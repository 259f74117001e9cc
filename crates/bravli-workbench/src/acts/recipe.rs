//! Recipes, read and checked.

use crate::error::{ActError, ProblemReply};
use crate::replies::{LedgerCounts, RecipeReply};
use crate::requests::ParseRecipe;
use crate::stages;
use crate::workbench::Workbench;
use std::path::Path;

impl Workbench {
    /// Reads and checks a recipe; stores nothing.
    ///
    /// # Errors
    /// All problems of the files at once, or the names of the recipes there are.
    pub fn parse_recipe(&self, request: &ParseRecipe) -> Result<RecipeReply, ActError> {
        let read = self.read_recipe(&request.recipe, &request.main_xml)?;
        let recipe = &read.sourced.recipe;
        let mut missing = Vec::new();
        let needs = [
            (recipe.column.is_some(), "column geometry (column.yaml)"),
            (!recipe.composition.is_empty(), "cell composition"),
            (!recipe.pathways.is_empty(), "connection probabilities (pathways.yaml)"),
            (
                recipe.neurons.as_ref().is_some_and(|models| models.receptors.is_some()),
                "point neurons and receptors (neurons.yaml)",
            ),
            (recipe.boundary_text.is_some(), "boundary conditions (boundary.yaml)"),
            (!recipe.sources.is_empty(), "sources of its numbers (sources.yaml)"),
        ];
        missing.extend(needs.iter().filter(|(there, _)| !there).map(|(_, what)| (*what).to_owned()));
        let mut mtypes: Vec<&str> = recipe.composition.iter().map(|group| group.mtype.as_str()).collect();
        mtypes.sort_unstable();
        mtypes.dedup();
        let mut layers: Vec<String> = recipe.composition.iter().map(|group| group.layer.clone()).collect();
        layers.sort();
        layers.dedup();
        let problems: Vec<ProblemReply> = read.problems.iter().map(ProblemReply::from).collect();
        let buildable = missing.is_empty();
        let next = if buildable {
            format!(
                "place_column {{\"recipe\": {:?}, \"radius_um\": 130, \"layers\": [\"2\", \"3\", \"4\", \"5\"]}}",
                request.recipe
            )
        } else {
            "place_column {\"recipe\": \"rat-barrel\"} for a recipe that can be simulated".to_owned()
        };
        Ok(RecipeReply {
            finding: format!(
                "{}: {} m-types in {} layers, {} synapse classes chosen by {} rules, {} connection rules; {}; {} warnings and notes{}",
                recipe.name,
                mtypes.len(),
                layers.len(),
                recipe.synapse_classes.len(),
                recipe.synapse_rules.len(),
                recipe.connection_rules.len(),
                LedgerCounts::from(&read.ledger),
                problems.len(),
                if buildable { "" } else { "; a simulation needs more" },
            ),
            recipe: recipe.name.clone(),
            digest: read.digest.clone(),
            files: read.files.0.keys().cloned().collect(),
            n_mtypes: mtypes.len() as u32,
            layers,
            n_synapse_classes: recipe.synapse_classes.len() as u32,
            n_synapse_rules: recipe.synapse_rules.len() as u32,
            n_connection_rules: recipe.connection_rules.len() as u32,
            populations: recipe.populations.iter().map(|population| population.name.clone()).collect(),
            buildable,
            missing,
            ledger: LedgerCounts::from(&read.ledger),
            n_problems: problems.len() as u32,
            problems: problems.into_iter().take(20).collect(),
            next: vec![next],
        })
    }

    /// A recipe of the lab or a shipped one, with what its numbers rest on.
    pub(super) fn read_recipe(&self, name: &str, main_xml: &str) -> Result<stages::recipe::ReadRecipe, ActError> {
        let files = self.lab().recipe_files(name)?;
        // `mine`, `./mine` and `recipes/mine` are one recipe
        let plain = Path::new(name).file_name().and_then(|last| last.to_str()).unwrap_or(name);
        if !plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) {
            return Err(ActError::new(
                "bad_recipe_name",
                "recipe",
                format!("{plain:?} holds other characters than letters, digits, _, . and -"),
                "rename the recipe's folder",
            ));
        }
        let knowledge = self.knowledge()?;
        stages::recipe::read(plain, files, main_xml, knowledge)
    }
}
