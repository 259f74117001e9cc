//! SWC: a sample per line, `id type x y z radius parent`.

mod build;

use crate::morphology::Point;
use crate::problem::{MorphologyError, MorphologyErrorKind as Kind, Place, WarningKind, Warnings};
use crate::read::{MorphologyRead, check_size};

/// Code of soma samples.
const SOMA: u8 = 1;

/// Largest type code.
const LAST_TYPE: i64 = 19;

/// One line of a file.
#[derive(Debug, Clone, Copy)]
struct Sample {
    id: u64,
    code: u8,
    point: Point,
    /// Id of the parent; −1 for none.
    parent: i64,
    line: u32,
}

/// Reads an SWC file. `file` is for messages alone.
///
/// Lines may come in any order and end in any of the usual ways; `#` starts a comment anywhere in a line. Radii become
/// diameters. A section starts with the last sample of its parent, as in the other formats; where a file repeats
/// that sample at the same place, it is not put twice.
///
/// # Errors
/// [`MorphologyError`] at file:line:column for what is no sample, for repeated ids, absent parents and cycles, for two
/// somas, a soma on a neurite and a soma that branches, and for a type that changes between branchings.
///
/// # Source
/// Cannon et al. 1998, doi:10.1016/S0165-0270(98)00091-0.
pub fn read_swc(file: &str, bytes: &[u8]) -> Result<MorphologyRead, MorphologyError> {
    check_size(file, bytes)?;
    let mut warnings = Warnings::new(file);
    let samples = samples(file, bytes, &mut warnings)?;
    let error = |line, kind| MorphologyError { at: Place { file: file.to_owned(), line, column: 0 }, kind };
    let morphology = build::morphology(&samples, &mut warnings).map_err(|(line, kind)| error(line, kind))?;
    if morphology.is_empty() {
        return Err(error(0, Kind::Empty));
    }
    Ok(MorphologyRead { morphology, warnings: warnings.finish() })
}

fn samples(file: &str, bytes: &[u8], warnings: &mut Warnings<'_>) -> Result<Vec<Sample>, MorphologyError> {
    let mut samples = Vec::new();
    let mut zeros = Counted::default();
    let mut extras = Counted::default();
    // a lone carriage return ends a line too
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    for (line, text) in (1..).zip(lines(bytes)) {
        let text = text.split(|byte| *byte == b'#').next().unwrap_or_default();
        let fields = fields(text);
        if fields.is_empty() {
            continue;
        }
        let at = |column: u32| Place { file: file.to_owned(), line, column };
        let [id, code, x, y, z, radius, parent, rest @ ..] = &fields[..] else {
            return Err(MorphologyError { at: at(1), kind: Kind::Columns { actual: fields.len() } });
        };
        let real = |field: &Field<'_>| {
            parse_finite(field.text)
                .ok_or_else(|| MorphologyError { at: at(field.column), kind: number("a finite number", field.text) })
        };
        let whole = |field: &Field<'_>, expected| {
            std::str::from_utf8(field.text)
                .ok()
                .and_then(|text| text.parse::<i64>().ok())
                .ok_or_else(|| MorphologyError { at: at(field.column), kind: number(expected, field.text) })
        };
        let id_expected = "a whole number of zero or more";
        let id = u64::try_from(whole(id, id_expected)?)
            .map_err(|_| MorphologyError { at: at(id.column), kind: number(id_expected, id.text) })?;
        let type_code = whole(code, "a type from 0 to 19")?;
        let type_code = u8::try_from(type_code)
            .ok()
            .filter(|code| i64::from(*code) <= LAST_TYPE)
            .ok_or(MorphologyError { at: at(code.column), kind: Kind::UnknownType(type_code) })?;
        let diameter_um = 2.0 * real(radius)?;
        if !diameter_um.is_finite() {
            return Err(MorphologyError { at: at(radius.column), kind: number("a finite number", radius.text) });
        }
        zeros.count(diameter_um <= 0.0, (line, radius.column));
        extras.count(!rest.is_empty(), (line, rest.first().map_or(0, |field| field.column)));
        let point = Point { x_um: real(x)?, y_um: real(y)?, z_um: real(z)?, diameter_um };
        samples.push(Sample { id, code: type_code, point, parent: whole(parent, "the id of a sample, or -1")?, line });
    }
    zeros.warn(warnings, |n| WarningKind::ZeroDiameter { n });
    extras.warn(warnings, |n| WarningKind::ExtraColumns { n });
    Ok(samples)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    // "\r\n" gives one empty line more, so numbers are counted by "\n" where the file has any
    let separator = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    bytes.split(move |byte| *byte == separator)
}

/// One column of a line, with where it starts.
struct Field<'a> {
    text: &'a [u8],
    column: u32,
}

fn fields(line: &[u8]) -> Vec<Field<'_>> {
    let mut fields = Vec::with_capacity(7);
    let mut at = 0;
    while at < line.len() {
        let len = line[at..].iter().position(u8::is_ascii_whitespace).unwrap_or(line.len() - at);
        if len > 0 {
            fields.push(Field { text: &line[at..at + len], column: u32::try_from(at + 1).unwrap_or(u32::MAX) });
        }
        at += len + 1;
    }
    fields
}

/// A finite number in plain digits; words such as `nan` are none.
pub(crate) fn parse_finite(text: &[u8]) -> Option<f32> {
    if text.iter().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E')) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse::<f32>().ok().filter(|value| value.is_finite())
}

fn number(expected: &'static str, actual: &[u8]) -> Kind {
    Kind::Number { expected, actual: shown(actual) }
}

/// The start of a text, for a message.
pub(crate) fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned()
}

/// Counts what is warned of once, at the first place.
#[derive(Default)]
pub(crate) struct Counted {
    n: usize,
    first: (u32, u32),
}

impl Counted {
    pub(crate) fn count(&mut self, is_one: bool, at: (u32, u32)) {
        if is_one {
            if self.n == 0 {
                self.first = at;
            }
            self.n += 1;
        }
    }

    pub(crate) fn warn(&self, warnings: &mut Warnings<'_>, kind: impl FnOnce(usize) -> WarningKind) {
        if self.n > 0 {
            warnings.push(self.first, kind(self.n));
        }
    }
}
