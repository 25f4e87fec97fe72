//! Many channels → one.

use crate::FormatError;

/// Most channels that an input may have.
pub const MAX_CHANNELS: u16 = 64;

/// What to make of several channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// The average of all.
    #[default]
    Mix,
    /// One of them, counted from 1.
    One(u16),
}

/// Interleaved channels → mono.
#[derive(Clone, Debug)]
pub struct Mixer {
    channels: usize,
    choice: Channel,
}

impl Mixer {
    /// Fails when there are no channels, too many, or not the one that was chosen.
    pub fn new(channels: u16, choice: Channel) -> Result<Self, FormatError> {
        if channels == 0 || channels > MAX_CHANNELS {
            return Err(FormatError::Channels(channels));
        }
        match choice {
            Channel::One(wanted) if wanted == 0 || wanted > channels => {
                Err(FormatError::NoSuchChannel { wanted, channels })
            }
            _ => Ok(Mixer { channels: channels as usize, choice }),
        }
    }

    /// Channels of the input.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Appends one sample for each whole set of channels in `interleaved`. What is no number becomes silence, so
    /// that one bad sample does not stay in the filters that follow. Allocates only when `mono` is too small.
    pub fn mix(&self, interleaved: &[f32], mono: &mut Vec<f32>) {
        let sets = interleaved.chunks_exact(self.channels);
        match self.choice {
            Channel::One(one) => mono.extend(sets.map(|set| finite(set[one as usize - 1]))),
            Channel::Mix => {
                let share = 1.0 / self.channels as f32;
                mono.extend(sets.map(|set| finite(set.iter().sum::<f32>() * share)));
            }
        }
    }
}

fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(channels: u16, choice: Channel, interleaved: &[f32]) -> Vec<f32> {
        let mut mono = Vec::new();
        Mixer::new(channels, choice).unwrap().mix(interleaved, &mut mono);
        mono
    }

    #[test]
    fn averages_or_picks() {
        let stereo = [0.5, 0.25, -1.0, 1.0];
        assert_eq!(mix(2, Channel::Mix, &stereo), [0.375, 0.0]);
        assert_eq!(mix(2, Channel::One(2), &stereo), [0.25, 1.0]);
        assert_eq!(mix(1, Channel::Mix, &[f32::NAN, 0.5, f32::INFINITY]), [0.0, 0.5, 0.0]);
    }

    #[test]
    fn refuses_what_is_not_there() {
        assert!(matches!(Mixer::new(0, Channel::Mix), Err(FormatError::Channels(0))));
        let refused = Mixer::new(2, Channel::One(3)).unwrap_err();
        assert_eq!(refused.to_string(), "channel 3 was chosen, but there are 2");
    }
}
