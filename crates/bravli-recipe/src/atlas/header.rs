//! Headers of NRRD files.

use super::error::{VolumeError, VolumeErrorKind};
use super::volume::{VoxelKind, determinant};
use std::collections::BTreeMap;

/// Most bytes that the values of a volume may take: 512 MiB.
pub const MAX_VOLUME_BYTES: usize = 512 * 1024 * 1024;
/// Most bytes of a header.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Longest step and farthest origin, in µm: a kilometre, so that no centre of a voxel is out of reach of a number.
const FARTHEST_UM: f64 = 1e9;

/// How values are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Raw,
    Gzip,
}

/// What a header says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) kind: VoxelKind,
    pub(super) components: usize,
    pub(super) shape: [usize; 3],
    pub(super) directions_um: [[f64; 3]; 3],
    pub(super) origin_um: [f64; 3],
    pub(super) encoding: Encoding,
    pub(super) is_little: bool,
    /// Components times voxels; their bytes stay below [`MAX_VOLUME_BYTES`].
    pub(super) n_values: usize,
    pub(super) n_lines: u32,
}

/// Spellings of each type.
const TYPES: &[(VoxelKind, &[&str])] = &[
    (VoxelKind::I8, &["signed char", "int8", "int8_t"]),
    (VoxelKind::U8, &["uchar", "unsigned char", "uint8", "uint8_t"]),
    (VoxelKind::I16, &["short", "short int", "signed short", "signed short int", "int16", "int16_t"]),
    (VoxelKind::U16, &["ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"]),
    (VoxelKind::I32, &["int", "signed int", "int32", "int32_t"]),
    (VoxelKind::U32, &["uint", "unsigned int", "uint32", "uint32_t"]),
    (
        VoxelKind::I64,
        &["longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"],
    ),
    (VoxelKind::U64, &["ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"]),
    (VoxelKind::F32, &["float"]),
    (VoxelKind::F64, &["double"]),
];
/// Factors to µm of the units that a header may name.
const UNITS: &[(&[&str], f64)] = &[
    (&["um", "µm", "μm", "micron", "microns", "micrometer", "micrometers", ""], 1.0),
    (&["mm", "millimeter", "millimeters"], 1000.0),
    (&["nm", "nanometer", "nanometers"], 1e-3),
];
/// Kinds of axes that run through space.
const SPATIAL: &[&str] = &["domain", "space", "none", "???"];

/// The header of a file, and the bytes behind it.
pub(super) fn parse<'b>(file: &str, bytes: &'b [u8]) -> Result<(Header, &'b [u8]), VolumeError> {
    let fail = |line: u32, kind| VolumeError { file: file.to_owned(), line, kind };
    let is_nrrd =
        bytes.strip_prefix(b"NRRD000").and_then(|rest| rest.first()).is_some_and(|d| (b'1'..=b'5').contains(d));
    if !is_nrrd {
        return Err(fail(1, VolumeErrorKind::NotNrrd));
    }
    let mut fields = Fields { values: BTreeMap::new(), n_lines: 1 };
    let mut rest = bytes.get(..bytes.len().min(MAX_HEADER_BYTES)).unwrap_or_default();
    let mut n_read = 0;
    for line in 1_u32.. {
        let Some(end) = rest.iter().position(|b| *b == b'\n') else {
            return Err(fail(line, VolumeErrorKind::EndlessHeader { limit: MAX_HEADER_BYTES }));
        };
        let (text, after) = (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default());
        n_read += end + 1;
        rest = after;
        let text = String::from_utf8_lossy(text);
        let text = text.trim_end_matches('\r');
        fields.n_lines = line;
        if text.is_empty() {
            break;
        }
        if line > 1 {
            fields.add(text, line).map_err(|kind| fail(line, kind))?;
        }
    }
    let header = fields.header().map_err(|(line, kind)| fail(line, kind))?;
    Ok((header, bytes.get(n_read..).unwrap_or_default()))
}

/// The fields of a header with their lines.
struct Fields {
    values: BTreeMap<String, (String, u32)>,
    n_lines: u32,
}

type Fault = (u32, VolumeErrorKind);
/// The direction of an axis; `None` for components.
type Axis = Option<[f64; 3]>;

impl Fields {
    fn add(&mut self, text: &str, line: u32) -> Result<(), VolumeErrorKind> {
        if text.starts_with('#') || text.contains(":=") {
            return Ok(());
        }
        let Some((name, value)) = text.split_once(':') else {
            return Err(bad("a header line", "a comment, `field: value` or `key:=value`", text));
        };
        let name = match name.trim().to_lowercase().as_str() {
            "datafile" => "data file".to_owned(),
            "byteskip" => "byte skip".to_owned(),
            "lineskip" => "line skip".to_owned(),
            other => other.to_owned(),
        };
        match self.values.insert(name.clone(), (value.trim().to_owned(), line)) {
            Some(_) => Err(VolumeErrorKind::RepeatedField(name)),
            None => Ok(()),
        }
    }

