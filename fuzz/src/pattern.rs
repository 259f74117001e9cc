//! Shell patterns, against a matcher that works another way.

use crate::text;
use bravli_recipe::{nearest, path_match, shell_match};

/// Longest pattern and name, in characters: longer ones say nothing new.
const MAX_CHARS: usize = 200;

/// The first line as the pattern, the rest as the name.
pub(crate) fn agrees(input: &[u8]) {
    let (pattern, name) = text::of(input).split_once('\n').unwrap_or((text::of(input), ""));
    let cut = |text: &str| text.chars().take(MAX_CHARS).collect::<String>();
    let (pattern, name) = (cut(pattern), cut(name));
    for (brackets, found) in [(true, shell_match(&pattern, &name)), (false, path_match(&pattern, &name))] {
        assert_eq!(found, matches(&pattern, &name, brackets), "{pattern:?} {name:?}, brackets {brackets}");
    }
    assert!(path_match("*", &name) && path_match(&name, &name), "{name:?}");
    let candidates = [pattern.as_str(), "L4_SSC"];
    assert!(nearest(&name, candidates).iter().all(|near| candidates.contains(&near.as_str())));
}

enum Item {
    Any,
    Many,
    One(char),
    /// Single characters and ranges with both ends; negated or not.
    Set(Vec<(char, char)>, bool),
}

/// Whether the whole name matches: all places that the pattern so far can have reached, item by item.
fn matches(pattern: &str, name: &str, brackets: bool) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for item in items(&pattern.chars().collect::<Vec<char>>(), brackets) {
        let mut next = vec![false; reached.len()];
        for at in (0..reached.len()).filter(|at| reached[*at]) {
            if matches!(item, Item::Many) {
                next[at..].fill(true);
            } else if name.get(at).is_some_and(|c| fits(&item, *c)) {
                next[at + 1] = true;
            }
        }
        reached = next;
    }
    reached[name.len()]
}

fn fits(item: &Item, c: char) -> bool {
    match item {
        Item::Any | Item::Many => true,
        Item::One(own) => *own == c,
        Item::Set(ranges, negated) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated,
    }
}

fn items(pattern: &[char], brackets: bool) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < pattern.len() {
        let (item, length) = match pattern[at] {
            '*' => (Item::Many, 1),
            '?' => (Item::Any, 1),
            '[' if brackets => set(&pattern[at..]).unwrap_or((Item::One('['), 1)),
            c => (Item::One(c), 1),
        };
        items.push(item);
        at += length;
    }
    items
}

/// A set and its length with both brackets; `None` where the bracket is never closed.
fn set(pattern: &[char]) -> Option<(Item, usize)> {
    let negated = pattern.get(1) == Some(&'!');
    let first = if negated { 2 } else { 1 };
    // the first member may be a closing bracket
    let end = (first + 1..pattern.len()).find(|at| pattern[*at] == ']')?;
    let mut ranges = Vec::new();
    let mut members = &pattern[first..end];
    while let [low, rest @ ..] = members {
        let (high, rest) = if let ['-', high, rest @ ..] = rest { (high, rest) } else { (low, rest) };
        ranges.push((*low, *high));
        members = rest;
    }
    Some((Item::Set(ranges, negated), end + 1))
}
