//! Where the parts of a program stand in the text that it was made from.
//!
//! A program holds no places, so that text and other sources become the same thing. Each step and each
//! node of an expression has a [`NodeId`] instead; the numbers after it belong to its [`Part`]s, in a
//! fixed order, so that every name in a program has a number of its own. Declarations have places in
//! lists of the same shape as the contract's.

use std::collections::BTreeSet;

use scriptum_syntax::Span;
use scriptum_vm::program::NodeId;

/// Places by node, and what could not be read.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    spans: Vec<Span>,
    holes: BTreeSet<NodeId>,
    /// The whole `script "Title"`.
    pub header: Span,
    /// The word `output`, if it is there.
    pub output: Option<Span>,
    /// Fields of `input`, as in the contract.
    pub inputs: Vec<FieldPlace>,
    /// Fields of `output`.
    pub outputs: Vec<FieldPlace>,
    /// Fields of `stream`.
    pub stream: Vec<FieldPlace>,
    /// Entries of `env`.
    pub env: Vec<FieldPlace>,
    /// Enums.
    pub enums: Vec<EnumPlace>,
    /// Imports, as in the program; those of one wildcard share its place.
    pub tools: Vec<Span>,
    /// Where a further import can be written.
    pub imports_end: Option<ImportSlot>,
}

/// Where the parts of a declared field stand.
#[derive(Debug, Clone, Default)]
pub struct FieldPlace {
    /// Its name.
    pub name: Span,
    /// A number for the name, by which definitions refer to it.
    pub at: NodeId,
    /// Its type and constraints.
    pub ty: Span,
    /// Its default, if it has one.
    pub default: Option<Span>,
    /// The fields of its shape, or of the shape of its elements.
    pub fields: Vec<FieldPlace>,
}

/// Where the parts of a declared enum stand.
#[derive(Debug, Clone, Default)]
pub struct EnumPlace {
    /// Its name.
    pub name: Span,
    /// Its variants, in order.
    pub variants: Vec<Span>,
    /// True when texts and numbers are mixed, which was reported.
    pub is_mixed: bool,
}

/// Where a line for a further import goes, and what it looks like.
#[derive(Debug, Clone, Copy)]
pub struct ImportSlot {
    /// The place.
    pub offset: u32,
    /// Indentation in spaces of the imports that are there; `None` without a block of imports.
    pub indent: Option<u32>,
}

/// A part of a step that has a place of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The verb.
    Verb,
    /// The name that the step binds.
    Bind,
    /// The tool that a `do` calls; the item of an `each`; the `on pass` action of a `check`; the target
    /// of a decide's `otherwise`.
    First,
    /// The fallback tool of a `do`; the index of an `each`; the `on fail` action of a `check`.
    Second,
    /// In a decide: the targets of the cases in order, then the names of the branches.
    Further(u32),
}

impl Part {
    /// How many parts every step has.
    pub(crate) const COUNT: u32 = 4;

    fn offset(self) -> u32 {
        match self {
            Part::Verb => 1,
            Part::Bind => 2,
            Part::First => 3,
            Part::Second => 4,
            Part::Further(index) => 1 + Part::COUNT + index,
        }
    }

    /// The number of this part of a step.
    pub fn of(self, step: NodeId) -> NodeId {
        NodeId(step.0.saturating_add(self.offset()))
    }
}

/// The number of the part `index` of an expression's node: the parameters of a lambda, the keys of an
/// object, the name of a field or a function, the operator between two operands.
pub fn part_of(node: NodeId, index: u32) -> NodeId {
    NodeId(node.0.saturating_add(1).saturating_add(index))
}

impl SourceMap {
    pub(crate) fn new() -> SourceMap {
        // Number 0 is that of programs that were not made from text.
        SourceMap {
            spans: vec![Span::default()],
            ..SourceMap::default()
        }
    }

    /// A number for a node at `span`, and after it one for each of its parts.
    pub(crate) fn add(&mut self, span: Span, parts: u32) -> NodeId {
        let id = u32::try_from(self.spans.len()).expect("a script has fewer than 2^32 nodes");
        self.spans.push(span);
        for _ in 0..parts {
            self.spans.push(Span::empty(span.start));
        }
        NodeId(id)
    }

    /// Says where a node or a part stands.
    pub(crate) fn place(&mut self, at: NodeId, span: Span) {
        if let Some(place) = self.spans.get_mut(at.0 as usize) {
            *place = span;
        }
    }

    /// Marks a node as one that stands for something that could not be read, and was reported.
    pub(crate) fn mark_hole(&mut self, at: NodeId) {
        self.holes.insert(at);
    }

    /// True for a node that stands for something that could not be read: its type is any.
    pub fn is_hole(&self, at: NodeId) -> bool {
        !self.holes.is_empty() && self.holes.contains(&at)
    }

    /// The place of a node; empty at the start of the text for an unknown one.
    pub fn span(&self, at: NodeId) -> Span {
        self.spans.get(at.0 as usize).copied().unwrap_or_default()
    }

    /// How many numbers were given, the 0 included.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// True when no node was placed.
    pub fn is_empty(&self) -> bool {
        self.spans.len() <= 1
    }
}
