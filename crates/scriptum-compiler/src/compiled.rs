//! What a compilation gives: the program, what is wrong, and tables that editors read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scriptum_contract::{Contract, ToolSignature, Type};
use scriptum_syntax::{Diagnostic, Severity};
use scriptum_vm::program::{NodeId, Program};

use crate::{SourceMap, limits::DEFINITIONS_MAX};

/// The result of a compilation.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The checked program; `None` when something is an error.
    pub program: Option<Program>,
    /// The typed interface, as far as it could be read.
    pub contract: Contract,
    /// Signatures of the imported tools and of the capabilities that are used, by origin and name.
    pub tool_pins: Vec<Arc<ToolSignature>>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Places, types and definitions by node.
    pub tables: Tables,
}

impl Compiled {
    /// True when something is an error and not merely a warning.
    pub fn has_errors(&self) -> bool {
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        self.diagnostics.iter().any(is_error)
    }
}

/// What is known of each node.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Where each node stands.
    pub places: SourceMap,
    /// What each node is.
    pub facts: Facts,
}

/// Types and definitions by node. Most nodes are of a plain type, so types are kept once.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    types: Vec<Type>,
    nodes: Vec<Fact>,
    /// For uses: where else the name may have been bound.
    also: BTreeMap<NodeId, Arc<[NodeId]>>,
    /// For definitions: where the name may have been bound since, in an earlier round or before a jump back.
    again: BTreeMap<NodeId, BTreeSet<NodeId>>,
    /// Uses of names and fields that a condition found not to be null.
    present: BTreeSet<NodeId>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Fact {
    ty: u32,
    definition: NodeId,
}

/// Types that are kept at fixed places, the first of them for nodes of which nothing is known.
const PLAIN_TYPES: [fn() -> Type; 8] = [
    || Type::Any,
    Type::text,
    Type::integer,
    Type::number,
    || Type::Boolean,
    || Type::Null,
    || Type::Object,
    || Type::list(Type::Any),
];

impl Facts {
    pub(crate) fn new(nodes: usize) -> Facts {
        Facts {
            types: PLAIN_TYPES.iter().map(|ty| ty()).collect(),
            nodes: vec![Fact::default(); nodes],
            also: BTreeMap::new(),
            again: BTreeMap::new(),
            present: BTreeSet::new(),
        }
    }

    /// The type of a node; any when nothing is known of it.
    pub fn ty(&self, at: NodeId) -> &Type {
        let index = self.nodes.get(at.0 as usize).map_or(0, |fact| fact.ty);
        self.types.get(index as usize).unwrap_or(&Type::Any)
    }

    /// For the use of a name: the node of the name where it was bound or declared.
    pub fn definition(&self, at: NodeId) -> Option<NodeId> {
        let definition = self.nodes.get(at.0 as usize)?.definition;
        (definition != NodeId::default()).then_some(definition)
    }

    /// Nodes that refer to a definition, in the order of the text.
    pub fn uses(&self, definition: NodeId) -> impl Iterator<Item = NodeId> {
        let refers = move |(_, fact): &(u32, &Fact)| fact.definition == definition;
        (0..)
            .zip(&self.nodes)
            .filter(refers)
            .map(|(id, _)| NodeId(id))
    }

    /// Everywhere that the name may have been bound which is used here.
    pub(crate) fn definitions(&self, at: NodeId) -> Vec<NodeId> {
        let mut all: Vec<NodeId> = self.definition(at).into_iter().collect();
        let add = |all: &mut Vec<NodeId>, found: &NodeId| {
            if all.len() < DEFINITIONS_MAX && !all.contains(found) {
                all.push(*found);
            }
        };
        for also in self.also.get(&at).into_iter().flat_map(|also| also.iter()) {
            add(&mut all, also);
        }
        let mut next = 0;
        while let Some(definition) = all.get(next).copied() {
            for again in self.again.get(&definition).into_iter().flatten() {
                add(&mut all, again);
            }
            next += 1;
        }
        all
    }

    /// True for a name or a field that a condition found not to be null.
    pub(crate) fn is_present(&self, at: NodeId) -> bool {
        self.present.contains(&at)
    }

    pub(crate) fn set_also(&mut self, at: NodeId, also: Option<&Arc<[NodeId]>>) {
        match also {
            Some(also) => self.also.insert(at, Arc::clone(also)),
            None => self.also.remove(&at),
        };
    }

    pub(crate) fn set_present(&mut self, at: NodeId, is_present: bool) {
        if is_present {
            self.present.insert(at);
        } else {
            self.present.remove(&at);
        }
    }

    pub(crate) fn bound_again(&mut self, definition: NodeId, other: NodeId) {
        if definition != other {
            self.again.entry(definition).or_default().insert(other);
        }
    }

    pub(crate) fn set_type(&mut self, at: NodeId, ty: &Type) {
        let last = self.types.last();
        let index = match plain_index(ty) {
            Some(index) => index,
            None if last.is_some_and(|last| is_shared(last, ty)) => self.types.len() - 1,
            None => {
                self.types.push(ty.clone());
                self.types.len() - 1
            }
        };
        if let Some(fact) = self.nodes.get_mut(at.0 as usize) {
            fact.ty = u32::try_from(index).expect("a script has fewer than 2^32 types");
        }
    }

    pub(crate) fn set_definition(&mut self, at: NodeId, definition: NodeId) {
        if let Some(fact) = self.nodes.get_mut(at.0 as usize) {
            fact.definition = definition;
        }
    }
}

/// True when both types are one in memory; a look inside could cost as much as the type is large.
fn is_shared(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Enum(a), Type::Enum(b)) => Arc::ptr_eq(a, b),
        (Type::Shape(a), Type::Shape(b)) => Arc::ptr_eq(a, b),
        (Type::List(a), Type::List(b)) => Arc::ptr_eq(a, b),
        (_, _) => false,
    }
}

/// The place of a plain type in [`PLAIN_TYPES`].
fn plain_index(ty: &Type) -> Option<usize> {
    match ty {
        Type::Any => Some(0),
        Type::Text(rules) if *rules == scriptum_contract::Text::default() => Some(1),
        Type::Integer(rules) if *rules == scriptum_contract::Number::default() => Some(2),
        Type::Number(rules) if *rules == scriptum_contract::Number::default() => Some(3),
        Type::Boolean => Some(4),
        Type::Null => Some(5),
        Type::Object => Some(6),
        Type::Text(_)
        | Type::Integer(_)
        | Type::Number(_)
        | Type::List(_)
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Optional(_)
        | Type::Never => None,
    }
}
