//! Title, version and annotations.

use std::sync::Arc;

use scriptum_syntax::ast::{self, AstNode, StepNode};

use super::Lower;
use crate::codes;

impl Lower<'_> {
    pub(super) fn title(&mut self, file: &ast::SourceFile) -> Arc<str> {
        let Some(header) = file.header() else {
            return "".into();
        };
        self.map.header = self.first_line(header.span());
        let title = header.title().and_then(|title| title.plain());
        title.unwrap_or_default().into()
    }

    pub(super) fn version(&mut self, file: &ast::SourceFile) -> Option<Arc<str>> {
        let label = file.version()?.version()?;
        let version = label.plain()?;
        if !is_semantic_version(&version) {
            self.report(codes::invalid_version(&version, label.span()));
        }
        Some(version.into())
    }

    /// Content types and extensions that the script takes.
    pub(super) fn accepted(&mut self, file: &ast::SourceFile) -> (Vec<String>, Vec<String>) {
        let (mut types, mut extensions) = (Vec::new(), Vec::new());
        for annotation in file.annotations() {
            for (value, span) in annotation.values() {
                match annotation.name() {
                    "accepts_content_type" if is_content_type(value) => add(&mut types, value),
                    "accepts_extension" if is_extension(value) => {
                        let extension = value.strip_prefix('.').unwrap_or(value);
                        add(&mut extensions, &extension.to_lowercase());
                    }
                    "accepts_content_type" => {
                        self.report(codes::invalid_annotation::content_type(value, span));
                    }
                    "accepts_extension" => {
                        self.report(codes::invalid_annotation::extension(value, span));
                    }
                    _ => {}
                }
            }
        }
        (types, extensions)
    }

    /// The steps of `on thread error`, which read `error` and `thread` beside everything else.
    pub(super) fn thread_error_body(&mut self, block: &ast::Block) -> scriptum_vm::program::Body {
        let mark = self.names.mark();
        for name in ["error", "thread"] {
            let name = self.names.share(name);
            self.names.see(&name);
        }
        let body = self.body(block);
        self.names.forget(mark);
        body
    }

    /// The label of a step, as an expression.
    pub(super) fn label(&mut self, step: &impl StepNode) -> Option<scriptum_vm::program::Expr> {
        let label = step.label()?;
        let root = self.string(&label);
        Some(scriptum_vm::program::Expr {
            source: label.span().of(self.text).into(),
            root,
        })
    }
}

fn add(values: &mut Vec<String>, value: &str) {
    if !values.iter().any(|known| known == value) {
        values.push(value.to_owned());
    }
}

/// `major.minor.patch`, with an optional pre-release and build part.
pub(crate) fn is_semantic_version(version: &str) -> bool {
    let (version, build) = split_once_or(version, '+');
    let (core, pre_release) = split_once_or(version, '-');
    let numbers: Vec<&str> = core.split('.').collect();
    let is_word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_words = |part: Option<&str>| part.is_none_or(|part| part.split('.').all(is_word));
    let pre_numbers_fine = pre_release.is_none_or(|part| {
        let digits = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
        part.split('.').filter(digits).all(is_number)
    });
    numbers.len() == 3
        && numbers.into_iter().all(is_number)
        && is_words(pre_release)
        && pre_numbers_fine
        && is_words(build)
}

fn split_once_or(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Digits without a leading zero.
fn is_number(part: &str) -> bool {
    !part.is_empty()
        && part.bytes().all(|byte| byte.is_ascii_digit())
        && (part == "0" || !part.starts_with('0'))
}

/// `type/subtype`, either of which may be `*`.
pub(crate) fn is_content_type(value: &str) -> bool {
    let is_token = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-*".contains(&byte);
        !part.is_empty() && part.bytes().all(allowed)
    };
    value
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

pub(crate) fn is_extension(value: &str) -> bool {
    let bare = value.strip_prefix('.').unwrap_or(value);
    let allowed = |char: char| char.is_alphanumeric() || "._-+".contains(char);
    !bare.is_empty() && bare.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_semantic() {
        for good in [
            "0.1.0",
            "1.0.0",
            "1.2.3-beta.1",
            "1.0.0-rc-1+build.5",
            "10.20.30",
        ] {
            assert!(is_semantic_version(good), "{good}");
        }
        for bad in [
            "", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.x", "1.0.0+",
        ] {
            assert!(!is_semantic_version(bad), "{bad}");
        }
    }

    #[test]
    fn content_types_and_extensions() {
        for good in ["text/plain", "image/*", "application/vnd.api+json", "*/*"] {
            assert!(is_content_type(good), "{good}");
        }
        for bad in ["text", "text/", "/plain", "text/pl ain", "a/b/c"] {
            assert!(!is_content_type(bad), "{bad}");
        }
        for (value, good) in [
            ("txt", true),
            (".PDF", true),
            ("tar.gz", true),
            (".", false),
            ("a b", false),
        ] {
            assert_eq!(is_extension(value), good, "{value}");
        }
    }
}
