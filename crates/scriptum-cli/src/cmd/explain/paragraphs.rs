//! Pages of Markdown with lines that fit a terminal. Code, tables and titles stay as they are.

/// Columns of a terminal.
const WIDTH: usize = 80;

/// The page with its paragraphs and the items of its lists wrapped.
pub(super) fn wrapped(page: &str) -> String {
    let mut text = String::with_capacity(page.len() + page.len() / 16);
    let mut paragraph = Paragraph::default();
    let mut in_code = false;
    for line in page.trim_end().lines() {
        let is_fence = line.starts_with("```");
        let is_prose = !in_code && !is_fence && !line.is_empty() && !line.starts_with(['#', '|']);
        in_code ^= is_fence;
        if is_prose {
            if line.starts_with("- ") {
                paragraph.end(&mut text);
                paragraph.indent = 2;
            }
            paragraph.words.extend(line.split_whitespace());
        } else {
            paragraph.end(&mut text);
            text.push_str(line);
            text.push('\n');
        }
    }
    paragraph.end(&mut text);
    text
}

/// Words that stand together; the lines after the first are indented.
#[derive(Default)]
struct Paragraph<'p> {
    words: Vec<&'p str>,
    indent: usize,
}

impl Paragraph<'_> {
    /// Writes it, and begins the next one.
    fn end(&mut self, text: &mut String) {
        let mut column = 0;
        for word in self.words.drain(..) {
            let width = word.chars().count();
            if column == 0 {
                column = width;
            } else if column + 1 + width <= WIDTH {
                text.push(' ');
                column += 1 + width;
            } else {
                text.push('\n');
                text.extend(std::iter::repeat_n(' ', self.indent));
                column = self.indent + width;
            }
            text.push_str(word);
        }
        if column > 0 {
            text.push('\n');
        }
        self.indent = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let long = "word ".repeat(30);
        let page =
            format!("# {long}\n\n{long}\nend\n\n- {long}\n  item\n- next\n\n```\n{long}\n```\n");
        let text = wrapped(&page);
        let kept = |line: &&str| line.chars().count() > 80;
        assert_eq!(text.lines().filter(kept).count(), 2, "{text}");
        assert!(text.contains("\n  word"), "{text}");
        assert!(text.contains("item\n- next\n"), "{text}");
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&text), words(&page));
    }
}
