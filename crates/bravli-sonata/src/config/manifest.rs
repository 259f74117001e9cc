//! Variables of a configuration, `$NAME`, that stand for parts of paths and for each other.

use crate::error::SonataError;
use crate::json::{Part, read_json};
use crate::names::ALTERNATE_MORPHOLOGIES;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longest text that variables may expand to, in bytes.
const MAX_EXPANDED: usize = 4_096;

/// A configuration with its variables expanded.
pub(super) struct Expanded {
    /// The file, as an absolute path.
    pub(super) file: PathBuf,
    pub(super) root: Value,
}

impl Expanded {
    /// Reads a configuration and expands its variables; those that the manifest lacks stay as they are.
    pub(super) fn read(path: &Path) -> Result<Self, SonataError> {
        let failed = |error: std::io::Error| SonataError::Open { file: path.to_owned(), reason: error.to_string() };
        let file: PathBuf = std::path::absolute(path).map_err(failed)?.components().collect();
        let mut root = read_json(&file)?;
        let variables = variables(&Part::new(&file, &root))?;
        if !root.is_object() {
            return Err(Part::new(&file, &root).wrong("an object"));
        }
        expand_all(&mut root, &variables).map_err(|text| SonataError::Config {
            file: file.clone(),
            at: "manifest".to_owned(),
            expected: format!("at most {MAX_EXPANDED} bytes once its variables are expanded"),
            actual: text,
        })?;
        Ok(Self { file, root })
    }

    /// A path of the configuration; relative ones start at its folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        resolve(&self.file, path)
    }

    /// Makes the paths in settings absolute: texts under keys that end in `_dir` or `_file`, and folders of morphologies.
    pub(super) fn absolute_paths(&self, settings: &mut Map<String, Value>) {
        for (key, value) in settings.iter_mut() {
            let is_path = key.ends_with("_dir") || key.ends_with("_file");
            match value {
                Value::String(text) if is_path && !text.is_empty() => *text = self.path(text).display().to_string(),
                Value::Object(formats) if key == ALTERNATE_MORPHOLOGIES => {
                    for folder in formats.values_mut() {
                        if let Value::String(text) = folder
                            && !text.is_empty()
                        {
                            *text = self.path(text).display().to_string();
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// A path that `file` names.
pub(crate) fn resolve(file: &Path, path: &str) -> PathBuf {
    file.parent().unwrap_or(file).join(path).components().collect()
}

/// The variables of a manifest, without `$`, each expanded.
fn variables(root: &Part<'_>) -> Result<BTreeMap<String, String>, SonataError> {
    let manifest = root.key("manifest");
    let mut raw = BTreeMap::new();
    for (name, value) in manifest.object()?.into_iter().flatten() {
        let text = value.as_str().ok_or_else(|| manifest.key(name).wrong("a text"))?;
        raw.insert(name.trim_start_matches('$').to_owned(), text.to_owned());
    }
    let mut done = BTreeMap::new();
    for name in raw.keys() {
        // as many rounds as there are variables suffice, unless they go in a circle
        let mut text = format!("${name}");
        for _ in 0..=raw.len() {
            text = expand(&text, &raw).ok_or_else(|| {
                manifest.key(name).wrong(&format!("at most {MAX_EXPANDED} bytes once its variables are expanded"))
            })?;
        }
        let is_circle = references(&text).any(|name| raw.contains_key(name));
        if is_circle {
            return Err(manifest.key(name).wrong("a text that does not lead to itself"));
        }
        done.insert(name.clone(), text);
    }
    Ok(done)
}

/// Variables that a text names, by their start and end, `$` and braces included, and their name.
fn spans(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    text.match_indices('$').filter_map(move |(start, _)| {
        let rest = &text[start + 1..];
        let (open, rest) = rest.strip_prefix('{').map_or((0, rest), |rest| (1, rest));
        let n = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let is_closed = open == 0 || rest[n..].starts_with('}');
        (n > 0 && is_closed).then(|| (start, start + 1 + 2 * open + n, &rest[..n]))
    })
}

fn references(text: &str) -> impl Iterator<Item = &str> {
    spans(text).map(|(_, _, name)| name)
}

/// The text with its variables replaced once; none where it would be too long.
fn expand(text: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let mut expanded = String::new();
    let mut from = 0;
    for (start, end, name) in spans(text) {
        if let Some(value) = variables.get(name) {
            expanded += &text[from..start];
            expanded += value;
            from = end;
        }
        if expanded.len() > MAX_EXPANDED {
            return None;
        }
    }
    expanded += &text[from..];
    Some(expanded)
}

/// Expands every text below; the offending one where it would be too long.
fn expand_all(value: &mut Value, variables: &BTreeMap<String, String>) -> Result<(), String> {
    match value {
        Value::String(text) if text.contains('$') => {
            *text =
                expand(text, variables).ok_or_else(|| format!("{:?}", text.chars().take(40).collect::<String>()))?;
            Ok(())
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| expand_all(value, variables)),
        Value::Object(map) => map.values_mut().try_for_each(|value| expand_all(value, variables)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: Value) -> Result<BTreeMap<String, String>, SonataError> {
        variables(&Part::new(Path::new("c.json"), &json))
    }

    #[test]
    fn variables_stand_for_each_other() {
        let manifest =
            serde_json::json!({ "manifest": { "$B": "$A/b", "$A": "a", "$C": "${B}x/$B_", "$D": "$UNKNOWN/$" } });
        let done = of(manifest).unwrap();
        let get = |name: &str| done[name].as_str();
        assert_eq!((get("A"), get("B"), get("C"), get("D")), ("a", "a/b", "a/bx/$B_", "$UNKNOWN/$"));
    }

    #[test]
    fn circles_and_floods_are_refused() {
        let error = of(serde_json::json!({ "manifest": { "$A": "$B", "$B": "x$A" } })).unwrap_err();
        assert!(error.to_string().contains("manifest.A") || error.to_string().contains("manifest.$A"), "{error}");
        let flood: Map<String, Value> = (0..20)
            .map(|i| (format!("$V{i}"), format!("$V{}$V{}", i + 1, i + 1).into()))
            .chain([("$V20".into(), "xx".into())])
            .collect();
        let error = of(serde_json::json!({ "manifest": flood })).unwrap_err();
        assert!(error.to_string().contains("at most 4096 bytes"), "{error}");
        of(serde_json::json!({ "manifest": { "$A": 3 } })).unwrap_err();
    }
}