    fn get(&self, name: &str) -> Option<(&str, u32)> {
        self.values.get(name).map(|(value, line)| (value.as_str(), *line))
    }

    fn required(&self, name: &'static str) -> Result<(&str, u32), Fault> {
        self.get(name).ok_or((self.n_lines, VolumeErrorKind::MissingField(name)))
    }

    fn header(&self) -> Result<Header, Fault> {
        if let Some((_, line)) = self.get("data file") {
            return Err((line, VolumeErrorKind::Detached));
        }
        for name in ["byte skip", "line skip"] {
            if let Some((value, line)) = self.get(name).filter(|(value, _)| *value != "0") {
                return Err((line, bad("a skip", "0, with the data right behind the header", value)));
            }
        }
        let kind = self.kind()?;
        let (components, shape, n_values) = self.sizes(kind)?;
        let (directions_um, origin_um) = self.geometry(self.get_dimension()?)?;
        let (encoding, line) = self.required("encoding")?;
        let encoding = match encoding.to_lowercase().as_str() {
            "raw" => Encoding::Raw,
            "gzip" | "gz" => Encoding::Gzip,
            other => return Err((line, bad("encoding", "raw or gzip", other))),
        };
        let is_little = match self.get("endian") {
            Some((value, line)) => match value.to_lowercase().as_str() {
                "little" => true,
                "big" => false,
                other => return Err((line, bad("endian", "little or big", other))),
            },
            None if kind.bytes() == 1 => true,
            None => return Err((self.n_lines, VolumeErrorKind::MissingField("endian"))),
        };
        let n_lines = self.n_lines;
        Ok(Header { kind, components, shape, directions_um, origin_um, encoding, is_little, n_values, n_lines })
    }

    fn kind(&self) -> Result<VoxelKind, Fault> {
        let (name, line) = self.required("type")?;
        let name = name.to_lowercase();
        let found = TYPES.iter().find(|(_, names)| names.contains(&name.as_str()));
        found.map(|(kind, _)| *kind).ok_or((line, bad("type", "int8 to uint64, float or double", &name)))
    }

    /// Three axes, or four with the components first.
    fn get_dimension(&self) -> Result<usize, Fault> {
        let (text, line) = self.required("dimension")?;
        match text {
            "3" => Ok(3),
            "4" => Ok(4),
            other => Err((line, bad("dimension", "3, or 4 with the components first", other))),
        }
    }

    fn sizes(&self, kind: VoxelKind) -> Result<(usize, [usize; 3], usize), Fault> {
        let dimension = self.get_dimension()?;
        let (text, line) = self.required("sizes")?;
        let wrong = || (line, bad("sizes", "one positive whole number per axis", text));
        let sizes: Option<Vec<u64>> =
            text.split_whitespace().take(dimension + 1).map(|n| n.parse().ok().filter(|n| *n > 0)).collect();
        let sizes = sizes.filter(|sizes| sizes.len() == dimension).ok_or_else(wrong)?;
        let bytes = sizes.iter().try_fold(kind.bytes() as u128, |product, n| product.checked_mul(u128::from(*n)));
        let bytes = bytes.unwrap_or(u128::MAX);
        if bytes > MAX_VOLUME_BYTES as u128 {
            return Err((line, VolumeErrorKind::TooLarge { bytes }));
        }
        let sizes: Vec<usize> = sizes.iter().filter_map(|n| usize::try_from(*n).ok()).collect();
        let n_values = sizes.iter().product();
        match sizes.as_slice() {
            [x, y, z] => Ok((1, [*x, *y, *z], n_values)),
            [c, x, y, z] => Ok((*c, [*x, *y, *z], n_values)),
            _ => Err(wrong()),
        }
    }

