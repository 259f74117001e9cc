//! One spelling for letters and signs.

/// Folds accents, Greek letters, super- and subscripts, dashes and arrows; keeps case.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            'µ' | 'μ' => folded.push('u'),
            '→' | '⟶' | '➔' | '⇒' => folded.push_str(" > "),
            '–' | '—' | '‐' | '‑' | '−' | '⁻' => folded.push('-'),
            '⁺' => folded.push('+'),
            '’' | '‘' | '“' | '”' => folded.push(' '),
            '>' => {
                // "->" and a bare ">" both point onward
                if folded.ends_with('-') {
                    folded.pop();
                }
                folded.push_str(" > ");
            }
            _ => match (digit(c), greek(c), base(c)) {
                (Some(digit), ..) => folded.push(digit),
                (_, Some(name), _) => folded.push_str(name),
                (.., Some(letters)) => folded.push_str(letters),
                _ => folded.push(c),
            },
        }
    }
    folded
}

fn digit(c: char) -> Option<char> {
    let value = match c {
        '⁰' => 0,
        '¹' => 1,
        '²' => 2,
        '³' => 3,
        '⁴'..='⁹' => c as u32 - '⁰' as u32,
        '₀'..='₉' => c as u32 - '₀' as u32,
        _ => return None,
    };
    char::from_digit(value, 10)
}

fn greek(c: char) -> Option<&'static str> {
    let letters = [
        ('α', "alpha"),
        ('β', "beta"),
        ('γ', "gamma"),
        ('δ', "delta"),
        ('ε', "epsilon"),
        ('ζ', "zeta"),
        ('η', "eta"),
        ('θ', "theta"),
        ('κ', "kappa"),
        ('λ', "lambda"),
        ('ν', "nu"),
        ('ξ', "xi"),
        ('π', "pi"),
        ('ρ', "rho"),
        ('σ', "sigma"),
        ('τ', "tau"),
        ('φ', "phi"),
        ('χ', "chi"),
        ('ψ', "psi"),
        ('ω', "omega"),
        ('Δ', "delta"),
        ('Σ', "sigma"),
        ('Ω', "ohm"),
        ('Ω', "ohm"),
    ];
    letters.iter().find(|(letter, _)| *letter == c).map(|(_, name)| *name)
}

fn base(c: char) -> Option<&'static str> {
    Some(match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => "a",
        'Á' | 'À' | 'Â' | 'Ä' | 'Ã' | 'Å' => "A",
        'ç' | 'ć' | 'č' => "c",
        'Ç' | 'Ć' | 'Č' => "C",
        'é' | 'è' | 'ê' | 'ë' | 'ě' => "e",
        'É' | 'È' | 'Ê' | 'Ë' => "E",
        'í' | 'ì' | 'î' | 'ï' => "i",
        'Í' | 'Ì' | 'Î' | 'Ï' => "I",
        'ñ' | 'ń' => "n",
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'ő' => "o",
        'Ó' | 'Ò' | 'Ô' | 'Ö' | 'Õ' | 'Ø' => "O",
        'ś' | 'š' | 'ş' => "s",
        'Ś' | 'Š' | 'Ş' => "S",
        'ú' | 'ù' | 'û' | 'ü' | 'ű' => "u",
        'Ú' | 'Ù' | 'Û' | 'Ü' => "U",
        'ź' | 'ż' | 'ž' => "z",
        'Ž' => "Z",
        'ß' => "ss",
        'ł' => "l",
        'Ł' => "L",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_signs_fold_to_plain_ones() {
        assert_eq!(fold("Hertäg, Almási & Gößl"), "Hertag, Almasi & Gossl");
        assert_eq!(fold("µm μm τ₂ Ca²⁺ 10⁻⁵"), "um um tau2 Ca2+ 10-5");
        assert_eq!(fold("L4→L2/3 a->b"), "L4 > L2/3 a > b");
    }
}
