//! What a morphology is.

/// A point of a soma or a section, in µm, in the cell's own axes.
///
/// Single precision, as the h5 files hold it: a step is below 1 nm within 8 mm of the origin.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// First axis, in µm.
    pub x_um: f32,
    /// Second axis, in µm; towards the pia in cortical cells by convention.
    pub y_um: f32,
    /// Third axis, in µm.
    pub z_um: f32,
    /// Diameter, in µm; SWC files hold radii.
    pub diameter_um: f32,
}

impl Point {
    /// Whether every number is finite.
    #[must_use]
    pub fn is_finite(self) -> bool {
        [self.x_um, self.y_um, self.z_um, self.diameter_um].iter().all(|value| value.is_finite())
    }

    /// Whether two points are at the same place, whatever their diameters.
    #[must_use]
    pub fn is_at(self, other: Self) -> bool {
        (self.x_um, self.y_um, self.z_um) == (other.x_um, other.y_um, other.z_um)
    }

    /// Distance between two points, in µm.
    #[must_use]
    pub fn distance_um(self, other: Self) -> f64 {
        let axis = |a: f32, b: f32| (f64::from(a) - f64::from(b)).powi(2);
        (axis(self.x_um, other.x_um) + axis(self.y_um, other.y_um) + axis(self.z_um, other.z_um)).sqrt()
    }
}

/// What a section is part of, with the codes that SWC and h5 files share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SectionType {
    /// Code 0: the file does not say.
    Undefined,
    /// Code 2.
    Axon,
    /// Code 3.
    BasalDendrite,
    /// Code 4.
    ApicalDendrite,
    /// Codes 5 to 19: of whoever made the file.
    Custom(u8),
}

impl SectionType {
    /// The type of a code; none for 1, which is the soma, and above 19.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Undefined),
            2 => Some(Self::Axon),
            3 => Some(Self::BasalDendrite),
            4 => Some(Self::ApicalDendrite),
            5..=19 => u8::try_from(code).ok().map(Self::Custom),
            _ => None,
        }
    }

    /// The code of a type.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Undefined => 0,
            Self::Axon => 2,
            Self::BasalDendrite => 3,
            Self::ApicalDendrite => 4,
            Self::Custom(code) => code,
        }
    }
}

impl std::fmt::Display for SectionType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Undefined => f.write_str("undefined"),
            Self::Axon => f.write_str("axon"),
            Self::BasalDendrite => f.write_str("basal dendrite"),
            Self::ApicalDendrite => f.write_str("apical dendrite"),
            Self::Custom(code) => write!(f, "type {code}"),
        }
    }
}

/// How the points of a soma are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SomaShape {
    /// No soma in the file.
    #[default]
    Absent,
    /// One point: a sphere.
    Sphere,
    /// Three SWC points: a cylinder as long as it is wide, after the convention of NeuroMorpho.Org.
    ThreePoints,
    /// A chain of SWC points: cylinders.
    Cylinders,
    /// The outline as seen through the microscope (ASC, h5); diameters mean nothing.
    Contour,
}

/// The cell body.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Soma {
    /// How the points are meant.
    pub shape: SomaShape,
    /// Its points, in the order of the file.
    pub points: Vec<Point>,
}

/// An unbranched stretch of a neurite.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// What it is part of.
    pub section_type: SectionType,
    /// The section it grows from, by index; none where it grows from the soma or from nothing.
    pub parent: Option<usize>,
    /// Its points from the parent outwards; a child starts where its parent ends.
    pub points: Vec<Point>,
}

/// A reconstructed neuron.
///
/// Sections are in the order of the file, depth first, parents before children. Numbering of the Blue Brain edge files
/// counts the soma as section 0, so their section `i` is `sections()[i - 1]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Morphology {
    soma: Soma,
    sections: Vec<Section>,
}

/// Why parts do not make a morphology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A section without points.
    #[error("section {section} has no points")]
    NoPoints {
        /// The section, from zero.
        section: usize,
    },
    /// A section before its parent, or its own parent.
    #[error("section {section} has parent {parent}, expected a section before it")]
    ParentAfter {
        /// The section, from zero.
        section: usize,
        /// Its parent.
        parent: usize,
    },
    /// A coordinate or diameter that is infinite or no number; the section is none for the soma.
    #[error("a point of {} is not finite", section.map_or("the soma".to_owned(), |i| format!("section {i}")))]
    NotFinite {
        /// The section, from zero.
        section: Option<usize>,
    },
}

impl Morphology {
    /// A morphology of these parts.
    ///
    /// # Errors
    /// [`ShapeError`] when a section has no points or a parent that is not before it, or a number is not finite.
    pub fn new(soma: Soma, sections: Vec<Section>) -> Result<Self, ShapeError> {
        let is_finite = |points: &[Point]| points.iter().all(|point| point.is_finite());
        if !is_finite(&soma.points) {
            return Err(ShapeError::NotFinite { section: None });
        }
        for (index, section) in sections.iter().enumerate() {
            if section.points.is_empty() {
                return Err(ShapeError::NoPoints { section: index });
            }
            if let Some(parent) = section.parent.filter(|parent| *parent >= index) {
                return Err(ShapeError::ParentAfter { section: index, parent });
            }
            if !is_finite(&section.points) {
                return Err(ShapeError::NotFinite { section: Some(index) });
            }
        }
        Ok(Self { soma, sections })
    }

    /// The cell body.
    #[must_use]
    pub fn soma(&self) -> &Soma {
        &self.soma
    }

    /// All sections, parents before children.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Whether there is neither soma nor section.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.soma.points.is_empty() && self.sections.is_empty()
    }
}
