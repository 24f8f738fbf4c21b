//! Lines over counts that grow tenfold, drawn as SVG: each point is relative to the first of its line.

use std::fmt::Write as _;

use anyhow::Result;

/// A line with a name, through points of a count and a value.
pub(super) struct GrowthLine {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// Widths and heights, in the units of the picture.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 220.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 40.0;

/// Colors that are readable on a light and on a dark page.
const COLORS: [&str; 5] = ["#43733f", "#5f7391", "#a5383a", "#8a6d1f", "#7a4f8a"];

/// The largest count and the largest ratio, which decide the scales.
struct Scale {
    decades: f64,
    top: f64,
}

impl Scale {
    fn new(lines: &[GrowthLine]) -> Self {
        let points = || lines.iter().flat_map(|line| &line.points);
        let most = points().map(|point| place(point.0)).fold(1.0, f64::max);
        let top = lines.iter().flat_map(ratios).map(|point| point.1);
        Self {
            decades: most.ceil(),
            // Whole numbers, and at least 2, so that a flat line looks flat.
            top: top.fold(2.0, f64::max).ceil(),
        }
    }

    fn x(&self, count: f64) -> f64 {
        LEFT + place(count) / self.decades * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, ratio: f64) -> f64 {
        HEIGHT - BOTTOM - ratio / self.top * (HEIGHT - TOP - BOTTOM)
    }
}

/// Powers of ten; 0 is drawn where 1 is.
fn place(count: f64) -> f64 {
    count.max(1.0).log10()
}

/// The points of a line, with values relative to the first.
fn ratios(line: &GrowthLine) -> impl Iterator<Item = (f64, f64)> {
    let first = line.points.first().map_or(f64::NAN, |point| point.1);
    line.points
        .iter()
        .map(move |(count, value)| (*count, value / first))
}

/// The picture.
pub(super) fn picture(title: &str, lines: &[GrowthLine]) -> Result<String> {
    let scale = Scale::new(lines);
    let mut drawn = axes(&scale)?;
    for ((nth, line), color) in lines.iter().enumerate().zip(COLORS.iter().cycle()) {
        let points: Vec<_> = ratios(line)
            .map(|(count, ratio)| format!("{:.0},{:.0}", scale.x(count), scale.y(ratio)))
            .collect();
        writeln!(
            drawn,
            "  <polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
            points.join(" ")
        )?;
        let (x, y) = (
            WIDTH - RIGHT + 15.0,
            TOP + 10.0 + 22.0 * f64::from(u32::try_from(nth)?),
        );
        let name = &line.name;
        writeln!(
            drawn,
            "  <text x=\"{x}\" y=\"{y}\" style=\"fill: {color}\">{name}</text>"
        )?;
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         role=\"img\" aria-labelledby=\"t\">\n  <title id=\"t\">{title}</title>\n{STYLE}{drawn}</svg>\n"
    ))
}

/// A line for each power of ten and each whole ratio, but at most ten of these.
fn axes(scale: &Scale) -> Result<String> {
    let mut drawn = String::new();
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let mut power = 0.0;
    while power <= scale.decades {
        let count = 10_f64.powf(power);
        let (x, below) = (scale.x(count), bottom + 20.0);
        writeln!(
            drawn,
            "  <text x=\"{x:.0}\" y=\"{below}\" class=\"count\">{count:.0}</text>"
        )?;
        power += 1.0;
    }
    let step = (scale.top / 10.0).ceil();
    let mut ratio = 0.0;
    while ratio <= scale.top {
        let y = scale.y(ratio);
        writeln!(
            drawn,
            "  <path class=\"axis\" d=\"M{LEFT} {y:.0}H{right}\"/>\n  <text x=\"{}\" y=\"{:.0}\" class=\"ratio\">{ratio} ×</text>",
            LEFT - 8.0,
            y + 5.0
        )?;
        ratio += step;
    }
    Ok(drawn)
}

const STYLE: &str = "\
\x20 <style>
    text { font: 14px system-ui, \"Segoe UI\", Roboto, Helvetica, Arial, sans-serif; fill: #78808c }
    .count { text-anchor: middle }
    .ratio { text-anchor: end }
    .axis { stroke: #78808c; stroke-opacity: 0.3 }
  </style>
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_point_is_one_and_tenfold_is_a_step() {
        let line = GrowthLine {
            name: "x".to_owned(),
            points: vec![(1.0, 20.0), (10.0, 20.0), (100.0, 70.0)],
        };
        let ratios: Vec<_> = ratios(&line).map(|point| point.1.to_string()).collect();
        assert_eq!(ratios, ["1", "1", "3.5"]);
        let scale = Scale::new(&[line]);
        assert_eq!(
            [scale.decades, scale.top].map(|it| it.to_string()),
            ["2", "4"]
        );
        let [first, second, third] = [1.0, 10.0, 100.0].map(|count| scale.x(count));
        assert!((second - first - (third - second)).abs() < 1e-9);
        assert!((scale.x(0.0) - first).abs() < 1e-9);
        assert!((scale.y(0.0) - (HEIGHT - BOTTOM)).abs() < 1e-9);
        assert!((scale.y(4.0) - TOP).abs() < 1e-9);
    }
}
