//! The weights and what whisper.cpp does with them: sound → encoder → next-token probabilities.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use mynah_assistant::ports::ModelError;
use mynah_intent::primary_subtag;
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState,
};

use super::search::NextToken;
use super::vocabulary::{Token, Vocabulary};

/// Samples that one position of the encoder covers: two 10 ms hops.
const SAMPLES_PER_POSITION: usize = 320;
/// Positions added after the speech; whisper is trained on padded windows and stumbles when cut to the last word.
const SPARE_POSITIONS: usize = 64;
/// The longest sound that whisper takes: 30 s.
const MAX_SAMPLES: usize = 30 * 16_000;

/// Loaded weights. Cloning shares them.
#[derive(Clone, Debug)]
pub struct WhisperModel {
    context: Arc<WhisperContext>,
    vocabulary: Arc<Vocabulary>,
    path: Arc<PathBuf>,
}

impl WhisperModel {
    /// Loads a ggml file, as `mynah models fetch` leaves it in the cache. 16-bit matrices become 8-bit blocks in memory.
    ///
    /// # Errors
    /// [`ModelError::Unusable`] when the file is missing, cut short or no Whisper model, with what to do about it.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        quiet();
        let blocks = open(path)
            .and_then(|file| super::convert::in_blocks(BufReader::new(file)))
            .map_err(|why| unusable(path, &why))?;
        let parameters = WhisperContextParameters::default();
        let context = match blocks {
            Some(blocks) => WhisperContext::new_from_buffer_with_params(&blocks, parameters),
            None => WhisperContext::new_with_params(path, parameters),
        }
        .map_err(|e| unusable(path, &format!("whisper.cpp cannot load it ({e})")))?;
        let end = context.token_eot();
        let tokens = (0..end)
            .map(|id| context.token_to_bytes(id).map(Box::from))
            .collect::<Result<Vec<Box<[u8]>>, _>>()
            .map_err(|e| unusable(path, &format!("its vocabulary is damaged ({e})")))?;
        let vocabulary = Arc::new(Vocabulary::new(tokens, end as Token));
        Ok(WhisperModel { context: Arc::new(context), vocabulary, path: Arc::new(path.to_owned()) })
    }

    /// Looks at the file without loading it, and sees what whisper.cpp does not: on some damaged files that aborts the
    /// process or reads garbage.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn check(path: &Path) -> Result<(), ModelError> {
        open(path)
            .and_then(|file| super::convert::check_ggml(&mut BufReader::new(file)))
            .map_err(|why| unusable(path, &why))
    }

    /// Its text tokens.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// Whether it knows other languages than English.
    pub fn is_multilingual(&self) -> bool {
        self.context.is_multilingual()
    }

    /// The file that it was loaded from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Working memory for one stream. `language` (BCP 47, `en`) matters to a multilingual model only.
    pub(crate) fn session(&self, language: &str, threads: usize) -> Result<Session, ModelError> {
        let state =
            self.context.create_state().map_err(|e| ModelError::Failed(format!("whisper.cpp: {e}")))?;
        let context = &self.context;
        let spoken = primary_subtag(language);
        let mut prompt = Vec::new();
        if let Some(before) = written_before(language)
            && context.is_multilingual()
            && let Some(tokens) = self.vocabulary.encode(before)
        {
            prompt.push(context.token_prev());
            prompt.extend(tokens.into_iter().map(|token| token as i32));
        }
        prompt.push(context.token_sot());
        if context.is_multilingual() {
            let id = whisper_rs::get_lang_id(spoken).ok_or_else(|| {
                ModelError::Unusable(format!("whisper does not know the language \"{language}\""))
            })?;
            prompt.extend([context.token_lang(id), context.token_transcribe()]);
        }
        prompt.push(context.token_not());
        Ok(Session {
            state,
            language: spoken.to_owned(),
            threads: threads.max(1),
            text_end: context.token_eot() as usize,
            prompt,
            decoded: Vec::new(),
        })
    }
}

/// What the model is told that it wrote just before, where a language has more than one script: it goes on in the same.
/// Without it Whisper writes Mandarin in either, as it likes.
fn written_before(language: &str) -> Option<&'static str> {
    let is = |wanted: &str| language.split(['-', '_']).any(|part| part.eq_ignore_ascii_case(wanted));
    match primary_subtag(language) {
        "zh" if ["Hant", "TW", "HK", "MO"].into_iter().any(is) => Some("以下是普通話的句子。"),
        "zh" => Some("以下是普通话的句子。"),
        _ => None,
    }
}

