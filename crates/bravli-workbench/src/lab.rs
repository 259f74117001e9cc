//! The scientist's folder, and the only way into it.

use crate::assets;
use crate::error::ActError;
use bravli_recipe::MAX_FILE_BYTES;
use bravli_recipe::{RecipeFiles, nearest};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Files read from one recipe folder.
const MAX_FILES: usize = 64;

/// Bytes read from one recipe folder.
const MAX_BYTES: u64 = 128 << 20;

/// Folders of a lab that hold artifacts, records, recipes and studies.
const OWN_FOLDERS: [&str; 4] = ["artifacts", "knowledge", "recipes", "studies"];

/// Longest name of a folder that is written to.
const MAX_NAME_BYTES: usize = 100;

/// A lab: the folder that holds everything of a scientist's own. It is made when the first artifact is.
#[derive(Debug, Clone)]
pub struct Lab {
    root: PathBuf,
}

impl Lab {
    /// The lab at `root`; nothing is made yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Files of a recipe: the lab's own of that name, a shipped one, or a folder inside the lab.
    ///
    /// # Errors
    /// `unknown_recipe` with the names there are; `path_outside_lab`; `too_large`; `lab_io`.
    pub fn recipe_files(&self, name: &str) -> Result<RecipeFiles, ActError> {
        let relative = self.relative(name, "recipe")?;
        let own = [self.root.join("recipes").join(&relative), self.root.join(&relative)];
        for folder in own {
            if folder.is_dir() {
                self.contained(&folder, "recipe")?;
                return read_folder(&folder);
            }
        }
        if let Some(files) = assets::recipe_files(name) {
            return Ok(RecipeFiles(files));
        }
        let known = self.recipe_names();
        let near = nearest(name, known.iter().map(String::as_str));
        let hint = if near.is_empty() { known.join(", ") } else { near.join(", ") };
        Err(ActError::new(
            "unknown_recipe",
            "recipe",
            format!("no recipe {name:?}; there is {hint}"),
            "name a shipped recipe (rat-barrel), or put the folder into the lab and name it relative to the lab",
        ))
    }

    /// Names of the lab's own and the shipped recipes.
    #[must_use]
    pub fn recipe_names(&self) -> Vec<String> {
        let mut names: Vec<String> = assets::recipe_names().into_iter().map(str::to_owned).collect();
        if let Ok(entries) = fs::read_dir(self.root.join("recipes")) {
            names.extend(
                entries.flatten().filter(|e| e.path().is_dir()).filter_map(|e| e.file_name().into_string().ok()),
            );
        }
        names.sort();
        names.dedup();
        names
    }

    /// The folder that an export is to be written to, and its name inside the lab. It need not exist.
    ///
    /// # Errors
    /// `path_outside_lab`; `folder_in_use` for a part of the lab that is bravli's own.
    pub(crate) fn export_folder(&self, name: &str) -> Result<(PathBuf, String), ActError> {
        let relative: PathBuf = self.relative(name, "folder")?.components().collect();
        let parts: Vec<String> = relative
            .components()
            .filter(|part| !matches!(part, Component::CurDir))
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        let wrong = |message: String| {
            Err(ActError::new(
                "folder_in_use",
                "folder",
                message,
                "give a folder of its own, for example exports/small",
            ))
        };
        match parts.first() {
            None => return wrong(format!("{name:?} is the lab itself")),
            Some(first) if OWN_FOLDERS.contains(&first.to_lowercase().as_str()) => {
                return wrong(format!("{first} is a part of the lab that holds something else"));
            }
            Some(_) => {}
        }
        if let Some(part) = parts.iter().find(|part| part.starts_with('.') || part.len() > MAX_NAME_BYTES) {
            return wrong(format!("{part:?} starts with a point or has more than {MAX_NAME_BYTES} bytes"));
        }
        let name = parts.join("/");
        let folder = self.root.join(&name);
        // the parts that are there decide where the rest will be
        let there = folder.ancestors().find(|ancestor| fs::symlink_metadata(ancestor).is_ok()).unwrap_or(&self.root);
        self.contained(there, "folder")?;
        Ok((folder, name))
    }

    /// A path from a request: relative, without parent steps.
    fn relative(&self, path: &str, field: &str) -> Result<PathBuf, ActError> {
        let relative = Path::new(path);
        let plain =
            relative.components().all(|component| matches!(component, Component::Normal(_) | Component::CurDir));
        if path.is_empty() || !plain || path.contains('\0') {
            return Err(ActError::new(
                "path_outside_lab",
                field,
                format!("{path:?} is not a name or a relative path inside the lab"),
                "give a name such as rat-barrel, or a folder inside the lab without .. or a leading /",
            ));
        }
        Ok(relative.to_path_buf())
    }

    /// Refuses a folder that a link leads out of the lab.
    fn contained(&self, folder: &Path, field: &str) -> Result<(), ActError> {
        let inside = fs::canonicalize(&self.root)
            .and_then(|root| fs::canonicalize(folder).map(|folder| folder.starts_with(root)))
            .map_err(|error| ActError::io("resolve a folder", folder, &error))?;
        if inside {
            return Ok(());
        }
        Err(ActError::new(
            "path_outside_lab",
            field,
            "the folder is a link that leads out of the lab",
            "name a folder that lies in the lab itself, instead of a link",
        ))
    }
}

/// The subfolder whose files are read too: the volumes that densities come from.
const ATLAS: &str = "atlas";

/// All plain files of a folder, and of its subfolder `atlas`. Sizes are looked at before anything is read.
pub(crate) fn read_folder(folder: &Path) -> Result<RecipeFiles, ActError> {
    let mut found: Vec<(String, PathBuf, u64)> = Vec::new();
    list(folder, "", &mut found)?;
    let atlas = folder.join(ATLAS);
    if fs::symlink_metadata(&atlas).is_ok_and(|metadata| metadata.is_dir()) {
        list(&atlas, "atlas/", &mut found)?;
    }
    let total: u64 = found.iter().map(|(_, _, size)| size).sum();
    if found.len() > MAX_FILES || total > MAX_BYTES {
        return Err(ActError::new(
            "too_large",
            "recipe",
            format!("the recipe folder holds more than {MAX_FILES} files or {} MiB", MAX_BYTES >> 20),
            "keep only the recipe's own files in the folder",
        ));
    }
    let mut files = BTreeMap::new();
    for (name, path, _) in found {
        files.insert(name, fs::read(&path).map_err(|error| ActError::io("read a recipe file", &path, &error))?);
    }
    Ok(RecipeFiles(files))
}

/// The plain files of one folder with their sizes.
fn list(folder: &Path, prefix: &str, found: &mut Vec<(String, PathBuf, u64)>) -> Result<(), ActError> {
    let entries = fs::read_dir(folder).map_err(|error| ActError::io("list the recipe folder", folder, &error))?;
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| is_file && !name.starts_with('.')) else { continue };
        let size = entry.metadata().map_or(0, |metadata| metadata.len());
        if size > MAX_FILE_BYTES as u64 {
            let message = format!("{prefix}{name} has {size} bytes, the limit is {MAX_FILE_BYTES} (64 MiB)");
            return Err(ActError::new(
                "too_large",
                "recipe",
                message,
                "keep only the recipe's own files in the folder",
            ));
        }
        found.push((format!("{prefix}{name}"), entry.path(), size));
    }
    Ok(())
}
