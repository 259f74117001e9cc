//! A block of rows as the columns of a file.

use crate::error::SonataError;
use crate::names::sonata;
use crate::store::{Column, Place};
use bravli_circuit::Connections;
use std::ops::Range;
use std::path::Path;

/// Rows held decoded at a time.
pub(crate) const BLOCK: usize = 1 << 17;

/// Calls `$what!(field: type, …)` with every parameter of a row.
macro_rules! for_parameters {
    ($what:ident) => {
        $what!(
            n_synapses: u8,
            n_rrp: u8,
            gsyn_ns: f32,
            u_syn: f32,
            tau_rec_ms: f32,
            tau_facil_ms: f32,
            tau_decay_ms: f32,
            delay_ms: f32,
            conductance_ratio: f32,
            u_hill_mm: f32
        );
    };
}

macro_rules! define {
    ($($field:ident: $type:ty),*) => {
        /// Decoded rows, by column.
        #[derive(Debug, Default)]
        pub(crate) struct Block {
            pub(crate) source: Vec<u32>,
            pub(crate) target: Vec<u32>,
            pub(crate) pathway: Vec<u16>,
            $($field: Vec<$type>,)*
        }

        /// The columns of a file that a block goes to.
        pub(crate) struct BlockColumns<'a> {
            $($field: Column<'a>,)*
        }

        impl Block {
            /// Creates the columns of parameters.
            pub(crate) fn columns<'a>(group: &'a Place<'_>, n: usize) -> Result<BlockColumns<'a>, SonataError> {
                Ok(BlockColumns { $($field: group.column::<$type>(sonata(stringify!($field)), n)?,)* })
            }

            /// Decodes rows.
            pub(crate) fn fill(
                &mut self,
                connections: &Connections<'_>,
                rows: Range<usize>,
                path: &Path,
            ) -> Result<(), SonataError> {
                self.source.clear();
                self.target.clear();
                self.pathway.clear();
                $(self.$field.clear();)*
                let mut source = connections.edges.source_of(rows.start);
                for row in rows {
                    while connections.rows(source).end <= row {
                        source += 1;
                    }
                    let Some(connection) = connections.get(source, row) else {
                        return Err(SonataError::Value {
                            file: path.to_owned(),
                            dataset: sonata("target").to_owned(),
                            row,
                            expected: "two nodes that a pathway of the circuit connects".to_owned(),
                            actual: format!("{source} -> {}", connections.edges.targets()[row]),
                        });
                    };
                    self.source.push(source as u32);
                    self.target.push(connection.target);
                    self.pathway.push(connection.pathway);
                    $(self.$field.push(connection.$field);)*
                }
                Ok(())
            }

            /// Writes all parameters from `row` on.
            pub(crate) fn write(&self, columns: &BlockColumns<'_>, row: usize) -> Result<(), SonataError> {
                $(columns.$field.write(row, &self.$field)?;)*
                Ok(())
            }
        }
    };
}

for_parameters!(define);