/// One stream's state in whisper.cpp: encoded sound, and the prefix that its decoder last saw.
pub(crate) struct Session {
    state: WhisperState,
    language: String,
    threads: usize,
    text_end: usize,
    /// What was written before, if anything; start of transcript, language, task, no timestamps.
    prompt: Vec<i32>,
    /// Tokens in the decoder's cache, the prompt first.
    decoded: Vec<i32>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("language", &self.language).field("threads", &self.threads).finish()
    }
}

impl Session {
    /// Encodes up to 30 s of 16 kHz sound; what is longer is left out. Cannot be interrupted.
    pub(crate) fn encode(&mut self, samples: &[f32]) -> Result<(), ModelError> {
        self.decoded.clear();
        let samples = &samples[..samples.len().min(MAX_SAMPLES)];
        let positions = (samples.len() / SAMPLES_PER_POSITION + SPARE_POSITIONS).min(1500);
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(self.threads as i32);
        params.set_language(Some(&self.language));
        params.set_audio_ctx(positions as i32);
        params.set_no_context(true);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        params.set_print_special(false);
        // The size of the window can be set by a full run only. One of 100 ms is the shortest that whisper.cpp begins
        // and the longest that it leaves before it encodes: it makes the spectrum of all samples, sets the window,
        // and returns.
        params.set_duration_ms(100);
        let failed = |e| ModelError::Failed(format!("whisper.cpp: {e}"));
        self.state.full(params, samples).map_err(failed)?;
        self.state.encode(0, self.threads).map_err(failed)
    }
}

impl NextToken for Session {
    fn after(&mut self, prefix: &[Token], out: &mut Vec<f32>) -> Result<(), ModelError> {
        let wanted: Vec<i32> = self.prompt.iter().copied().chain(prefix.iter().map(|&t| t as i32)).collect();
        // The last token is decoded again even when it is in the cache: its logits are not kept.
        let last = wanted.len() - 1;
        let shared = self.decoded.iter().zip(&wanted).take_while(|(a, b)| a == b).count().min(last);
        self.decoded.clear();
        let failed = |e| ModelError::Failed(format!("whisper.cpp: {e}"));
        self.state.decode(&wanted[shared..], shared, self.threads).map_err(failed)?;
        let logits = last_logits(&self.state, wanted.len() - shared).map_err(failed)?;
        self.decoded = wanted;
        let logits = logits
            .get(..=self.text_end)
            .ok_or_else(|| ModelError::Failed("whisper.cpp: no logits".into()))?;
        log_softmax(logits, out);
        Ok(())
    }
}

/// What the last of the `decoded` tokens of the last call gives. whisper-rs gives out the first row of logits only;
/// whisper.cpp fills the last, and asking for it spares a call for each prefix that does not go on with the last one.
#[expect(unsafe_code, reason = "whisper-rs has no way to the other rows")]
fn last_logits(state: &WhisperState, decoded: usize) -> Result<&[f32], WhisperError> {
    let first = state.get_logits()?;
    // SAFETY: whisper.h: the logits of a call to `whisper_decode` have one row for each of its tokens, one after the
    // other, and stay where they are until the next call, which takes `&mut` of the state. Rows are as long as the first.
    Ok(unsafe { std::slice::from_raw_parts(first.as_ptr().add((decoded - 1) * first.len()), first.len()) })
}

fn log_softmax(logits: &[f32], out: &mut Vec<f32>) {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|&x| (x - max).exp()).sum();
    let norm = max + sum.ln();
    out.clear();
    out.extend(logits.iter().map(|&x| x - norm));
}

fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        _ => format!("it cannot be read ({e})"),
    })
}

fn unusable(path: &Path, why: &str) -> ModelError {
    ModelError::Unusable(format!(
        "whisper model {}: {why}. `mynah models fetch whisper-tiny.en` gets a good one",
        path.display()
    ))
}

/// whisper.cpp and ggml write to stderr unless their logs are taken from them.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(whisper_rs::install_logging_hooks);
}
