//! Fits what the command recogniser's evidence is worth: the map from it to a confidence, and the thresholds of refusing and of answering without
//! Whisper. Reads what `accuracy --recogniser command --part tune --dump FILE` wrote; prints figures for `CommandConfig`, `Sure` and the README.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use mynah_engine::ctc::Evidence;
use serde::Deserialize;

#[derive(Parser)]
#[command(about = "Fits confidence and thresholds of the command recogniser")]
struct Args {
    /// Dumps of `accuracy`.
    #[arg(required = true)]
    dumps: Vec<PathBuf>,
    /// Share of right orders that may be refused.
    #[arg(long, default_value_t = 0.02)]
    refused: f64,
    /// Share of the quick answers that may be wrong.
    #[arg(long, default_value_t = 0.002)]
    wrong: f64,
}

/// One recording of a dump.
#[derive(Deserialize)]
struct Line {
    order: bool,
    right: bool,
    evidence: Option<Shown>,
}

#[derive(Clone, Copy, Deserialize)]
struct Shown {
    regret: f32,
    lead: f32,
    whole: f32,
    is_free: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "fit-command: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    let mut cases: Vec<(Evidence, Line)> = Vec::new();
    for dump in &args.dumps {
        let text = std::fs::read_to_string(dump).with_context(|| dump.display().to_string())?;
        for (number, line) in text.lines().enumerate() {
            let line: Line = serde_json::from_str(line)
                .with_context(|| format!("{}, line {}", dump.display(), number + 1))?;
            if let Some(Shown { regret, lead, whole, is_free }) = line.evidence {
                cases.push((Evidence { regret, lead, whole, is_free }, line));
            }
        }
    }
    // A wildcard's words go to Whisper whatever the evidence.
    cases.retain(|(evidence, _)| !evidence.is_free);
    let mut out = std::io::stdout().lock();
    let orders: Vec<&(Evidence, Line)> = cases.iter().filter(|(_, line)| line.order).collect();
    let right: Vec<&Evidence> = orders.iter().filter(|(_, line)| line.right).map(|(e, _)| e).collect();
    let others: Vec<&Evidence> = cases.iter().filter(|(_, line)| !line.order).map(|(e, _)| e).collect();
    writeln!(out, "{} orders, {} right; {} other recordings", orders.len(), right.len(), others.len())?;
    if right.is_empty() {
        anyhow::bail!("no order is right: there is nothing to fit");
    }

    let rows: Vec<[f64; FEATURES]> = cases.iter().map(|(e, _)| features(e)).collect();
    let labels: Vec<bool> = cases.iter().map(|(_, line)| line.right).collect();
    let weights = logistic(&rows, &labels);
    writeln!(out, "confidence: weights {weights:.3?} of 1, regret, lead, whole")?;

    let mut regrets: Vec<f32> = right.iter().map(|e| e.regret).collect();
    regrets.sort_by(f32::total_cmp);
    let kept = ((regrets.len() as f64 * (1.0 - args.refused)).ceil() as usize).clamp(1, regrets.len());
    let least = regrets[kept - 1];
    let taken = others.iter().filter(|e| e.regret <= least).count();
    writeln!(
        out,
        "reject_above {least:.2}: {} of {} right orders refused, {taken} of {} others accepted",
        regrets.len() - kept,
        regrets.len(),
        others.len()
    )?;

    // From the surest down, as far as the answers are right often enough.
    let mut ranked: Vec<(f64, bool)> = rows.iter().map(|f| probability(&weights, f)).zip(labels).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut wrong, mut best) = (0usize, None);
    for (count, (confidence, is_right)) in (1..).zip(&ranked) {
        wrong += usize::from(!is_right);
        if wrong as f64 <= args.wrong * count as f64 {
            best = Some((*confidence, count, wrong));
        }
    }
    if let Some((confidence, count, wrong)) = best {
        let is_sure = |(e, _): &&&(Evidence, Line)| probability(&weights, &features(e)) >= confidence;
        let of_orders = orders.iter().filter(is_sure).count();
        writeln!(
            out,
            "sure at {confidence:.4}: {count} answered at once, {wrong} of them wrong; {of_orders} of {} orders",
            orders.len()
        )?;
    }
    Ok(())
}

const FEATURES: usize = 4;

/// As `Evidence::confidence` has them.
fn features(evidence: &Evidence) -> [f64; FEATURES] {
    let [regret, lead, whole] = evidence.bounded();
    [1.0, regret.into(), lead.into(), whole.into()]
}

fn probability(weights: &[f64; FEATURES], features: &[f64; FEATURES]) -> f64 {
    let sum: f64 = weights.iter().zip(features).map(|(w, f)| w * f).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Logistic regression by Newton's method, with a little weight decay so that it ends where the classes can be told apart.
fn logistic(features: &[[f64; FEATURES]], labels: &[bool]) -> [f64; FEATURES] {
    const DECAY: f64 = 0.1;
    let mut weights = [0.0; FEATURES];
    for _ in 0..50 {
        let mut gradient = weights.map(|w| -DECAY * w);
        let mut curvature = [[0.0; FEATURES]; FEATURES];
        for (row, &label) in features.iter().zip(labels) {
            let p = probability(&weights, row);
            for i in 0..FEATURES {
                gradient[i] += (f64::from(u8::from(label)) - p) * row[i];
                for j in 0..FEATURES {
                    curvature[i][j] += p * (1.0 - p) * row[i] * row[j];
                }
            }
        }
        for (i, row) in curvature.iter_mut().enumerate() {
            row[i] += DECAY;
        }
        let step = solve(curvature, gradient);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step;
        }
    }
    weights
}

/// Gauss's elimination; `matrix` is positive definite.
fn solve(mut matrix: [[f64; FEATURES]; FEATURES], mut right: [f64; FEATURES]) -> [f64; FEATURES] {
    for i in 0..FEATURES {
        let pivot = matrix[i];
        for j in i + 1..FEATURES {
            let factor = matrix[j][i] / pivot[i];
            for (value, above) in matrix[j].iter_mut().zip(pivot) {
                *value -= factor * above;
            }
            right[j] -= factor * right[i];
        }
    }
    for i in (0..FEATURES).rev() {
        for j in i + 1..FEATURES {
            right[i] -= matrix[i][j] * right[j];
        }
        right[i] /= matrix[i][i];
    }
    right
}
