//! The name that was probably meant, for messages about unknown names.

use strsim::osa_distance;

use crate::limits::NAME_CHARS_MAX;

/// The candidate nearest to `name`, if one is near enough to be worth a question: at most one slip
/// for each three characters of the longer name. Of equally near ones the first.
///
/// ```
/// use scriptum_contract::nearest;
/// assert_eq!(nearest("web_serch", ["grep", "web_search"]), Some("web_search"));
/// assert_eq!(nearest("topic", ["depth", "mode"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let longer = candidate.chars().count().max(length);
            (longer <= NAME_CHARS_MAX).then_some(())?;
            let slips = slips(name, candidate);
            (slips <= longer / 3).then_some((slips, candidate))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// Typing slips between two names; a difference in case alone is the smallest one.
fn slips(name: &str, candidate: &str) -> usize {
    if name.to_lowercase() == candidate.to_lowercase() {
        return 0;
    }
    osa_distance(name, candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["topic", "depth", "Url", "x"];
        let table = [
            ("topc", Some("topic")),
            ("tpoic", Some("topic")),
            ("DEPTH", Some("depth")),
            ("url", Some("Url")),
            ("y", None),
            ("X", Some("x")),
            ("summary", None),
            ("", None),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, names), expected, "{name}");
        }
    }
}
