//! Arrays as NumPy reads them.

/// A number that an array can hold.
pub(super) trait Element: Copy {
    /// NumPy's name of the type, little-endian.
    const DTYPE: &'static str;
    /// Appends the little-endian bytes.
    fn put(self, bytes: &mut Vec<u8>);
}

macro_rules! element {
    ($($kind:ty => $dtype:literal),*) => {$(
        impl Element for $kind {
            const DTYPE: &'static str = $dtype;
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}

element!(f32 => "<f4", f64 => "<f8", u16 => "<u2", u32 => "<u4", i64 => "<i8");

/// A one-dimensional array in format 1.0: magic, version, length of the header, a Python dictionary, the numbers.
///
/// # Source
/// NumPy Enhancement Proposal 1.
pub(super) fn npy<T: Element>(values: &[T]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}", T::DTYPE, values.len());
    // the numbers begin at a multiple of 64 bytes; ten stand before the header, and a line feed ends it
    header.extend(std::iter::repeat_n(' ', (64 - (10 + header.len() + 1) % 64) % 64));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.reserve(std::mem::size_of_val(values));
    values.iter().for_each(|value| value.put(&mut bytes));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_reads_back() {
        for n in [0_usize, 1, 7, 1_000] {
            let values: Vec<f32> = (0..n).map(|i| i as f32 * 0.25 - 3.0).collect();
            let bytes = npy(&values);
            assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
            let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            assert_eq!((10 + length) % 64, 0);
            let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
            assert!(
                header.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (") && header.ends_with('\n')
            );
            assert!(header.contains(&format!("({n},)")));
            let back: Vec<f32> = bytes[10 + length..]
                .chunks_exact(4)
                .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
                .collect();
            assert_eq!(back, values);
        }
    }
}
