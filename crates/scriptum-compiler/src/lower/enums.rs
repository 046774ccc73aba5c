//! Enums: their base, and the wire values of their variants.

use std::sync::Arc;

use scriptum_contract::{EnumBase, EnumDef, Type, Value, Variant};
use scriptum_syntax::{
    Span,
    ast::{self, AstNode, VariantValue},
};

use super::{Lower, constant::negative};
use crate::{codes, source_map::EnumPlace, vocabulary};

impl Lower<'_> {
    /// All declared enums; from here on their names are types and their bare words are variants.
    pub(super) fn enums(&mut self, file: &ast::SourceFile) -> Vec<Arc<EnumDef>> {
        let mut defs = Vec::new();
        for decl in file.enums() {
            let Some(name) = decl.name() else {
                continue;
            };
            let (def, place) = self.enum_def(&decl, &name);
            self.map.enums.push(place);
            let def = Arc::new(def);
            for variant in &def.variants {
                if let Value::Text(word) = &variant.value {
                    self.bare_variants.insert(Arc::clone(word));
                    self.names.watch(Arc::clone(word));
                }
            }
            self.names.watch(Arc::clone(&def.name));
            // Of two enums with one name the first counts; the checker reports the second.
            let first = self.enums.entry(Arc::clone(&def.name));
            first.or_insert_with(|| Arc::clone(&def));
            defs.push(def);
        }
        defs
    }

    fn enum_def(&mut self, decl: &ast::EnumDecl, name: &ast::Name) -> (EnumDef, EnumPlace) {
        let mut variants = Vec::new();
        let mut places = Vec::new();
        for variant in decl.variants() {
            let Some(written) = variant.value() else {
                continue;
            };
            let Some(value) = wire_value(written) else {
                self.report_too_large(self.digits_in(variant.span()));
                continue;
            };
            let doc = variant.doc().unwrap_or_default();
            variants.push(Variant { value, doc });
            places.push(variant.span());
        }
        let base = match decl.base() {
            Some(ty) => self.declared_base(&ty),
            None => None,
        };
        let base = base.unwrap_or_else(|| inferred_base(&variants));
        let def = EnumDef {
            name: self.names.share(name.text()),
            base,
            variants,
        };
        let place = EnumPlace {
            name: name.span(),
            is_mixed: decl.base().is_none()
                && self.report_mixed(name.text(), &def.variants, &places),
            variants: places,
        };
        (def, place)
    }

    /// The number in a variant, without its sign and what stands around it.
    fn digits_in(&self, variant: Span) -> Span {
        let text = variant.of(self.text);
        let number = text.trim_start_matches(['|', '-', ' ']);
        let number = number.split_whitespace().next().unwrap_or_default();
        let start = variant.start + offset(text.find(number).unwrap_or_default());
        Span::new(start, start + offset(number.len()))
    }

    fn declared_base(&mut self, ty: &ast::Type) -> Option<EnumBase> {
        let ast::Type::Named(named) = ty else {
            self.report(codes::enum_base(ty.span(), self.with_colon(ty.span())));
            return None;
        };
        let base = match vocabulary::primitive(named.name()?.text()) {
            Some(Type::Text(_)) => Some(EnumBase::Text),
            Some(Type::Integer(_)) => Some(EnumBase::Integer),
            Some(Type::Number(_)) => Some(EnumBase::Number),
            Some(_) | None => None,
        };
        if base.is_none() {
            self.report(codes::enum_base(ty.span(), self.with_colon(ty.span())));
        }
        base
    }

    /// A base with the colon before it, and the space before that.
    fn with_colon(&self, base: Span) -> Span {
        let before = self.text.get(..base.start as usize).unwrap_or_default();
        let before = before.trim_end().trim_end_matches(':').trim_end();
        Span::new(offset(before.len()), base.end)
    }

    /// Reports an enum of texts and numbers; true when it is one.
    fn report_mixed(&mut self, name: &str, variants: &[Variant], places: &[Span]) -> bool {
        let first_is_text = variants.first().is_some_and(is_text);
        let odd = variants
            .iter()
            .position(|variant| is_text(variant) != first_is_text);
        let odd = odd.and_then(|odd| places.get(odd));
        if let (Some(first), Some(odd)) = (places.first(), odd) {
            self.report(codes::mixed_variants(name, *first, *odd, first_is_text));
        }
        odd.is_some()
    }
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a script is shorter than 4 GiB")
}

/// All integers: integer; with a decimal: number; otherwise text.
fn inferred_base(variants: &[Variant]) -> EnumBase {
    let is_integer = |variant: &Variant| matches!(variant.value, Value::Int(_));
    if variants.is_empty() || variants.iter().any(is_text) {
        EnumBase::Text
    } else if variants.iter().all(is_integer) {
        EnumBase::Integer
    } else {
        EnumBase::Number
    }
}

fn is_text(variant: &Variant) -> bool {
    variant.value.as_text().is_some()
}

/// The value of a variant; `None` for a number that no value holds.
fn wire_value(value: VariantValue) -> Option<Value> {
    match value {
        VariantValue::Word(word) => Some(Value::text(word.text())),
        VariantValue::Text(text) => text.plain().map(Value::from),
        VariantValue::Number {
            negative: true,
            number,
        } => negative(ast::Literal::Number(number)),
        VariantValue::Number {
            number: ast::Number::Integer(int),
            ..
        } => i64::try_from(int).ok().map(Value::Int),
        VariantValue::Number {
            number: ast::Number::Decimal(decimal),
            ..
        } => Value::float(decimal),
        VariantValue::Number {
            number: ast::Number::OutOfRange,
            ..
        } => None,
    }
}
