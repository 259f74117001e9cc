//! What of the command line is ours; the rest goes to the binary.

use crate::project::Problem;

/// Options of `cargo xtask bench` after the case.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Options {
    /// The program to compare with.
    pub(super) peer: Option<String>,
    /// Time that the peer simulates, ms.
    pub(super) peer_t_ms: Option<f64>,
    /// Seeds to run both with.
    pub(super) seeds: Vec<u64>,
    /// Options of `bravli bench`.
    pub(super) rest: Vec<String>,
}

impl Options {
    pub(super) fn read(arguments: &[String]) -> Result<Self, Problem> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let (name, joined) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            let mut value = |example: &str| {
                joined.clone().or_else(|| arguments.next().cloned()).ok_or_else(|| {
                    Problem::new(format!("{name} wants a value")).remedy(format!("for example `{name} {example}`"))
                })
            };
            match name {
                "--peer" => options.peer = Some(value("nest")?),
                "--peer-t-ms" => {
                    let text = value("1000")?;
                    let time = text.parse().ok().filter(|time| (1.0..=1e7).contains(time));
                    options.peer_t_ms = Some(
                        time.ok_or_else(|| Problem::new(format!("--peer-t-ms lies in [1, 10000000], got {text:?}")))?,
                    );
                }
                "--seeds" => {
                    let text = value("1,2,3")?;
                    let seeds: Option<Vec<u64>> = text.split(',').map(|seed| seed.trim().parse().ok()).collect();
                    options.seeds = seeds.filter(|seeds| seeds.len() >= 3 && distinct(seeds)).ok_or_else(|| {
                        Problem::new(format!("--seeds wants three whole numbers or more, all different, got {text:?}"))
                            .remedy("for example `--seeds 1,2,3`; a spread of fewer says little")
                    })?;
                }
                _ => options.rest.push(argument.clone()),
            }
        }
        if options.peer.is_none() && (options.peer_t_ms.is_some() || !options.seeds.is_empty()) {
            return Err(Problem::new("--peer-t-ms and --seeds are about a peer").remedy("add `--peer nest`"));
        }
        if !options.seeds.is_empty() && options.has("--seed") {
            return Err(Problem::new("--seed beside --seeds").remedy("leave one of them away"));
        }
        Ok(options)
    }

    /// Whether an option is among those for the binary.
    pub(super) fn has(&self, name: &str) -> bool {
        let joined = format!("{name}=");
        self.rest.iter().any(|option| option == name || option.starts_with(&joined))
    }
}

fn distinct(seeds: &[u64]) -> bool {
    seeds.iter().enumerate().all(|(i, seed)| !seeds[..i].contains(seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Options, String> {
        let arguments: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Options::read(&arguments).map_err(|problem| problem.to_string())
    }

    #[test]
    fn ours_are_taken_and_the_rest_is_left_in_order() {
        let options = read("--scale 0.1 --peer nest --threads=2 --peer-t-ms=500 --seeds 1,2,3 --t-ms 2000").unwrap();
        assert_eq!(options.peer.as_deref(), Some("nest"));
        assert_eq!((options.peer_t_ms, options.seeds.as_slice()), (Some(500.0), &[1, 2, 3][..]));
        assert_eq!(options.rest.join(" "), "--scale 0.1 --threads=2 --t-ms 2000");
        assert!(options.has("--threads") && options.has("--scale") && !options.has("--seed"));
    }

    #[test]
    fn what_cannot_be_is_refused_with_an_example() {
        for (text, expected) in [
            ("--peer", "for example `--peer nest`"),
            ("--peer nest --peer-t-ms 0", "lies in [1, 10000000], got \"0\""),
            ("--peer nest --seeds 1,2", "three whole numbers or more"),
            ("--peer nest --seeds 1,2,2", "all different"),
            ("--peer nest --seeds 1,2,x", "got \"1,2,x\""),
            ("--seeds 1,2,3", "add `--peer nest`"),
            ("--peer nest --seeds 1,2,3 --seed 4", "leave one of them away"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(expected), "{told}");
        }
    }
}
