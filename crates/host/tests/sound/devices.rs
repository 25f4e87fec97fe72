//! Microphones and loudspeakers of a private PulseAudio: no sound card is needed.
//!
//! The sound server is named by an environment variable, so each scenario runs in a process of its own: this very
//! test program, asked for one of the tests in `scenario`.

use std::process::Command;

/// Set for the scenarios: the folder of their server.
const DIR: &str = "MYNAH_TEST_PULSE";
const SOCKET: &str = "pulse.sock";

/// Runs a scenario in a process of its own, where there is a PulseAudio to be started.
fn run(scenario: &str) {
    if Command::new("pulseaudio").arg("--version").output().is_err() {
        eprintln!("skipped: no pulseaudio");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &format!("devices::scenario::{scenario}")])
        .env("HOME", dir.path())
        .env("XDG_RUNTIME_DIR", dir.path())
        .env("PULSE_SERVER", format!("unix:{}", dir.path().join(SOCKET).display()))
        .env(DIR, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

macro_rules! scenarios {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })*
    };
}

scenarios!(
    capture_is_sample_exact,
    a_channel_of_a_wide_microphone,
    a_microphone_comes_back,
    devices_are_listed_and_found,
    what_is_played_is_heard
);

/// Not for themselves: the tests above run these with a sound server.
mod scenario {
    use std::io::{BufRead, BufReader};
    use std::path::PathBuf;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use mynah_audio::{CUE_RATE, Channel, LevelProblem, SAMPLE_RATE};
    use mynah_host::audio::{
        AudioError, Direction, Heard, Input, InputSpec, OutputSpec, Player, Source, Stop, list_devices,
    };

    use super::{DIR, SOCKET};
    use crate::{sine, tone};

    fn dir() -> PathBuf {
        std::env::var_os(DIR).expect("only the tests of devices run this").into()
    }

    /// A sound server with a loudspeaker `spk`, a microphone `mic` that hears what is played to `micfeed`, and one of
    /// two channels, `wide`, that hears `widefeed`.
    struct PulseAudio(Child);

