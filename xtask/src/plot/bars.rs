//! Bars, drawn as SVG.

use std::fmt::Write as _;

use anyhow::Result;

/// Bars under a title, with a scale of their own.
pub(super) struct BarGroup {
    pub(super) title: String,
    /// The value of a bar of full length.
    pub(super) full: f64,
    pub(super) bars: Vec<Bar>,
}

pub(super) struct Bar {
    pub(super) look: Look,
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Good,
    Bad,
    Other,
}

/// Widths and heights, in the units of the picture.
const WIDTH: u32 = 760;
const BAR: u32 = 20;
const STEP: u32 = 28;
/// Where bars begin.
const LEFT: u32 = 220;
/// The length of a full bar.
const FULL: f64 = 380.0;
/// Above the bars of a group, for its title.
const GAP: u32 = 48;

impl BarGroup {
    /// The longest bar has full length.
    pub(super) fn scaled(title: &str, bars: Vec<Bar>) -> Self {
        Self {
            title: title.to_owned(),
            full: bars.iter().map(|bar| bar.value).fold(0.0, f64::max),
            bars,
        }
    }
}

/// The picture.
pub(super) fn picture(title: &str, groups: &[BarGroup]) -> Result<String> {
    let mut drawn = String::new();
    let mut top = 0;
    for group in groups {
        top += GAP;
        let (title, line) = (&group.title, top - 14);
        writeln!(
            drawn,
            "  <text class=\"title\" x=\"20\" y=\"{line}\">{title}</text>"
        )?;
        for bar in &group.bars {
            drawn += &drawn_bar(bar, group.full, top);
            top += STEP;
        }
    }
    let height = top + 20;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"t\">\n  <title id=\"t\">{title}</title>\n{STYLE}{drawn}</svg>\n"
    ))
}

fn drawn_bar(bar: &Bar, full: f64, top: u32) -> String {
    // A bar of zero is visible too.
    let width = (bar.value / full * FULL).max(2.0);
    let class = match bar.look {
        Look::Good => "good",
        Look::Bad => "bad",
        Look::Other => "other",
    };
    let Bar { name, text, .. } = bar;
    let (middle, names_end, figure) = (top + BAR - 5, LEFT - 10, f64::from(LEFT) + width + 8.0);
    format!(
        "  <text class=\"name\" x=\"{names_end}\" y=\"{middle}\">{name}</text>\n\
         \x20 <rect class=\"{class}\" x=\"{LEFT}\" y=\"{top}\" width=\"{width:.0}\" height=\"{BAR}\"/>\n\
         \x20 <text x=\"{figure:.0}\" y=\"{middle}\">{text}</text>\n"
    )
}

/// Colors that are readable on a light and on a dark page.
const STYLE: &str = "\
\x20 <style>
    text { font: 14px system-ui, \"Segoe UI\", Roboto, Helvetica, Arial, sans-serif; fill: #78808c }
    .title { font-weight: 600 }
    .name { text-anchor: end }
    .bad { fill: #a5383a }
    .good { fill: #43733f }
    .other { fill: #5f7391 }
  </style>
";