    /// Directions of the axes and the origin, in µm.
    fn geometry(&self, dimension: usize) -> Result<([[f64; 3]; 3], [f64; 3]), Fault> {
        if let Some((kinds, line)) = self.get("kinds") {
            let kinds: Vec<String> = kinds.split_whitespace().map(str::to_lowercase).collect();
            let is_spatial = |kind: &String| SPATIAL.contains(&kind.as_str());
            let fits = if dimension == 3 {
                kinds.iter().all(is_spatial)
            } else {
                kinds.first().is_some_and(|kind| !["domain", "space"].contains(&kind.as_str()))
                    && kinds.iter().skip(1).all(is_spatial)
            };
            if kinds.len() != dimension || !fits {
                return Err((line, VolumeErrorKind::ComponentAxis));
            }
        }
        if let Some((value, line)) = self.get("space dimension").filter(|(value, _)| *value != "3") {
            return Err((line, bad("space dimension", "3", value)));
        }
        let (axes, line) = self.axes(dimension)?;
        // a file may leave the component axis out altogether
        let spatial = match axes.as_slice() {
            [None, x, y, z] if dimension == 4 => [x, y, z],
            [x, y, z] => [x, y, z],
            _ => return Err((line, VolumeErrorKind::ComponentAxis)),
        };
        let [Some(x), Some(y), Some(z)] = spatial else { return Err((line, VolumeErrorKind::ComponentAxis)) };
        let scale = self.scale()?;
        let directions = [*x, *y, *z].map(|axis| axis.map(|value| value * scale));
        let is_far = |point: &[f64; 3]| point.iter().any(|um| um.abs() > FARTHEST_UM);
        // in mm³, as it will be asked for
        let volume = determinant(&directions).abs() * 1e-9;
        if directions.iter().any(is_far) || !(volume.is_finite() && volume > 0.0) {
            return Err((line, bad("space directions", "three vectors below 1e9 um that span a volume", "")));
        }
        let origin = match self.get("space origin") {
            Some((text, line)) => {
                let wrong = || (line, bad("space origin", "(x,y,z) within 1e9 um", text));
                let point = vectors(text).and_then(|all| match all.as_slice() {
                    [Some(point)] => Some(*point),
                    [None] => Some([0.0; 3]),
                    _ => None,
                });
                let point = point.ok_or_else(wrong)?.map(|value| value * scale);
                if is_far(&point) {
                    return Err(wrong());
                }
                point
            }
            None => [0.0; 3],
        };
        Ok((directions, origin))
    }

    /// One direction per axis, `None` for components.
    fn axes(&self, dimension: usize) -> Result<(Vec<Axis>, u32), Fault> {
        if let Some((text, line)) = self.get("space directions") {
            let axes = vectors(text).filter(|axes| (3..=4).contains(&axes.len()) && axes.len() <= dimension);
            let axes = axes.ok_or_else(|| (line, bad("space directions", "one (x,y,z) or none per axis", text)))?;
            return Ok((axes, line));
        }
        let Some((text, line)) = self.get("spacings") else {
            return Err((self.n_lines, VolumeErrorKind::MissingField("space directions")));
        };
        let spacings: Option<Vec<f64>> = text.split_whitespace().take(8).map(|n| n.parse().ok()).collect();
        let spacings = spacings.filter(|s| s.len() == dimension);
        let spacings = spacings.ok_or_else(|| (line, bad("spacings", "one number per axis", text)))?;
        let first = dimension - 3;
        let axis = |(i, spacing): (usize, &f64)| {
            let along = i.checked_sub(first)?;
            spacing.is_finite().then(|| std::array::from_fn(|j| if j == along { *spacing } else { 0.0 }))
        };
        Ok((spacings.iter().enumerate().map(axis).collect(), line))
    }

    fn scale(&self) -> Result<f64, Fault> {
        let Some((text, line)) = self.get("space units") else { return Ok(1.0) };
        let names: Vec<String> = text.split('"').skip(1).step_by(2).map(|n| n.trim().to_lowercase()).collect();
        let factor = |name: &String| UNITS.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, f)| *f);
        let wrong = || (line, bad("space units", "um, mm or nm, the same for every axis", text));
        let first = names.first().and_then(factor).ok_or_else(wrong)?;
        if names.iter().all(|name| factor(name) == Some(first)) { Ok(first) } else { Err(wrong()) }
    }
}

fn bad(field: &'static str, expected: &'static str, value: &str) -> VolumeErrorKind {
    VolumeErrorKind::BadField { field, expected, value: value.chars().take(60).collect() }
}

/// `none` and `(x,y,z)` in a row; a vector of NaN is `none`. Nothing when it is something else.
fn vectors(text: &str) -> Option<Vec<Axis>> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if out.len() > 4 {
            return None;
        }
        if let Some(after) = rest.strip_prefix("none") {
            out.push(None);
            rest = after.trim_start();
            continue;
        }
        let (inside, after) = rest.strip_prefix('(')?.split_once(')')?;
        let parts: Option<Vec<f64>> = inside.split(',').map(|n| n.trim().parse().ok()).collect();
        let vector: [f64; 3] = parts?.try_into().ok()?;
        out.push(if vector.iter().all(|x| x.is_nan()) {
            None
        } else {
            Some(vector).filter(|v| v.iter().all(|x| x.is_finite())).map(Some)?
        });
        rest = after.trim_start();
    }
    Some(out)
}
