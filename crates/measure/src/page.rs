//! The report as one HTML page that needs nothing else.

use std::fmt::Write as _;

use crate::plot::{self, Line, escape};
use crate::report::{Engine, Kind, Negatives, Report, Setting, Word, cost, per_hour, percent};
use crate::{Condition, Rate};

const STYLE: &str = include_str!("page.css");

/// The page.
pub fn page(report: &Report) -> String {
    let mut html = String::new();
    // Writing into a string does not fail.
    let _ = write_page(report, &mut html);
    html
}

fn write_page(report: &Report, html: &mut String) -> std::fmt::Result {
    write!(
        html,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Wake words, measured</title><style>{STYLE}</style></head><body><main>\
         <header><h1>Wake words, measured</h1><p class=\"meta\">{} · seed {} · {}</p><p><code>{}</code></p></header>",
        escape(&report.program),
        report.seed,
        escape(&report.machine),
        escape(&report.command)
    )?;
    heard(report, html)?;
    html.push_str("<section><h2>What each engine takes</h2><div class=\"cards\">");
    for (n, engine) in report.engines.iter().enumerate() {
        write!(
            html,
            "<div class=\"card\"><h3><i class=\"dot c{n}\"></i>{}</h3><p>{}</p></div>",
            escape(&engine.name),
            escape(&cost(&engine.cost)).replace("; ", "<br>")
        )?;
    }
    html.push_str("</div></section>");
    for kind in [Kind::Real, Kind::Synthetic] {
        curves(report, kind, html)?;
    }
    delays(report, html)?;
    html.push_str("<section><h2>All figures</h2>");
    for engine in &report.engines {
        figures(engine, html)?;
    }
    html.push_str("</section><section><h2>How to read this</h2><ul>");
    for note in &report.notes {
        write!(html, "<li>{}</li>", escape(note))?;
    }
    html.push_str("</ul></section></main></body></html>\n");
    Ok(())
}

/// What was played to the engines.
fn heard(report: &Report, html: &mut String) -> std::fmt::Result {
    html.push_str(
        "<section><h2>What was heard</h2><div class=\"cards\"><div class=\"card\"><h3>Words</h3><table>",
    );
    for positives in &report.positives {
        write!(
            html,
            "<tr><td>{}</td><td class=\"n\">{} recordings</td></tr>",
            escape(&positives.word),
            positives.recordings
        )?;
    }
    html.push_str("</table></div>");
    for (kind, title) in [(Kind::Real, "Recorded negatives"), (Kind::Synthetic, "Synthetic negatives")] {
        let those: Vec<&Negatives> = report.negatives.iter().filter(|n| n.kind == kind).collect();
        if those.is_empty() {
            continue;
        }
        let hours: f64 = those.iter().map(|n| n.hours).sum();
        write!(html, "<div class=\"card\"><h3>{title}: {hours:.2} h</h3><table>")?;
        for negatives in those {
            write!(
                html,
                "<tr><td>{}</td><td class=\"n\">{:.2} h</td></tr>",
                escape(&negatives.name),
                negatives.hours
            )?;
        }
        html.push_str("</table></div>");
    }
    html.push_str("</div></section>");
    Ok(())
}

/// The words of all engines, in the order of the first that knows them.
fn words(report: &Report) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    for word in report.engines.iter().flat_map(|engine| &engine.words) {
        if !words.contains(&word.word.as_str()) {
            words.push(&word.word);
        }
    }
    words
}

/// Each engine that knows `word`, with its colour.
fn knowing<'a>(report: &'a Report, word: &'a str) -> impl Iterator<Item = (usize, &'a Engine, &'a Word)> {
    let of = move |(n, engine): (usize, &'a Engine)| {
        engine.words.iter().find(|known| known.word == word).map(|known| (n, engine, known))
    };
    report.engines.iter().enumerate().filter_map(of)
}

fn legend(report: &Report, html: &mut String) -> std::fmt::Result {
    html.push_str("<p class=\"legend\">");
    for (n, engine) in report.engines.iter().enumerate() {
        write!(html, "<span><i class=\"dot c{n}\"></i>{}</span>", escape(&engine.name))?;
    }
    html.push_str("</p>");
    Ok(())
}

