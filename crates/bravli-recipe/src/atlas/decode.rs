//! From the bytes behind a header to values.

use super::error::VolumeErrorKind;
use super::header::{Encoding, Header};
use super::volume::VolumeData;
use flate2::bufread::MultiGzDecoder;
use std::io::{BufRead, BufReader, ErrorKind};

/// Deflate shrinks no more than this; a header that asks for more than its data can hold is refused unread.
const DEFLATE_LIMIT: usize = 1032;
/// Bytes looked at together.
const CHUNK: usize = 1 << 16;

/// The values of a volume, of exactly the length that its header says.
pub(super) fn data(header: &Header, bytes: &[u8]) -> Result<VolumeData, VolumeErrorKind> {
    let expected = header.n_values * header.kind.bytes();
    let most = match header.encoding {
        Encoding::Raw => bytes.len(),
        Encoding::Gzip => bytes.len().saturating_mul(DEFLATE_LIMIT),
    };
    if most < expected {
        return Err(VolumeErrorKind::TooShort { expected });
    }
    let mut raw = bytes;
    match header.encoding {
        Encoding::Raw => header.kind.read(&mut raw, header.n_values, header.is_little),
        Encoding::Gzip => {
            let mut stream = BufReader::with_capacity(CHUNK, MultiGzDecoder::new(bytes));
            header.kind.read(&mut stream, header.n_values, header.is_little)
        }
    }
}

/// Reads `n` values of `N` bytes and sees that nothing follows.
pub(super) fn fill<T, const N: usize>(
    source: &mut dyn BufRead,
    n: usize,
    convert: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, VolumeErrorKind> {
    let expected = n * N;
    let short = |error: std::io::Error| match error.kind() {
        ErrorKind::UnexpectedEof => VolumeErrorKind::TooShort { expected },
        _ => VolumeErrorKind::Damaged(error.to_string()),
    };
    let mut out = Vec::with_capacity(n);
    let mut buffer = vec![0; CHUNK / N * N];
    while out.len() < n {
        let wanted = ((n - out.len()) * N).min(buffer.len());
        let chunk = buffer.get_mut(..wanted).unwrap_or_default();
        source.read_exact(chunk).map_err(short)?;
        out.extend(chunk.as_chunks::<N>().0.iter().map(|bytes| convert(*bytes)));
    }
    if source.fill_buf().map_err(short)?.is_empty() { Ok(out) } else { Err(VolumeErrorKind::TooLong { expected }) }
}
