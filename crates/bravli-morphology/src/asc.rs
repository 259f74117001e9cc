//! Neurolucida ASC: nested brackets, of which a neuron needs few.
//!
//! ```text
//! file   = block*
//! block  = "(" title? property* (type property*) points ")" — a soma, a neurite, or an outline that is skipped
//! points = (point | property | marker | spine)* branches? word?
//! point  = "(" x y z diameter label* ")"
//! branches = "(" points ("|" points)* ")"
//! ```

mod neurite;
mod tokens;

use crate::morphology::{Morphology, Point, SectionType, Soma, SomaShape};
use crate::problem::{MorphologyError, MorphologyErrorKind as Kind, Place, WarningKind, Warnings};
use crate::read::{MorphologyRead, check_size};
use crate::swc::{parse_finite, shown};
use neurite::Neurites;
use tokens::{Token, Tokens};

/// Most brackets inside each other: branch orders of real neurites stay below 200.
pub const MAX_DEPTH: usize = 4_096;

/// Line and column, from one.
type At = (u32, u32);

/// A place, and what is wrong there.
type Fault = (At, Kind);

/// Reads a Neurolucida ASC file. `file` is for messages alone.
///
/// Comments, thumbnails, properties, markers, spines, labels and outlines other than the soma's are skipped. Where a
/// branch does not start at its parent's last point, that point is put first, with the diameter of the branch's own first
/// point. A branch that consists of it alone is left out.
///
/// # Errors
/// [`MorphologyError`] at file:line:column for brackets that do not match, more than [`MAX_DEPTH`] of them inside each
/// other, points of other than four finite numbers, points out of place, and a second soma.
pub fn read_asc(file: &str, bytes: &[u8]) -> Result<MorphologyRead, MorphologyError> {
    check_size(file, bytes)?;
    let mut reader =
        Reader { tokens: Tokens::new(bytes), warnings: Warnings::new(file), soma: None, neurites: Neurites::default() };
    let whole = reader.file().and_then(|()| {
        let soma = reader.soma.take().map_or_else(Soma::default, |(_, soma)| soma);
        reader.neurites.warn(&mut reader.warnings);
        Morphology::new(soma, std::mem::take(&mut reader.neurites.sections)).map_err(|error| ((0, 0), error.into()))
    });
    let error = |((line, column), kind)| MorphologyError { at: Place { file: file.to_owned(), line, column }, kind };
    let morphology = whole.map_err(error)?;
    if morphology.is_empty() {
        return Err(error(((0, 0), Kind::Empty)));
    }
    if morphology.soma().shape == SomaShape::Absent {
        reader.warnings.push((0, 0), WarningKind::NoSoma);
    }
    Ok(MorphologyRead { morphology, warnings: reader.warnings.finish() })
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    warnings: Warnings<'a>,
    soma: Option<(At, Soma)>,
    neurites: Neurites,
}

/// What a block says it is.
#[derive(Clone, Copy, PartialEq)]
enum BlockType {
    Soma,
    Neurite(SectionType),
}

fn block_type(word: &[u8]) -> Option<BlockType> {
    match word {
        b"CellBody" => Some(BlockType::Soma),
        b"Axon" => Some(BlockType::Neurite(SectionType::Axon)),
        b"Dendrite" => Some(BlockType::Neurite(SectionType::BasalDendrite)),
        b"Apical" => Some(BlockType::Neurite(SectionType::ApicalDendrite)),
        _ => None,
    }
}

impl<'a> Reader<'a> {
    fn file(&mut self) -> Result<(), Fault> {
        while let Some((at, token)) = self.tokens.next()? {
            match token {
                Token::Open => self.block(at)?,
                Token::Close => self.warnings.push(at, WarningKind::ExtraBracket),
                _ => {}
            }
        }
        Ok(())
    }

    /// A block, after its opening bracket.
    fn block(&mut self, open: At) -> Result<(), Fault> {
        let mut block = None;
        let mut is_titled = false;
        let mut is_first = true;
        loop {
            let (at, token) = self.within(open)?;
            match token {
                Token::Close => return Ok(()),
                Token::Text(title) => {
                    is_titled = true;
                    if title == b"CellBody" {
                        block = Some(BlockType::Soma);
                    }
                }
                // (Thumbnail …), (ImageCoords), (Sections …), markers
                Token::Word(_) if is_first => return self.skip(open),
                Token::Open => match self.tokens.peek()? {
                    Some(Token::Word(word)) if parse_finite(word).is_none() => {
                        let found = block_type(word);
                        if let (Some(BlockType::Neurite(_)), Some(BlockType::Neurite(last))) = (block, found) {
                            self.warnings.push(at, WarningKind::TwoTypes(last));
                        }
                        block = found.or(block);
                        self.skip(at)?;
                    }
                    Some(Token::Text(_)) => self.skip(at)?,
                    _ => return self.points(block, is_titled, open, at),
                },
                Token::Less => self.skip_spine(at)?,
                _ => {}
            }
            is_first = false;
        }
    }

