//! Step paths as bytes whose order is the order of steps, so that a database sorts them and finds
//! all below a path as one range: 1.2 comes before 1.10, and below 1.0 there is 1.0.3 but never 1.01.
//!
//! A component takes one byte up to 239; a larger one takes a mark that says its length, then its
//! bytes from the highest. No component begins with 255, which therefore ends a range.

use scriptum_engine::StoreError;
use scriptum_vm::StepPath;

/// The last value that is its own byte.
const SMALL_MAX: u32 = 239;
/// The mark of a component of one byte above [`SMALL_MAX`]; the next ones mark two, three and four.
const LONG_MARK: u8 = 240;
/// More than any first byte of a component.
const END: u8 = 255;

/// The bytes of a path.
pub(crate) fn path_to_bytes(path: &StepPath) -> Vec<u8> {
    let components = path.components();
    let mut bytes = Vec::with_capacity(components.len() + 1);
    for component in components {
        push_component(&mut bytes, *component);
    }
    bytes
}

/// The bytes behind those of every path at or below this one.
pub(crate) fn path_end(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.push(END);
    bytes
}

/// Reads what [`path_to_bytes`] wrote.
pub(crate) fn path_from_bytes(bytes: &[u8]) -> Result<StepPath, StoreError> {
    let mut rest = bytes;
    let mut components = Vec::new();
    while let Some((first, behind)) = rest.split_first() {
        let (component, behind) = component(*first, behind)
            .ok_or_else(|| StoreError::Corrupt(format!("{bytes:?} is no step path")))?;
        components.push(component);
        rest = behind;
    }
    Ok(StepPath::from(components.as_slice()))
}

fn push_component(bytes: &mut Vec<u8>, component: u32) {
    let big_endian = component.to_be_bytes();
    let leading_zeros = big_endian.iter().take(3).take_while(|it| **it == 0).count();
    let (_, digits) = big_endian.split_at(leading_zeros);
    if component > SMALL_MAX {
        let mark_offset = u8::try_from(digits.len() - 1).expect("a component has up to four bytes");
        bytes.push(LONG_MARK + mark_offset);
    }
    bytes.extend_from_slice(digits);
}

fn component(first: u8, behind: &[u8]) -> Option<(u32, &[u8])> {
    let Some(mark_offset) = first.checked_sub(LONG_MARK) else {
        return Some((u32::from(first), behind));
    };
    let length = usize::from(mark_offset) + 1;
    let (digits, behind) = behind.split_at_checked(length)?;
    let is_canonical = length <= 4 && digits.first() != Some(&0);
    let value = digits
        .iter()
        .fold(0, |value, digit| (value << 8) | u32::from(*digit));
    (is_canonical && value > SMALL_MAX).then_some((value, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the order of steps.
    const PATHS: &[&[u32]] = &[
        &[],
        &[0],
        &[0, 0],
        &[0, 1],
        &[0, 239],
        &[0, 240],
        &[0, 255],
        &[0, 256],
        &[0, 256, 4],
        &[0, 65_535],
        &[0, 65_536],
        &[0, 16_777_216],
        &[0, 4_294_967_295],
        &[0, 4_294_967_295, 0],
        &[1],
        &[2],
        &[10],
        &[10, 0],
    ];

    #[test]
    fn bytes_are_ordered_like_paths_and_read_back() {
        let paths = PATHS.iter().map(|components| StepPath::from(*components));
        let mut before: Option<Vec<u8>> = None;
        for path in paths {
            let bytes = path_to_bytes(&path);
            assert_eq!(path_from_bytes(&bytes), Ok(path.clone()));
            assert!(before.as_ref() < Some(&bytes), "{path} is out of order");
            before = Some(bytes);
        }
    }

    #[test]
    fn a_range_holds_what_is_below_a_path() {
        let paths = PATHS.iter().map(|components| StepPath::from(*components));
        let paths: Vec<StepPath> = paths.collect();
        for (under, path) in paths.iter().flat_map(|a| paths.iter().map(move |b| (a, b))) {
            let start = path_to_bytes(under);
            let bytes = path_to_bytes(path);
            let is_in_range = start <= bytes && bytes < path_end(start.clone());
            assert_eq!(is_in_range, path.is_under(under), "{path} under {under}");
        }
    }

    #[test]
    fn other_bytes_are_no_path() {
        for bytes in [
            &[255][..],
            &[240],
            &[240, 7],
            &[241, 0, 250],
            &[244, 1, 1, 1, 1, 1],
        ] {
            assert!(path_from_bytes(bytes).is_err(), "{bytes:?} was read");
        }
    }
}
