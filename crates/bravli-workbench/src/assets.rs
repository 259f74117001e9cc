//! Files that are shipped inside the binary: recipes, literature records, studies.

use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;

static RECIPES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../recipes");
static KNOWLEDGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../knowledge");
static STUDIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../studies");

/// Names of the shipped recipes, in order.
pub(crate) fn recipe_names() -> Vec<&'static str> {
    let mut names: Vec<&str> =
        RECIPES.dirs().filter_map(|folder| folder.path().file_name()).filter_map(|name| name.to_str()).collect();
    names.sort_unstable();
    names
}

/// Files of a shipped recipe.
pub(crate) fn recipe_files(name: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let folder = RECIPES.get_dir(name)?;
    let files = folder.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?.to_owned();
        Some((name, file.contents().to_vec()))
    });
    Some(files.collect())
}

/// The text of the numbers of learning rules.
pub(crate) fn learning_text() -> &'static str {
    RECIPES.get_file("learning.yaml").and_then(include_dir::File::contents_utf8).unwrap_or_default()
}

/// Literature records: path and text, in order of path.
pub(crate) fn knowledge_texts() -> Vec<(String, &'static str)> {
    let mut texts = Vec::new();
    let mut folders = vec![&KNOWLEDGE];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        texts.extend(folder.files().filter_map(|file| {
            let path = file.path().to_str()?.to_owned();
            path.ends_with(".yaml").then_some((path, file.contents_utf8()?))
        }));
    }
    texts.sort_by(|a, b| a.0.cmp(&b.0));
    texts
}

/// The text of a shipped study.
pub(crate) fn study_text(name: &str) -> Option<&'static str> {
    STUDIES.get_file(name)?.contents_utf8()
}
