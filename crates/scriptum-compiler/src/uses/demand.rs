//! What is demanded of the values of an answer: a tree that grows with every use.

use std::sync::Arc;

use scriptum_contract::{Assignable, Field, Type, assignable};

use super::flow::{Flow, Place, Source, Way};

/// Fields that every answer has; a script that reads only these wants plain text.
const TEXT: &str = "text";
const ALWAYS_THERE: &[&str] = &["model", "usage", "finish_reason"];

/// Levels of values in an answer; what lies deeper is of any type. A script can go on for ever: `r.a.a.a…`.
const DEPTH_MAX: usize = 32;

/// Whether null is in the way where a value is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    /// It is.
    InTheWay,
    /// It is asked about, or stood in for.
    Welcome,
}

/// Everything that is demanded of all answers.
#[derive(Debug, Default)]
pub(super) struct Demands(Vec<Demand>);

/// What is demanded of one value.
#[derive(Debug, Default)]
struct Demand {
    depth: usize,
    /// Its fields, in the order of their first use.
    fields: Vec<(Arc<str>, Place)>,
    /// Its elements.
    item: Option<Place>,
    /// What it flows into.
    wanted: Option<Type>,
    /// True when it is shown in a text.
    is_shown: bool,
    asked: Asked,
    /// True when it is used where null is in the way.
    is_plain: bool,
}

/// What is asked of a value before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Asked {
    #[default]
    Nothing,
    /// Whether it is null.
    IsNull,
    /// Whether it is there at all.
    IsThere,
}

impl Demand {
    /// True when it may be null, and every use reckons with that.
    fn may_be_null(&self) -> bool {
        self.asked != Asked::Nothing && !self.is_plain
    }
}

impl Demands {
    /// A new answer.
    pub(super) fn answer(&mut self) -> Place {
        self.add(0)
    }

    fn add(&mut self, depth: usize) -> Place {
        self.0.push(Demand {
            depth,
            ..Demand::default()
        });
        Place(self.0.len() - 1)
    }

    fn at(&mut self, place: Place) -> Option<&mut Demand> {
        self.0.get_mut(place.0)
    }

    /// The value is used.
    fn used(&mut self, source: Source, null: Null) {
        if let Some(demand) = self.at(source.place) {
            demand.is_plain |= null == Null::InTheWay && source.way != Way::Present;
        }
    }

    /// The value is used where null is in the way.
    pub(super) fn need(&mut self, flow: &Flow) {
        for source in &flow.from {
            self.used(*source, Null::InTheWay);
        }
    }

    /// It is asked whether the value is null.
    pub(super) fn ask(&mut self, flow: &Flow) {
        for source in &flow.from {
            if let Some(demand) = self.at(source.place) {
                demand.asked = demand.asked.max(Asked::IsNull);
            }
        }
    }

    /// It is asked whether the value, a field, is there at all.
    pub(super) fn may_lack(&mut self, field: &Flow) {
        for source in &field.from {
            if let Some(demand) = self.at(source.place) {
                demand.asked = Asked::IsThere;
            }
        }
    }

    /// The field of a value.
    pub(super) fn member(&mut self, of: &Flow, name: &Arc<str>, null: Null) -> Flow {
        let mut from = Vec::new();
        for source in &of.from {
            self.used(*source, null);
            if let Some(place) = self.field(source.place, name) {
                let way = Way::Itself;
                from.push(Source { place, way });
            }
        }
        let known = of.field(name).cloned().unwrap_or_default();
        Flow::from(from).or(known)
    }

    fn field(&mut self, of: Place, name: &Arc<str>) -> Option<Place> {
        let parent = self.at(of)?;
        let depth = parent.depth + 1;
        let known = parent.fields.iter().find(|(known, _)| known == name);
        if let Some((_, field)) = known {
            return Some(*field);
        }
        if depth > DEPTH_MAX {
            return None;
        }
        let field = self.add(depth);
        self.at(of)?.fields.push((Arc::clone(name), field));
        Some(field)
    }

    /// The elements of a value, which must be a list.
    pub(super) fn element(&mut self, of: &Flow, null: Null) -> Flow {
        let mut from = Vec::new();
        for source in &of.from {
            self.used(*source, null);
            if let Some(place) = self.item(source.place) {
                let way = Way::Itself;
                from.push(Source { place, way });
            }
        }
        let known = of.item.as_deref().cloned().unwrap_or_default();
        Flow::from(from).or(known)
    }

