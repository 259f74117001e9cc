//! Heaps of texts, looked at before HDF5 does.
//!
//! HDF5 2 does not come back from a heap in which an object of free space has no size: it looks at the same object for ever.
//! So each heap of a file is walked here first, once, before the first text of variable length is read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// What each heap starts with, its version too.
const SIGNATURE: [u8; 5] = *b"GCOL\x01";

/// Bytes before the first object: signature, version, three to spare, and the size of the heap.
const HEADER: u64 = 16;

/// Bytes before an object's own: index, count, four to spare, and its size.
const OBJECT_HEADER: u64 = 16;

/// The smallest heap there is.
const MIN_SIZE: u64 = 4_096;

/// Bytes that are looked at in one go.
const BLOCK: usize = 1 << 20;

/// Byte at which the first heap starts that cannot be walked; none where all can.
pub(super) fn first_bad_heap(path: &Path) -> std::io::Result<Option<u64>> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    if let Some(at) = unusual_lengths(&mut file, len)? {
        return Ok(Some(at));
    }
    // heaps do not overlap, so objects of all of them are fewer than this, and hostile ones cannot take longer
    let mut n_left = len / OBJECT_HEADER + 1;
    let mut block = Vec::with_capacity(BLOCK);
    let mut start = 0;
    while start < len {
        file.seek(SeekFrom::Start(start))?;
        block.clear();
        Read::by_ref(&mut file).take(BLOCK as u64).read_to_end(&mut block)?;
        for at in
            block.windows(SIGNATURE.len()).enumerate().filter(|(_, window)| *window == SIGNATURE).map(|(at, _)| at)
        {
            let heap = start + at as u64;
            if !can_be_walked(&mut file, heap, len, &mut n_left)? {
                return Ok(Some(heap));
            }
        }
        if block.len() < BLOCK {
            break;
        }
        // a signature may lie across the end
        start += (BLOCK - SIGNATURE.len() + 1) as u64;
    }
    Ok(None)
}

/// Where the file starts, where its lengths do not have the eight bytes that every file in use has and heaps are walked by.
fn unusual_lengths(file: &mut File, len: u64) -> std::io::Result<Option<u64>> {
    // a file may start behind a block of its user's: at 0, 512, 1024, …
    let mut at = 0;
    while at + 16 <= len {
        let mut start = [0; 16];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut start)?;
        if start.starts_with(b"\x89HDF\r\n\x1a\n") {
            let n_bytes = if start[8] < 2 { start[14] } else { start[10] };
            return Ok((n_bytes != 8).then_some(at));
        }
        at = if at == 0 { 512 } else { 2 * at };
    }
    Ok(None)
}

/// Whether every object leads to one after it. What HDF5 refuses by itself is left to it.
fn can_be_walked(file: &mut File, heap: u64, len: u64, n_left: &mut u64) -> std::io::Result<bool> {
    let mut header = [0; HEADER as usize];
    file.seek(SeekFrom::Start(heap))?;
    if file.read_exact(&mut header).is_err() {
        return Ok(true);
    }
    let size = u64_at(&header, 8);
    if size < MIN_SIZE || size > len - heap {
        return Ok(true);
    }
    let mut objects = std::io::BufReader::new(file.take(size - HEADER));
    let mut at = HEADER;
    while at + OBJECT_HEADER <= size {
        if *n_left == 0 {
            return Ok(false);
        }
        *n_left -= 1;
        let mut object = [0; OBJECT_HEADER as usize];
        objects.read_exact(&mut object)?;
        let own = u64_at(&object, 8);
        let is_free = object[..2] == [0, 0];
        // of free space the size says all, of an object only its own bytes, which are filled up to a multiple of eight
        let step = if is_free {
            Some(own)
        } else {
            own.checked_next_multiple_of(8).and_then(|own| own.checked_add(OBJECT_HEADER))
        };
        let Some(next) = step.and_then(|step| at.checked_add(step)).filter(|next| *next <= size) else {
            return Ok(true);
        };
        if next == at {
            return Ok(false);
        }
        if next < at + OBJECT_HEADER {
            // free space smaller than what tells of it
            return Ok(false);
        }
        std::io::copy(&mut Read::by_ref(&mut objects).take(next - at - OBJECT_HEADER), &mut std::io::sink())?;
        at = next;
    }
    Ok(true)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of something, then a heap of one object of three bytes and free space of this size.
    fn file(before: usize, free: u64) -> tempfile::NamedTempFile {
        let mut bytes = vec![b'G'; before];
        bytes.extend_from_slice(b"GCOL\x01\0\0\0");
        bytes.extend_from_slice(&4_096_u64.to_le_bytes());
        bytes.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, b'a', b'b', b'c', 0, 0, 0, 0, 0]);
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&free.to_le_bytes());
        bytes.resize(before + 4_096, 0);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn a_heap_without_end_is_found_wherever_it_lies() {
        for before in [0, 3, BLOCK - 5, BLOCK - 2, BLOCK, BLOCK + 1] {
            assert_eq!(first_bad_heap(file(before, 4_096 - 40).path()).unwrap(), None, "{before}");
            assert_eq!(first_bad_heap(file(before, 0).path()).unwrap(), Some(before as u64), "{before}");
        }
        // beyond the heap: HDF5 refuses that itself
        assert_eq!(first_bad_heap(file(0, u64::MAX).path()).unwrap(), None);
        assert_eq!(first_bad_heap(file(0, 9_999).path()).unwrap(), None);
    }

    #[test]
    fn heaps_in_heaps_do_not_take_for_ever() {
        let one = [&b"GCOL\x01\0\0\0"[..], &(1_u64 << 20).to_le_bytes()].concat();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), one.repeat(200_000)).unwrap();
        let start = std::time::Instant::now();
        first_bad_heap(file.path()).unwrap();
        assert!(start.elapsed() < std::time::Duration::from_secs(20));
    }
}
