//! Groups: columns of the rows that share them. The BBP dialect has one; the Allen dialect may have several.

use super::values::{Value, Values};
use crate::error::SonataError;
use crate::names::{DYNAMICS, LIBRARY, either_spelling};
use crate::store::Place;
use std::collections::BTreeMap;

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name in the file.
    pub name: String,
    /// A value per row of the group.
    pub values: Values,
    /// What the numbers stand for (`@library`), where they stand for names.
    pub names: Option<Vec<String>>,
}

impl Attribute {
    /// The value of a row, by name where the column has names.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Value> {
        match &self.names {
            Some(names) => {
                let code = usize::try_from(self.values.whole(row)?).ok()?;
                names.get(code).map(|name| Value::Text(name.clone()))
            }
            None => self.values.get(row),
        }
    }
}

/// Columns of one group, sorted by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// Its number in the file.
    pub id: u64,
    /// The columns.
    pub columns: Vec<Attribute>,
    /// Columns under `dynamics_params`.
    pub dynamics: Vec<Attribute>,
}

impl Group {
    /// A column by its name; `dynamics_params/NAME` for those, and either spelling where two are in use.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Attribute> {
        let (columns, name) = match name.strip_prefix(DYNAMICS).and_then(|rest| rest.strip_prefix('/')) {
            Some(name) => (&self.dynamics, name),
            None => (&self.columns, name),
        };
        let find = |name: &str| columns.iter().find(|column| column.name == name);
        find(name).or_else(|| find(either_spelling(name)?))
    }

    fn columns_mut(&mut self) -> impl Iterator<Item = &mut Vec<Attribute>> {
        [&mut self.columns, &mut self.dynamics].into_iter()
    }
}

/// Where the rows of a population have their columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Rows {
    /// Row `i` of the population is row `i` of its only group.
    #[default]
    Same,
    /// Each row names its group and its row there.
    Split {
        /// Number of the group, per row.
        group_id: Vec<u64>,
        /// Row in the group, per row.
        group_index: Vec<u64>,
    },
}

impl Rows {
    /// Group and row there of a row of the population.
    pub(super) fn place<'a>(&self, groups: &'a [Group], row: usize) -> Option<(&'a Group, usize)> {
        match self {
            Self::Same => groups.first().map(|group| (group, row)),
            Self::Split { group_id, group_index } => {
                let id = *group_id.get(row)?;
                let group = groups.iter().find(|group| group.id == id)?;
                Some((group, usize::try_from(*group_index.get(row)?).ok()?))
            }
        }
    }

    /// Rows that each group needs, of a population of `n`; groups by number.
    fn needs(&self, n: usize) -> BTreeMap<u64, usize> {
        match self {
            Self::Same => BTreeMap::from([(0, n)]),
            Self::Split { group_id, group_index } => {
                let mut needs = BTreeMap::new();
                for (id, index) in group_id.iter().zip(group_index) {
                    let need = needs.entry(*id).or_insert(0);
                    *need = (*need).max(usize::try_from(*index).map_or(usize::MAX, |index| index.saturating_add(1)));
                }
                needs
            }
        }
    }

    /// Reads `NAME_group_id` and `NAME_group_index` where there are any, of `n` rows.
    pub(super) fn read(place: &Place<'_>, kind: &str, n: usize) -> Result<Self, SonataError> {
        let (id, index) = (format!("{kind}_group_id"), format!("{kind}_group_index"));
        if !place.has(&id) {
            return Ok(Self::Same);
        }
        let group_id: Vec<u64> = place.read_loose_whole(&id, Some(n))?;
        let is_one = group_id.windows(2).all(|pair| pair[0] == pair[1]);
        if !place.has(&index) && is_one {
            return Ok(Self::Same);
        }
        let group_index: Vec<u64> = place.read_loose_whole(&index, Some(n))?;
        // a group cannot have more rows than the population
        if let Some(row) = group_index.iter().position(|index| *index >= n as u64) {
            return Err(place.value(&index, row, format!("a row below {n}"), group_index[row].to_string()));
        }
        let is_same = is_one && group_index.iter().enumerate().all(|(row, index)| row as u64 == *index);
        Ok(if is_same { Self::Same } else { Self::Split { group_id, group_index } })
    }

    /// Writes what is to be said about groups; nothing where there is one.
    pub(super) fn write(&self, place: &Place<'_>, kind: &str) -> Result<(), SonataError> {
        if let Self::Split { group_id, group_index } = self {
            place.write(&format!("{kind}_group_id"), group_id)?;
            place.write(&format!("{kind}_group_index"), group_index)?;
        }
        Ok(())
    }

    /// Checks that a population of `n` rows can be written with these groups.
    pub(super) fn check(&self, place: &Place<'_>, groups: &[Group], n: usize) -> Result<(), SonataError> {
        let needs = self.needs(n);
        let wrong = |dataset: String, expected, actual| {
            Err(SonataError::Length { file: place.file().to_owned(), dataset: place.path(&dataset), expected, actual })
        };
        if let Self::Split { group_id, group_index } = self {
            for ids in [group_id, group_index] {
                if ids.len() != n {
                    return wrong("group ids and rows".to_owned(), n, ids.len());
                }
            }
        } else if groups.len() > 1 {
            return wrong("groups".to_owned(), 1, groups.len());
        }
        for group in groups {
            let expected = match self {
                Self::Same => n,
                Self::Split { .. } => needs.get(&group.id).copied().unwrap_or_default(),
            };
            for column in group.columns.iter().chain(&group.dynamics) {
                if column.values.len() != expected {
                    return wrong(format!("{}/{}", group.id, column.name), expected, column.values.len());
                }
            }
        }
        Ok(())
    }
}

