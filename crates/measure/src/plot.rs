//! Plots as SVG, coloured by the page's style sheet.

use std::fmt::Write as _;

use crate::{Quantiles, Rate, Share};

/// Text as it may stand in HTML and SVG.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// One engine in a plot.
pub(crate) struct Line {
    /// Which of the page's colours.
    pub(crate) color: usize,
    pub(crate) name: String,
    /// False alarms, an hour, and what is missed; by rising threshold.
    pub(crate) points: Vec<(f64, Share)>,
    /// As the engine is set.
    pub(crate) own: Option<(Rate, Share)>,
}

impl Line {
    /// What the plot has room for: a curve that leaves it at the right is cut off there, not squeezed onto the edge, and
    /// thresholds beyond the first without alarms only miss more.
    fn shown(&self) -> Vec<(f64, Share)> {
        let none = self.points.iter().position(|(rate, _)| *rate <= 0.0);
        let known = &self.points[..none.map_or(self.points.len(), |n| n + 1)];
        known.iter().filter(|(rate, _)| *rate <= MOST).copied().collect()
    }
}

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 40.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 38.0;
/// False alarms an hour at the ends of the logarithmic axis, and where "none" stands, left of it.
const LEAST: f64 = 0.02;
const MOST: f64 = 20.0;
const NONE_WIDTH: f64 = 26.0;

fn x_of(per_hour: f64) -> f64 {
    if per_hour <= 0.0 {
        return LEFT + NONE_WIDTH / 2.0;
    }
    let from = LEFT + NONE_WIDTH;
    let share = (per_hour.clamp(LEAST, MOST) / LEAST).ln() / (MOST / LEAST).ln();
    from + share * (WIDTH - RIGHT - from)
}

/// Misses against false alarms. The share missed is drawn on a square-root scale, so that small ones can be told apart and none
/// has a place.
pub(crate) fn det(lines: &[Line]) -> String {
    let seen = |line: &Line| {
        let shown = line.shown();
        let near = shown.iter().filter(|(rate, _)| *rate <= 5.0).map(|(_, share)| share.share);
        near.chain(line.own.map(|(_, share)| share.share)).fold(0.0, f64::max)
    };
    let worst = lines.iter().map(seen).fold(0.0, f64::max);
    let top = [0.1, 0.2, 0.3, 0.5, 0.75, 1.0].into_iter().find(|top| worst <= *top).unwrap_or(1.0);
    let bottom = HEIGHT - BOTTOM;
    let y_of = |share: f64| bottom - (share.clamp(0.0, top) / top).sqrt() * (bottom - TOP);
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">");
    for tick in [0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0].into_iter().filter(|tick| *tick <= top)
    {
        let y = y_of(tick);
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.0} %</text>",
            WIDTH - RIGHT,
            LEFT - 5.0,
            y + 3.5,
            tick * 100.0
        );
    }
    for tick in [0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0] {
        let x = x_of(tick);
        let target = if [0.1, 0.5, 1.0].contains(&tick) { "grid target" } else { "grid" };
        let _ = write!(
            svg,
            "<line class=\"{target}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>\
             <text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 13.0,
            if tick == 0.0 { "none".into() } else { tick.to_string() }
        );
    }
    let _ = write!(
        svg,
        "<text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">false alarms an hour</text>",
        f64::midpoint(LEFT, WIDTH),
        HEIGHT - 6.0
    );
    for line in lines {
        let points = line.shown();
        let at = |share: &dyn Fn(&Share) -> f64| -> Vec<(f64, f64)> {
            points.iter().map(|(rate, missed)| (x_of(*rate), y_of(share(missed)))).collect()
        };
        let (low, high) = (at(&|s| s.interval.low), at(&|s| s.interval.high));
        if points.len() > 1 {
            let around: Vec<(f64, f64)> = low.into_iter().chain(high.into_iter().rev()).collect();
            let _ = write!(svg, "<path class=\"band c{}\" d=\"{}Z\"/>", line.color, path(&around));
        }
    }
    for line in lines {
        let points = line.shown();
        let places: Vec<(f64, f64)> = points.iter().map(|(rate, s)| (x_of(*rate), y_of(s.share))).collect();
        if places.len() > 1 {
            let _ = write!(svg, "<path class=\"curve c{}\" d=\"{}\"/>", line.color, path(&places));
        }
        if let Some((rate, missed)) = &line.own {
            let (x, y) = (x_of(rate.per_hour), y_of(missed.share));
            let (low, high) = (y_of(missed.interval.low), y_of(missed.interval.high));
            let (from, to) = (x_of(rate.interval.low), x_of(rate.interval.high));
            let _ = write!(
                svg,
                "<g class=\"own c{}\"><line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{low:.1}\" y2=\"{high:.1}\"/>\
                 <line x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"><title>{} as set: {} of {} missed, {} false alarms in {:.2} h</title></circle></g>",
                line.color,
                escape(&line.name),
                missed.count,
                missed.of,
                rate.count,
                rate.hours
            );
        }
    }
    svg + "</svg>"
}

fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (n, (x, y)) in points.iter().enumerate() {
        let _ = write!(path, "{}{x:.1} {y:.1}", if n == 0 { "M" } else { "L" });
    }
    path
}

/// Delays in milliseconds, one row each: from the median (a dot) by the 95th percentile to the 99th.
pub(crate) fn delays(rows: &[(usize, String, Quantiles)]) -> String {
    const ROW: f64 = 26.0;
    const NAMES: f64 = 190.0;
    const WIDE: f64 = 720.0;
    let height = rows.len() as f64 * ROW + 40.0;
    let worst = rows.iter().map(|(.., q)| q.p99).fold(100.0, f64::max);
    let end = (worst / 100.0).ceil() * 100.0;
    let start = rows.iter().map(|(.., q)| q.p50).fold(0.0, f64::min).min(0.0);
    let start = (start / 100.0).floor() * 100.0;
    let x_of = |ms: f64| NAMES + (ms - start) / (end - start) * (WIDE - NAMES - 20.0);
    let mut svg = format!("<svg class=\"wide\" viewBox=\"0 0 {WIDE} {height}\" role=\"img\">");
    let step = if end - start > 1000.0 { 200.0 } else { 100.0 };
    let mut tick = start;
    while tick <= end {
        let x = x_of(tick);
        let _ = write!(
            svg,
            "<line class=\"grid{}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"4\" y2=\"{:.1}\"/>\
             <text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick:.0}</text>",
            if tick == 0.0 { " target" } else { "" },
            height - 34.0,
            height - 20.0
        );
        tick += step;
    }
    let _ = write!(
        svg,
        "<text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">ms after the end of the word</text>",
        f64::midpoint(NAMES, WIDE),
        height - 4.0
    );
    for (n, (color, name, q)) in rows.iter().enumerate() {
        let y = n as f64 * ROW + ROW / 2.0 + 4.0;
        let (p50, p95, p99) = (x_of(q.p50), x_of(q.p95), x_of(q.p99));
        let _ = write!(
            svg,
            "<text class=\"row\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><g class=\"range c{color}\">\
             <line class=\"thin\" x1=\"{p50:.1}\" x2=\"{p99:.1}\" y1=\"{y}\" y2=\"{y}\"/>\
             <line class=\"thick\" x1=\"{p50:.1}\" x2=\"{p95:.1}\" y1=\"{y}\" y2=\"{y}\"/>\
             <circle cx=\"{p50:.1}\" cy=\"{y}\" r=\"5\"><title>p50 {:.0} ms, p95 {:.0}, p99 {:.0} (n = {})</title></circle></g>",
            NAMES - 12.0,
            y + 4.0,
            escape(name),
            q.p50,
            q.p95,
            q.p99,
            q.n
        );
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_the_axis() {
        let places = [0.0, 0.001, LEAST, 0.1, 1.0, MOST, 1e9].map(x_of);
        assert!(places[0] < LEFT + NONE_WIDTH);
        assert_eq!(places[1], places[2]);
        assert_eq!(places[5], places[6]);
        assert!(places.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(places[6] <= WIDTH - RIGHT);
    }

    #[test]
    fn a_plot_of_nothing_is_a_plot() {
        let line = Line {
            color: 0,
            name: "<x>".into(),
            points: vec![],
            own: Some((Rate::new(0, 1.0), Share::new(0, 0))),
        };
        let svg = det(&[line]);
        assert!(svg.ends_with("</svg>") && svg.contains("&lt;x&gt;") && !svg.contains("NaN"));
        assert!(!delays(&[(0, "x".into(), Quantiles::default())]).contains("NaN"));
        assert!(!delays(&[]).contains("NaN"));
    }
}
