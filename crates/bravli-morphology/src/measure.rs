//! What can be measured on a morphology. Lengths are summed in double precision, in the order of the file.

use crate::morphology::{Morphology, Section, SectionType};
use std::collections::BTreeMap;

/// Sums over all sections of one type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TypeTotal {
    /// The type.
    pub section_type: SectionType,
    /// Its sections.
    pub n_sections: usize,
    /// Their points; a branching counts once in the parent and once in every child.
    pub n_points: usize,
    /// Their length, in µm.
    pub length_um: f64,
}

impl Section {
    /// Length along the points, in µm.
    #[must_use]
    pub fn length_um(&self) -> f64 {
        sum(self.points.windows(2).map(|pair| pair[0].distance_um(pair[1])))
    }
}

impl Morphology {
    /// Number of sections, the soma not counted.
    #[must_use]
    pub fn n_sections(&self) -> usize {
        self.sections().len()
    }

    /// Number of points of all sections, the soma not counted; a branching counts once in the parent and once in every
    /// child.
    #[must_use]
    pub fn n_points(&self) -> usize {
        self.sections().iter().map(|section| section.points.len()).sum()
    }

    /// Length of all sections, in µm; the way from the soma's centre to a neurite's first point is not in it.
    #[must_use]
    pub fn length_um(&self) -> f64 {
        sum(self.sections().iter().map(Section::length_um))
    }

    /// Length of the sections of one type, in µm.
    #[must_use]
    pub fn length_of_um(&self, section_type: SectionType) -> f64 {
        let of_type = self.sections().iter().filter(|section| section.section_type == section_type);
        sum(of_type.map(Section::length_um))
    }

    /// Sums by type, in the order of their codes; types without sections are left out.
    #[must_use]
    pub fn totals(&self) -> Vec<TypeTotal> {
        let mut totals = BTreeMap::new();
        for section in self.sections() {
            let section_type = section.section_type;
            let total = totals.entry(section_type).or_insert(TypeTotal {
                section_type,
                n_sections: 0,
                n_points: 0,
                length_um: 0.0,
            });
            total.n_sections += 1;
            total.n_points += section.points.len();
            total.length_um += section.length_um();
        }
        totals.into_values().collect()
    }

    /// Sections that grow from the soma or from nothing, by index: one per neurite.
    pub fn roots(&self) -> impl Iterator<Item = usize> + '_ {
        self.sections().iter().enumerate().filter(|(_, section)| section.parent.is_none()).map(|(index, _)| index)
    }

    /// Number of children of every section, in their order.
    #[must_use]
    pub fn n_children(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_sections()];
        for parent in self.sections().iter().filter_map(|section| section.parent) {
            counts[parent] += 1;
        }
        counts
    }
}

/// The sum in order; nothing sums to 0, where the standard library gives −0.
fn sum(lengths: impl Iterator<Item = f64>) -> f64 {
    lengths.fold(0.0, |sum, length| sum + length)
}
