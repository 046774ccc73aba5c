//! Colors, and the short forms of times and texts.

use anstyle::{AnsiColor, Style};

pub(crate) fn error(text: &str) -> String {
    paint(AnsiColor::Red.on_default().bold(), text)
}

pub(crate) fn good(text: &str) -> String {
    paint(AnsiColor::Green.on_default(), text)
}

pub(crate) fn bad(text: &str) -> String {
    paint(AnsiColor::Red.on_default(), text)
}

pub(crate) fn wait(text: &str) -> String {
    paint(AnsiColor::Yellow.on_default(), text)
}

pub(crate) fn dim(text: &str) -> String {
    paint(Style::new().dimmed(), text)
}

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// `3ms`, `1.2s`, `4m10s`, `2h05m`, `3d4h`.
pub(crate) fn duration(ms: i64) -> String {
    let ms = ms.max(0);
    let seconds = ms / 1000;
    match ms {
        0..1_000 => format!("{ms}ms"),
        1_000..60_000 => format!("{}.{}s", seconds, ms % 1000 / 100),
        60_000..3_600_000 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3_600_000..86_400_000 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d{}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// The text on one line, with at most that many characters.
pub(crate) fn cut(text: &str, chars_max: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= chars_max {
        return line;
    }
    let kept: String = line.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{cut, duration};

    #[test]
    fn durations_are_short() {
        let cases = [
            (0, "0ms"),
            (999, "999ms"),
            (1_250, "1.2s"),
            (250_000, "4m10s"),
            (7_500_000, "2h05m"),
            (273_600_000, "3d4h"),
        ];
        for (ms, expected) in cases {
            assert_eq!(duration(ms), expected);
        }
    }

    #[test]
    fn names_are_lines_of_a_bounded_width() {
        let table = [
            ("short", "short"),
            ("a\n  b\tc", "a b c"),
            ("0123456789", "0123456789"),
            ("0123456789a", "012345678…"),
            ("01234567 9 b", "01234567…"),
            ("äöüäöüäöüäö", "äöüäöüäöü…"),
        ];
        for (text, expected) in table {
            assert_eq!(cut(text, 10), expected, "{text:?}");
        }
    }
}
