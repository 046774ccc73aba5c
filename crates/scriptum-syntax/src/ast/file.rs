//! The skeleton of a file: annotations, header and declaration blocks.

use super::{
    Block, Constraint, Expr, Field, Name, Number, StringLiteral, Type, ast_node, child, children,
    doc, exprs, name, names, node, token, tokens,
};
use crate::{Span, SyntaxKind, SyntaxToken};

ast_node! {
    /// A whole script.
    SourceFile = SourceFile
}

impl SourceFile {
    /// The annotations before `script`, in the order of the text.
    pub fn annotations(&self) -> impl Iterator<Item = Annotation> + use<> {
        tokens(&self.0)
            .filter(|token| token.kind() == SyntaxKind::Annotation)
            .map(Annotation)
    }

    /// `script "Title"`.
    pub fn header(&self) -> Option<ScriptHeader> {
        child(&self.0)
    }

    /// The free text after the header.
    pub fn description(&self) -> Option<Description> {
        child(&self.0)
    }

    /// `version "1.0.0"`.
    pub fn version(&self) -> Option<VersionDecl> {
        child(&self.0)
    }

    /// The enums, in the order of the text.
    pub fn enums(&self) -> impl Iterator<Item = EnumDecl> + use<> {
        children(&self.0)
    }

    /// The first `input` block; the parser has reported a second one.
    pub fn input(&self) -> Option<FieldBlock> {
        self.field_block(SyntaxKind::InputBlock)
    }

    /// The first `output` block.
    pub fn output(&self) -> Option<FieldBlock> {
        self.field_block(SyntaxKind::OutputBlock)
    }

    /// The first `stream` block.
    pub fn stream(&self) -> Option<FieldBlock> {
        self.field_block(SyntaxKind::StreamBlock)
    }

    /// The first `import tools` or `tools` block.
    pub fn tools(&self) -> Option<ToolsBlock> {
        child(&self.0)
    }

    /// The first `env` block.
    pub fn env(&self) -> Option<EnvBlock> {
        child(&self.0)
    }

    /// The steps and sections of the script itself.
    pub fn body(&self) -> Block {
        Block::of_file(self.0.clone())
    }

    /// `on thread error` and its steps.
    pub fn thread_error(&self) -> Option<ThreadErrorBlock> {
        child(&self.0)
    }

    fn field_block(&self, kind: SyntaxKind) -> Option<FieldBlock> {
        node(&self.0, kind).map(FieldBlock)
    }
}

/// `-- @name values` before `script`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Annotation(SyntaxToken);

impl Annotation {
    /// What stands between `@` and the first space.
    pub fn name(&self) -> &str {
        self.split().0
    }

    /// Everything after the name, trimmed.
    pub fn text(&self) -> &str {
        self.split().1
    }

    /// The parts of the text between commas, trimmed, with their places; empty parts are left out.
    pub fn values(&self) -> impl Iterator<Item = (&str, Span)> {
        let start = self.0.span().start;
        let whole = self.0.text();
        let offset_of = move |part: &str| {
            let offset = part.as_ptr() as usize - whole.as_ptr() as usize;
            start + u32::try_from(offset).expect("a part of a token is not farther than its end")
        };
        self.text()
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(move |part| {
                let at = offset_of(part);
                let len = u32::try_from(part.len())
                    .expect("a part of a token is not longer than the token");
                (part, Span::new(at, at + len))
            })
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.0.span()
    }

    fn split(&self) -> (&str, &str) {
        let text = self.0.text().trim_start_matches('-').trim();
        let text = text.strip_prefix('@').unwrap_or(text);
        match text.split_once(char::is_whitespace) {
            Some((name, rest)) => (name, rest.trim()),
            None => (text, ""),
        }
    }
}

ast_node! {
    /// `script "Title"`
    ScriptHeader = ScriptHeader
}

impl ScriptHeader {
    /// The title.
    pub fn title(&self) -> Option<StringLiteral> {
        child(&self.0)
    }
}

ast_node! {
    /// The prose lines after the header.
    Description = Description
}

impl Description {
    /// The lines, each trimmed, joined by line breaks.
    pub fn text(&self) -> String {
        let lines: Vec<SyntaxToken> = tokens(&self.0)
            .filter(|token| token.kind() == SyntaxKind::Prose)
            .collect();
        let lines: Vec<&str> = lines.iter().map(|line| line.text().trim()).collect();
        lines.join("\n")
    }
}

ast_node! {
    /// `version "1.0.0"`
    VersionDecl = VersionDecl
}

impl VersionDecl {
    /// The version as written.
    pub fn version(&self) -> Option<StringLiteral> {
        child(&self.0)
    }
}

ast_node! {
    /// `enum Name : base = A | B`
    EnumDecl = EnumDecl
}

impl EnumDecl {
    /// The enum's name.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }

    /// The declared base type, if any.
    pub fn base(&self) -> Option<Type> {
        child(&self.0)
    }

    /// The variants, in the order of the text.
    pub fn variants(&self) -> impl Iterator<Item = EnumVariant> + use<> {
        children(&self.0)
    }

