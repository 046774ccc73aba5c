//! Writes expressions of a wanted type from the names that are visible.

use super::{
    types::{Ty, VARIANTS},
    write::Writer,
};

/// Levels of an expression.
const DEPTH_MAX: usize = 3;
/// Names of variables of functions, one a level.
const VARIABLES: [&str; 5] = ["it", "x", "y", "z", "w"];

impl Writer<'_> {
    /// An expression of a type.
    pub(super) fn expr(&mut self, ty: &Ty) -> String {
        let depth = 1 + self.random.below(DEPTH_MAX);
        self.expr_at(ty, depth)
    }

    fn expr_at(&mut self, ty: &Ty, depth: usize) -> String {
        if self.random.percent(if depth == 0 { 80 } else { 35 })
            && let Some(read) = self.read(ty)
        {
            return read;
        }
        if depth == 0 {
            return self.literal(ty);
        }
        if self.random.percent(10) {
            let condition = self.expr_at(&Ty::Boolean, depth - 1);
            let (yes, no) = (self.expr_at(ty, depth - 1), self.expr_at(ty, depth - 1));
            return format!("(if {condition} then {yes} else {no})");
        }
        if self.random.percent(8) && !matches!(ty, Ty::Optional(_) | Ty::Mode) {
            let maybe = self.expr_at(&ty.clone().optional(), depth - 1);
            let otherwise = self.expr_at(ty, depth - 1);
            return format!("({maybe} ?? {otherwise})");
        }
        match ty {
            Ty::Text => self.text(depth - 1),
            Ty::Integer => self.integer(depth - 1),
            Ty::Number => self.number(depth - 1),
            Ty::Boolean => self.boolean(depth - 1),
            Ty::Mode => self.literal(ty),
            Ty::List(item) => self.list(item, depth - 1),
            Ty::Shape(fields) => self.object(fields, depth - 1),
            Ty::Optional(inner) => self.optional(inner, depth - 1),
        }
    }

    /// Reads a name of the type, or a field of one.
    fn read(&mut self, ty: &Ty) -> Option<String> {
        let mut reads = Vec::new();
        for (name, known) in &self.names {
            if known == ty {
                reads.push(name.clone());
            }
            if let Ty::Shape(fields) = known {
                let fields = fields.iter().filter(|(_, field)| field == ty);
                reads.extend(fields.map(|(field, _)| format!("{name}.{field}")));
            }
        }
        self.random.pick(&reads).cloned()
    }

    /// An expression that reads nothing.
    fn literal(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Text => self
                .random
                .choose(&["\"a b\"", "\"\"", "\"größer\\n\"", "\"x {{y}}\""])
                .to_owned(),
            Ty::Integer => self.random.below(10).to_string(),
            Ty::Number => self.random.choose(&["0.5", "2.25", "1e2", "3"]).to_owned(),
            Ty::Boolean => self.random.choose(&["true", "false"]).to_owned(),
            Ty::Mode => format!("Mode.{}", self.random.choose(&VARIANTS)),
            Ty::List(item) => {
                let (first, second) = (self.literal(item), self.literal(item));
                format!("[{first}, {second}]")
            }
            Ty::Shape(fields) => self.object(fields, 0),
            Ty::Optional(inner) => {
                let items = self.literal(&Ty::List(inner.clone()));
                format!("first({items})")
            }
        }
    }

    fn text(&mut self, depth: usize) -> String {
        let text = |writer: &mut Self| writer.expr_at(&Ty::Text, depth);
        match self.random.below(11) {
            0 => format!("upper({})", text(self)),
            1 => format!("trim({})", text(self)),
            2 => format!("replace({}, \"a\", \"b\")", text(self)),
            3 => format!("join({}, \", \")", self.expr_at(&Ty::list(Ty::Text), depth)),
            4 => format!("to_text({})", self.expr_at(&Ty::Number, depth)),
            5 => format!("({} + {})", text(self), text(self)),
            6 => format!("slice({}, 0, 3)", text(self)),
            7 => format!("sha256({})", text(self)),
            8 => {
                let any = Ty::any(self.random, 1);
                format!("to_json({})", self.expr_at(&any, depth))
            }
            _ => self.template(depth),
        }
    }

    /// A text with values in it. Strings in strings are left out: they are another matter.
    fn template(&mut self, depth: usize) -> String {
        let ty = self
            .random
            .choose(&[Ty::Integer, Ty::Number, Ty::Boolean, Ty::Text]);
        let value = self.expr_at(&ty, depth.min(1));
        if value.contains('"') {
            return format!(
                "lower({value_text})",
                value_text = self.expr_at(&Ty::Text, 0)
            );
        }
        format!("\"is {{{value}}}.\"")
    }

    fn integer(&mut self, depth: usize) -> String {
        let int = |writer: &mut Self| writer.expr_at(&Ty::Integer, depth);
        match self.random.below(9) {
            0 => format!("len({})", self.expr_at(&Ty::Text, depth)),
            1 | 2 => {
                let item = Ty::any(self.random, 1);
                format!("count({})", self.expr_at(&Ty::list(item), depth))
            }
            3 => format!("({} + {})", int(self), int(self)),
            4 => format!("({} - {})", int(self), int(self)),
            5 => format!("({} * 2)", int(self)),
            6 => format!("floor({})", self.expr_at(&Ty::Number, depth)),
            7 => format!("abs({})", int(self)),
            _ => format!("-({})", int(self)),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        let number = |writer: &mut Self| writer.expr_at(&Ty::Number, depth);
        match self.random.below(7) {
            0 => format!("({} / 4)", number(self)),
            1 => format!("round({}, 1)", number(self)),
            2 => format!("({} + {})", number(self), number(self)),
            3 => format!("sum({})", self.expr_at(&Ty::list(Ty::Number), depth)),
            4 => format!("cosine_similarity([1, {}], [2, 1])", number(self)),
            _ => self.expr_at(&Ty::Integer, depth),
        }
    }

    fn boolean(&mut self, depth: usize) -> String {
        match self.random.below(11) {
            0 => {
                let op = self.random.choose(&["<", "<=", ">", ">=", "==", "!="]);
                let (a, b) = (
                    self.expr_at(&Ty::Number, depth),
                    self.expr_at(&Ty::Number, depth),
                );
                format!("({a} {op} {b})")
            }
            1 => {
                let (a, b) = (
                    self.expr_at(&Ty::Text, depth),
                    self.expr_at(&Ty::Text, depth),
                );
                format!("({a} < {b})")
            }
            2 => format!("not {}", self.expr_at(&Ty::Boolean, depth)),
            3 => {
                let op = self.random.choose(&["and", "or"]);
                let (a, b) = (
                    self.expr_at(&Ty::Boolean, depth),
                    self.expr_at(&Ty::Boolean, depth),
                );
                format!("({a} {op} {b})")
            }
            4 => {
                let (a, b) = (
                    self.expr_at(&Ty::Text, depth),
                    self.expr_at(&Ty::Text, depth),
                );
                let function = self
                    .random
                    .choose(&["contains", "starts_with", "ends_with"]);
                format!("{function}({a}, {b})")
            }
            5 => {
                let item = self.random.choose(&[Ty::Text, Ty::Integer]);
                let (a, list) = (
                    self.expr_at(&item, depth),
                    self.expr_at(&Ty::list(item), depth),
                );
                format!("({a} in {list})")
            }
            6 => {
                let item = Ty::any(self.random, 1);
                let list = self.expr_at(&Ty::list(item.clone()), depth);
                let test = self.function(&item, &Ty::Boolean, depth);
                format!("{}({list}, {test})", self.random.choose(&["any", "all"]))
            }
            7 => format!("matches({}, \"^[a-z]+$\")", self.expr_at(&Ty::Text, depth)),
            8 => {
                let item = Ty::any(self.random, 0);
                let maybe = self.expr_at(&item.optional(), depth);
                format!("({maybe} {} null)", self.random.choose(&["==", "!="]))
            }
            9 => format!(
                "({} == {})",
                self.expr_at(&Ty::Mode, depth),
                self.literal(&Ty::Mode)
            ),
            _ => self.expr_at(&Ty::Boolean, depth),
        }
    }

    fn list(&mut self, item: &Ty, depth: usize) -> String {
        let list = |writer: &mut Self| writer.expr_at(&Ty::list(item.clone()), depth);
        match self.random.below(10) {
            0 => {
                let of = list(self);
                let test = self.function(item, &Ty::Boolean, depth);
                format!("filter({of}, {test})")
            }
            1 | 2 => {
                let from = Ty::any(self.random, 0);
                let of = self.expr_at(&Ty::list(from.clone()), depth);
                let function = self.function(&from, item, depth);
                format!("map({of}, {function})")
            }
            3 => format!("slice({}, 1)", list(self)),
            4 => format!("unique({})", list(self)),
            5 => format!("({} + {})", list(self), list(self)),
            6 => format!("flatten([{}, {}])", list(self), list(self)),
            7 if *item == Ty::Text => format!("split({}, \" \")", self.expr_at(&Ty::Text, depth)),
            7 if *item == Ty::Integer => format!("range(0, {})", self.random.below(5)),
            8 => {
                let of = list(self);
                let key = self.function(item, &Ty::Number, depth);
                format!("sort_by({of}, {key})")
            }
            _ => {
                let items = (0..=self.random.below(2)).map(|_| self.expr_at(item, depth));
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// `name => expr`, where the name is of one type and the expression of another.
    fn function(&mut self, from: &Ty, to: &Ty, depth: usize) -> String {
        let name = VARIABLES.get(self.variables).copied().unwrap_or("deep");
        self.variables += 1;
        self.names.push((name.to_owned(), from.clone()));
        let body = self.expr_at(to, depth);
        self.names.pop();
        self.variables -= 1;
        format!("{name} => {body}")
    }

    fn object(&mut self, fields: &[(String, Ty)], depth: usize) -> String {
        let mut written = Vec::new();
        for (name, ty) in fields {
            let value = if depth == 0 {
                self.literal(ty)
            } else {
                self.expr_at(ty, depth)
            };
            written.push(format!("{name}: {value}"));
        }
        format!("{{ {} }}", written.join(", "))
    }

    fn optional(&mut self, inner: &Ty, depth: usize) -> String {
        let list = self.expr_at(&Ty::list(inner.clone()), depth);
        match self.random.below(4) {
            0 => format!("last({list})"),
            1 => {
                let test = self.function(inner, &Ty::Boolean, depth);
                format!("find({list}, {test})")
            }
            _ => format!("first({list})"),
        }
    }
}
