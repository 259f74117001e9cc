//! Volumes in the type that their file has.

use super::error::VolumeError;
use super::{decode, header};
use crate::RecipeFiles;

macro_rules! voxel_types {
    ($($variant:ident $type:ty = $name:literal),* $(,)?) => {
        /// The type of a volume's values.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum VoxelKind {
            $(#[doc = concat!("`", $name, "`.")] $variant,)*
        }

        impl VoxelKind {
            /// Bytes of one value.
            #[must_use]
            pub fn bytes(self) -> usize {
                match self { $(Self::$variant => size_of::<$type>(),)* }
            }

            /// The usual name in a header.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Sets `n` values aside and fills them from a stream.
            pub(super) fn read(
                self,
                source: &mut dyn std::io::BufRead,
                n: usize,
                is_little: bool,
            ) -> Result<VolumeData, super::error::VolumeErrorKind> {
                match self {
                    $(Self::$variant => {
                        let convert = if is_little { <$type>::from_le_bytes } else { <$type>::from_be_bytes };
                        decode::fill(source, n, convert).map(VolumeData::$variant)
                    })*
                }
            }
        }

        /// The values of a volume: component fastest, then x, y and z.
        #[derive(Debug, Clone, PartialEq)]
        pub enum VolumeData {
            $(#[doc = concat!("`", $name, "`.")] $variant(Vec<$type>),)*
        }

        impl VolumeData {
            fn kind(&self) -> VoxelKind {
                match self { $(Self::$variant(_) => VoxelKind::$variant,)* }
            }

            #[expect(clippy::cast_precision_loss, clippy::cast_lossless, reason = "densities and heights need no more")]
            fn value(&self, index: usize) -> Option<f64> {
                match self { $(Self::$variant(values) => values.get(index).map(|value| *value as f64),)* }
            }
        }

        $(impl VoxelValue for $type {
            fn of(data: &VolumeData) -> Option<&[Self]> {
                if let VolumeData::$variant(values) = data { Some(values) } else { None }
            }
        })*
    };
}

/// A type that voxels may have.
pub trait VoxelValue: Copy {
    /// The values, when the volume has this type.
    fn of(data: &VolumeData) -> Option<&[Self]>;
}

voxel_types! {
    I8 i8 = "int8",
    U8 u8 = "uint8",
    I16 i16 = "int16",
    U16 u16 = "uint16",
    I32 i32 = "int32",
    U32 u32 = "uint32",
    I64 i64 = "int64",
    U64 u64 = "uint64",
    F32 f32 = "float",
    F64 f64 = "double",
}

/// A value, or a vector of values, in every voxel of a box.
///
/// # Source
/// The NRRD format, versions 1 to 5: <https://teem.sourceforge.net/nrrd/format.html>.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    shape: [usize; 3],
    components: usize,
    directions_um: [[f64; 3]; 3],
    origin_um: [f64; 3],
    data: VolumeData,
}

