//! A recogniser that is loaded while the ears listen already.

use mynah_assistant::ports::{Cancel, Hints, Hypothesis, ModelError, Partial, Transcriber};
use mynah_audio::{Frame, SamplePos};

type Loaded = Result<Box<dyn Transcriber>, ModelError>;

/// Is loaded by [`warm_up`](Transcriber::warm_up), on the recogniser's own thread; a turn that begins before waits for it.
/// When it cannot be loaded, every turn says so.
pub struct Loading {
    load: Option<Box<dyn FnOnce() -> Loaded + Send>>,
    loaded: Loaded,
}

impl Loading {
    /// Loads later. What can be checked before should be.
    pub fn new(load: impl FnOnce() -> Loaded + Send + 'static) -> Self {
        let never = ModelError::Failed("the recogniser could not be loaded".into());
        Loading { load: Some(Box::new(load)), loaded: Err(never) }
    }

    fn loaded(&mut self) -> Result<&mut dyn Transcriber, ModelError> {
        if let Some(load) = self.load.take() {
            self.loaded = load();
        }
        match &mut self.loaded {
            Ok(transcriber) => Ok(&mut **transcriber),
            Err(error) => Err(error.clone()),
        }
    }
}

impl Transcriber for Loading {
    fn warm_up(&mut self) -> Result<(), ModelError> {
        self.loaded()?.warm_up()
    }

    fn begin(&mut self, hints: &Hints) {
        if let Ok(transcriber) = self.loaded() {
            transcriber.begin(hints);
        }
    }

    fn push(&mut self, frame: &Frame) -> Result<Option<Partial>, ModelError> {
        // The turn's end says what is wrong, once.
        self.loaded().map_or(Ok(None), |transcriber| transcriber.push(frame))
    }

    fn pause(&mut self, cancel: &Cancel) -> Result<Option<Partial>, ModelError> {
        self.loaded().map_or(Ok(None), |transcriber| transcriber.pause(cancel))
    }

    fn finish(&mut self, speech_end: SamplePos, cancel: &Cancel) -> Result<Hypothesis, ModelError> {
        self.loaded()?.finish(speech_end, cancel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_loaded_says_so_at_each_turn() {
        let mut recogniser = Loading::new(|| Err(ModelError::Unusable("no such file".into())));
        for _ in 0..2 {
            let told = recogniser.finish(SamplePos(0), &Cancel::default()).map_err(|error| error.to_string());
            assert_eq!(told.unwrap_err(), "no such file");
            assert!(recogniser.pause(&Cancel::default()).unwrap().is_none());
        }
        let mut panics = Loading::new(|| panic!("a bug"));
        let load = std::panic::AssertUnwindSafe(|| panics.warm_up());
        assert!(std::panic::catch_unwind(load).is_err());
        assert!(panics.warm_up().unwrap_err().to_string().contains("could not be loaded"));
    }
}
