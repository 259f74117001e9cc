//! Brackets, words and quoted texts, with their places.

use super::{At, Fault};
use crate::problem::MorphologyErrorKind as Kind;

/// A piece of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    Bar,
    Less,
    Greater,
    Comma,
    /// Quoted, without the quotes.
    Text(&'a [u8]),
    Word(&'a [u8]),
}

/// The pieces of a file in order; comments are left out.
#[derive(Debug, Clone)]
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    line_start: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1, line_start: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Option<(At, Token<'a>)>, Fault> {
        self.skip_blanks();
        let Some(&byte) = self.bytes.get(self.at) else { return Ok(None) };
        let column = u32::try_from(self.at - self.line_start + 1).unwrap_or(u32::MAX);
        let at = (self.line, column);
        let start = self.at;
        self.at += 1;
        let token = match byte {
            b'(' => Token::Open,
            b')' => Token::Close,
            b'|' => Token::Bar,
            b'<' => Token::Less,
            b'>' => Token::Greater,
            b',' => Token::Comma,
            b'"' => {
                let rest = &self.bytes[self.at..];
                let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\n'));
                match end.filter(|end| rest[*end] == b'"') {
                    Some(end) => {
                        self.at += end + 1;
                        Token::Text(&rest[..end])
                    }
                    None => return Err((at, Kind::UnclosedText)),
                }
            }
            _ => {
                let rest = &self.bytes[self.at..];
                self.at += rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len());
                Token::Word(&self.bytes[start..self.at])
            }
        };
        Ok(Some((at, token)))
    }

    pub(super) fn peek(&self) -> Result<Option<Token<'a>>, Fault> {
        Ok(self.clone().next()?.map(|(_, token)| token))
    }

    fn skip_blanks(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b';' {
                let rest = &self.bytes[self.at..];
                self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                continue;
            }
            if !byte.is_ascii_whitespace() {
                break;
            }
            self.at += 1;
            if byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.line_start = self.at;
            }
        }
    }
}

fn is_end(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'(' | b')' | b'|' | b'<' | b'>' | b',' | b'"' | b';')
}