impl Volume {
    /// Reads an NRRD file: header and data in one, raw or gzip, three axes with or without components before them.
    ///
    /// ```
    /// let file = b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 1 1\nencoding: raw\n\
    ///              space directions: (5,0,0) (0,5,0) (0,0,5)\n\n\x01\x02";
    /// let volume = bravli_recipe::Volume::parse("labels.nrrd", file)?;
    /// assert_eq!((volume.shape(), volume.values::<u8>()), ([2, 1, 1], Some(&[1, 2][..])));
    /// # Ok::<(), bravli_recipe::VolumeError>(())
    /// ```
    ///
    /// # Errors
    /// [`VolumeError`] with the line of the header at fault.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, VolumeError> {
        let (header, rest) = header::parse(file, bytes)?;
        let fail = |kind| VolumeError { file: file.to_owned(), line: header.n_lines, kind };
        let data = decode::data(&header, rest).map_err(fail)?;
        let header::Header { shape, components, directions_um, origin_um, .. } = header;
        Ok(Self { shape, components, directions_um, origin_um, data })
    }

    /// Reads a volume of a folder; `None` when the file is not there.
    pub(super) fn of_file(file: &str, files: &RecipeFiles) -> Option<Result<Self, VolumeError>> {
        files.0.get(file).map(|bytes| Self::parse(file, bytes))
    }

    /// Voxels along x, y and z.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Voxels in all.
    #[must_use]
    pub fn n_voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// Values per voxel.
    #[must_use]
    pub fn components(&self) -> usize {
        self.components
    }

    /// The type of the values.
    #[must_use]
    pub fn kind(&self) -> VoxelKind {
        self.data.kind()
    }

    /// Distance between neighbouring voxels along x, y and z, in µm.
    #[must_use]
    pub fn spacing_um(&self) -> [f64; 3] {
        self.directions_um.map(|d| d.iter().map(|x| x * x).sum::<f64>().sqrt())
    }

    /// The corner of the first voxel, in µm: atlases of circuit builds count from corners, not from centres.
    #[must_use]
    pub fn origin_um(&self) -> [f64; 3] {
        self.origin_um
    }

    /// Volume of one voxel, in mm³.
    #[must_use]
    pub fn voxel_mm3(&self) -> f64 {
        determinant(&self.directions_um).abs() * 1e-9
    }

    /// The number of a voxel in the order of the file: x fastest, then y and z.
    #[must_use]
    pub fn voxel(&self, at: [usize; 3]) -> Option<usize> {
        let [nx, ny, _] = self.shape;
        let is_inside = at.iter().zip(self.shape).all(|(i, n)| *i < n);
        is_inside.then(|| at[0] + nx * (at[1] + ny * at[2]))
    }

    /// The centre of a voxel, in µm.
    #[must_use]
    pub fn centre_um(&self, voxel: usize) -> [f64; 3] {
        self.point_um(voxel, [0.5; 3])
    }

    /// A point of a voxel, in µm; `within` runs from 0 to 1 along x, y and z.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an axis has far fewer than 2^53 voxels")]
    pub fn point_um(&self, voxel: usize, within: [f64; 3]) -> [f64; 3] {
        let [nx, ny, _] = self.shape;
        let first = [voxel % nx, voxel / nx % ny, voxel / nx / ny];
        let at: [f64; 3] = std::array::from_fn(|axis| first[axis] as f64 + within[axis]);
        std::array::from_fn(|axis| {
            self.origin_um[axis] + at.iter().zip(&self.directions_um).map(|(i, d)| i * d[axis]).sum::<f64>()
        })
    }

    /// The voxel that holds a point in µm; `None` outside the volume.
    ///
    /// ```
    /// let file = b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 1 1\nencoding: raw\n\
    ///              space directions: (5,0,0) (0,5,0) (0,0,5)\n\n\x01\x02";
    /// let volume = bravli_recipe::Volume::parse("labels.nrrd", file)?;
    /// assert_eq!((volume.voxel_at([7.0, 1.0, 4.9]), volume.voxel_at([-0.1, 0.0, 0.0])), (Some(1), None));
    /// # Ok::<(), bravli_recipe::VolumeError>(())
    /// ```
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, and 0 is checked")]
    pub fn voxel_at(&self, point_um: [f64; 3]) -> Option<usize> {
        let from: [f64; 3] = std::array::from_fn(|axis| point_um[axis] - self.origin_um[axis]);
        let whole = determinant(&self.directions_um);
        let mut at = [0; 3];
        for (axis, index) in at.iter_mut().enumerate() {
            // Cramer's rule
            let mut replaced = self.directions_um;
            replaced[axis] = from;
            let along = determinant(&replaced) / whole;
            if along < 0.0 || along.is_nan() {
                return None;
            }
            *index = along.floor() as usize;
        }
        self.voxel(at)
    }

    /// All values as the file has them, component fastest; `None` when they are of another type.
    #[must_use]
    pub fn values<T: VoxelValue>(&self) -> Option<&[T]> {
        T::of(&self.data)
    }

    /// One value as a number; `None` outside the volume.
    #[must_use]
    pub fn value(&self, voxel: usize, component: usize) -> Option<f64> {
        if component >= self.components {
            return None;
        }
        self.data.value(voxel.checked_mul(self.components)?.checked_add(component)?)
    }

    /// Calls `visit` with every voxel and its whole-number value, in order; the first component of vectors.
    ///
    /// Values that are no whole number, or beyond the range of a signed 64-bit one, come as `None`.
    pub fn for_each_label(&self, mut visit: impl FnMut(usize, Option<i64>)) {
        let step = self.components;
        match &self.data {
            VolumeData::I8(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, Some(i64::from(*x)))),
            VolumeData::U8(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, Some(i64::from(*x)))),
            VolumeData::I16(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, Some(i64::from(*x)))),
            VolumeData::U16(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, Some(i64::from(*x)))),
            VolumeData::I32(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, Some(i64::from(*x)))),
            VolumeData::U32(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, Some(i64::from(*x)))),
            VolumeData::I64(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, Some(*x))),
            VolumeData::U64(v) => {
                v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, i64::try_from(*x).ok()))
            }
            VolumeData::F32(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, whole(f64::from(*x)))),
            VolumeData::F64(v) => v.iter().step_by(step).enumerate().for_each(|(i, x)| visit(i, whole(*x))),
        }
    }
}

/// A label written as a floating-point number.
#[expect(clippy::cast_possible_truncation, reason = "wholeness and range are checked")]
fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0).then_some(value as i64)
}

/// Volume spanned by three vectors, with its sign.
pub(super) fn determinant(d: &[[f64; 3]; 3]) -> f64 {
    d[0][0] * (d[1][1] * d[2][2] - d[1][2] * d[2][1]) - d[0][1] * (d[1][0] * d[2][2] - d[1][2] * d[2][0])
        + d[0][2] * (d[1][0] * d[2][1] - d[1][1] * d[2][0])
}