fn curves(report: &Report, kind: Kind, html: &mut String) -> std::fmt::Result {
    let rate_of = |setting: &Setting| if kind == Kind::Real { setting.real } else { setting.synthetic };
    let hours: f64 = report.negatives.iter().filter(|n| n.kind == kind).map(|n| n.hours).sum();
    if hours <= 0.0 || words(report).is_empty() {
        return Ok(());
    }
    let of = if kind == Kind::Real { "recordings" } else { "synthetic speech" };
    write!(html, "<section><h2>Misses against false alarms on {hours:.1} h of {of}</h2>")?;
    html.push_str("<p class=\"quiet\">The dot is the engine as it is set, with the 95 % intervals of both; the band is the 95 % interval of the misses.</p>");
    legend(report, html)?;
    for word in words(report) {
        let mut conditions: Vec<Condition> = Vec::new();
        for curve in knowing(report, word).flat_map(|(.., known)| &known.curves) {
            if !conditions.contains(&curve.condition) {
                conditions.push(curve.condition);
            }
        }
        if conditions.is_empty() {
            continue;
        }
        write!(html, "<h3>{}</h3><div class=\"panels\">", escape(word))?;
        for condition in conditions {
            let lines: Vec<Line> = knowing(report, word)
                .map(|(color, engine, known)| {
                    let curve = known.curves.iter().find(|c| c.condition == condition && c.kind == kind);
                    let points = curve.map(|curve| {
                        let rate = |alarms: u64| Rate::new(alarms, curve.hours).per_hour;
                        curve.points.iter().map(|point| (rate(point.alarms), point.missed)).collect()
                    });
                    let own = known.settings.first().and_then(|setting| {
                        let heard = setting.conditions.iter().find(|heard| heard.condition == condition)?;
                        Some((rate_of(setting)?, heard.missed))
                    });
                    Line { color, name: engine.name.clone(), points: points.unwrap_or_default(), own }
                })
                .collect();
            write!(html, "<figure><figcaption>{condition}</figcaption>{}</figure>", plot::det(&lines))?;
        }
        html.push_str("</div>");
    }
    html.push_str("</section>");
    Ok(())
}

fn delays(report: &Report, html: &mut String) -> std::fmt::Result {
    let rows: Vec<_> = words(report)
        .into_iter()
        .flat_map(|word| {
            knowing(report, word).filter_map(move |(color, engine, known)| {
                let heard =
                    known.settings.first()?.conditions.iter().find(|heard| heard.response_ms.n > 0)?;
                Some((color, format!("{word} · {}", short(&engine.name)), heard.response_ms))
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    html.push_str("<section><h2>From the end of the word to the event</h2><p class=\"quiet\">As set, first condition; the dot is the median, thick to the 95th, thin to the 99th percentile; audio time plus computing.</p>");
    legend(report, html)?;
    write!(html, "<figure>{}</figure></section>", plot::delays(&rows))?;
    Ok(())
}

fn short(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}

fn figures(engine: &Engine, html: &mut String) -> std::fmt::Result {
    for word in engine.words.iter().filter(|word| word.is_measured()) {
        write!(html, "<details><summary>{} · {}</summary>", escape(&engine.name), escape(&word.word))?;
        let Some(first) = word.settings.first() else { continue };
        html.push_str("<div class=\"scroll\"><table><tr><th>setting</th><th>threshold</th><th>recorded</th><th>synthetic</th>");
        for heard in &first.conditions {
            write!(html, "<th>missed, {}</th>", heard.condition)?;
        }
        html.push_str("<th>delay p50 / p95 / p99</th></tr>");
        for setting in &word.settings {
            let rate = |rate: Option<Rate>| {
                rate.map_or("–".into(), |rate| format!("{} · {}", rate.count, per_hour(&rate)))
            };
            write!(
                html,
                "<tr><td>{}{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td>",
                setting.name(),
                if setting.is_beyond_its_hours() { " *" } else { "" },
                setting.threshold.map_or("–".into(), |threshold| format!("{threshold:.3}")),
                rate(setting.real),
                rate(setting.synthetic)
            )?;
            for heard in &setting.conditions {
                write!(html, "<td>{}</td>", percent(&heard.missed))?;
            }
            let delay = setting.conditions.iter().map(|heard| heard.response_ms).find(|delay| delay.n > 0);
            let delay =
                delay.map_or("–".into(), |d| format!("{:.0} / {:.0} / {:.0} ms", d.p50, d.p95, d.p99));
            write!(html, "<td>{delay}</td></tr>")?;
        }
        html.push_str("</table></div>");
        if word.settings.iter().any(Setting::is_beyond_its_hours) {
            html.push_str("<p class=\"quiet\">* fewer hours than this rate needs for one alarm: the lowest threshold without any</p>");
        }
        html.push_str("<div class=\"scroll\"><table><tr><th>false alarms as set</th><th>hours</th><th>count</th><th>an hour (95 %)</th></tr>");
        for source in &word.sources {
            write!(
                html,
                "<tr><td>{}</td><td class=\"n\">{:.2}</td><td class=\"n\">{}</td><td>{}</td></tr>",
                escape(&source.name),
                source.rate.hours,
                source.rate.count,
                per_hour(&source.rate)
            )?;
        }
        html.push_str("</table></div>");
        if let Some(share) = word.other_words {
            write!(html, "<p>Heard in {} of {} recordings of other words.</p>", share.count, share.of)?;
        }
        html.push_str("</details>");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::example;

    #[test]
    fn the_page_stands_by_itself() {
        let html = page(&example());
        assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"));
        assert!(!html.contains("NaN") && !html.contains("inf"));
        assert!(html.contains("&lt;other&gt;") && !html.contains("<other>"));
        // Two words under two conditions, on recordings and on synthetic speech, and the delays.
        assert_eq!(html.matches("<svg").count(), 2 * 2 * 2 + 1);
        assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
        assert_eq!(html.matches("<table").count(), html.matches("</table>").count());
    }

    #[test]
    fn a_run_without_recordings_has_a_page_too() {
        assert!(page(&Report::default()).contains("</html>"));
    }
}
