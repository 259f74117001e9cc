//! Morphologies in HDF5, and the choice between formats.

use crate::error::SonataError;
use crate::json::read_bytes;
use crate::names::{NEURON, POINTS, RAW, SECTION_TYPE, STRUCTURE};
use crate::store::{Place, read_file};
use bravli_morphology::{
    MAX_BYTES, Morphology, MorphologyRead, Point, Section, SectionType, Soma, SomaShape, Warning, WarningKind,
};
use std::path::Path;

/// Type code of the soma.
const SOMA: i64 = 1;

/// Reads a morphology by the ending of its name: `.h5`, `.asc` or `.swc`, in either case.
///
/// Of h5 files both versions are read: `/points` with `/structure`, and the older `/neuron1`. Points come as they are:
/// where a section's first point is not its parent's last, none is put in.
///
/// # Errors
/// [`SonataError`] when the file is absent, damaged, too large, or what the readers of `bravli-morphology` refuse.
pub fn read_morphology(path: &Path) -> Result<MorphologyRead, SonataError> {
    let is_h5 = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("h5"));
    if is_h5 {
        return read_file(path, cell);
    }
    let bytes = read_bytes(path, MAX_BYTES as u64, "a morphology")?;
    bravli_morphology::read_morphology(&path.to_string_lossy(), &bytes)
        .map_err(|error| SonataError::Morphology { file: path.to_owned(), error })
}

/// Reads one morphology of an h5 file that holds several, each in a group of its own.
///
/// # Errors
/// [`SonataError`] as from [`read_morphology`], and when there is no such group.
pub fn read_morphology_in(path: &Path, name: &str) -> Result<MorphologyRead, SonataError> {
    read_file(path, |root| cell(&root.open(name)?))
}

/// Names of the morphologies in an h5 file that holds several, sorted.
///
/// # Errors
/// [`SonataError`] when the file is absent or damaged.
pub fn morphology_names(path: &Path) -> Result<Vec<String>, SonataError> {
    read_file(path, |root| {
        let mut names = root.groups()?;
        names.retain(|name| root.open(name).is_ok_and(|group| group.has(POINTS) && group.has(STRUCTURE)));
        Ok(names)
    })
}

/// A section as the file has it.
struct Row {
    /// Its first point.
    first: i64,
    code: i64,
    /// Its parent, −1 for none.
    parent: i64,
}

fn cell(place: &Place<'_>) -> Result<MorphologyRead, SonataError> {
    if !place.has(POINTS) && place.has(NEURON) {
        let neuron = place.open(NEURON)?;
        let sections = neuron.open(STRUCTURE)?;
        let ends: Vec<[i64; 2]> = sections.read_table_whole(RAW)?;
        let codes: Vec<[i64; 1]> = sections.read_table_whole(SECTION_TYPE)?;
        if codes.len() != ends.len() {
            return Err(SonataError::Length {
                file: place.file().to_owned(),
                dataset: sections.path(SECTION_TYPE),
                expected: ends.len(),
                actual: codes.len(),
            });
        }
        let row = |([first, parent], [code]): ([i64; 2], [i64; 1])| Row { first, code, parent };
        let rows: Vec<Row> = ends.into_iter().zip(codes).map(row).collect();
        return build(&sections, RAW, &neuron.open(RAW)?.read_table_f32(POINTS)?, &rows);
    }
    let points = place.read_table_f32(POINTS)?;
    let rows: Vec<[i64; 3]> = place.read_table_whole(STRUCTURE)?;
    let rows: Vec<Row> = rows.into_iter().map(|[first, code, parent]| Row { first, code, parent }).collect();
    build(place, STRUCTURE, &points, &rows)
}

/// A morphology of points and rows; `table` is what the rows are called in errors.
fn build(place: &Place<'_>, table: &str, points: &[[f32; 4]], rows: &[Row]) -> Result<MorphologyRead, SonataError> {
    let mut soma = Soma::default();
    let mut sections: Vec<Section> = Vec::new();
    let mut section_of_row = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let wrong = |expected: String, actual: i64| place.value(table, index, expected, actual.to_string());
        let end = rows.get(index + 1).map_or(points.len() as i64, |next| next.first);
        let is_soma = row.code == SOMA;
        let range = usize::try_from(row.first).ok().zip(usize::try_from(end).ok()).filter(|(first, end)| {
            let is_long_enough = if is_soma { first <= end } else { first < end };
            is_long_enough && *end <= points.len()
        });
        let Some((first, end)) = range else {
            return Err(wrong(format!("a first point before {end} and in the {} there are", points.len()), row.first));
        };
        let points =
            points[first..end].iter().map(|&[x_um, y_um, z_um, diameter_um]| Point { x_um, y_um, z_um, diameter_um });
        if is_soma {
            soma.points.extend(points);
            section_of_row.push(None);
            continue;
        }
        let section_type = SectionType::from_code(row.code)
            .ok_or_else(|| wrong("a section type from 0 to 19".to_owned(), row.code))?;
        let parent = match usize::try_from(row.parent) {
            Ok(parent) if parent < index => section_of_row[parent],
            Err(_) if row.parent == -1 => None,
            _ => return Err(wrong(format!("a parent below {index}, or -1"), row.parent)),
        };
        section_of_row.push(Some(sections.len()));
        sections.push(Section { section_type, parent, points: points.collect() });
    }
    soma.shape = match soma.points.len() {
        0 => SomaShape::Absent,
        1 => SomaShape::Sphere,
        _ => SomaShape::Contour,
    };
    let n_zero = sections.iter().flat_map(|section| &section.points).filter(|point| point.diameter_um <= 0.0).count();
    let morphology = Morphology::new(soma, sections)
        .map_err(|error| place.value(POINTS, 0, "the points of a morphology".to_owned(), error.to_string()))?;
    if morphology.is_empty() {
        return Err(place.value(POINTS, 0, "points of a soma or a neurite".to_owned(), "nothing".to_owned()));
    }
    let at = bravli_morphology::Place { file: place.file().display().to_string(), line: 0, column: 0 };
    let mut warnings = Vec::new();
    if morphology.soma().shape == SomaShape::Absent {
        warnings.push(Warning { at: at.clone(), kind: WarningKind::NoSoma });
    }
    if n_zero > 0 {
        warnings.push(Warning { at, kind: WarningKind::ZeroDiameter { n: n_zero } });
    }
    Ok(MorphologyRead { morphology, warnings })
}
