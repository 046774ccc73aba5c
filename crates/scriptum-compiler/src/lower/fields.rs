//! Declared fields: `input`, `output`, `stream`, the fields of shapes, and environment variables.

use std::sync::Arc;

use scriptum_contract::{EnvField, Field, Type};
use scriptum_syntax::{
    Span, SyntaxKind,
    ast::{self, AstNode},
};

use super::{Lower, types::with_shape};
use crate::{codes, source_map::FieldPlace, vocabulary};

/// Fields and where they stand, in the same order.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) fields: Vec<Field>,
    pub(super) places: Vec<FieldPlace>,
}

impl Lower<'_> {
    /// The fields of a block; of several blocks of one kind, which the parser has reported, all fields.
    pub(super) fn field_blocks(&mut self, file: &ast::SourceFile, kind: SyntaxKind) -> Fields {
        let nodes = file.syntax().children().filter(|node| node.kind() == kind);
        let blocks = nodes.filter_map(ast::FieldBlock::cast);
        self.fields(blocks.flat_map(|block| block.fields()))
    }

    pub(super) fn fields(&mut self, fields: impl Iterator<Item = ast::Field>) -> Fields {
        let mut lowered = Fields::default();
        for field in fields {
            if let Some((field, place)) = self.declared_field(&field) {
                lowered.fields.push(field);
                lowered.places.push(place);
            }
        }
        lowered
    }

    /// A field; `None` without a name, which the parser has reported.
    fn declared_field(&mut self, field: &ast::Field) -> Option<(Field, FieldPlace)> {
        let name = field.name()?;
        let written = field.ty();
        let mut ty = self.ty(written.as_ref(), field.constraints());
        if has_unread_type(field) {
            ty = Type::Any;
        }
        let mut children = self.fields(field.children());
        if !children.fields.is_empty() {
            let shape = Type::shape(std::mem::take(&mut children.fields));
            match with_shape(&ty, shape) {
                Some(shaped) => ty = shaped,
                None => self.report(codes::misplaced_fields(&ty, name.span())),
            }
        } else if let Some(ast::Type::Shape(shape)) = &written {
            // The fields of an inline shape were lowered with the type; their places are the same again.
            children.places = inline_places(shape);
        }
        let default = field.default();
        let place = FieldPlace {
            name: name.span(),
            at: self.map.add(name.span(), 0),
            ty: type_span(written.as_ref(), field.constraints()).unwrap_or(name.span()),
            default: default.as_ref().map(AstNode::span),
            fields: children.places,
        };
        let lowered = Field {
            name: self.names.share(name.text()),
            required: default.is_none(),
            default: default.and_then(|default| self.constant(&default, &ty)),
            ty,
            doc: field.doc().unwrap_or_default(),
        };
        Some((lowered, place))
    }

    pub(super) fn env(&mut self, file: &ast::SourceFile) -> Vec<EnvField> {
        let blocks = file.syntax().children().filter_map(ast::EnvBlock::cast);
        let entries: Vec<_> = blocks.flat_map(|block| block.entries()).collect();
        entries
            .iter()
            .filter_map(|entry| self.env_entry(entry))
            .collect()
    }

    fn env_entry(&mut self, entry: &ast::EnvEntry) -> Option<EnvField> {
        let name = entry.name()?;
        let written = entry.ty();
        let secret = is_secret(written.as_ref());
        let ty = match &written {
            Some(_) if secret => self.constrained(Type::text(), entry.constraints()),
            Some(_) => self.ty(written.as_ref(), entry.constraints()),
            None => Type::text(),
        };
        let default = entry.default();
        let place = FieldPlace {
            name: name.span(),
            at: self.map.add(name.span(), 0),
            ty: type_span(written.as_ref(), entry.constraints()).unwrap_or(name.span()),
            default: default.as_ref().map(AstNode::span),
            fields: Vec::new(),
        };
        self.map.env.push(place);
        let shared = self.names.share(name.text());
        let key = entry.key().and_then(|key| key.plain());
        Some(EnvField {
            key: key.map_or_else(|| Arc::clone(&shared), Arc::from),
            field: Field {
                name: shared,
                required: default.is_none(),
                default: default.and_then(|default| self.constant(&default, &ty)),
                ty,
                doc: entry.doc().unwrap_or_default(),
            },
            secret,
        })
    }
}

fn is_secret(ty: Option<&ast::Type>) -> bool {
    match ty {
        Some(ast::Type::Named(named)) => named
            .name()
            .is_some_and(|name| name.text() == vocabulary::SECRET),
        Some(ast::Type::List(_) | ast::Type::Shape(_)) | None => false,
    }
}

fn inline_places(shape: &ast::ShapeType) -> Vec<FieldPlace> {
    let named = shape
        .fields()
        .filter_map(|field| Some((field.name()?, field)));
    named
        .map(|(name, field)| FieldPlace {
            name: name.span(),
            ty: type_span(field.ty().as_ref(), field.constraints()).unwrap_or(name.span()),
            default: field.default().as_ref().map(AstNode::span),
            fields: match field.ty() {
                Some(ast::Type::Shape(inner)) => inline_places(&inner),
                Some(ast::Type::Named(_) | ast::Type::List(_)) | None => Vec::new(),
            },
            ..FieldPlace::default()
        })
        .collect()
}

/// From the type to its last constraint.
fn type_span(
    ty: Option<&ast::Type>,
    constraints: impl Iterator<Item = ast::Constraint>,
) -> Option<Span> {
    let ty = ty?.span();
    let last = constraints.last().map(|constraint| constraint.span());
    Some(last.map_or(ty, |last| ty.cover(last)))
}

/// True when a part of the type could not be read, such as `[]` behind it. The parser has said so, and what
/// the type would be is not known.
fn has_unread_type(field: &ast::Field) -> bool {
    let mut parts = field.syntax().children();
    parts.any(|part| part.kind() == SyntaxKind::Unparsed)
}