    fn item(&mut self, of: Place) -> Option<Place> {
        let parent = self.at(of)?;
        if let Some(item) = parent.item {
            return Some(item);
        }
        let depth = parent.depth + 1;
        if depth > DEPTH_MAX {
            return None;
        }
        let item = self.add(depth);
        self.at(of)?.item = Some(item);
        Some(item)
    }

    /// The value is shown in a text.
    pub(super) fn show(&mut self, flow: &Flow) {
        for source in &flow.from {
            self.used(*source, Null::InTheWay);
            if let Some(demand) = self.at(source.place) {
                demand.is_shown |= source.way != Way::Computed;
            }
        }
    }

    /// The value flows into a place of this type.
    pub(super) fn want(&mut self, flow: &Flow, ty: &Type, null: Null) {
        match ty {
            Type::Any | Type::Object | Type::Null | Type::Never => {}
            Type::Optional(inner) => self.want(flow, inner, Null::Welcome),
            Type::List(list) => {
                let items = self.element(flow, null);
                self.want(&items, &list.item, Null::InTheWay);
                self.note(flow, ty);
            }
            Type::Shape(shape) => {
                if shape.fields.is_empty() {
                    self.note(flow, ty);
                }
                self.used_all(flow, null);
                for field in shape.fields.iter().filter(|field| field.is_needed()) {
                    let member = self.member(flow, &field.name, null);
                    self.want(&member, &field.ty, Null::InTheWay);
                }
            }
            Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::Enum(_) => {
                self.used_all(flow, null);
                self.note(flow, ty);
            }
        }
    }

    fn used_all(&mut self, flow: &Flow, null: Null) {
        for source in &flow.from {
            self.used(*source, null);
        }
    }

    /// Of two types the narrower one counts; of two that have nothing in common the first, and the
    /// checker reports the second use.
    fn note(&mut self, flow: &Flow, ty: &Type) {
        let without_rules = plain(ty);
        for source in &flow.from {
            let ty = match source.way {
                Way::Itself | Way::Present => ty,
                Way::Computed => &without_rules,
            };
            let Some(demand) = self.at(source.place) else {
                continue;
            };
            let is_narrower = demand
                .wanted
                .as_ref()
                .is_none_or(|wanted| assignable(ty, wanted) == Assignable::Yes);
            if is_narrower {
                demand.wanted = Some(ty.clone());
            }
        }
    }

    /// What an answer must be; `None`: plain text.
    pub(super) fn returns(&self, answer: Place) -> Option<Type> {
        let answer = self.0.get(answer.0)?;
        let fields = answer.fields.iter();
        let fields: Vec<_> = fields
            .filter(|(name, _)| !ALWAYS_THERE.contains(&&**name))
            .collect();
        if fields.iter().all(|(name, _)| &**name == TEXT) {
            return None;
        }
        Some(self.shape(fields.into_iter()))
    }

    fn shape<'d>(&'d self, fields: impl Iterator<Item = &'d (Arc<str>, Place)>) -> Type {
        let fields = fields.filter_map(|(name, field)| {
            let demand = self.0.get(field.0)?;
            let ty = self.ty(demand);
            let may_be_null = demand.may_be_null();
            let ty = if may_be_null { ty.optional() } else { ty };
            Some(Field {
                name: Arc::clone(name),
                required: !may_be_null || demand.asked != Asked::IsThere,
                ..Field::required("", ty)
            })
        });
        Type::shape(fields.collect())
    }

    fn ty(&self, demand: &Demand) -> Type {
        if !demand.fields.is_empty() {
            return self.shape(demand.fields.iter());
        }
        if let Some(item) = demand.item.and_then(|item| self.0.get(item.0)) {
            let may_be_null = item.may_be_null();
            let item = self.ty(item);
            let list = Type::list(if may_be_null { item.optional() } else { item });
            // The rules of the list that it flows into: how many elements, and whether they differ.
            return match (list, &demand.wanted) {
                (Type::List(list), Some(Type::List(wanted))) => {
                    Type::List(Arc::new(scriptum_contract::List {
                        item: list.item.clone(),
                        ..scriptum_contract::List::clone(wanted)
                    }))
                }
                (list, _) => list,
            };
        }
        match &demand.wanted {
            Some(wanted) => wanted.clone(),
            None if demand.is_shown => Type::text(),
            None => Type::Any,
        }
    }
}

/// A type without its rules, which belong to another value.
pub(super) fn plain(ty: &Type) -> Type {
    match ty.without_null() {
        Type::Text(_) => Type::text(),
        Type::Number(_) => Type::number(),
        Type::Integer(_) => Type::integer(),
        Type::List(list) => Type::list(plain(&list.item)),
        other @ (Type::Any
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never) => other.clone(),
    }
}
