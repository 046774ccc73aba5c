//! Shows diagnostics: for a terminal, with the lines they are about, and in the forms that programs read.
//!
//! Only the lines that a diagnostic names are given to the layout, so a thousand findings in a million
//! lines cost a thousand small snippets.

mod github;
mod json;
mod sarif;

use std::{borrow::Cow, ops::Range};

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet,
    normalize_untrusted_str,
};
use scriptum_syntax::{Diagnostic, Fix, LineIndex, Place, Severity, Span};

pub use github::render_github;
pub use json::render_json;
pub use sarif::Sarif;

/// Columns of a terminal that does not tell.
const WIDTH_DEFAULT: usize = 80;

/// Columns of a message on however narrow a terminal.
const COLUMNS_MIN: usize = 20;

/// Lines between two places that are still shown as one snippet.
const LINES_BETWEEN_MAX: u32 = 4;

/// Bytes of a line that is shown; longer ones are named by line and column alone.
const LINE_BYTES_SHOWN_MAX: usize = 2_000;

/// How diagnostics are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderOptions {
    /// Columns.
    pub width: usize,
    /// True for a terminal that shows colors.
    pub color: bool,
}

impl RenderOptions {
    /// The usual width.
    pub fn new(color: bool) -> RenderOptions {
        RenderOptions {
            width: WIDTH_DEFAULT,
            color,
        }
    }
}

/// Diagnostics for people, in the order of the text, each once, with an empty line between two.
///
/// `file` is the name to show for `source`, which the diagnostics are about.
pub fn render(
    diagnostics: &[Diagnostic],
    file: &str,
    source: &str,
    options: RenderOptions,
) -> String {
    let renderer = if options.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(options.width);
    let lines = Lines::new(file, source, options.width);
    let mut text = String::new();
    for diagnostic in sorted(diagnostics) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&renderer.render(&lines.report(diagnostic)));
        text.push('\n');
    }
    text
}

fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|it| (it.primary.span, it.severity, it.code));
    sorted.dedup();
    sorted
}

/// A text with its lines.
struct Lines<'s> {
    file: &'s str,
    source: &'s str,
    index: LineIndex,
    width: usize,
}

/// A place with what is said about it.
struct Mark<'s> {
    span: Span,
    kind: AnnotationKind,
    text: &'s str,
}

