//! LaTeX around what `biblatex` resolves: symbols and dress before it, leftovers after it.

use crate::problem::ImportProblem;
use crate::text::squeeze;
use biblatex::{Chunk, Chunks};
use std::iter::Peekable;
use std::str::Chars;

/// Deepest braces in one field: the parser calls itself once per level.
const MAX_DEPTH: usize = 64;

/// Commands that dress their argument; the argument stays.
const DRESS: [&str; 32] = [
    "emph",
    "em",
    "it",
    "bf",
    "rm",
    "sc",
    "sf",
    "tt",
    "textit",
    "textbf",
    "textrm",
    "textsc",
    "textsf",
    "texttt",
    "textup",
    "textnormal",
    "textsuperscript",
    "textsubscript",
    "mathrm",
    "mathit",
    "mathbf",
    "mathsf",
    "mathcal",
    "ensuremath",
    "text",
    "mbox",
    "hbox",
    "url",
    "uppercase",
    "lowercase",
    "MakeUppercase",
    "NoCaseChange",
];

/// Rewrites a field so that the parser can resolve the rest: symbols become characters, dress goes, and so do braces
/// within braces, which mean nothing more.
pub(crate) fn prepare(text: &str) -> Result<String, ImportProblem> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    // whether each open brace was written
    let mut open: Vec<bool> = Vec::new();
    let mut takes_argument = false;
    while let Some(c) = chars.next() {
        let is_argument = std::mem::take(&mut takes_argument);
        match c {
            '\\' => takes_argument = command(&mut chars, &mut out),
            '{' => {
                open.push(is_argument || open.iter().all(|written| !written));
                if open.last() == Some(&true) {
                    out.push('{');
                }
                if open.len() > MAX_DEPTH {
                    return Err(ImportProblem::TooMuch { what: "nested braces", limit: MAX_DEPTH });
                }
            }
            '}' => {
                if open.pop().unwrap_or(true) {
                    out.push('}');
                }
            }
            '~' => out.push(' '),
            '`' if chars.next_if_eq(&'`').is_some() => out.push('“'),
            '\'' if chars.next_if_eq(&'\'').is_some() => out.push('”'),
            _ => out.push(c),
        }
    }
    Ok(out)
}

