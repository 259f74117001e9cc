//! `hierarchy.json`: the regions of an atlas, nested.

use super::error::AtlasError;
use crate::bioname::compile;
use crate::pattern::did_you_mean;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Largest hierarchy that is read: 8 MiB.
pub const MAX_HIERARCHY_BYTES: usize = 8 * 1024 * 1024;

/// One region of an atlas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its label in `brain_regions.nrrd`.
    pub id: i64,
    /// Its short name, which need not be unique.
    pub acronym: String,
    /// Its full name.
    pub name: String,
    parent: Option<usize>,
    /// One past the last of its descendants.
    end: usize,
}

/// The regions of an atlas, each before its children.
///
/// # Source
/// The structure graph of the Allen reference atlas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionMap {
    regions: Vec<Region>,
}

/// A region as the file nests it.
#[derive(Deserialize)]
struct Raw {
    id: i64,
    acronym: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    children: Vec<Raw>,
}

/// The outermost object: a region, or an answer of the Allen service that holds one.
#[derive(Deserialize)]
struct Top {
    #[serde(default)]
    msg: Vec<Raw>,
    id: Option<i64>,
    acronym: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    children: Vec<Raw>,
}

impl RegionMap {
    /// Reads nested regions.
    ///
    /// ```
    /// let json = br#"{"id": 1, "acronym": "S1", "children": [{"id": 2, "acronym": "L4"}, {"id": 3, "acronym": "L5"}]}"#;
    /// let regions = bravli_recipe::RegionMap::parse("hierarchy.json", json)?;
    /// assert_eq!(regions.find("S1")?.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// assert_eq!(regions.find("@[45]$")?.len(), 2);
    /// # Ok::<(), bravli_recipe::AtlasError>(())
    /// ```
    ///
    /// # Errors
    /// [`AtlasError::Hierarchy`] with line and column.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, AtlasError> {
        let fail = |line: usize, column: usize, message: String| {
            let [line, column] = [line, column].map(|n| u32::try_from(n.max(1)).unwrap_or(u32::MAX));
            AtlasError::Hierarchy { file: file.to_owned(), line, column, message }
        };
        if bytes.len() > MAX_HIERARCHY_BYTES {
            let message = format!("has {} bytes, the limit is {MAX_HIERARCHY_BYTES} (8 MiB)", bytes.len());
            return Err(fail(1, 1, message));
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let top: Top = serde_json::from_slice(bytes).map_err(|e| fail(e.line(), e.column(), e.to_string()))?;
        let roots = match (top.id, top.acronym) {
            (Some(id), Some(acronym)) => vec![Raw { id, acronym, name: top.name, children: top.children }],
            _ if top.msg.is_empty() => return Err(fail(1, 1, "holds no region with id and acronym".to_owned())),
            _ => top.msg,
        };
        let mut map = Self { regions: Vec::new() };
        for root in roots {
            map.add(root, None);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = map.regions.iter().find(|region| !seen.insert(region.id)) {
            return Err(fail(1, 1, format!("gives the id {} twice, the second time to {}", twice.id, twice.acronym)));
        }
        Ok(map)
    }

    /// Nesting is bounded by the JSON reader.
    fn add(&mut self, raw: Raw, parent: Option<usize>) {
        let at = self.regions.len();
        self.regions.push(Region { id: raw.id, acronym: raw.acronym, name: raw.name, parent, end: at + 1 });
        for child in raw.children {
            self.add(child, Some(at));
        }
        let end = self.regions.len();
        if let Some(region) = self.regions.get_mut(at) {
            region.end = end;
        }
    }

    /// All regions, each before its children.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The region of a label.
    #[must_use]
    pub fn by_id(&self, id: i64) -> Option<&Region> {
        self.regions.iter().find(|region| region.id == id)
    }

    /// Acronyms from the outermost region down to one, joined by `;`.
    #[must_use]
    pub fn path(&self, id: i64) -> Option<String> {
        let at = self.regions.iter().position(|region| region.id == id)?;
        Some(self.acronyms(at).join(";"))
    }

    fn acronyms(&self, at: usize) -> Vec<&str> {
        let above = std::iter::successors(self.regions.get(at), |region| self.regions.get(region.parent?));
        let mut names: Vec<&str> = above.map(|region| region.acronym.as_str()).collect();
        names.reverse();
        names
    }

    /// The labels of every region that fits, with those of its descendants.
    ///
    /// `L4` is every region of that acronym; `@4$` every region in whose acronym the expression is found, or, where it is
    /// found in none, in whose path; `mc2;L4` every `L4` directly within an `mc2`. An acronym that holds a `;` itself is
    /// tried first.
    ///
    /// # Errors
    /// [`AtlasError::UnknownRegion`] with near-miss names; [`AtlasError::BadExpression`].
    pub fn find(&self, query: &str) -> Result<BTreeSet<i64>, AtlasError> {
        let found = match query.strip_prefix('@') {
            Some(pattern) => self.matching(query, pattern)?,
            None => self.named(query),
        };
        if found.is_empty() {
            let near = did_you_mean(query, self.regions.iter().map(|region| region.acronym.as_str()));
            return Err(AtlasError::UnknownRegion { query: query.to_owned(), near });
        }
        let within = found.iter().flat_map(|at| {
            let end = self.regions.get(*at).map_or(*at, |region| region.end);
            self.regions.get(*at..end).unwrap_or_default()
        });
        Ok(within.map(|region| region.id).collect())
    }

    fn places(&self, fits: impl Fn(usize, &Region) -> bool) -> Vec<usize> {
        self.regions.iter().enumerate().filter(|(at, region)| fits(*at, region)).map(|(at, _)| at).collect()
    }

    fn named(&self, query: &str) -> Vec<usize> {
        let exact = self.places(|_, region| region.acronym == query);
        let steps: Vec<&str> = query.split(';').map(str::trim).collect();
        if !exact.is_empty() || steps.len() < 2 {
            return exact;
        }
        self.places(|at, region| steps.last() == Some(&region.acronym.as_str()) && self.acronyms(at).ends_with(&steps))
    }

    fn matching(&self, query: &str, pattern: &str) -> Result<Vec<usize>, AtlasError> {
        let regex = compile(pattern).map_err(|error| {
            let message = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            AtlasError::BadExpression { query: query.to_owned(), message }
        })?;
        let by_name = self.places(|_, region| regex.is_match(&region.acronym));
        if !by_name.is_empty() {
            return Ok(by_name);
        }
        Ok(self.places(|at, _| regex.is_match(&self.acronyms(at).join(";"))))
    }
}
