//! Lists of connections cut into runs of one delay.

use crate::point::memory::prefetch;

/// Where the connections of a source begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// First run.
    pub(crate) run: u32,
    /// First connection.
    pub(crate) position: u32,
}

/// Runs of all sources: delay in the low half of a word, length in the high half; a zero ends a source's list.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    pub(crate) rows: Vec<Row>,
    pub(crate) runs: Vec<u32>,
}

impl Runs {
    /// Adds the list of the next source; `counts[d]` connections have delay d, the first of all stands at `position`.
    pub(crate) fn push(&mut self, counts: &[u32], position: u32) {
        self.rows.push(Row { run: self.runs.len() as u32, position });
        for (delay, count) in counts.iter().enumerate() {
            let mut left = *count;
            while left > 0 {
                let length = left.min(u32::from(u16::MAX));
                self.runs.push(length << 16 | delay as u32);
                left -= length;
            }
        }
        self.runs.push(0);
    }

    /// Appends the lists of later sources.
    pub(crate) fn append(&mut self, other: &Self, connections_before: u32) {
        let runs_before = self.runs.len() as u32;
        self.rows.extend(
            other
                .rows
                .iter()
                .map(|row| Row { run: row.run + runs_before, position: row.position + connections_before }),
        );
        self.runs.extend_from_slice(&other.runs);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rows.len() * size_of::<Row>() + self.runs.len() * 4
    }
}

/// A run that is due at a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// The run behind it.
    pub(crate) next: u32,
    /// Its first connection.
    pub(crate) position: u32,
    /// Share of the weight that opens, in 2⁻³¹, under shared short-term plasticity.
    pub(crate) efficacy: u32,
    /// Its connections.
    pub(crate) length: u16,
    /// Steps since the spike.
    pub(crate) delay: u16,
    /// Bundle.
    pub(crate) bundle: u16,
}

impl Runs {
    /// The first run of a source; none where it reaches nobody here.
    #[inline(always)]
    pub(crate) fn first(&self, source: usize, efficacy: u32, bundle: u16) -> Option<Due> {
        let row = self.rows[source];
        let due = Due { next: row.run, position: row.position, efficacy, length: 0, delay: 0, bundle };
        self.after(&due)
    }

    /// The run behind one; none at the end of a list.
    #[inline(always)]
    pub(crate) fn after(&self, due: &Due) -> Option<Due> {
        let run = self.runs[due.next as usize];
        (run != 0).then(|| Due {
            next: due.next + 1,
            position: due.position + u32::from(due.length),
            length: (run >> 16) as u16,
            delay: run as u16,
            ..*due
        })
    }

    /// Brings what [`Self::first`] reads of a source towards the cache: first its row, later its list.
    #[inline(always)]
    pub(crate) fn prefetch_row(&self, source: usize) {
        prefetch(&self.rows, source, 1);
    }

    /// See [`Self::prefetch_row`].
    #[inline(always)]
    pub(crate) fn prefetch_list(&self, source: usize) {
        prefetch(&self.runs, self.rows[source].run as usize, 16);
    }

    /// Brings what [`Self::after`] reads towards the cache.
    #[inline(always)]
    pub(crate) fn prefetch_next(&self, due: &Due) {
        prefetch(&self.runs, due.next as usize, 1);
    }
}
