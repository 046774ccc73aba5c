//! Colors and fonts, for light ground and for dark.

use std::fmt::Write as _;

use crate::graph::Family;

/// What is the same on both grounds.
const SHAPES: &str = "\
.scriptum-graph text{font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans',sans-serif}
.scriptum-graph .mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace}
.scriptum-graph .script{font-size:20px;font-weight:700}
.scriptum-graph .summary{font-size:12.5px}
.scriptum-graph .title{font-size:13.5px;font-weight:600}
.scriptum-graph .detail{font-size:11.5px}
.scriptum-graph .note{font-size:11px}
.scriptum-graph .section{font-size:11px;font-weight:600;letter-spacing:.06em}
.scriptum-graph .lane{font-size:11px;font-weight:600}
.scriptum-graph .middle{text-anchor:middle}
.scriptum-graph .edge,.scriptum-graph .jump,.scriptum-graph .rule{fill:none;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.scriptum-graph .jump{stroke-dasharray:5 4}
.scriptum-graph .card{stroke-width:1}
.scriptum-graph .bind{fill-opacity:.08}
.scriptum-graph .frame{stroke-width:1.2}
.scriptum-graph .sign{fill:none;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
";

/// Classes with a property and its color on light and on dark ground.
const COLORS: [(&str, &str, &str, &str); 20] = [
    (".ground", "fill", "#f6f7f9", "#14171c"),
    (".card", "fill", "#ffffff", "#1f242c"),
    (".card", "stroke", "#d8dee8", "#343c48"),
    (".script", "fill", "#141b27", "#f0f3f7"),
    (".summary", "fill", "#5d6878", "#9aa6b6"),
    (".title", "fill", "#1a2230", "#e8ecf2"),
    (".detail", "fill", "#556072", "#a7b2c1"),
    (".note", "fill", "#6a7585", "#94a0b0"),
    (".section", "fill", "#6a7585", "#94a0b0"),
    (".lane", "fill", "#4a5566", "#b4bfcd"),
    (".rule", "stroke", "#d3dae4", "#39424e"),
    (".edge", "stroke", "#98a4b5", "#66727f"),
    (".tip", "fill", "#98a4b5", "#66727f"),
    (".jump", "stroke", "#c2410c", "#f08a5d"),
    (".jumptip", "fill", "#c2410c", "#f08a5d"),
    (".jumpnote", "fill", "#c2410c", "#f08a5d"),
    (".bind", "fill", "#334155", "#cbd5e1"),
    (".pill", "fill", "#ffffff", "#1f242c"),
    (".error", "stroke", "#dc2626", "#f87171"),
    (".errortitle", "fill", "#b91c1c", "#fca5a5"),
];

/// The style sheet.
pub(super) fn style() -> String {
    let mut css = SHAPES.to_owned();
    let rules = |is_dark: bool, css: &mut String| {
        for (class, property, light, dark) in COLORS {
            let color = if is_dark { dark } else { light };
            let _ = writeln!(css, ".scriptum-graph {class}{{{property}:{color}}}");
        }
        for family in Family::ALL {
            let (light, dark) = family.colors();
            let color = if is_dark { dark } else { light };
            let name = family.name();
            let tint = if is_dark { 0.16 } else { 0.11 };
            let ground = if is_dark { 0.06 } else { 0.04 };
            let line = if is_dark { 0.5 } else { 0.42 };
            let _ = write!(
                css,
                ".scriptum-graph .{name} .sign{{stroke:{color}}}\n\
                 .scriptum-graph .{name} .badge{{fill:{color};fill-opacity:{tint}}}\n\
                 .scriptum-graph .{name} .frame{{fill:{color};fill-opacity:{ground};stroke:{color};stroke-opacity:{line}}}\n\
                 .scriptum-graph .{name} .strip{{fill:{color};fill-opacity:{ground}}}\n\
                 .scriptum-graph .{name} .pill{{stroke:{color};stroke-opacity:{line}}}\n"
            );
        }
        let _ = writeln!(
            css,
            ".scriptum-graph .error{{fill:#dc2626;fill-opacity:.04;stroke-opacity:.6}}"
        );
    };
    rules(false, &mut css);
    css.push_str("@media (prefers-color-scheme:dark){\n");
    rules(true, &mut css);
    css.push_str("}\n");
    css
}
