//! One edit of a text, as a hasty author makes it.

use scriptum_syntax::{SyntaxKind, Token, lex};

use crate::random::Random;

/// Things that authors write in the wrong place.
const INSERTED: [&str; 16] = [
    "null", "0", "\"a\"", "true", "[]", "{}", "(", "\n", "  ", "?", " ?? 1", " + 1", ".name",
    "-- ", "=", ",",
];

/// A text with one edit.
pub(crate) fn mutated(text: &str, random: &mut Random) -> String {
    let tokens: Vec<Token> = lex(text);
    match random.below(9) {
        0 => without(text, pick(&tokens, random, |_| true)),
        1 => replaced(text, &tokens, random, SyntaxKind::Ident),
        2 | 3 => {
            let by = any_value(random);
            replaced(text, &tokens, random, by)
        }
        4 => swapped_lines(text, random),
        5 => without_line(text, random),
        6 => indented(text, random),
        7 => inserted(text, pick(&tokens, random, |_| true), random),
        _ => swapped(text, &tokens, random),
    }
}

fn any_value(random: &mut Random) -> SyntaxKind {
    random.choose(&[
        SyntaxKind::Ident,
        SyntaxKind::Integer,
        SyntaxKind::String,
        SyntaxKind::Decimal,
    ])
}

fn pick(tokens: &[Token], random: &mut Random, fits: impl Fn(&Token) -> bool) -> Option<Token> {
    let fitting: Vec<Token> = tokens.iter().filter(|token| fits(token)).copied().collect();
    random.pick(&fitting).copied()
}

fn part(text: &str, token: Token) -> &str {
    token.span.of(text)
}

fn cut(text: &str, token: Token, with: &str) -> String {
    let before = text.get(..token.span.start as usize).unwrap_or("");
    let behind = text.get(token.span.end as usize..).unwrap_or("");
    format!("{before}{with}{behind}")
}

fn without(text: &str, token: Option<Token>) -> String {
    token.map_or_else(|| text.to_owned(), |token| cut(text, token, ""))
}

/// A token of a kind takes the place of a name or a literal.
fn replaced(text: &str, tokens: &[Token], random: &mut Random, by: SyntaxKind) -> String {
    let is_value = |token: &Token| {
        matches!(
            token.kind,
            SyntaxKind::Ident | SyntaxKind::Integer | SyntaxKind::String | SyntaxKind::Decimal
        )
    };
    let (place, with) = (
        pick(tokens, random, is_value),
        pick(tokens, random, |token| token.kind == by),
    );
    match (place, with) {
        (Some(place), Some(with)) => cut(text, place, part(text, with)),
        (Some(_) | None, _) => text.to_owned(),
    }
}

fn inserted(text: &str, token: Option<Token>, random: &mut Random) -> String {
    let Some(token) = token else {
        return text.to_owned();
    };
    let more = format!("{}{}", part(text, token), random.choose(&INSERTED));
    cut(text, token, &more)
}

/// Two tokens change places.
fn swapped(text: &str, tokens: &[Token], random: &mut Random) -> String {
    let solid = |token: &Token| !token.kind.is_trivia();
    let (Some(a), Some(b)) = (pick(tokens, random, solid), pick(tokens, random, solid)) else {
        return text.to_owned();
    };
    let (first, second) = if a.span.start <= b.span.start {
        (a, b)
    } else {
        (b, a)
    };
    if first.span == second.span {
        return text.to_owned();
    }
    let later = cut(text, second, part(text, first));
    cut(&later, first, part(text, second))
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn swapped_lines(text: &str, random: &mut Random) -> String {
    let mut lines = lines(text);
    let (a, b) = (random.below(lines.len()), random.below(lines.len()));
    lines.swap(a, b);
    lines.concat()
}

fn without_line(text: &str, random: &mut Random) -> String {
    let mut lines = lines(text);
    lines.remove(random.below(lines.len()));
    lines.concat()
}

fn indented(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = lines(text).into_iter().map(str::to_owned).collect();
    let at = random.below(lines.len());
    if let Some(line) = lines.get_mut(at) {
        *line = if random.percent(50) {
            format!("  {line}")
        } else {
            line.strip_prefix("  ").unwrap_or(line).to_owned()
        };
    }
    lines.concat()
}
