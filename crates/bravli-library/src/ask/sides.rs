//! Which cells stand before the synapse, and which behind it.

use super::quantities::is_of_pairs;
use super::{Ask, Order};
use crate::cells::Cells;
use crate::tokens::Mark;

impl Ask {
    /// Puts the cells on their sides, by the marks between them.
    pub(super) fn take_sides(&mut self, groups: Vec<(usize, Cells)>, marks: &[(usize, Mark)]) {
        let starts: Vec<usize> = groups.iter().map(|(at, _)| *at).collect();
        let (first, last) = (starts.first().copied().unwrap_or(0), starts.last().copied().unwrap_or(0));
        let useful: Vec<(usize, Mark)> = marks
            .iter()
            .copied()
            .filter(|(at, mark)| match mark {
                Mark::Verb | Mark::Dash => first < *at && *at <= last,
                _ => *at <= last,
            })
            .collect();
        let n_groups = groups.len();
        let n_froms = useful.iter().filter(|(_, mark)| *mark == Mark::From).count();
        let mut sided = false;
        for (at, cells) in groups {
            let before = useful.iter().rev().find(|(place, _)| *place <= at).map(|(_, mark)| *mark);
            let after = useful.iter().find(|(place, _)| *place > at).map(|(_, mark)| *mark);
            match (before, after) {
                (Some(Mark::Between), _) => {
                    self.order = Order::Either;
                    self.cells.push(cells);
                }
                (Some(Mark::To | Mark::Verb), _) | (None, Some(Mark::From)) => {
                    sided = true;
                    self.post.push(cells);
                }
                (Some(Mark::Dash), _) => {
                    sided = true;
                    self.order = Order::Guessed;
                    self.post.push(cells);
                }
                (Some(Mark::From), _) | (None, Some(Mark::To | Mark::Verb | Mark::Dash)) => {
                    sided = true;
                    self.pre.push(cells);
                }
                _ => self.cells.push(cells),
            }
        }
        // `evoked by A in B`, `from spike to EPSP, A to B`: two cells on one side stand on two
        if self.order == Order::Stated && self.pre.is_empty() && self.post.len() == 2 {
            self.pre.push(self.post.remove(0));
        } else if self.order == Order::Stated && self.post.is_empty() && self.pre.len() == 2 && n_froms < 2 {
            self.order = Order::Guessed;
            self.post.extend(self.pre.pop());
        }
        let says = |list: &[&str]| {
            self.words.iter().any(|word| word.tokens.iter().any(|token| list.contains(&token.as_str())))
        };
        let is_pairs =
            says(&["pair", "paar", "other", "another", "themselv", "einand", "untereinand", "mutual", "recurr"]);
        // `response of A to B`
        let is_answer_of = self.order == Order::Stated
            && self.words.iter().take(first).any(|word| word.tokens.iter().any(|token| token == "respons"));
        if is_answer_of
            && self.pre.len() == 1
            && self.post.len() == 1
            && useful.iter().all(|(_, mark)| *mark == Mark::To)
        {
            std::mem::swap(&mut self.pre, &mut self.post);
        }
        let same_layer = says(&["same", "derselben", "gleichen"]);
        // `onto each other`: the one kind of cell stands on both sides
        if is_pairs && n_groups == 1 && self.asks_pairs() {
            self.cells.append(&mut self.pre);
            self.cells.append(&mut self.post);
            self.order = Order::Either;
        }
        if self.order == Order::Either {
            let mut cells = std::mem::take(&mut self.cells).into_iter();
            if let Some(one) = cells.next() {
                let other = cells.next().unwrap_or_else(|| one.clone());
                self.pre.push(one);
                self.post.push(other);
            }
            self.cells.extend(cells);
        } else if !sided && n_groups >= 2 && self.asks_pairs() {
            self.order = Order::Guessed;
            let mut cells = std::mem::take(&mut self.cells).into_iter();
            self.pre.extend(cells.next());
            self.post.extend(cells.next());
            self.cells.extend(cells);
        }
        if !self.quantities.is_empty() && !self.quantities.iter().any(|(quantity, _)| is_of_pairs(quantity)) {
            // no pair is asked for, so the sides mean nothing: `share of A among B`
            let mut cells = std::mem::take(&mut self.pre);
            cells.append(&mut self.post);
            cells.append(&mut self.cells);
            cells.dedup();
            self.cells = cells;
            self.order = Order::Stated;
        }
        if same_layer {
            let layers = self.pre.iter().chain(&self.post).map(|cells| cells.layers).find(|layers| !layers.is_empty());
            for cells in self.pre.iter_mut().chain(&mut self.post).filter(|cells| cells.layers.is_empty()) {
                cells.layers = layers.unwrap_or_default();
            }
        }
    }
}
