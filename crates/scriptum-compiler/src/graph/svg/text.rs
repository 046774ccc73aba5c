//! Text in an SVG: how wide it is about, and how it is written.

/// What a text is set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Plain,
    Bold,
    Mono,
}

/// Estimates the width of a text in pixels. Fonts differ, and the estimate is for a wide one.
pub(super) fn width(text: &str, size: f64, face: Face) -> f64 {
    let em: f64 = text.chars().map(|char| em(char, face)).sum();
    em * size
}

fn em(char: char, face: Face) -> f64 {
    let plain = match char {
        // Scripts and pictures whose characters fill a square.
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}' => 1.0,
        '\u{1f000}'..='\u{3fffd}' => 1.2,
        _ if face == Face::Mono => return 0.61,
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.3,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | '-' => 0.4,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.9,
        'A'..='Z' => 0.7,
        _ => 0.62,
    };
    if face == Face::Bold {
        plain * 1.13
    } else {
        plain
    }
}

/// The beginning of a text that has room, with an ellipsis where something is left out.
pub(super) fn fitted(text: &str, size: f64, face: Face, room: f64) -> String {
    if width(text, size, face) <= room {
        return text.to_owned();
    }
    let mut used = em('…', face) * size;
    let fits = |char: &char| {
        used += em(*char, face) * size;
        used <= room
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

/// A text as XML takes it, in content and in attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(' '),
            // No XML may hold these, not even by number.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ if char.is_control() => escaped.push('\u{fffd}'),
            _ => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_where_the_room_ends() {
        let long = "a rather long title of a step that says too much";
        for room in [40.0, 100.0, 200.0] {
            let cut = fitted(long, 13.0, Face::Bold, room);
            assert!(
                cut.ends_with('…') && width(&cut, 13.0, Face::Bold) <= room,
                "{cut}"
            );
        }
        assert_eq!(fitted("short", 13.0, Face::Bold, 100.0), "short");
        assert_eq!(fitted("", 13.0, Face::Bold, 0.0), "");
    }

    #[test]
    fn nothing_breaks_the_xml() {
        assert_eq!(
            escaped("a<b>&\"c\"\u{1}\n"),
            "a&lt;b&gt;&amp;&quot;c&quot;\u{fffd} "
        );
    }
}
