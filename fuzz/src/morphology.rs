//! Reconstructed neurons as text.

use crate::text;
use bravli_morphology::{MAX_WARNINGS, Morphology, MorphologyError, MorphologyRead, Place, read_asc, read_swc};

pub(crate) fn asc(input: &[u8]) {
    hold("cell.asc", input, read_asc);
}

pub(crate) fn swc(input: &[u8]) {
    hold("cell.swc", input, read_swc);
}

type Reader = fn(&str, &[u8]) -> Result<MorphologyRead, MorphologyError>;

fn hold(file: &str, input: &[u8], reader: Reader) {
    let read = reader(file, input);
    assert_eq!(read, reader(file, input), "the same file reads differently");
    match read {
        Ok(read) => {
            assert!(!read.morphology.is_empty(), "accepted without a point");
            assert!(read.warnings.len() <= MAX_WARNINGS + 1);
            for warning in &read.warnings {
                assert!(!warning.kind.to_string().is_empty());
                stands(input, &warning.at);
            }
            usable(&read.morphology);
            let children = read.morphology.sections().iter().filter_map(|section| Some((section.parent?, section)));
            for (parent, section) in children {
                let end = read.morphology.sections()[parent].points.last().copied().unwrap_or_default();
                assert!(section.points[0].is_at(end), "{section:?} does not start at {end:?}");
            }
        }
        Err(error) => {
            assert!(!error.kind.to_string().is_empty() && !error.kind.remedy().is_empty());
            stands(input, &error.at);
        }
    }
}

fn stands(input: &[u8], at: &Place) {
    let (line, column) = (at.line.max(1), at.column.max(1));
    assert!(text::holds(input, line, column), "{at} lies outside the file");
}

/// Parts that make a morphology again, and measures that agree with them.
pub(crate) fn usable(morphology: &Morphology) {
    let again = Morphology::new(morphology.soma().clone(), morphology.sections().to_vec());
    assert_eq!(again.as_ref(), Ok(morphology));
    let totals = morphology.totals();
    assert_eq!(totals.iter().map(|total| total.n_sections).sum::<usize>(), morphology.n_sections());
    assert_eq!(totals.iter().map(|total| total.n_points).sum::<usize>(), morphology.n_points());
    for total in &totals {
        assert!(total.length_um.is_finite() && total.length_um >= 0.0, "{total:?}");
        assert_eq!(total.length_um, morphology.length_of_um(total.section_type));
    }
    let children = morphology.n_children();
    assert_eq!(children.iter().sum::<usize>() + morphology.roots().count(), morphology.n_sections());
}
