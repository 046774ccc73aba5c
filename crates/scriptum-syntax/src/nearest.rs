//! What a misspelt word was probably meant to be.

use crate::Verb;

/// The verb that `word` is a misspelling of, if one is near enough.
pub(crate) fn verb(word: &str) -> Option<Verb> {
    let near = Verb::ALL
        .into_iter()
        .filter_map(|verb| distance(word, verb.word()).map(|distance| (distance, verb)));
    near.min().map(|(_, verb)| verb)
}

/// The word of `words` that `word` is a misspelling of, if one is near enough.
pub(crate) fn word(word: &str, words: &[&'static str]) -> Option<&'static str> {
    let near = words
        .iter()
        .filter_map(|known| distance(word, known).map(|distance| (distance, *known)));
    near.min().map(|(_, known)| known)
}

/// How many edits apart two words are, if few enough for their length to be a misspelling.
fn distance(word: &str, known: &str) -> Option<usize> {
    // Two-letter words are a single edit away from too much.
    let allowed = match known.len() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    if word.len().abs_diff(known.len()) > allowed {
        return None;
    }
    let distance = strsim::osa_distance(&word.to_ascii_lowercase(), known);
    (distance <= allowed).then_some(distance)
}
