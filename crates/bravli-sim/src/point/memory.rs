//! Large arrays of words, on large pages where the system has them.

use memmap2::MmapMut;

/// Words that are written once and then read at random.
#[derive(Debug)]
pub(crate) struct Words {
    mapped: Option<MmapMut>,
    held: Vec<u32>,
}

/// Below this many words the heap serves as well.
const LARGE: usize = 1 << 18;

impl Words {
    /// All words of `parts`, one after another; each part is freed once it is copied.
    pub(crate) fn gather(parts: Vec<Vec<u32>>) -> Self {
        let n: usize = parts.iter().map(Vec::len).sum();
        if n < LARGE {
            return Self { mapped: None, held: parts.concat() };
        }
        let Ok(mut mapped) = MmapMut::map_anon(n * 4) else {
            return Self { mapped: None, held: parts.concat() };
        };
        #[cfg(target_os = "linux")]
        // a wish: without large pages everything works, more slowly
        let _ = mapped.advise(memmap2::Advice::HugePage);
        let mut at = 0;
        for part in parts {
            let bytes: &[u8] = bytemuck::cast_slice(&part);
            mapped[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        }
        Self { mapped: Some(mapped), held: Vec::new() }
    }

    #[inline(always)]
    pub(crate) fn slice(&self) -> &[u32] {
        match &self.mapped {
            // maps begin at a page, so that no word is cut
            Some(mapped) => bytemuck::cast_slice(mapped),
            None => &self.held,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slice().len() * 4
    }
}

/// Brings words towards the cache; what lies outside the slice is left alone.
#[inline(always)]
pub(crate) fn prefetch<T>(slice: &[T], from: usize, length: usize) {
    let Some(range) = slice.get(from..(from + length).min(slice.len())) else { return };
    let bytes = std::mem::size_of_val(range);
    #[cfg(target_arch = "x86_64")]
    for line in 0..bytes.div_ceil(64) + 1 {
        let line = (line * 64).min(bytes.saturating_sub(1));
        #[expect(unsafe_code, reason = "a hint to the cache has no safe form")]
        // SAFETY: the address lies within `range`; a prefetch reads nothing and cannot fault.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(range.as_ptr().cast::<i8>().add(line));
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes;
}
