//! Where a step stands in a run: `1.0.2` is the second step, its first iteration, its third child.

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

/// A step path: zero-based indices from the root, `index[.iteration|lane|branch|cycle].child`.
///
/// Ordered as steps are listed: numerically by component, parents before children. The empty path
/// stands for the thread itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StepPath(SmallVec<[u32; 6]>);

impl StepPath {
    /// The path of the thread itself.
    pub fn root() -> StepPath {
        StepPath::default()
    }

    /// This path with one more component.
    #[must_use]
    pub fn child(&self, index: u32) -> StepPath {
        let mut components = SmallVec::with_capacity(self.0.len() + 1);
        components.extend_from_slice(&self.0);
        components.push(index);
        StepPath(components)
    }

    /// The path without its last component; `None` for the root.
    pub fn parent(&self) -> Option<StepPath> {
        let (_, parent) = self.0.split_last()?;
        Some(StepPath(SmallVec::from_slice(parent)))
    }

    /// The last component; `None` for the root.
    pub fn last(&self) -> Option<u32> {
        self.0.last().copied()
    }

    /// The components from the root.
    pub fn components(&self) -> &[u32] {
        &self.0
    }

    /// True when `self` is `ancestor` or lies below it.
    pub fn is_under(&self, ancestor: &StepPath) -> bool {
        self.0.starts_with(&ancestor.0)
    }
}

/// Maps keyed by paths can be asked with components alone.
impl Borrow<[u32]> for StepPath {
    fn borrow(&self) -> &[u32] {
        &self.0
    }
}

impl From<&[u32]> for StepPath {
    fn from(components: &[u32]) -> StepPath {
        StepPath(SmallVec::from_slice(components))
    }
}

impl fmt::Display for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, component) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            write!(f, "{component}")?;
        }
        Ok(())
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
        let components: Option<_> = text.split('.').map(component).collect();
        components
            .map(StepPath)
            .ok_or_else(|| InvalidStepPath(text.to_owned()))
    }
}

impl Serialize for StepPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StepPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StepPath, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
