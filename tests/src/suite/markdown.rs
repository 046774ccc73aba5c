//! Fixture files: Markdown in which a heading is a test and a fenced block a part of it.

/// A fixture file as text and as tests.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) sections: Vec<Section>,
}

/// A heading with at least one block below it.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The first word behind the fence.
    pub(crate) kind: String,
    /// The rest of the line behind the fence.
    pub(crate) args: String,
    /// What stands between the fences, with its last line break.
    pub(crate) content: String,
    /// Bytes of `content` in the file.
    range: std::ops::Range<usize>,
}

impl Section {
    /// The content of the first block of that kind.
    pub(crate) fn block(&self, kind: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.kind == kind)
    }

    /// All blocks of that kind, in order.
    pub(crate) fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}

/// Adds a block to the last section. A further script below a heading is a test of its own.
fn push(sections: &mut Vec<Section>, block: Block) {
    let count = sections.len();
    let Some(section) = sections.last_mut() else {
        return;
    };
    if block.kind != "scriptum" || section.block("scriptum").is_none() {
        return section.blocks.push(block);
    }
    let title = format!("{}, {}", section.title, count + 1);
    sections.push(Section {
        title,
        blocks: vec![block],
    });
}

impl Document {
    /// Reads a file; a fence that is not closed ends with the file.
    pub(crate) fn parse(text: String) -> Document {
        let mut sections: Vec<Section> = Vec::new();
        let mut titles: Vec<String> = Vec::new();
        let mut open: Option<Block> = None;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            at += line.len();
            if let Some(mut block) = open.take() {
                if line.trim_end() == "```" {
                    let content = text.get(block.range.clone()).unwrap_or_default();
                    content.clone_into(&mut block.content);
                    push(&mut sections, block);
                } else {
                    block.range.end = at;
                    open = Some(block);
                }
            } else if let Some(info) = line.strip_prefix("```") {
                let (kind, args) = info.trim().split_once(' ').unwrap_or((info.trim(), ""));
                open = Some(Block {
                    kind: kind.to_owned(),
                    args: args.to_owned(),
                    content: String::new(),
                    range: at..at,
                });
            } else if line.starts_with('#') {
                let depth = line.bytes().take_while(|byte| *byte == b'#').count();
                titles.truncate(depth - 1);
                titles.push(line.trim_start_matches('#').trim().to_owned());
                let title = titles
                    .get(1..)
                    .filter(|it| !it.is_empty())
                    .map(|it| it.join("/"));
                sections.push(Section {
                    title: title.unwrap_or_default(),
                    blocks: Vec::new(),
                });
            }
        }
        sections.retain(|section| !section.blocks.is_empty());
        Document { text, sections }
    }

    /// The text with the contents of some blocks replaced.
    pub(crate) fn with(&self, mut changes: Vec<(Block, String)>) -> String {
        changes.sort_by_key(|(block, _)| block.range.start);
        let mut text = String::with_capacity(self.text.len());
        let mut at = 0;
        for (block, content) in changes {
            text.push_str(self.text.get(at..block.range.start).unwrap_or_default());
            text.push_str(&content);
            at = block.range.end;
        }
        text.push_str(self.text.get(at..).unwrap_or_default());
        text
    }
}
