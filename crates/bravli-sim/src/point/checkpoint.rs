//! The state of a run as bytes.

use super::math::Tile;
use super::partition::Partition;
use super::synapses::{Built, Due};

/// State of a run between two steps. It goes on at any number of threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The next step.
    pub step: u64,
    /// Partitions that the state is cut into.
    pub n_partitions: u32,
    /// Tells networks apart.
    pub fingerprint: u64,
    /// Everything else.
    pub bytes: Vec<u8>,
}

/// First bytes of a checkpoint in a file.
const MAGIC: &[u8; 8] = b"bravlic1";

impl Checkpoint {
    /// As bytes of a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.step.to_le_bytes());
        bytes.extend(self.fingerprint.to_le_bytes());
        bytes.extend(self.n_partitions.to_le_bytes());
        bytes.extend_from_slice(&self.bytes);
        bytes
    }

    /// From bytes of a file; none where they are no checkpoint.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<8>()?;
        let (step, rest) = rest.split_first_chunk::<8>()?;
        let (fingerprint, rest) = rest.split_first_chunk::<8>()?;
        let (n_partitions, rest) = rest.split_first_chunk::<4>()?;
        (magic == MAGIC).then(|| Self {
            step: u64::from_le_bytes(*step),
            n_partitions: u32::from_le_bytes(*n_partitions),
            fingerprint: u64::from_le_bytes(*fingerprint),
            bytes: rest.to_vec(),
        })
    }
}

/// Numbers written to bytes, or read from them, by the same calls.
#[derive(Debug)]
pub(crate) enum Tape<'a> {
    /// Being written.
    Write(Vec<u8>),
    /// Being read: what is left, and whether all fitted so far.
    Read(&'a [u8], bool),
}

/// A number of fixed size.
pub(crate) trait Word: Copy {
    fn put(self, bytes: &mut Vec<u8>);
    fn get(bytes: &mut &[u8]) -> Option<Self>;
}

macro_rules! word {
    ($($kind:ty),+) => {$(
        impl Word for $kind {
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn get(bytes: &mut &[u8]) -> Option<Self> {
                let (own, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Some(Self::from_le_bytes(*own))
            }
        }
    )+};
}
word!(u16, u32, u64, f32, f64);

impl<'a> Tape<'a> {
    pub(crate) fn write() -> Self {
        Self::Write(Vec::new())
    }

    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        Self::Read(bytes, true)
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Write(bytes) => bytes,
            Self::Read(..) => Vec::new(),
        }
    }

    /// Whether all was read, and fitted.
    pub(crate) fn ended_well(&self) -> bool {
        matches!(self, Self::Read(rest, true) if rest.is_empty())
    }

    pub(crate) fn word<T: Word>(&mut self, word: &mut T) {
        match self {
            Self::Write(bytes) => word.put(bytes),
            Self::Read(bytes, fits) => match T::get(bytes) {
                Some(read) => *word = read,
                None => *fits = false,
            },
        }
    }

    pub(crate) fn words<T: Word>(&mut self, words: &mut [T]) {
        for word in words {
            self.word(word);
        }
    }

    /// The length of a list, which is 0 where there is not enough left to read.
    fn length(&mut self, n: usize) -> usize {
        let mut length = n as u64;
        self.word(&mut length);
        match self {
            Self::Read(bytes, fits) if length > bytes.len() as u64 => {
                *fits = false;
                0
            }
            _ => length as usize,
        }
    }
}

impl Partition {
    /// Writes what changes while a run goes on.
    pub(crate) fn save(&self, tape: &mut Tape<'_>) {
        for group in &self.groups {
            let mut state = group.state.clone();
            tiles(&mut state, tape);
        }
        for stored in &self.stored {
            if let Some(mut shared) = stored.shared.clone() {
                tape.words(&mut shared.u);
                tape.words(&mut shared.x);
                tape.words(&mut shared.last);
            }
            match &stored.built {
                Built::Compact(_) => {}
                Built::Release(store) => {
                    for own in &store.own {
                        let (mut last, mut u, mut level) = (own.last, own.u, own.level);
                        tape.word(&mut last);
                        tape.word(&mut u);
                        tape.word(&mut level);
                    }
                    for (mut n, mut at) in store.mini_state() {
                        tape.word(&mut n);
                        tape.word(&mut at);
                    }
                }
                Built::Learning(store) => {
                    for own in &store.own {
                        let mut own = *own;
                        tape.word(&mut own.weight);
                        tape.words(&mut own.x);
                        tape.word(&mut own.last);
                    }
                    for post in &store.post {
                        let mut post = *post;
                        post.pass(tape);
                    }
                }
            }
        }
        for slot in &self.calendar {
            tape.length(slot.len());
            for due in slot {
                let mut due = *due;
                due.pass(tape);
            }
        }
    }

    /// Reads what [`Self::save`] wrote.
    pub(crate) fn load(&mut self, tape: &mut Tape<'_>) {
        for group in &mut self.groups {
            tiles(&mut group.state, tape);
        }
        for stored in &mut self.stored {
            if let Some(shared) = &mut stored.shared {
                tape.words(&mut shared.u);
                tape.words(&mut shared.x);
                tape.words(&mut shared.last);
            }
            match &mut stored.built {
                Built::Compact(_) => {}
                Built::Release(store) => {
                    for own in &mut store.own {
                        tape.word(&mut own.last);
                        tape.word(&mut own.u);
                        tape.word(&mut own.level);
                    }
                    let mut minis = store.mini_state();
                    for (n, at) in &mut minis {
                        tape.word(n);
                        tape.word(at);
                    }
                    store.restore_minis(minis);
                }
                Built::Learning(store) => {
                    for own in &mut store.own {
                        tape.word(&mut own.weight);
                        tape.words(&mut own.x);
                        tape.word(&mut own.last);
                    }
                    for post in &mut store.post {
                        post.pass(tape);
                    }
                }
            }
        }
        let mut calendar = std::mem::take(&mut self.calendar);
        for slot in &mut calendar {
            let n = tape.length(0);
            slot.clear();
            for _ in 0..n {
                let mut due = Due::default();
                due.pass(tape);
                if !self.holds(&due) {
                    due = Due::default();
                    *tape = Tape::Read(&[], false);
                }
                slot.push(due);
            }
        }
        self.calendar = calendar;
    }

    /// Whether a run stands where an entry says.
    fn holds(&self, due: &Due) -> bool {
        let Some(stored) = self.stored.get(usize::from(due.bundle)) else { return false };
        let runs = &stored.built.runs().runs;
        let own = (due.next as usize).checked_sub(1).and_then(|run| runs.get(run)).copied().unwrap_or(0);
        let is_this = own == u32::from(due.length) << 16 | u32::from(due.delay) && own != 0;
        is_this && u64::from(due.position) + u64::from(due.length) <= stored.built.n_connections()
    }
}

fn tiles(state: &mut [Tile], tape: &mut Tape<'_>) {
    for tile in state {
        tape.words(&mut tile[..]);
    }
}

impl Due {
    fn pass(&mut self, tape: &mut Tape<'_>) {
        tape.word(&mut self.next);
        tape.word(&mut self.position);
        tape.word(&mut self.efficacy);
        tape.word(&mut self.length);
        tape.word(&mut self.delay);
        tape.word(&mut self.bundle);
    }
}

impl super::synapses::Post {
    fn pass(&mut self, tape: &mut Tape<'_>) {
        tape.words(&mut self.y);
        tape.words(&mut self.before);
        tape.word(&mut self.last);
        tape.word(&mut self.count);
        tape.word(&mut self.predicted);
        tape.word(&mut self.sum);
    }
}
