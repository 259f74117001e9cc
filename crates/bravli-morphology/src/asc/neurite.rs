//! Sections of a neurite, with a stack of our own instead of recursion.

use super::tokens::Token;
use super::{At, Fault, MAX_DEPTH, Reader, block_type};
use crate::morphology::{Point, Section, SectionType};
use crate::problem::{MorphologyErrorKind as Kind, WarningKind, Warnings};
use crate::swc::{Counted, parse_finite, shown};

/// All sections so far, with where each starts.
#[derive(Default)]
pub(super) struct Neurites {
    pub(super) sections: Vec<Section>,
    starts: Vec<At>,
}

/// Branches that are open, one inside the other.
struct Level {
    open: At,
    /// Section that these branches grow from.
    parent: Option<usize>,
    /// Section of the branch at hand, once it has a point.
    current: Option<usize>,
    /// Word that ended the branch at hand.
    ended: Option<String>,
    has_branches: bool,
    has_points: bool,
}

impl Level {
    fn new(open: At, parent: Option<usize>) -> Self {
        Self { open, parent, current: None, ended: None, has_branches: false, has_points: false }
    }
}

impl Reader<'_> {
    /// A neurite, after the opening bracket of its first point.
    pub(super) fn neurite(&mut self, section_type: SectionType, open: At, first: At) -> Result<(), Fault> {
        let mut levels = vec![Level::new(open, None)];
        let mut opened = Some(first);
        while let Some(level) = levels.last_mut() {
            let (at, token) = match opened.take() {
                Some(at) => (at, Token::Open),
                None => self.tokens.next()?.ok_or((level.open, Kind::Unclosed))?,
            };
            match token {
                Token::Open => {
                    if let Some(branches) = self.opening(section_type, level, at)? {
                        if levels.len() >= MAX_DEPTH {
                            return Err((at, Kind::TooDeep));
                        }
                        levels.push(branches);
                    }
                }
                Token::Bar if level.parent.is_none() => {
                    return Err((at, Kind::Unexpected { expected: "a point, a branch or )", actual: "|".to_owned() }));
                }
                Token::Bar => {
                    self.neurites.finish(level.current.take(), &mut self.warnings);
                    (level.ended, level.has_branches) = (None, false);
                }
                Token::Close => {
                    self.neurites.finish(level.current.take(), &mut self.warnings);
                    if !level.has_points {
                        return Err((level.open, Kind::EmptyBranch));
                    }
                    levels.pop();
                }
                Token::Less => self.skip_spine(at)?,
                Token::Word(word) => level.ended = Some(shown(word)),
                Token::Text(_) | Token::Comma | Token::Greater => {}
            }
        }
        Ok(())
    }

    /// What an opening bracket opens: a point, something to skip, or branches, which are given back.
    fn opening(&mut self, section_type: SectionType, level: &mut Level, at: At) -> Result<Option<Level>, Fault> {
        let check_end = |level: &Level| match &level.ended {
            Some(word) => Err((at, Kind::AfterEnd { word: word.clone() })),
            None => Ok(()),
        };
        match self.tokens.peek()? {
            Some(Token::Word(word)) if parse_finite(word).is_some() => {
                check_end(level)?;
                if level.has_branches {
                    return Err((at, Kind::PointAfterBranches));
                }
                let point = self.point(at)?;
                let section = match level.current {
                    Some(section) => section,
                    None => self.neurites.start(section_type, level.parent, at, point),
                };
                self.neurites.sections[section].points.push(point);
                (level.current, level.has_points) = (Some(section), true);
                Ok(None)
            }
            Some(Token::Word(word)) => {
                if block_type(word).is_some() {
                    return Err((at, Kind::TypeInside));
                }
                self.skip(at)?;
                Ok(None)
            }
            Some(Token::Open | Token::Less | Token::Bar | Token::Close) => {
                check_end(level)?;
                let Some(parent) = level.current else {
                    return Err((
                        at,
                        Kind::Unexpected { expected: "a point before the first branch", actual: "(".to_owned() },
                    ));
                };
                level.has_branches = true;
                Ok(Some(Level::new(at, Some(parent))))
            }
            Some(Token::Text(_) | Token::Comma | Token::Greater) => {
                self.skip(at)?;
                Ok(None)
            }
            None => Err((at, Kind::Unclosed)),
        }
    }
}

impl Neurites {
    /// Starts a section where its parent ends.
    fn start(&mut self, section_type: SectionType, parent: Option<usize>, at: At, first: Point) -> usize {
        let last = parent.and_then(|parent| self.sections[parent].points.last().copied());
        let from_parent = last.filter(|last| !last.is_at(first));
        let points = from_parent.map(|last| Point { diameter_um: first.diameter_um, ..last }).into_iter().collect();
        self.sections.push(Section { section_type, parent, points });
        self.starts.push(at);
        self.sections.len() - 1
    }

    /// Ends a section; one that only repeats its parent's last point, and has no branches, is left out.
    fn finish(&mut self, section: Option<usize>, warnings: &mut Warnings<'_>) {
        let Some(index) = section else { return };
        let section = &self.sections[index];
        let is_last = index + 1 == self.sections.len();
        if is_last && section.parent.is_some() && section.points.len() == 1 {
            warnings.push(self.starts[index], WarningKind::RepeatedPoint);
            self.sections.pop();
            self.starts.pop();
        }
    }

    /// Warns of what only shows in the whole.
    pub(super) fn warn(&self, warnings: &mut Warnings<'_>) {
        let mut n_children = vec![0_usize; self.sections.len()];
        let mut zeros = Counted::default();
        for (section, at) in self.sections.iter().zip(&self.starts) {
            for point in &section.points {
                zeros.count(point.diameter_um <= 0.0, *at);
            }
            if let Some(parent) = section.parent {
                n_children[parent] += 1;
            }
        }
        let mut singles = Counted::default();
        for (n, at) in n_children.iter().zip(&self.starts) {
            singles.count(*n == 1, *at);
        }
        zeros.warn(warnings, |n| WarningKind::ZeroDiameter { n });
        singles.warn(warnings, |n| WarningKind::SingleChild { n });
    }
}