    /// The points of a block, after the opening bracket of the first.
    fn points(&mut self, block: Option<BlockType>, is_titled: bool, open: At, at: At) -> Result<(), Fault> {
        match block {
            Some(BlockType::Neurite(section_type)) => self.neurite(section_type, open, at),
            Some(BlockType::Soma) => self.contour(open, at),
            None => {
                if !is_titled && self.next_is_neurite_point()? {
                    self.warnings.push(open, WarningKind::UnknownBlock);
                }
                self.skip(at)?;
                self.skip(open)
            }
        }
    }

    /// Whether four numbers follow, which is a point of a neurite; texts have three.
    fn next_is_neurite_point(&mut self) -> Result<bool, Fault> {
        let mut ahead = self.tokens.clone();
        for _ in 0..4 {
            match ahead.next()? {
                Some((_, Token::Word(word))) if parse_finite(word).is_some() => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn contour(&mut self, open: At, first: At) -> Result<(), Fault> {
        if let Some((at, _)) = &self.soma {
            return Err((open, Kind::SecondSoma { first: at.0 }));
        }
        let mut points = vec![self.point(first)?];
        loop {
            let (at, token) = self.within(open)?;
            match token {
                Token::Close => break,
                Token::Open => match self.tokens.peek()? {
                    Some(Token::Word(word)) if parse_finite(word).is_some() => points.push(self.point(at)?),
                    _ => self.skip(at)?,
                },
                _ => {}
            }
        }
        self.soma = Some((open, Soma { shape: SomaShape::Contour, points }));
        Ok(())
    }

    /// A point, after its opening bracket.
    fn point(&mut self, open: At) -> Result<Point, Fault> {
        let mut values = [0.0; 4];
        for value in &mut values {
            let (at, token) = self.within(open)?;
            let number = match token {
                Token::Word(word) => parse_finite(word),
                _ => None,
            };
            let expected = "a finite number: a point is (x y z diameter)";
            *value = number.ok_or_else(|| (at, Kind::Number { expected, actual: token.shown() }))?;
        }
        loop {
            let (at, token) = self.within(open)?;
            match token {
                Token::Close => break,
                // a label such as S1
                Token::Word(word) if word.first().is_some_and(u8::is_ascii_alphabetic) => {}
                _ => return Err((at, Kind::Unexpected { expected: "the end of the point", actual: token.shown() })),
            }
        }
        let [x_um, y_um, z_um, diameter_um] = values;
        Ok(Point { x_um, y_um, z_um, diameter_um })
    }

    /// The next token inside what opened at `open`.
    fn within(&mut self, open: At) -> Result<(At, Token<'a>), Fault> {
        self.tokens.next()?.ok_or((open, Kind::Unclosed))
    }

    /// Skips to the bracket that closes what opened at `open`.
    fn skip(&mut self, open: At) -> Result<(), Fault> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.within(open)?.1 {
                Token::Open => depth += 1,
                Token::Close => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// Skips a spine, `<(x y z d)>`, after its `<`.
    fn skip_spine(&mut self, open: At) -> Result<(), Fault> {
        loop {
            match self.within(open)? {
                (_, Token::Greater) => return Ok(()),
                (at, Token::Open) => self.skip(at)?,
                (at, Token::Close) => {
                    return Err((at, Kind::Unexpected { expected: "the end of a spine", actual: ")".to_owned() }));
                }
                _ => {}
            }
        }
    }
}

impl Token<'_> {
    fn shown(self) -> String {
        match self {
            Token::Open => "(".to_owned(),
            Token::Close => ")".to_owned(),
            Token::Bar => "|".to_owned(),
            Token::Less => "<".to_owned(),
            Token::Greater => ">".to_owned(),
            Token::Comma => ",".to_owned(),
            Token::Text(text) | Token::Word(text) => shown(text),
        }
    }
}
