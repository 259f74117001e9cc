//! From samples to sections.

use super::{SOMA, Sample};
use crate::morphology::{Morphology, Section, SectionType, Soma, SomaShape};
use crate::problem::{MorphologyErrorKind as Kind, WarningKind, Warnings};

/// A line, and what is wrong there.
type Fault = (u32, Kind);

/// Samples with their parents and children by position in the file.
struct Tree<'a> {
    samples: &'a [Sample],
    parents: Vec<Option<usize>>,
    /// Children of sample `i`: `children[starts[i]..starts[i + 1]]`, in the order of the file.
    starts: Vec<usize>,
    children: Vec<usize>,
}

pub(super) fn morphology(samples: &[Sample], warnings: &mut Warnings<'_>) -> Result<Morphology, Fault> {
    let tree = Tree::new(samples)?;
    let soma = tree.soma(warnings)?;
    if soma.points.is_empty() {
        warnings.push((0, 0), WarningKind::NoSoma);
    }
    let sections = tree.sections(&soma, warnings)?;
    Morphology::new(soma, sections).map_err(|error| (0, Kind::Shape(error)))
}

impl<'a> Tree<'a> {
    fn new(samples: &'a [Sample]) -> Result<Self, Fault> {
        let mut by_id: Vec<(u64, usize)> = samples.iter().enumerate().map(|(row, sample)| (sample.id, row)).collect();
        by_id.sort_unstable();
        if let Some(pair) = by_id.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (id, first) = pair[0];
            return Err((samples[pair[1].1].line, Kind::RepeatedId { id, first: samples[first].line }));
        }
        let parent = |sample: &Sample| {
            if sample.parent == -1 {
                return Ok(None);
            }
            let missing = (sample.line, Kind::MissingParent(sample.parent));
            let Ok(id) = u64::try_from(sample.parent) else { return Err(missing) };
            if id == sample.id {
                return Err((sample.line, Kind::OwnParent(id)));
            }
            match by_id.binary_search_by_key(&id, |entry| entry.0) {
                Ok(found) => Ok(Some(by_id[found].1)),
                Err(_) => Err(missing),
            }
        };
        let parents = samples.iter().map(parent).collect::<Result<Vec<_>, Fault>>()?;
        let mut starts = vec![0; samples.len() + 1];
        for parent in parents.iter().flatten() {
            starts[parent + 1] += 1;
        }
        for row in 0..samples.len() {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut children = vec![0; starts[samples.len()]];
        for (row, parent) in parents.iter().enumerate() {
            if let Some(parent) = parent {
                children[next[*parent]] = row;
                next[*parent] += 1;
            }
        }
        let tree = Self { samples, parents, starts, children };
        tree.check_reach()?;
        Ok(tree)
    }

    fn children(&self, row: usize) -> &[usize] {
        &self.children[self.starts[row]..self.starts[row + 1]]
    }

    fn is_soma(&self, row: usize) -> bool {
        self.samples[row].code == SOMA
    }

    /// Every sample is reached from a root, or there is a cycle.
    fn check_reach(&self) -> Result<(), Fault> {
        let mut is_reached = vec![false; self.samples.len()];
        let mut open: Vec<usize> = (0..self.samples.len()).filter(|row| self.parents[*row].is_none()).collect();
        while let Some(row) = open.pop() {
            is_reached[row] = true;
            open.extend(self.children(row));
        }
        match is_reached.iter().position(|is_reached| !is_reached) {
            Some(row) => Err((self.samples[row].line, Kind::Cycle(self.samples[row].id))),
            None => Ok(()),
        }
    }

