//! Where a step stands in a run: `1.0.2` is the second step, its first iteration, its third child.

use std::{borrow::Borrow, cmp::Ordering, fmt, hash::Hash, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Components that a path holds without an allocation: a step three loops or branches deep.
const INLINE_MAX: usize = 7;
/// Room for the text of a usual path.
const TEXT_ROOM_BYTES: usize = 16;

/// A step path: zero-based indices from the root, `index[.iteration|lane|branch|cycle].child`.
///
/// Ordered as steps are listed: numerically by component, parents before children. The empty path
/// stands for the thread itself. Cloning one is a copy of 32 bytes.
#[derive(Clone)]
pub struct StepPath(Components);

#[derive(Clone)]
enum Components {
    Inline { len: u8, all: [u32; INLINE_MAX] },
    Shared(Arc<[u32]>),
}

impl StepPath {
    /// The path of the thread itself.
    pub fn root() -> StepPath {
        StepPath::default()
    }

    /// This path with one more component.
    #[must_use]
    pub fn child(&self, index: u32) -> StepPath {
        if let Components::Inline { len, mut all } = self.0
            && let Some(slot) = all.get_mut(usize::from(len))
        {
            *slot = index;
            return StepPath(Components::Inline { len: len + 1, all });
        }
        let components = self.components().iter().copied().chain([index]);
        StepPath(Components::Shared(components.collect()))
    }

    /// The path without its last component; `None` for the root.
    pub fn parent(&self) -> Option<StepPath> {
        let (_, parent) = self.components().split_last()?;
        Some(StepPath::from(parent))
    }

    /// The last component; `None` for the root.
    pub fn last(&self) -> Option<u32> {
        self.components().last().copied()
    }

    /// The components from the root.
    pub fn components(&self) -> &[u32] {
        match &self.0 {
            Components::Inline { len, all } => all
                .get(..usize::from(*len))
                .expect("a path is no longer than its array"),
            Components::Shared(components) => components,
        }
    }

    /// Writes the path as it prints.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        for (at, component) in self.components().iter().enumerate() {
            if at > 0 {
                out.write_char('.')?;
            }
            write_number(out, *component)?;
        }
        Ok(())
    }

    /// True when `self` is `ancestor` or lies below it.
    pub fn is_under(&self, ancestor: &StepPath) -> bool {
        self.components().starts_with(ancestor.components())
    }
}

/// Writes a number digit by digit: paths are written all the time, and most of their numbers are short.
pub(crate) fn write_number(out: &mut impl fmt::Write, number: u32) -> fmt::Result {
    if number > 9 {
        write_number(out, number / 10)?;
    }
    let digit = char::from_digit(number % 10, 10);
    out.write_char(digit.expect("what is left of a division by ten is a digit"))
}

impl Default for StepPath {
    fn default() -> StepPath {
        StepPath(Components::Inline {
            len: 0,
            all: [0; INLINE_MAX],
        })
    }
}

impl PartialEq for StepPath {
    fn eq(&self, other: &StepPath) -> bool {
        self.components() == other.components()
    }
}

impl Eq for StepPath {}

impl PartialOrd for StepPath {
    fn partial_cmp(&self, other: &StepPath) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StepPath {
    fn cmp(&self, other: &StepPath) -> Ordering {
        self.components().cmp(other.components())
    }
}

impl Hash for StepPath {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.components().hash(state);
    }
}

/// Maps keyed by paths can be asked with components alone.
impl Borrow<[u32]> for StepPath {
    fn borrow(&self) -> &[u32] {
        self.components()
    }
}

impl From<&[u32]> for StepPath {
    fn from(components: &[u32]) -> StepPath {
        let mut all = [0; INLINE_MAX];
        match (
            all.get_mut(..components.len()),
            u8::try_from(components.len()),
        ) {
            (Some(inline), Ok(len)) => {
                inline.copy_from_slice(components);
                StepPath(Components::Inline { len, all })
            }
            (Some(_) | None, _) => StepPath(Components::Shared(components.into())),
        }
    }
}

impl fmt::Display for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl fmt::Debug for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The text is no step path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidStepPath(pub String);

impl fmt::Display for InvalidStepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is no step path; expected numbers joined by dots, such as 1.0.2",
            self.0
        )
    }
}

impl std::error::Error for InvalidStepPath {}

impl FromStr for StepPath {
    type Err = InvalidStepPath;

    /// Reads `1.0.2`; the empty text is the root. Leading zeros and signs are refused.
    fn from_str(text: &str) -> Result<StepPath, InvalidStepPath> {
        if text.is_empty() {
            return Ok(StepPath::root());
        }
        let component = |part: &str| {
            let canonical = part == "0" || !part.starts_with(['0', '+', '-']);
            part.parse().ok().filter(|_| canonical)
        };
        let components: Option<Vec<u32>> = text.split('.').map(component).collect();
        components
            .map(|components| StepPath::from(components.as_slice()))
            .ok_or_else(|| InvalidStepPath(text.to_owned()))
    }
}

impl Serialize for StepPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(TEXT_ROOM_BYTES);
        self.write_to(&mut text)
            .map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for StepPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StepPath, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
