//! Cortical layers as sets, so that `L2/3` holds `L3` and `L5` holds `L5A`.

/// A set of sublayers; empty where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Layers(u16);

/// How the layers of a record stand to those asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlap {
    /// Nothing asked.
    Free,
    /// The record does not say.
    Unstated,
    /// Apart.
    Different,
    /// Some in common.
    Some,
    /// The record speaks of more layers.
    Wider,
    /// The record speaks of a part.
    Narrower,
    Same,
}

impl Layers {
    /// The layers of a token such as `l23`, `l5a` or `l4`.
    pub(crate) fn of_token(token: &str) -> Option<Self> {
        let rest = token.strip_prefix('l')?;
        let digits: Vec<u32> = rest.chars().map_while(|c| c.to_digit(10)).collect();
        let sublayer = &rest[digits.len()..];
        let whole = |digit: u32| match digit {
            1 => Some(1_u16),
            2 => Some(1 << 1),
            3 => Some(1 << 2),
            4 => Some(1 << 3),
            5 => Some(0b11 << 4),
            6 => Some(0b11 << 6),
            _ => None,
        };
        match (&digits[..], sublayer) {
            ([digit], "") => whole(*digit).map(Self),
            ([5], "a") => Some(Self(1 << 4)),
            ([5], "b") => Some(Self(1 << 5)),
            ([6], "a") => Some(Self(1 << 6)),
            ([6], "b") => Some(Self(1 << 7)),
            ([digit], "a" | "b" | "c") => whole(*digit).map(Self),
            ([first, second], "") => Some(Self(whole(*first)? | whole(*second)?)),
            _ => None,
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// How `held` stands to these, which were asked for.
    pub(crate) fn overlap(self, held: Self) -> Overlap {
        let both = self.0 & held.0;
        match (self.0, held.0) {
            (0, _) => Overlap::Free,
            (_, 0) => Overlap::Unstated,
            (asked, held) if asked == held => Overlap::Same,
            _ if both == 0 => Overlap::Different,
            (_, held) if both == held => Overlap::Narrower,
            (asked, _) if both == asked => Overlap::Wider,
            _ => Overlap::Some,
        }
    }

    /// As records write it: `L2/3`, `L5A`.
    pub(crate) fn text(self) -> String {
        let names = [
            (0b110, "L2/3"),
            (1, "L1"),
            (1 << 1, "L2"),
            (1 << 2, "L3"),
            (1 << 3, "L4"),
            (0b11 << 4, "L5"),
            (1 << 4, "L5A"),
            (1 << 5, "L5B"),
            (0b11 << 6, "L6"),
            (1 << 6, "L6A"),
            (1 << 7, "L6B"),
        ];
        let mut rest = self.0;
        let mut said = Vec::new();
        for (mask, name) in names {
            if rest & mask == mask {
                said.push(name);
                rest &= !mask;
            }
        }
        said.sort_unstable();
        said.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_hold_their_sublayers() {
        let layers = |token| Layers::of_token(token).unwrap();
        assert_eq!(layers("l23").overlap(layers("l3")), Overlap::Narrower);
        assert_eq!(layers("l5a").overlap(layers("l5")), Overlap::Wider);
        assert_eq!(layers("l45").overlap(layers("l5")), Overlap::Narrower);
        assert_eq!(layers("l4").overlap(layers("l5")), Overlap::Different);
        assert_eq!(layers("l4").overlap(Layers::default()), Overlap::Unstated);
        assert_eq!(Layers::default().overlap(layers("l4")), Overlap::Free);
        for odd in ["l", "l7", "l123", "lux", "l4x", "4", "lb"] {
            assert_eq!(Layers::of_token(odd), None, "{odd}");
        }
        assert_eq!(layers("l23").text(), "L2/3");
        assert_eq!(layers("l5a").union(layers("l4")).text(), "L4, L5A");
    }
}