    fn soma(&self, warnings: &mut Warnings<'_>) -> Result<Soma, Fault> {
        let rows: Vec<usize> = (0..self.samples.len()).filter(|row| self.is_soma(*row)).collect();
        let line = |row: usize| self.samples[row].line;
        let mut root = None;
        for row in &rows {
            match (self.parents[*row], root) {
                (Some(parent), _) if !self.is_soma(parent) => return Err((line(*row), Kind::SomaOnNeurite)),
                (Some(_), _) => {}
                (None, Some(first)) => return Err((line(*row), Kind::SecondSoma { first: line(first) })),
                (None, None) => root = Some(*row),
            }
        }
        let Some(root) = root else { return Ok(Soma::default()) };
        let soma_children = |row: usize| self.children(row).iter().copied().filter(|child| self.is_soma(*child));
        let is_three = rows.len() == 3 && soma_children(root).count() == 2;
        if !is_three && let Some(row) = rows.iter().find(|row| soma_children(**row).count() > 1) {
            return Err((line(*row), Kind::SomaBranches));
        }
        let chain: Vec<usize> = if is_three {
            std::iter::once(root).chain(soma_children(root)).collect()
        } else {
            std::iter::successors(Some(root), |row| soma_children(*row).next()).collect()
        };
        let points: Vec<_> = chain.iter().map(|row| self.samples[*row].point).collect();
        if is_three && !is_usual_cylinder(&points) {
            warnings.push((line(root), 0), WarningKind::OddThreePoints);
        }
        let shape = match points.len() {
            1 => SomaShape::Sphere,
            3 if is_three => SomaShape::ThreePoints,
            _ => SomaShape::Cylinders,
        };
        Ok(Soma { shape, points })
    }

    fn sections(&self, soma: &Soma, warnings: &mut Warnings<'_>) -> Result<Vec<Section>, Fault> {
        let mut sections: Vec<Section> = Vec::new();
        for root in (0..self.samples.len()).filter(|row| !self.is_soma(*row)) {
            let line = self.samples[root].line;
            match self.parents[root] {
                Some(parent) if !self.is_soma(parent) => continue,
                Some(parent) if soma.shape == SomaShape::ThreePoints && self.parents[parent].is_some() => {
                    warnings.push((line, 0), WarningKind::WrongRoot);
                }
                Some(_) => {}
                None if self.children(root).is_empty() => {
                    warnings.push((line, 0), WarningKind::LoneSample);
                    continue;
                }
                None => warnings.push((line, 0), WarningKind::DisconnectedNeurite),
            }
            self.neurite(root, &mut sections, warnings)?;
        }
        Ok(sections)
    }

    /// Sections of one neurite, depth first.
    fn neurite(&self, root: usize, sections: &mut Vec<Section>, warnings: &mut Warnings<'_>) -> Result<(), Fault> {
        let mut open = vec![(root, None)];
        let mut is_mixed = false;
        while let Some((first, parent)) = open.pop() {
            let section_type = self.section_type(first)?;
            let root_type = self.section_type(root)?;
            if section_type != root_type && !is_mixed {
                is_mixed = true;
                let kind = WarningKind::HeterogeneousNeurite { root: root_type, actual: section_type };
                warnings.push((self.samples[first].line, 0), kind);
            }
            let mut points = Vec::new();
            if parent.is_some() {
                let last = self.parents[first].map(|parent| self.samples[parent].point);
                points.extend(last.filter(|last| !last.is_at(self.samples[first].point)));
            }
            let mut row = first;
            loop {
                points.push(self.samples[row].point);
                let &[next] = self.children(row) else { break };
                if self.samples[next].code != self.samples[row].code {
                    let kind = Kind::TypeChange { from: section_type, to: self.section_type(next)? };
                    return Err((self.samples[next].line, kind));
                }
                row = next;
            }
            let index = sections.len();
            open.extend(self.children(row).iter().rev().map(|child| (*child, Some(index))));
            sections.push(Section { section_type, parent, points });
        }
        Ok(())
    }

    fn section_type(&self, row: usize) -> Result<SectionType, Fault> {
        let Sample { code, line, .. } = self.samples[row];
        SectionType::from_code(i64::from(code)).ok_or((line, Kind::UnknownType(i64::from(code))))
    }
}

/// The second and third point lie one radius from the first, either way along one axis, and are as wide.
fn is_usual_cylinder(points: &[crate::Point]) -> bool {
    let &[first, second, third] = points else { return false };
    let radius = first.diameter_um / 2.0;
    let near = |a: f32, b: f32| (a - b).abs() <= 0.01 * radius;
    let offsets = |point: crate::Point| [point.x_um - first.x_um, point.y_um - first.y_um, point.z_um - first.z_um];
    let (a, b) = (offsets(second), offsets(third));
    let is_along = |axis: usize| {
        let across = (0..3).filter(|other| *other != axis).all(|other| near(a[other], 0.0) && near(b[other], 0.0));
        across && near(a[axis].abs(), radius) && near(b[axis], -a[axis])
    };
    near(second.diameter_um, first.diameter_um) && near(third.diameter_um, first.diameter_um) && (0..3).any(is_along)
}
