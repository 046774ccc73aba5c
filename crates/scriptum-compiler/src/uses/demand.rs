//! What is demanded of the values of an answer: a tree that grows with every use.

use std::sync::Arc;

use scriptum_contract::{Assignable, Field, Type, assignable};

/// Fields that every answer has; a script that reads only these wants plain text.
const TEXT: &str = "text";
const ALWAYS_THERE: &[&str] = &["model", "usage", "finish_reason"];

/// Levels of values in an answer; what lies deeper is of any type. A script can go on for ever: `r.a.a.a…`.
const DEPTH_MAX: usize = 32;

/// Names a value of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize);

/// Where a value may come from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Flow {
    /// Not from an answer.
    #[default]
    Elsewhere,
    /// It is one of these values.
    From(Vec<Place>),
    /// A list whose elements come from there.
    List(Box<Flow>),
    /// An object whose fields come from there.
    Object(Vec<(Arc<str>, Flow)>),
}

impl Flow {
    /// A value that comes from here or from there.
    pub(super) fn or(self, other: Flow) -> Flow {
        match (self, other) {
            (Flow::From(mut places), Flow::From(others)) => {
                for place in others {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                Flow::From(places)
            }
            (Flow::List(one), Flow::List(other)) => Flow::List(Box::new(one.or(*other))),
            (Flow::Elsewhere, other) => other,
            (one, _) => one,
        }
    }
}

/// How a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// Null is in the way.
    Plain,
    /// Null is asked about, or stood in for.
    Safe,
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
    /// True when it is read where null is in the way.
    is_plain: bool,
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

    /// The field of a value.
    pub(super) fn member(&mut self, of: &Flow, name: &Arc<str>, read: Read) -> Flow {
        match of {
            Flow::Elsewhere | Flow::List(_) => Flow::Elsewhere,
            Flow::Object(fields) => {
                let field = fields.iter().find(|(known, _)| known == name);
                field.map_or(Flow::Elsewhere, |(_, flow)| flow.clone())
            }
            Flow::From(places) => {
                let fields = places
                    .iter()
                    .filter_map(|place| self.field(*place, name, read));
                Flow::From(fields.collect())
            }
        }
    }

    fn field(&mut self, of: Place, name: &Arc<str>, read: Read) -> Option<Place> {
        let parent = self.at(of)?;
        let depth = parent.depth + 1;
        let known = parent.fields.iter().find(|(known, _)| known == name);
        let field = match known {
            Some((_, field)) => *field,
            None if depth > DEPTH_MAX => return None,
            None => {
                let field = self.add(depth);
                self.at(of)?.fields.push((Arc::clone(name), field));
                field
            }
        };
        self.at(field)?.is_plain |= read == Read::Plain;
        Some(field)
    }

    /// The elements of a value, which must be a list.
    pub(super) fn element(&mut self, of: &Flow) -> Flow {
        match of {
            Flow::Elsewhere | Flow::Object(_) => Flow::Elsewhere,
            Flow::List(item) => Flow::clone(item),
            Flow::From(places) => {
                let items = places.iter().filter_map(|place| self.item(*place));
                Flow::From(items.collect())
            }
        }
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
        self.at(item)?.is_plain = true;
        self.at(of)?.item = Some(item);
        Some(item)
    }

    /// The value is shown in a text.
    pub(super) fn show(&mut self, flow: &Flow) {
        if let Flow::From(places) = flow {
            for place in places {
                if let Some(demand) = self.at(*place) {
                    demand.is_shown = true;
                }
            }
        }
    }

    /// The value flows into a place of this type.
    pub(super) fn want(&mut self, flow: &Flow, ty: &Type) {
        match (flow, ty) {
            (Flow::Elsewhere, _) | (_, Type::Any | Type::Object | Type::Null | Type::Never) => {}
            (_, Type::Optional(inner)) => self.want(flow, inner),
            (_, Type::List(list)) => {
                let items = self.element(flow);
                self.want(&items, &list.item);
                self.note(flow, ty);
            }
            (_, Type::Shape(shape)) => {
                for field in shape.fields.iter().filter(|field| field.is_needed()) {
                    let member = self.member(flow, &field.name, Read::Plain);
                    self.want(&member, &field.ty);
                }
            }
            (
                _,
                Type::Text(_)
                | Type::Number(_)
                | Type::Integer(_)
                | Type::Boolean
                | Type::Binary
                | Type::Date
                | Type::Timestamp
                | Type::Enum(_),
            ) => self.note(flow, ty),
        }
    }

    /// Of two types the narrower one counts; of two that have nothing in common the first, and the
    /// checker reports the second use.
    fn note(&mut self, flow: &Flow, ty: &Type) {
        let Flow::From(places) = flow else {
            return;
        };
        for place in places {
            let Some(demand) = self.at(*place) else {
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
            let ty = if demand.is_plain { ty } else { ty.optional() };
            Some(Field {
                name: Arc::clone(name),
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
            let list = Type::list(self.ty(item));
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
