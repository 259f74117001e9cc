//! A pass over raw XML text before the parser sees it.
//!
//! It blanks the document type and the references to external entities with as many spaces, so that every place in
//! the rest of the text keeps its line and column, and nothing is ever expanded.

/// Longest tag that is parsed: the parser compares every attribute of a tag with all others.
pub(crate) const MAX_TAG_BYTES: usize = 64 * 1024;

/// An `<!ENTITY …>` of the document type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub(crate) name: String,
    pub(crate) kind: EntityKind,
    pub(crate) offset: usize,
}

/// What an entity stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntityKind {
    /// `SYSTEM "file"`.
    System(String),
    /// Replacement text in the declaration itself, `PUBLIC`, `NDATA` or a parameter entity.
    Other(&'static str),
}

/// What the pass found.
#[derive(Debug, Default)]
pub(crate) struct Prolog {
    pub(crate) declarations: Vec<Declaration>,
    /// Offset and name of every `&name;` in character data.
    pub(crate) references: Vec<(usize, String)>,
    /// Offset of the document type.
    pub(crate) doctype: Option<usize>,
    /// Offset of the first tag of more than [`MAX_TAG_BYTES`].
    pub(crate) long_tag: Option<usize>,
    /// Name of the first element.
    pub(crate) root: Option<String>,
    blanks: Vec<(usize, usize)>,
}

impl Prolog {
    /// Scans a text; malformed parts are left for the parser to complain about.
    pub(crate) fn scan(text: &str) -> Self {
        let mut found = Self::default();
        let mut at = 0;
        while let Some(step) = text.get(at..).and_then(|rest| rest.find(['<', '&'])) {
            at += step;
            let Some(rest) = text.get(at..) else { break };
            let length = if rest.starts_with("<!--") {
                through(rest, "-->", 4)
            } else if rest.starts_with("<![CDATA[") {
                through(rest, "]]>", 9)
            } else if rest.starts_with("<?") {
                through(rest, "?>", 2)
            } else if rest.starts_with("<!DOCTYPE") && found.doctype.is_none() && found.root.is_none() {
                let length = found.doctype(rest, at);
                if length.is_some() {
                    found.doctype = Some(at);
                }
                length
            } else if rest.starts_with('<') {
                if found.root.is_none() && !rest.starts_with("</") {
                    let name: String = rest.chars().skip(1).take_while(|c| is_name(*c)).take(100).collect();
                    found.root = Some(name);
                }
                let length = tag_length(rest);
                if length.is_some_and(|length| length > MAX_TAG_BYTES) {
                    found.long_tag = found.long_tag.or(Some(at));
                }
                length
            } else {
                found.reference(rest, at)
            };
            match length {
                Some(length) => at += length,
                None => break,
            }
        }
        found
    }

    /// The text with the document type and the entity references turned into spaces; offsets stay true.
    pub(crate) fn blanked(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for &(start, end) in &self.blanks {
            out.push_str(text.get(at..start).unwrap_or_default());
            let hidden = text.get(start..end).unwrap_or_default();
            out.extend(hidden.bytes().map(|b| if b == b'\n' || b == b'\r' { char::from(b) } else { ' ' }));
            at = end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    fn reference(&mut self, rest: &str, at: usize) -> Option<usize> {
        let name: String = rest.chars().skip(1).take_while(|c| is_name(*c)).take(200).collect();
        let length = name.len() + 1;
        let is_own = !matches!(name.as_str(), "" | "lt" | "gt" | "amp" | "quot" | "apos");
        if is_own && rest.get(length..).is_some_and(|r| r.starts_with(';')) {
            self.blanks.push((at, at + length + 1));
            self.references.push((at, name));
        }
        Some(length)
    }

    /// Reads a document type; its length, or `None` when it never ends.
    fn doctype(&mut self, rest: &str, base: usize) -> Option<usize> {
        let mut at = "<!DOCTYPE".len();
        let mut inside = false;
        loop {
            let here = rest.get(at..)?;
            at += match here.chars().next()? {
                '"' | '\'' => quoted_length(here)?,
                '<' if here.starts_with("<!--") => through(here, "-->", 4)?,
                '<' if here.starts_with("<?") => through(here, "?>", 2)?,
                '<' => {
                    let length = tag_length(here)?;
                    if let Some(body) = here.get(..length).and_then(|d| d.strip_prefix("<!ENTITY")) {
                        self.declarations.extend(declaration(body, base + at));
                    }
                    length
                }
                '[' => {
                    inside = true;
                    1
                }
                ']' => {
                    inside = false;
                    1
                }
                '>' if !inside => {
                    self.blanks.push((base, base + at + 1));
                    return Some(at + 1);
                }
                other => other.len_utf8(),
            };
        }
    }
}

/// Reads what follows `<!ENTITY`, up to and including `>`.
fn declaration(body: &str, offset: usize) -> Option<Declaration> {
    let body = body.trim_start();
    let (body, parameter) = match body.strip_prefix('%') {
        Some(rest) => (rest.trim_start(), true),
        None => (body, false),
    };
    let name: String = body.chars().take_while(|c| is_name(*c)).collect();
    let rest = body.get(name.len()..)?.trim_start();
    let kind = if parameter {
        EntityKind::Other("a parameter entity")
    } else if let Some(rest) = rest.strip_prefix("SYSTEM") {
        let rest = rest.trim_start();
        let length = quoted_length(rest)?;
        let system = rest.get(1..length.checked_sub(1)?)?;
        if rest.get(length..)?.trim_start().starts_with("NDATA") {
            EntityKind::Other("unparsed data")
        } else {
            EntityKind::System(system.to_owned())
        }
    } else if rest.starts_with("PUBLIC") {
        EntityKind::Other("a public identifier")
    } else {
        EntityKind::Other("replacement text")
    };
    Some(Declaration { name, kind, offset })
}

/// Length up to and including `end`, searched after `skip` bytes.
fn through(rest: &str, end: &str, skip: usize) -> Option<usize> {
    rest.get(skip..)?.find(end).map(|i| i + skip + end.len())
}

/// Length of a quoted string with its quotes.
fn quoted_length(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.find(quote).map(|i| i + 2)
}

/// Length of a tag, up to a `>` outside quotes.
fn tag_length(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (i, b) in rest.bytes().enumerate() {
        match (b, quote) {
            (b'"' | b'\'', None) => quote = Some(b),
            (b, Some(q)) if b == q => quote = None,
            (b'>', None) => return Some(i + 1),
            _ => {}
        }
    }
    None
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_in_text_only_and_places_stay_true() {
        let text = "<!DOCTYPE a [\n<!-- <!ENTITY no SYSTEM 'x'> -->\n<!ENTITY r SYSTEM \"f.xml\">]>\n\
                    <a b='&r;'><!-- &r; -->&lt;&#33; &r; <![CDATA[&r;]]></a>";
        let prolog = Prolog::scan(text);
        assert_eq!(prolog.declarations.len(), 1);
        assert_eq!(prolog.declarations[0].kind, EntityKind::System("f.xml".to_owned()));
        assert_eq!(prolog.references.len(), 1);
        assert_eq!(prolog.root.as_deref(), Some("a"));
        let blanked = prolog.blanked(text);
        assert_eq!(blanked.len(), text.len());
        assert_eq!(blanked.find("<a b"), text.find("<a b"));
    }
}