impl<'s> Lines<'s> {
    fn new(file: &'s str, source: &'s str, width: usize) -> Lines<'s> {
        Lines {
            file,
            source,
            index: LineIndex::new(source),
            width,
        }
    }

    fn report(&self, diagnostic: &'s Diagnostic) -> Vec<Group<'s>> {
        let (level, word) = match diagnostic.severity {
            Severity::Error => (Level::ERROR, "error"),
            Severity::Warning => (Level::WARNING, "warning"),
        };
        let code = diagnostic.code.0;
        let before = word.len() + code.len() + "[]: ".len();
        let title = level
            .primary_title(self.wrapped(&diagnostic.message, before))
            .id(code);
        let mut group = Group::with_title(title);
        for cluster in self.clusters(diagnostic) {
            group = self.snippet(group, &cluster);
        }
        let shown_fix = diagnostic.fix.as_ref().and_then(|fix| self.patches(fix));
        match (&diagnostic.help, &diagnostic.fix, shown_fix) {
            (help, Some(fix), Some(patches)) => {
                let title = help.as_deref().unwrap_or(&fix.title);
                let title = normalize_untrusted_str(&self.wrapped(title, "help: ".len()));
                let title = Level::HELP.secondary_title(title);
                vec![group, title.element(patches)]
            }
            (Some(help), _, _) => {
                let last_line = self.index.line(diagnostic.primary.span.start);
                let before = last_line.to_string().len() + " = help: ".len();
                let help = normalize_untrusted_str(&self.wrapped(help, before));
                vec![group.element(Level::HELP.message(help))]
            }
            (None, _, _) => vec![group],
        }
    }

    /// A text broken between words, so that it fits behind `before` columns.
    fn wrapped(&self, text: &str, before: usize) -> String {
        let room = self.width.saturating_sub(before).max(COLUMNS_MIN);
        let mut wrapped = String::with_capacity(text.len());
        let mut column = 0;
        for word in text.split(' ') {
            let len = word.chars().count();
            if column > 0 && column + 1 + len > room {
                wrapped.push('\n');
                column = 0;
            } else if column > 0 {
                wrapped.push(' ');
                column += 1;
            }
            wrapped.push_str(word);
            column += len;
        }
        wrapped
    }

    /// The places of a diagnostic, those near each other together; the primary place comes first.
    fn clusters(&self, diagnostic: &'s Diagnostic) -> Vec<Vec<Mark<'s>>> {
        let primary = Mark {
            span: self.on_one_line(diagnostic.primary.span),
            kind: AnnotationKind::Primary,
            text: &diagnostic.primary.text,
        };
        let others = diagnostic.labels.iter().map(|label| Mark {
            span: self.on_one_line(label.span),
            kind: AnnotationKind::Context,
            text: &label.text,
        });
        let mut marks: Vec<Mark<'_>> = std::iter::once(primary).chain(others).collect();
        marks.sort_by_key(|mark| mark.span.start);
        let mut clusters: Vec<Vec<Mark<'_>>> = Vec::new();
        for mark in marks {
            let line = self.index.line(mark.span.start);
            let is_near = |cluster: &&mut Vec<Mark<'_>>| {
                let last = cluster.last().map(|last| self.index.line(last.span.start));
                last.is_some_and(|last| line - last <= LINES_BETWEEN_MAX)
            };
            match clusters.last_mut().filter(is_near) {
                Some(cluster) => cluster.push(mark),
                None => clusters.push(vec![mark]),
            }
        }
        let is_other = |cluster: &Vec<Mark<'_>>| {
            !cluster
                .iter()
                .any(|mark| mark.kind == AnnotationKind::Primary)
        };
        clusters.sort_by_key(is_other);
        clusters
    }

    /// The part of a place on its first line, which is enough to find it.
    fn on_one_line(&self, span: Span) -> Span {
        let len = u32::try_from(self.source.len()).unwrap_or(u32::MAX);
        let start = self.boundary(span.start.min(len));
        let end = self.boundary(span.end.min(len)).max(start);
        let text = Span::new(start, end).of(self.source);
        let line = text.split(['\n', '\r']).next().unwrap_or("");
        Span::new(start, start + u32::try_from(line.len()).unwrap_or(0))
    }

    /// The next place at or before `offset` that lies between two characters.
    fn boundary(&self, offset: u32) -> u32 {
        let floor = self.source.floor_char_boundary(offset as usize);
        u32::try_from(floor).unwrap_or(offset)
    }

    /// The lines from the one of `first` to the one of `last`: their bytes and the number of the first.
    fn lines(&self, first: u32, last: u32) -> (Range<usize>, u32) {
        let before = self.source.get(..first as usize).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let after = self.source.get(last as usize..).unwrap_or("");
        let end = after
            .find('\n')
            .map_or(self.source.len(), |newline| last as usize + newline);
        (start..end, self.index.line(first))
    }

    fn snippet(&self, group: Group<'s>, cluster: &[Mark<'s>]) -> Group<'s> {
        let starts = cluster.iter().map(|mark| mark.span.start);
        let (first, last) = (starts.clone().min().unwrap_or(0), starts.max().unwrap_or(0));
        let (range, line) = self.lines(first, last);
        let text = self.source.get(range.clone()).unwrap_or("");
        if text.lines().any(|line| line.len() > LINE_BYTES_SHOWN_MAX) {
            return cluster
                .iter()
                .fold(group, |group, mark| self.origin(group, mark));
        }
        let local = |offset: u32| (offset as usize).saturating_sub(range.start);
        let annotations = cluster.iter().map(|mark| -> Annotation<'s> {
            let span = local(mark.span.start)..local(mark.span.end);
            let label = (!mark.text.is_empty()).then_some(mark.text);
            mark.kind.span(span).label(label)
        });
        let snippet = Snippet::source(Cow::Borrowed(text))
            .line_start(line as usize)
            .path(self.file)
            .annotations(annotations);
        group.element(snippet)
    }

    /// A place whose line is too long to be shown.
    fn origin(&self, group: Group<'s>, mark: &Mark<'s>) -> Group<'s> {
        let place = self.index.place(self.source, mark.span.start);
        let origin = Origin::path(self.file)
            .line(place.line as usize)
            .char_column(place.column as usize);
        let group = group.element(origin);
        if mark.text.is_empty() {
            return group;
        }
        group.element(Level::NOTE.message(normalize_untrusted_str(mark.text)))
    }

    /// The edits of a fix, if they lie near each other on lines that can be shown.
    fn patches(&self, fix: &Fix) -> Option<Snippet<'s, Patch<'s>>> {
        let start = fix.edits.iter().map(|edit| edit.span.start).min()?;
        let end = fix.edits.iter().map(|edit| edit.span.end).max()?;
        self.source.get(start as usize..end as usize)?;
        let is_near = self.index.line(end) - self.index.line(start) <= LINES_BETWEEN_MAX;
        let (range, line) = self.lines(start, end);
        let text = self.source.get(range.clone())?;
        let is_short = text.lines().all(|line| line.len() <= LINE_BYTES_SHOWN_MAX);
        if !is_near || !is_short {
            return None;
        }
        let patches = fix.edits.iter().map(|edit| {
            let local = |offset: u32| offset as usize - range.start;
            Patch::new(
                local(edit.span.start)..local(edit.span.end),
                edit.text.clone(),
            )
        });
        let snippet = Snippet::source(Cow::Borrowed(text)).line_start(line as usize);
        Some(snippet.path(self.file).patches(patches))
    }
}

/// From where to where a place reaches, as people count; the end is the first place behind it.
struct Extent {
    start: Place,
    end: Place,
}

impl Lines<'_> {
    fn extent(&self, span: Span) -> Extent {
        let len = u32::try_from(self.source.len()).unwrap_or(u32::MAX);
        let at = |offset: u32| {
            let offset = self.boundary(offset.min(len));
            self.index.place(self.source, offset)
        };
        Extent {
            start: at(span.start),
            end: at(span.end),
        }
    }
}

/// The name of a file as tools compare it: without the `./` of the current folder.
fn clean(file: &str) -> &str {
    let clean = file.trim_start_matches("./");
    if clean.is_empty() { file } else { clean }
}