    impl PulseAudio {
        fn start() -> Self {
            let socket = dir().join(SOCKET);
            let mut child = Command::new("pulseaudio")
                .args([
                    "-n",
                    "-v",
                    "--daemonize=no",
                    "--exit-idle-time=-1",
                    "--disallow-exit",
                    "--use-pid-file=no",
                ])
                .args(["--system=false", "--realtime=no", "--high-priority=no"])
                .args(["-L", "module-null-sink sink_name=spk rate=48000 channels=2"])
                .args(["-L", "module-null-sink sink_name=micfeed rate=16000 channels=1"])
                .args(["-L", "module-remap-source source_name=mic master=micfeed.monitor"])
                .args(["-L", "module-null-sink sink_name=widefeed rate=44100 channels=2"])
                .args(["-L", "module-remap-source source_name=wide master=widefeed.monitor"])
                // Last, so that whoever can connect finds all the others.
                .args([
                    "-L",
                    &format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display()),
                ])
                .env_remove("PULSE_SERVER")
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
            let mut said = Vec::new();
            let ready = lines.by_ref().map_while(Result::ok).any(|line| {
                said.push(line);
                said.last().is_some_and(|line| line.contains("startup complete"))
            });
            assert!(ready, "pulseaudio did not start:\n{}", said.join("\n"));
            // It would stop when nobody reads what it says.
            std::thread::spawn(move || lines.for_each(drop));
            for default in [["set-default-sink", "spk"], ["set-default-source", "mic"]] {
                assert!(Command::new("pactl").args(default).status().unwrap().success());
            }
            PulseAudio(child)
        }
    }

    impl Drop for PulseAudio {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
            let _ = std::fs::remove_file(dir().join(SOCKET));
        }
    }

    /// An input that ends by itself after so long that a test has failed.
    fn open(device: Option<&str>, channel: Channel) -> Result<Input, AudioError> {
        let stop = Stop::default();
        let spec = InputSpec { source: Source::Device(device.map(String::from)), channel, realtime: false };
        let input = Input::open(&spec, stop.clone());
        std::thread::spawn(move || {
            let end = Instant::now() + Duration::from_secs(90);
            while let Some(left) = end.checked_duration_since(Instant::now()) {
                std::thread::park_timeout(left);
            }
            stop.stop();
        });
        input
    }

    /// Plays into a sink, by another program.
    fn feed(sink: &str, rate: u32, channels: u16, interleaved: &[i16]) -> Child {
        let path = dir().join(format!("{sink}.wav"));
        let form = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, form).unwrap();
        interleaved.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
        writer.finalize().unwrap();
        Command::new("paplay").arg(format!("--device={sink}")).arg(&path).spawn().unwrap()
    }

    /// Listens until `len` samples have come from the first that is not zero on.
    fn hear(input: &mut Input, len: usize) -> Vec<f32> {
        let mut samples = Vec::new();
        while samples.len() < len {
            match input.hear() {
                Heard::Frame(frame) => {
                    let silent = if samples.is_empty() {
                        frame.samples().iter().take_while(|sample| **sample == 0.0).count()
                    } else {
                        0
                    };
                    samples.extend_from_slice(&frame.samples()[silent..]);
                }
                // Silence before the sound.
                Heard::Problem(LevelProblem::Zeros(_)) => {}
                heard => panic!("{heard:?} after {} samples", samples.len()),
            }
        }
        samples.truncate(len);
        samples
    }

    #[test]
    #[ignore = "run by the test of the same name"]
    fn capture_is_sample_exact() {
        let _server = PulseAudio::start();
        let mut state = 1u32;
        let noise: Vec<i16> = (0..16_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Never zero: the sound begins with its first sample.
                ((state >> 16) as i16 / 2) | 1
            })
            .collect();
        let mut input = open(None, Channel::Mix).unwrap();
        let mut player = feed("micfeed", SAMPLE_RATE, 1, &noise);
        let heard = hear(&mut input, noise.len() * 9 / 10);
        // Each 10 ms stand exactly somewhere in what was played, one after the other. A sound server on a busy machine
        // may leave something out; what it gives it must give as it is.
        let played: Vec<f32> = noise.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let exact = |at: usize, part: &[f32]| {
            played
                .get(at..at + part.len())
                .is_some_and(|p| p.iter().zip(part).all(|(a, b)| (a - b).abs() < 1e-4))
        };
        let (mut at, mut found, mut jumps) = (0, 0, 0);
        for part in heard.chunks_exact(160) {
            if let Some(there) = (at..played.len()).find(|there| exact(*there, part)) {
                jumps += usize::from(there != at);
                at = there + part.len();
                found += part.len();
            }
        }
        assert!(found * 10 >= heard.len() * 9, "only {found} of {} samples are what was played", heard.len());
        if jumps > 0 {
            eprintln!("the sound server left something out {jumps} times");
        }
        let health = input.health();
        assert_eq!((health.dropped_blocks, health.gaps, health.restored), (0, 0, 0));
        assert!(player.wait().unwrap().success());
        // And then there is nothing but zeros, which is told.
        loop {
            match input.hear() {
                Heard::Frame(_) => {}
                Heard::Problem(LevelProblem::Zeros(how_long)) => {
                    break assert_eq!(how_long.as_millis(), 3000);
                }
                heard => panic!("{heard:?}"),
            }
        }
    }

    #[test]
    #[ignore = "run by the test of the same name"]
    fn a_channel_of_a_wide_microphone() {
        let _server = PulseAudio::start();
        let mut input = open(Some("wide"), Channel::One(2)).unwrap();
        let tones: Vec<i16> = (0..44_100 * 2)
            .flat_map(|n| {
                [300.0, 700.0].map(|hz| {
                    let turn = std::f32::consts::TAU * hz * n as f32 / 44_100.0;
                    (16_384.0 * turn.cos()) as i16
                })
            })
            .collect();
        let mut player = feed("widefeed", 44_100, 2, &tones);
        let heard = hear(&mut input, 16_000);
        let levels = [300.0, 700.0].map(|hz| tone(&heard[1_600..14_400], hz));
        assert!(levels[0] < 0.005 && (levels[1] - 0.5).abs() < 0.005, "{levels:?}");
        let error = open(Some("wide"), Channel::One(3)).err().unwrap();
        assert!(matches!(error, AudioError::Unfit { .. }), "{error}");
        player.kill().unwrap();
        player.wait().unwrap();
    }

    #[test]
    #[ignore = "run by the test of the same name"]
    fn a_microphone_comes_back() {
        let server = PulseAudio::start();
        let mut input = open(Some("mic"), Channel::Mix).unwrap();
        let mut player = Player::open(OutputSpec::Device(None), true).unwrap();
        let mut end = loop {
            if let Heard::Frame(frame) = input.hear() {
                break frame.end();
            }
        };
        drop(server);
        loop {
            match input.hear() {
                Heard::Frame(frame) => end = frame.end(),
                Heard::Lost { .. } => break,
                Heard::Problem(_) => {}
                heard => panic!("{heard:?}"),
            }
        }
        let _server = PulseAudio::start();
        let away = match input.hear() {
            Heard::Restored { away, .. } => away,
            heard => panic!("{heard:?}"),
        };
        let Heard::Gap(gap) = input.hear() else { panic!("sound goes on without a gap") };
        assert_eq!(gap.at.since(end), gap.lost);
        assert!(gap.lost.as_duration() <= away && !gap.lost.as_duration().is_zero(), "{gap:?} in {away:?}");
        let Heard::Frame(frame) = input.hear() else { panic!("no sound after the gap") };
        assert_eq!(frame.pos(), gap.at);
        let health = input.health();
        assert_eq!((health.restored, health.gaps), (1, 1));
        // The player too finds its loudspeaker again.
        assert!(player.play(CUE_RATE, &sine(500.0, CUE_RATE, 0.3)).unwrap().is_continue());
        player.drain().unwrap();
    }

    #[test]
    #[ignore = "run by the test of the same name"]
    fn devices_are_listed_and_found() {
        let _server = PulseAudio::start();
        let devices = list_devices();
        // A server takes 64 connections: looking again, as for a microphone that is away, must not use them up.
        for _ in 0..70 {
            assert_eq!(
                open(Some("webcam"), Channel::Mix).err().map(|e| matches!(e, AudioError::NoDevice { .. })),
                Some(true)
            );
        }
        assert_eq!(list_devices(), devices);
        let default = |direction| {
            let all: Vec<_> = devices.iter().filter(|d| d.default && d.direction == direction).collect();
            assert_eq!(all.len(), 1, "one default: {all:?}");
            (all[0].id.clone(), all[0].rate)
        };
        assert_eq!(default(Direction::Input), ("pulseaudio:mic".into(), Some(16_000)));
        assert_eq!(default(Direction::Output), ("pulseaudio:spk".into(), Some(48_000)));

        let error = open(Some("webcam"), Channel::Mix).err().unwrap();
        let AudioError::NoDevice { wanted, available, .. } = &error else { panic!("{error}") };
        assert_eq!(wanted.as_deref(), Some("webcam"));
        assert!(available.iter().any(|name| name.contains("pulseaudio:mic")), "{available:?}");
        assert!(matches!(
            open(Some("feed"), Channel::Mix).err().unwrap(),
            AudioError::AmbiguousDevice { .. }
        ));
        assert!(open(Some("pulseaudio:mic"), Channel::Mix).is_ok());
    }

    #[test]
    #[ignore = "run by the test of the same name"]
    fn what_is_played_is_heard() {
        let _server = PulseAudio::start();
        let mut input = open(Some("spk.monitor"), Channel::Mix).unwrap();
        let mut player = Player::open(OutputSpec::Device(None), true).unwrap();
        let control = player.control();
        assert!(player.play(CUE_RATE, &sine(1000.0, CUE_RATE, 2.0)).unwrap().is_continue());
        assert!(control.remaining() > Duration::from_secs(1));
        let heard = hear(&mut input, 16_000 * 3 / 2);
        let level = tone(&heard[1_600..22_400], 1000.0);
        assert!((level - 0.5).abs() < 0.01, "the tone's level is {level}");
        player.drain().unwrap();
        assert!(control.remaining().is_zero() && control.playing_until().is_none());

        // An hour of sound is stopped: both the thread that gives it and what waits.
        let stopper = std::thread::spawn({
            let control = control.clone();
            move || {
                while control.remaining() < Duration::from_secs(1) {
                    std::thread::park_timeout(Duration::from_millis(1));
                }
                control.stop();
            }
        });
        let mut long = player.begin(16_000).unwrap();
        let broken = (0..3600).any(|_| long.play(&[0.25; 16_000]).unwrap().is_break());
        assert!(broken, "an hour went into a ring of ten seconds");
        drop(long);
        stopper.join().unwrap();
        player.drain().unwrap();
        // What follows is whole.
        assert!(player.play(CUE_RATE, &sine(500.0, CUE_RATE, 1.0)).unwrap().is_continue());
        player.drain().unwrap();
    }
}
