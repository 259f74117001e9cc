//! Shell patterns over names, and near misses.

use bravli_facts::nearest;

/// Whether `name` as a whole matches the shell pattern: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`; case matters.
///
/// A `[` that is never closed stands for itself.
///
/// ```
/// use bravli_recipe::shell_match;
/// assert!(shell_match("L6_[LNS]BC", "L6_LBC") && !shell_match("L6_[LNS]BC", "L6_DBC"));
/// assert!(!shell_match("L6_*PC", "L6_TPC:A"));
/// ```
#[must_use]
pub fn shell_match(pattern: &str, name: &str) -> bool {
    glob(pattern, name, true)
}

/// Whether a number's path matches a pattern in which only `*` and `?` are wild; brackets are literal.
///
/// ```
/// assert!(bravli_recipe::path_match("class[E2*].*", "class[E2_L4PC].gsyn"));
/// ```
#[must_use]
pub fn path_match(pattern: &str, path: &str) -> bool {
    glob(pattern, path, false)
}

/// Greedy matching with one backtrack point (the last `*`), so time is at most pattern × name.
fn glob(pattern: &str, name: &str, brackets: bool) -> bool {
    let (mut p, mut n) = (pattern, name);
    let mut retry: Option<(&str, &str)> = None;
    loop {
        if let Some(rest) = p.strip_prefix('*') {
            p = rest;
            retry = Some((p, n));
            continue;
        }
        let mut chars = n.chars();
        match chars.next() {
            None if p.is_empty() => return true,
            Some(c) => {
                if let Some(rest) = match_one(p, c, brackets) {
                    (p, n) = (rest, chars.as_str());
                    continue;
                }
            }
            None => {}
        }
        // Let the last star take one more character.
        let Some((after_star, from)) = retry else { return false };
        let mut chars = from.chars();
        if chars.next().is_none() {
            return false;
        }
        (p, n) = (after_star, chars.as_str());
        retry = Some((p, n));
    }
}

/// The rest of the pattern when its first item matches `c`.
fn match_one(pattern: &str, c: char, brackets: bool) -> Option<&str> {
    let mut chars = pattern.chars();
    match chars.next()? {
        '?' => Some(chars.as_str()),
        '[' if brackets => match set(chars.as_str(), c) {
            Some((true, rest)) => Some(rest),
            Some((false, _)) => None,
            None => (c == '[').then_some(chars.as_str()),
        },
        literal => (literal == c).then_some(chars.as_str()),
    }
}

/// Reads the inside of `[...]`: whether `c` belongs, and what follows; `None` when it is never closed.
fn set(inside: &str, c: char) -> Option<(bool, &str)> {
    let (negated, body) = match inside.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, inside),
    };
    let first = body.chars().next()?;
    // A `]` right at the start belongs to the set.
    let end = body.get(first.len_utf8()..)?.find(']')? + first.len_utf8();
    let mut members = body.get(..end)?.chars().peekable();
    let mut found = false;
    while let Some(low) = members.next() {
        let mut ahead = members.clone();
        if ahead.next() == Some('-')
            && let Some(high) = ahead.next()
        {
            members = ahead;
            found |= (low..=high).contains(&c);
        } else {
            found |= low == c;
        }
    }
    Some((found != negated, body.get(end + 1..)?))
}

/// `" (did you mean a, b?)"`, or nothing.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(name, candidates);
    if near.is_empty() { String::new() } else { format!(", did you mean {}?", near.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shell_patterns_follow_the_recipe_sheet() {
        for (pattern, yes, no) in [
            ("L4_*PC", "L4_TPC", "L4_SSC"),
            ("L6_*PC", "L6_IPC", "L6_TPC:A"),
            ("L*_NGC", "L23_NGC", "L1_NGC-DA"),
            ("L*_CHC", "L4_CHC", "L4_ChC"),
            ("L6_*BC", "L6_DBC", "L5_DBC"),
            ("L6_[LNS]BC", "L6_SBC", "L6_DBC"),
            ("L6_[!LNS]BC", "L6_DBC", "L6_SBC"),
            ("L[1-3]*", "L23_MC", "L4_MC"),
            ("L?_BP", "L4_BP", "L23_BP"),
            ("*", "anything:at_all", ""),
        ] {
            assert!(shell_match(pattern, yes), "{pattern} should match {yes}");
            assert!(no.is_empty() || !shell_match(pattern, no), "{pattern} should not match {no}");
        }
        assert!(shell_match("*", "") && shell_match("a[b", "a[b") && shell_match("[]]", "]"));
        assert!(!shell_match("L23_*", "L2_TPC:A") && !shell_match("L4_SSC", "L4_SSCs"));
    }

    proptest! {
        #[test]
        fn a_literal_matches_itself_and_a_star_everything(name in "[A-Z0-9_:]{0,12}", any in ".{0,12}") {
            prop_assert!(shell_match(&name, &name));
            prop_assert!(shell_match("*", &any));
            let around = format!("*{any}*");
            prop_assert!(path_match(&around, &any));
        }

        #[test]
        fn no_pattern_panics(pattern in ".{0,24}", name in ".{0,24}") {
            let _ = shell_match(&pattern, &name);
            let _ = path_match(&pattern, &name);
            let _ = nearest(&name, [pattern.as_str()]);
        }
    }
}
