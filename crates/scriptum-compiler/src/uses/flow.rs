//! Where a value may come from, as far as answers are concerned.

use std::sync::Arc;

/// Parts of a value that are followed. A script can double a value with every step; what is larger is
/// not followed, and so demands nothing.
const PARTS_MAX: usize = 1_024;

/// Names a value of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(pub(super) usize);

/// A value of an answer that another value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) place: Place,
    pub(super) way: Way,
}

/// How one value comes from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It is that value.
    Itself,
    /// It is that value, and was found not to be null.
    Present,
    /// It is computed from that value and of the same kind, so that rules do not carry over.
    Computed,
}

/// Where a value may come from: any of these.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Flow {
    /// Values of answers.
    pub(super) from: Vec<Source>,
    /// A list whose elements come from there.
    pub(super) item: Option<Arc<Flow>>,
    /// An object whose fields come from there.
    pub(super) fields: Arc<[(Arc<str>, Flow)]>,
    /// Parts of it in all.
    parts: usize,
}

impl Flow {
    /// Nowhere that matters.
    pub(super) fn elsewhere() -> Flow {
        Flow::default()
    }

    /// A value of an answer.
    pub(super) fn of(place: Place) -> Flow {
        Flow::from(vec![Source {
            place,
            way: Way::Itself,
        }])
    }

    /// One of these values.
    pub(super) fn from(from: Vec<Source>) -> Flow {
        Flow {
            from,
            ..Flow::default()
        }
    }

    /// A list of elements from there.
    pub(super) fn list(item: Flow) -> Flow {
        let item = Some(Arc::new(item));
        Flow {
            item,
            ..Flow::default()
        }
        .counted()
    }

    /// An object of fields from there; of two with one name the last counts.
    pub(super) fn object(fields: impl IntoIterator<Item = (Arc<str>, Flow)>) -> Flow {
        let mut known: Vec<(Arc<str>, Flow)> = Vec::new();
        for (name, flow) in fields {
            match known.iter_mut().find(|(other, _)| *other == name) {
                Some((_, known)) => *known = flow,
                None => known.push((name, flow)),
            }
        }
        Flow {
            fields: known.into(),
            ..Flow::default()
        }
        .counted()
    }

    /// A value that comes from here or from there.
    pub(super) fn or(mut self, other: Flow) -> Flow {
        if other == Flow::default() || self == other {
            return self;
        }
        for source in other.from {
            if !self.from.contains(&source) {
                self.from.push(source);
            }
        }
        self.item = match (self.item, other.item) {
            (Some(one), Some(other)) if one != other => {
                Some(Arc::new(Flow::clone(&one).or(Flow::clone(&other))))
            }
            (one, other) => one.or(other),
        };
        self.fields = either(self.fields, &other.fields);
        self.counted()
    }

    /// The value after null was dealt with.
    pub(super) fn present(self) -> Flow {
        self.by(|way| match way {
            Way::Itself | Way::Present => Way::Present,
            Way::Computed => Way::Computed,
        })
    }

    /// What is computed from the value and of the same kind.
    pub(super) fn computed(self) -> Flow {
        let item = self.item.clone();
        let computed = Flow::from(self.from).by(|_| Way::Computed);
        Flow { item, ..computed }.counted()
    }

    fn by(mut self, way: impl Fn(Way) -> Way) -> Flow {
        for source in &mut self.from {
            source.way = way(source.way);
        }
        self
    }

    /// The fields that are known to be there.
    pub(super) fn field(&self, name: &str) -> Option<&Flow> {
        let field = self.fields.iter().find(|(known, _)| **known == *name);
        field.map(|(_, flow)| flow)
    }

    fn counted(self) -> Flow {
        let of_item = self.item.as_ref().map_or(0, |item| item.parts + 1);
        let of_fields: usize = self.fields.iter().map(|(_, flow)| flow.parts + 1).sum();
        let parts = self.from.len() + of_item + of_fields;
        if parts > PARTS_MAX {
            Flow::elsewhere()
        } else {
            Flow { parts, ..self }
        }
    }
}

/// Fields of either.
fn either(one: Arc<[(Arc<str>, Flow)]>, other: &[(Arc<str>, Flow)]) -> Arc<[(Arc<str>, Flow)]> {
    if other.is_empty() || *one == *other {
        return one;
    }
    let mut fields = one.to_vec();
    for (name, flow) in other {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = std::mem::take(known).or(flow.clone()),
            None => fields.push((Arc::clone(name), flow.clone())),
        }
    }
    fields.into()
}
