//! espeak-ng as a process: small, quick, over a hundred languages, robotic.

use std::io::Read as _;
use std::ops::ControlFlow;

use mynah_assistant::ports::{ModelError, Speech};
use serde::Deserialize;

use super::{end, espeak_ng, plain, wav};

/// How espeak-ng speaks.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EspeakConfig {
    /// A voice of `espeak-ng --voices`: `en-us`, `de`, `en-gb+f3`.
    pub voice: String,
    /// Words a minute, 80 to 450.
    pub rate: u32,
    /// 0 to 99.
    pub pitch: u32,
}

impl Default for EspeakConfig {
    fn default() -> Self {
        EspeakConfig { voice: "en-us".into(), rate: 165, pitch: 50 }
    }
}

/// Speaks with espeak-ng; the sound comes while it is being made.
#[derive(Debug)]
pub struct Espeak {
    arguments: [String; 3],
    sample_rate: u32,
}

impl Espeak {
    /// Checks that espeak-ng is there and knows the voice.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] with the remedy.
    pub fn new(config: &EspeakConfig) -> Result<Self, ModelError> {
        let EspeakConfig { voice, rate, pitch } = config;
        if !(80..=450).contains(rate) || *pitch > 99 {
            return Err(ModelError::Unusable(format!(
                "espeak-ng: a rate of 80 to 450 and a pitch of 0 to 99 are due, not {rate} and {pitch}"
            )));
        }
        let mut espeak = Espeak {
            arguments: [format!("-v{voice}"), format!("-s{rate}"), format!("-p{pitch}")],
            sample_rate: 0,
        };
        // A word of silence shows the rate of this voice, and whether there is one.
        let (rate, _) = espeak.run(".", &mut |_| ControlFlow::Continue(())).map_err(|error| match error {
            ModelError::Failed(why) => {
                ModelError::Unusable(format!("{why}; `espeak-ng --voices` lists the voices"))
            }
            other => other,
        })?;
        espeak.sample_rate = rate;
        Ok(espeak)
    }

    fn run(
        &self,
        text: &str,
        sink: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    ) -> Result<(u32, ControlFlow<()>), ModelError> {
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).chain(["--stdout"]).collect();
        let mut child = espeak_ng(&arguments, text)?;
        let Some(mut out) = child.stdout.take() else {
            end(&mut child);
            return Err(ModelError::Failed("espeak-ng has no output".into()));
        };
        let mut stream = || {
            let rate = wav::read_header(&mut out)?;
            let (mut spare, mut samples) = (None, Vec::new());
            loop {
                wav::read_samples(&mut out, &mut spare, &mut samples)?;
                if samples.is_empty() {
                    return Ok((rate, ControlFlow::Continue(())));
                }
                if sink(&samples).is_break() {
                    return Ok((rate, ControlFlow::Break(())));
                }
            }
        };
        let result: std::io::Result<_> = stream();
        if let Ok((_, ControlFlow::Break(()))) = result {
            end(&mut child);
            return result.map_err(|error| ModelError::Failed(error.to_string()));
        }
        drop(out);
        let mut message = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            // Without it the exit status alone must do.
            let _ = stderr.read_to_string(&mut message);
        }
        let status = child.wait().map_err(|error| ModelError::Failed(format!("espeak-ng: {error}")))?;
        let message = message.lines().next().unwrap_or_default().trim();
        match result {
            Ok(done) if status.success() => Ok(done),
            _ if !message.is_empty() => Err(ModelError::Failed(format!("espeak-ng: {message}"))),
            Ok(_) => Err(ModelError::Failed(format!("espeak-ng ended with {status}"))),
            Err(error) => Err(ModelError::Failed(format!("espeak-ng: {error}"))),
        }
    }
}

impl Speech for Espeak {
    fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// # Errors
    /// [`ModelError::Failed`] with espeak-ng's own message; [`ModelError::Unusable`] when it is no longer installed.
    fn speak(
        &mut self,
        text: &str,
        sink: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    ) -> Result<(), ModelError> {
        let text = plain(text);
        if text.is_empty() {
            return Ok(());
        }
        self.run(&text, sink).map(|_| ())
    }
}