/// Rewrites one command, its backslash already read; says whether a brace that follows is its argument.
fn command(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> bool {
    let mut name = String::new();
    while let Some(letter) = chars.next_if(char::is_ascii_alphabetic) {
        name.push(letter);
    }
    if name.is_empty() {
        return sign(chars, out);
    }
    if DRESS.contains(&name.as_str()) {
        end_of_name(chars, false);
        return false;
    }
    if let Some(symbol) = symbol(&name) {
        out.push_str(symbol);
        end_of_name(chars, true);
        return false;
    }
    out.push('\\');
    out.push_str(&name);
    let is_accent = matches!(name.as_str(), "c" | "v" | "u" | "H" | "k" | "r" | "d" | "b");
    if is_accent && chars.peek().is_some_and(|c| c.is_whitespace() || *c == '\\') {
        dotless(chars, out);
    } else if chars.peek().is_some_and(|c| !matches!(c, '{' | '}') && !c.is_whitespace()) {
        out.push(' '); // the parser reads names on through digits and hyphens
    }
    true
}

/// A command named by one character that is no letter.
fn sign(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> bool {
    match chars.next() {
        None | Some('/' | '!' | '@' | '{' | '}' | '-') => false,
        Some(c) if c.is_whitespace() || matches!(c, ',' | ';' | '\\') => {
            out.push(' ');
            false
        }
        Some(accent @ ('\'' | '`' | '^' | '"' | '~' | '=' | '.')) => {
            out.push('\\');
            out.push(accent);
            dotless(chars, out);
            true
        }
        Some(c) if c.is_ascii() => {
            out.push('\\');
            out.push(c);
            false
        }
        Some(c) => {
            out.push(c);
            false
        }
    }
}

/// `\'\i` to `\'{ı}`: the parser would put the accent on the backslash.
fn dotless(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    let mut ahead = chars.clone();
    while ahead.next_if(|c| c.is_whitespace()).is_some() {}
    let letter = (ahead.next() == Some('\\')).then(|| ahead.next()).flatten();
    if let Some(letter @ ('i' | 'j')) = letter {
        *chars = ahead;
        end_of_name(chars, true);
        out.push_str(if letter == 'i' { "{ı}" } else { "{ȷ}" });
    }
}

/// White space, or an empty group, that only ends the name of a command.
fn end_of_name(chars: &mut Peekable<Chars<'_>>, has_no_argument: bool) {
    let mut ahead = chars.clone();
    if has_no_argument && ahead.next() == Some('{') && ahead.next() == Some('}') {
        *chars = ahead;
        return;
    }
    while chars.next_if(|c| c.is_whitespace()).is_some() {}
}

/// The characters that a command without argument stands for.
fn symbol(name: &str) -> Option<&'static str> {
    #[rustfmt::skip] // a table
    const TABLE: &[(&str, &str)] = &[
        ("alpha", "α"), ("beta", "β"), ("gamma", "γ"), ("delta", "δ"), ("epsilon", "ε"), ("varepsilon", "ε"),
        ("zeta", "ζ"), ("eta", "η"), ("theta", "θ"), ("iota", "ι"), ("kappa", "κ"), ("lambda", "λ"), ("mu", "μ"),
        ("nu", "ν"), ("xi", "ξ"), ("pi", "π"), ("rho", "ρ"), ("sigma", "σ"), ("tau", "τ"), ("upsilon", "υ"),
        ("phi", "φ"), ("varphi", "φ"), ("chi", "χ"), ("psi", "ψ"), ("omega", "ω"), ("Gamma", "Γ"), ("Delta", "Δ"),
        ("Theta", "Θ"), ("Lambda", "Λ"), ("Pi", "Π"), ("Sigma", "Σ"), ("Phi", "Φ"), ("Psi", "Ψ"), ("Omega", "Ω"),
        ("textmu", "µ"), ("degree", "°"), ("textdegree", "°"), ("circ", "°"), ("times", "×"), ("texttimes", "×"),
        ("pm", "±"), ("textpm", "±"), ("sim", "~"), ("approx", "≈"), ("leq", "≤"), ("le", "≤"), ("geq", "≥"),
        ("ge", "≥"), ("neq", "≠"), ("to", "→"), ("rightarrow", "→"), ("leftarrow", "←"), ("infty", "∞"),
        ("cdot", "·"), ("ldots", "…"), ("dots", "…"), ("textellipsis", "…"), ("prime", "′"), ("quad", " "),
        ("space", " "), ("aa", "å"), ("AA", "Å"), ("ae", "æ"), ("AE", "Æ"), ("oe", "œ"), ("OE", "Œ"), ("o", "ø"),
        ("O", "Ø"), ("l", "ł"), ("L", "Ł"), ("ss", "ß"), ("i", "ı"), ("j", "ȷ"), ("dj", "đ"), ("DJ", "Đ"),
        ("dh", "ð"), ("th", "þ"), ("TH", "Þ"), ("ng", "ŋ"),
    ];
    TABLE.iter().find(|(held, _)| *held == name).map(|(_, symbol)| *symbol)
}

/// Resolved chunks as plain text: commands that nobody knows go, what they were applied to stays.
pub(crate) fn shown(chunks: &Chunks) -> String {
    let mut out = String::new();
    for chunk in chunks {
        let is_math = matches!(chunk.v, Chunk::Math(_));
        let mut chars = chunk.v.get().chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => while chars.next_if(char::is_ascii_alphabetic).is_some() {},
                '{' | '}' => {}
                '^' | '_' if is_math => {}
                _ => out.push(c),
            }
        }
    }
    squeeze(&out)
}