/// Reads the groups of a population of `n` rows. What cannot be kept is left out and told.
pub(super) fn read_groups(
    place: &Place<'_>,
    rows: &Rows,
    n: usize,
    problems: &mut Vec<SonataError>,
) -> Result<Vec<Group>, SonataError> {
    let mut there: Vec<u64> = place.groups()?.iter().filter_map(|name| name.parse().ok()).collect();
    there.sort_unstable();
    let mut needs = rows.needs(n);
    if *rows == Rows::Same {
        // the only group may have any number
        let only = if there.contains(&0) { 0 } else { there.first().copied().unwrap_or_default() };
        needs = BTreeMap::from([(only, n)]);
    }
    for id in there.iter().filter(|id| !needs.contains_key(id)) {
        let group = place.open(&id.to_string())?;
        if !group.datasets()?.is_empty() {
            problems.push(group.left_out("", "no row is of this group"));
        }
    }
    let mut groups = Vec::with_capacity(needs.len());
    for (id, n_rows) in needs {
        let mut group = match there.contains(&id) {
            true => read_group(&place.open(&id.to_string())?, problems)?,
            false => Group::default(),
        };
        group.id = if *rows == Rows::Same { 0 } else { id };
        for columns in group.columns_mut() {
            columns.retain(|column| {
                let actual = column.values.len();
                if actual != n_rows {
                    let dataset = place.path(&format!("{id}/{}", column.name));
                    let file = place.file().to_owned();
                    problems.push(SonataError::Length { file, dataset, expected: n_rows, actual });
                }
                actual == n_rows
            });
        }
        groups.push(group);
    }
    Ok(groups)
}

fn read_group(place: &Place<'_>, problems: &mut Vec<SonataError>) -> Result<Group, SonataError> {
    let mut group = Group { columns: read_columns(place, problems)?, ..Group::default() };
    if place.has(DYNAMICS) {
        group.dynamics = read_columns(&place.open(DYNAMICS)?, problems)?;
    }
    for name in place.groups()? {
        if name != LIBRARY && name != DYNAMICS {
            problems.push(place.left_out(&name, "it is no column"));
        }
    }
    Ok(group)
}

fn read_columns(place: &Place<'_>, problems: &mut Vec<SonataError>) -> Result<Vec<Attribute>, SonataError> {
    let mut library = read_library(place, problems)?;
    let mut columns = Vec::new();
    for name in place.datasets()? {
        let (values, mut names) = match place.read_any(&name) {
            Ok(read) => read,
            Err(problem) => {
                library.remove(&name);
                problems.push(problem);
                continue;
            }
        };
        if let Some(of_library) = library.remove(&name) {
            if values.is_whole() {
                check_codes(place, &name, &values, of_library.len(), problems);
                names = Some(of_library);
            } else {
                let dataset = format!("{LIBRARY}/{name}");
                problems.push(place.left_out(&dataset, "its column holds no whole numbers"));
            }
        }
        columns.push(Attribute { name, values, names });
    }
    for name in library.keys() {
        problems.push(place.left_out(&format!("{LIBRARY}/{name}"), "there is no column of this name"));
    }
    Ok(columns)
}

fn read_library(
    place: &Place<'_>,
    problems: &mut Vec<SonataError>,
) -> Result<BTreeMap<String, Vec<String>>, SonataError> {
    let mut library = BTreeMap::new();
    if !place.has(LIBRARY) {
        return Ok(library);
    }
    let names = place.open(LIBRARY)?;
    for name in names.datasets()? {
        match names.read_texts(&name) {
            Ok(texts) => drop(library.insert(name, texts)),
            Err(problem) => problems.push(problem),
        }
    }
    Ok(library)
}

/// Tells the first number that stands for no name; the numbers are kept as they are.
fn check_codes(place: &Place<'_>, name: &str, values: &Values, n_names: usize, problems: &mut Vec<SonataError>) {
    let is_known = |row: &usize| values.whole(*row).is_some_and(|code| (0..n_names as i64).contains(&code));
    if let Some(row) = (0..values.len()).find(|row| !is_known(row)) {
        let actual = values.get(row).map_or_else(String::new, |value| value.to_string());
        problems.push(place.value(name, row, format!("an index below {n_names}"), actual));
    }
}

/// Writes the groups of a population.
pub(super) fn write_groups(place: &Place<'_>, groups: &[Group]) -> Result<(), SonataError> {
    if groups.is_empty() {
        place.create(&0.to_string())?;
    }
    for group in groups {
        let inner = place.create(&group.id.to_string())?;
        for column in &group.columns {
            write_column(&inner, column)?;
        }
        if !group.dynamics.is_empty() {
            let dynamics = inner.create(DYNAMICS)?;
            for column in &group.dynamics {
                write_column(&dynamics, column)?;
            }
        }
    }
    Ok(())
}

fn write_column(place: &Place<'_>, column: &Attribute) -> Result<(), SonataError> {
    place.write_any(&column.name, &column.values)?;
    match &column.names {
        Some(names) => place.write_library(&column.name, names),
        None => Ok(()),
    }
}
