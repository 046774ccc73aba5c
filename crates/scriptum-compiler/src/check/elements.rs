//! What functions demand of the elements of a list, or of arguments together, and no parameter can say
//! alone: that values have an order, that truths are true or false.

use scriptum_contract::Type;
use scriptum_vm::{builtins::Builtin, program::Node};

use super::Checker;
use crate::codes;

/// Whether values of a type can be put in order, and among which others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// It shows when it runs.
    Open,
    Numbers,
    Texts,
    Null,
    None,
}

impl Order {
    fn of(ty: &Type) -> Order {
        match ty {
            Type::Any | Type::Object | Type::Never => Order::Open,
            Type::Number(_) | Type::Integer(_) => Order::Numbers,
            Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp => Order::Texts,
            Type::Enum(def) => Order::of(&def.base.ty()),
            Type::Null | Type::Optional(_) => Order::Null,
            Type::Boolean | Type::List(_) | Type::Shape(_) => Order::None,
        }
    }
}

impl Checker<'_> {
    /// Reports arguments whose elements, or which together, cannot work; true when nothing was found.
    pub(super) fn elements_fit(
        &mut self,
        builtin: &Builtin,
        args: &[Node],
        types: &[Type],
    ) -> bool {
        let (Some(first), Some(first_type)) = (args.first(), types.first()) else {
            return true;
        };
        match (builtin.name, types) {
            ("any" | "all", [Type::List(list)]) => {
                let is_truth = matches!(list.item, Type::Boolean | Type::Any | Type::Never);
                let wanted = "a list of true or false";
                self.fits(is_truth, builtin, (first, first_type), wanted)
            }
            ("min" | "max", [Type::List(list)]) => {
                let order = Order::of(&list.item);
                let has_order = !matches!(order, Order::None | Order::Null);
                let wanted = "a list of numbers or of texts";
                self.fits(has_order, builtin, (first, first_type), wanted)
            }
            ("min" | "max", _) => {
                let orders = types.iter().map(Order::of);
                let mut known = orders.filter(|order| *order != Order::Open);
                let order = known.next().unwrap_or(Order::Open);
                let is_one = known.all(|other| other == order);
                let odd = types.iter().position(|ty| {
                    let other = Order::of(ty);
                    other == Order::None || (!is_one && other != Order::Open && other != order)
                });
                let Some((node, ty)) = odd.and_then(|at| Some((args.get(at)?, types.get(at)?)))
                else {
                    return true;
                };
                self.fits(false, builtin, (node, ty), "numbers alone or texts alone")
            }
            ("sort_by", [_, rank, ..]) if Order::of(rank.without_null()) == Order::None => {
                let node = args.get(1).unwrap_or(first);
                let wanted = "numbers or texts to sort by";
                self.fits(false, builtin, (node, rank), wanted)
            }
            (_, _) => true,
        }
    }

    fn fits(
        &mut self,
        fits: bool,
        builtin: &Builtin,
        (node, ty): (&Node, &Type),
        wanted: &str,
    ) -> bool {
        if !fits {
            let span = self.span(node.at);
            self.report(codes::type_mismatch::elements(ty, builtin, wanted, span));
        }
        fits
    }
}
