//! Columns of whatever type, and texts of every kind.

use super::write::texts_in_heaps;
use super::{Place, write_error};
use crate::error::SonataError;
use crate::names::{LIBRARY, TRUTH};
use crate::population::Values;
use hdf5::types::{FixedAscii, FixedUnicode, FloatSize, IntSize, TypeDescriptor, VarLenAscii, VarLenUnicode};
use hdf5::{Container, Dataset, H5Type, Location};
use hdf5_metno as hdf5;
use std::str::FromStr;

/// Longest text of fixed length that is read, in bytes.
const MAX_FIXED: usize = 4_096;

/// A column, and the names of its numbers where the type has them.
type Read = (Values, Option<Vec<String>>);

impl Place<'_> {
    /// Reads a column in its own type. Numbers of an enumeration keep their names where they count from zero.
    pub(crate) fn read_any(&self, name: &str) -> Result<Read, SonataError> {
        let dataset = self.dataset(name)?;
        macro_rules! values {
            ($kind:ident) => {
                Values::$kind(self.values(name, &dataset, None)?)
            };
        }
        let values = match self.kind(name, &dataset)? {
            TypeDescriptor::Integer(IntSize::U1) => values!(I8),
            TypeDescriptor::Integer(IntSize::U2) => values!(I16),
            TypeDescriptor::Integer(IntSize::U4) => values!(I32),
            TypeDescriptor::Integer(IntSize::U8) => values!(I64),
            TypeDescriptor::Unsigned(IntSize::U1) => values!(U8),
            TypeDescriptor::Unsigned(IntSize::U2) => values!(U16),
            TypeDescriptor::Unsigned(IntSize::U4) => values!(U32),
            TypeDescriptor::Unsigned(IntSize::U8) => values!(U64),
            TypeDescriptor::Float(FloatSize::U4) => values!(F32),
            TypeDescriptor::Float(FloatSize::U8) => values!(F64),
            TypeDescriptor::Boolean => return Ok((values!(I8), Some(TRUTH.map(str::to_owned).into()))),
            TypeDescriptor::Enum(kind) => {
                let mut members: Vec<(i64, String)> =
                    kind.members.iter().map(|member| (member.value as i64, member.name.clone())).collect();
                members.sort();
                if members.iter().map(|member| member.0).ne(0..members.len() as i64) {
                    return Err(self.left_out(name, "the numbers of its enumeration do not count from zero"));
                }
                return Ok((values!(I64), Some(members.into_iter().map(|member| member.1).collect())));
            }
            _ => Values::Text(self.texts(name, &dataset, None)?),
        };
        Ok((values, None))
    }

    /// Number of entries of a column.
    pub(crate) fn count(&self, name: &str) -> Result<usize, SonataError> {
        self.check_size(name, &self.dataset(name)?, None)
    }

    /// Reads a column of texts.
    pub(crate) fn read_texts(&self, name: &str) -> Result<Vec<String>, SonataError> {
        self.texts(name, &self.dataset(name)?, None)
    }

    /// Reads whole numbers, also where a file holds them as decimals; `n` entries where given.
    pub(crate) fn read_loose_whole<T: TryFrom<i64>>(
        &self,
        name: &str,
        n: Option<usize>,
    ) -> Result<Vec<T>, SonataError> {
        let dataset = self.dataset(name)?;
        if !matches!(self.kind(name, &dataset)?, TypeDescriptor::Float(_)) {
            return self.read_whole(name, n);
        }
        let decimals: Vec<f64> = self.values(name, &dataset, n)?;
        let whole = |(row, value): (usize, f64)| {
            // within 2^53 every whole number is exact
            let is_whole = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
            let fits = is_whole.then_some(value as i64).and_then(|value| T::try_from(value).ok());
            fits.ok_or_else(|| self.value(name, row, "a whole number in range".to_owned(), value.to_string()))
        };
        decimals.into_iter().enumerate().map(whole).collect()
    }

    /// Texts of every kind HDF5 has; bytes that are no UTF-8 are an error.
    pub(super) fn texts(&self, name: &str, dataset: &Dataset, n: Option<usize>) -> Result<Vec<String>, SonataError> {
        self.check_size(name, dataset, n)?;
        self.texts_of(name, dataset, &self.kind(name, dataset)?)
    }

    fn texts_of(&self, name: &str, from: &Container, kind: &TypeDescriptor) -> Result<Vec<String>, SonataError> {
        macro_rules! fixed {
            ($kind:ident, $size:expr) => {
                match $size {
                    0..=64 => self.decode(name, from, $kind::<64>::as_bytes),
                    65..=512 => self.decode(name, from, $kind::<512>::as_bytes),
                    _ => self.decode(name, from, $kind::<MAX_FIXED>::as_bytes),
                }
            };
        }
        if matches!(kind, TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii) {
            self.check_heaps(name)?;
        }
        match kind {
            TypeDescriptor::VarLenUnicode => self.decode(name, from, VarLenUnicode::as_bytes),
            TypeDescriptor::VarLenAscii => self.decode(name, from, VarLenAscii::as_bytes),
            TypeDescriptor::FixedAscii(size) if *size <= MAX_FIXED => fixed!(FixedAscii, size),
            TypeDescriptor::FixedUnicode(size) if *size <= MAX_FIXED => fixed!(FixedUnicode, size),
            other => Err(self.wrong_type(name, "numbers or text", other)),
        }
    }

    fn decode<T: H5Type>(
        &self,
        name: &str,
        from: &Container,
        bytes: impl Fn(&T) -> &[u8],
    ) -> Result<Vec<String>, SonataError> {
        let texts: Vec<T> = from.read_raw().map_err(|error| self.read_error(name, &error))?;
        let decode = |(row, text)| {
            std::str::from_utf8(bytes(text)).map(str::to_owned).map_err(|_| {
                self.value(name, row, "text in UTF-8".to_owned(), String::from_utf8_lossy(bytes(text)).into_owned())
            })
        };
        texts.iter().enumerate().map(decode).collect()
    }

    /// A text attribute of `location`, called `of` in errors; none where there is none.
    pub(crate) fn text_attribute(
        &self,
        of: &str,
        location: &Location,
        name: &str,
    ) -> Result<Option<String>, SonataError> {
        if !location.attr_names().is_ok_and(|names| names.iter().any(|there| there == name)) {
            return Ok(None);
        }
        let called = format!("{of}@{name}");
        let failed = |error: hdf5::Error| self.read_error(&called, &error);
        let attribute = location.attr(name).map_err(failed)?;
        if attribute.size() != 1 {
            return Err(self.length(&called, 1, attribute.size()));
        }
        let kind = attribute.dtype().and_then(|kind| kind.to_descriptor()).map_err(failed)?;
        Ok(self.texts_of(&called, &attribute, &kind)?.pop())
    }

    /// A text attribute of a dataset here; none where there is none.
    pub(crate) fn dataset_text(&self, of: &str, name: &str) -> Result<Option<String>, SonataError> {
        let dataset = self.dataset(of)?;
        self.text_attribute(of, &dataset, name)
    }

    /// A text attribute of this group; none where there is none.
    pub(crate) fn own_text(&self, name: &str) -> Result<Option<String>, SonataError> {
        self.text_attribute("", &self.group, name)
    }

    /// A whole number in an attribute of this group, of an enumeration too; none where there is none, or a text.
    pub(crate) fn own_code(&self, name: &str) -> Result<Option<i64>, SonataError> {
        if !self.group.attr_names().is_ok_and(|names| names.iter().any(|there| there == name)) {
            return Ok(None);
        }
        let failed = |error: hdf5::Error| self.read_error(&format!("@{name}"), &error);
        let attribute = self.group.attr(name).map_err(failed)?;
        let kind = attribute.dtype().and_then(|kind| kind.to_descriptor()).map_err(failed)?;
        let is_code = matches!(
            kind,
            TypeDescriptor::Integer(_)
                | TypeDescriptor::Unsigned(_)
                | TypeDescriptor::Enum(_)
                | TypeDescriptor::Boolean
        );
        if !is_code || attribute.size() != 1 {
            return Ok(None);
        }
        Ok(attribute.read_raw::<i64>().map_err(failed)?.pop())
    }

    /// Reads a table of decimal numbers with `n_columns` columns, rows outside; also its rows, and whether its numbers are
    /// wider than those read.
    pub(crate) fn read_matrix_f32(&self, name: &str, n_columns: usize) -> Result<(usize, bool, Vec<f32>), SonataError> {
        let dataset = self.dataset(name)?;
        let kind = self.kind(name, &dataset)?;
        let TypeDescriptor::Float(width) = kind else { return Err(self.wrong_type(name, "decimal numbers", &kind)) };
        let shape = self.check_shape(name, &dataset, 2)?;
        if shape[1] != n_columns {
            return Err(self.length(&format!("columns of {name}"), n_columns, shape[1]));
        }
        Ok((shape[0], width == FloatSize::U8, self.filled(name, &dataset, shape[0] * shape[1])?))
    }

    /// Writes a table, rows outside.
    pub(crate) fn write_matrix(
        &self,
        name: &str,
        n_rows: usize,
        n_columns: usize,
        values: &[f32],
    ) -> Result<Dataset, SonataError> {
        self.make_room(name, size_of_val(values))?;
        let created = self.group.new_dataset::<f32>().shape((n_rows, n_columns)).create(name);
        let written = created.and_then(|dataset| dataset.write_raw(values).map(|()| dataset));
        written.map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Writes a small number as an attribute of `location`.
    pub(crate) fn write_code(&self, location: &Location, name: &str, code: u8) -> Result<(), SonataError> {
        self.make_room(name, 0)?;
        let written = location.new_attr::<u8>().create(name).and_then(|attribute| attribute.write_scalar(&code));
        written.map_err(|error| write_error(self.file, &format!("{}@{name}", self.at), &error))
    }

    /// Writes a column in its own type.
    pub(crate) fn write_any(&self, name: &str, values: &Values) -> Result<(), SonataError> {
        match values {
            Values::I8(values) => self.write(name, values),
            Values::I16(values) => self.write(name, values),
            Values::I32(values) => self.write(name, values),
            Values::I64(values) => self.write(name, values),
            Values::U8(values) => self.write(name, values),
            Values::U16(values) => self.write(name, values),
            Values::U32(values) => self.write(name, values),
            Values::U64(values) => self.write(name, values),
            Values::F32(values) => self.write(name, values),
            Values::F64(values) => self.write(name, values),
            Values::Text(texts) => return self.write_texts(name, texts),
        }
        .map(drop)
    }

    /// Writes the names that the numbers of a column stand for.
    pub(crate) fn write_library(&self, name: &str, names: &[String]) -> Result<(), SonataError> {
        let library = if self.has(LIBRARY) { self.open(LIBRARY)? } else { self.create(LIBRARY)? };
        library.write_texts(name, names)
    }

    fn write_texts(&self, name: &str, texts: &[String]) -> Result<(), SonataError> {
        self.make_room(name, texts_in_heaps(texts.iter().map(String::len)))?;
        let texts = texts.iter().map(|text| VarLenUnicode::from_str(text)).collect::<Result<Vec<_>, _>>();
        let texts = texts.map_err(|error| write_error(self.file, &self.path(name), &error))?;
        self.write(name, &texts).map(drop)
    }
}