    /// The comment at the end of the line, if it documents the enum and not a variant.
    pub fn doc(&self) -> Option<String> {
        doc(&self.0)
    }
}

ast_node! {
    /// One variant of an enum.
    EnumVariant = EnumVariant
}

/// How a variant is written.
#[derive(Debug, Clone, PartialEq)]
pub enum VariantValue {
    /// `Fast`
    Word(Name),
    /// `200`, `-1`, `0.5`
    Number {
        /// True when a minus stands before it.
        negative: bool,
        /// The number without its sign.
        number: Number,
    },
    /// `"v1"`
    Text(StringLiteral),
}

impl EnumVariant {
    /// How the variant is written.
    pub fn value(&self) -> Option<VariantValue> {
        if let Some(word) = name(&self.0) {
            return Some(VariantValue::Word(word));
        }
        if let Some(text) = child(&self.0) {
            return Some(VariantValue::Text(text));
        }
        let number = tokens(&self.0).find_map(|token| exprs::number(&token))?;
        let negative = token(&self.0, SyntaxKind::Minus).is_some();
        Some(VariantValue::Number { negative, number })
    }

    /// The comment that documents the variant.
    pub fn doc(&self) -> Option<String> {
        doc(&self.0)
    }
}

ast_node! {
    /// `input`, `output` or `stream` with its fields.
    FieldBlock = InputBlock | OutputBlock | StreamBlock
}

impl FieldBlock {
    /// The fields, in the order of the text.
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// `import tools` with its entries.
    ToolsBlock = ToolsBlock
}

impl ToolsBlock {
    /// The entries, in the order of the text.
    pub fn imports(&self) -> impl Iterator<Item = ToolImport> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// One entry of `import tools`.
    ToolImport = ToolImport
}

impl ToolImport {
    /// True for `* from …`.
    pub fn is_wildcard(&self) -> bool {
        token(&self.0, SyntaxKind::Star).is_some()
    }

    /// The tool that is imported; `None` for a wildcard.
    pub fn path(&self) -> Option<ToolPath> {
        child(&self.0)
    }

    /// True when the word `from` is there, whatever stands after it.
    pub fn has_from(&self) -> bool {
        token(&self.0, SyntaxKind::FromKw).is_some()
    }

    /// What stands after `from`.
    pub fn source(&self) -> Option<ToolSource> {
        child(&self.0)
    }

    /// What stands after `as`.
    pub fn alias(&self) -> Option<Name> {
        name(&self.0)
    }
}

ast_node! {
    /// `name` or `ns::ns::name`
    ToolPath = ToolPath
}

impl ToolPath {
    /// The parts between `::`.
    pub fn segments(&self) -> impl Iterator<Item = Name> + use<> {
        names(&self.0)
    }

    /// The last part: the local name.
    pub fn last(&self) -> Option<Name> {
        names(&self.0).last()
    }

    /// The parts joined by `::`, without the spaces that may stand between them.
    pub fn text(&self) -> String {
        let segments: Vec<Name> = self.segments().collect();
        let segments: Vec<&str> = segments.iter().map(Name::text).collect();
        segments.join("::")
    }
}

ast_node! {
    /// `native` or `mcp("server")`
    ToolSource = ToolSource
}

impl ToolSource {
    /// True for `native`.
    pub fn is_native(&self) -> bool {
        token(&self.0, SyntaxKind::NativeKw).is_some()
    }

    /// The server of `mcp("server")`.
    pub fn server(&self) -> Option<StringLiteral> {
        child(&self.0)
    }
}

ast_node! {
    /// `env` with its entries.
    EnvBlock = EnvBlock
}

impl EnvBlock {
    /// The entries, in the order of the text.
    pub fn entries(&self) -> impl Iterator<Item = EnvEntry> + use<> {
        children(&self.0)
    }
}

ast_node! {
    /// `NAME : type constraints from "KEY" = default`
    EnvEntry = EnvEntry
}

impl EnvEntry {
    /// The name that the script uses.
    pub fn name(&self) -> Option<Name> {
        name(&self.0)
    }

    /// The declared type, if any.
    pub fn ty(&self) -> Option<Type> {
        child(&self.0)
    }

    /// The constraints after the type.
    pub fn constraints(&self) -> impl Iterator<Item = Constraint> + use<> {
        children(&self.0)
    }

    /// The key in the store, if it is not the name.
    pub fn key(&self) -> Option<StringLiteral> {
        super::clauses::label(&self.0)
    }

    /// The default.
    pub fn default(&self) -> Option<Expr> {
        child(&self.0)
    }

    /// The comment that documents the entry.
    pub fn doc(&self) -> Option<String> {
        doc(&self.0)
    }
}

ast_node! {
    /// `on thread error` with its steps.
    ThreadErrorBlock = ThreadErrorBlock
}

impl ThreadErrorBlock {
    /// The steps.
    pub fn body(&self) -> Option<Block> {
        child(&self.0)
    }
}
