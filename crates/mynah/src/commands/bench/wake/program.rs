//! A program under test: sound into its standard input, detections out of its standard output
//! ([`mynah_measure::protocol`]).

use std::collections::{HashSet, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use mynah_audio::Samples;
use mynah_measure::protocol::{self, Ready, Said};
use mynah_measure::report::Cost;
use mynah_measure::{Hit, Track};

use super::cost::{cpu_seconds_of, memory_mb};
use super::engines::{Ear, Told};

/// Of its standard error, for the message when it ends badly.
const LAST_LINES: usize = 4;
/// Silence between two streams, so that one does not speak into the next: a program hears one long stream.
const BETWEEN: Samples = Samples::from_millis(1000);
/// A line is not longer than this.
const LONGEST_LINE: u64 = 64 * 1024;

/// One line of the program, or why there are no more.
type Line = std::io::Result<String>;

/// A running program.
pub struct Program {
    command: String,
    ready: Ready,
    child: Child,
    patience: Duration,
    sound: Option<SyncSender<Vec<u8>>>,
    /// Bytes that the program has taken.
    taken: Arc<AtomicU64>,
    lines: Receiver<Line>,
    errors: Option<JoinHandle<VecDeque<String>>>,
    /// Where each stream begins, and its number.
    streams: Vec<(u64, usize)>,
    /// Samples given.
    given: u64,
    /// Lines read.
    read: usize,
    said: Vec<Said>,
    /// Processor time until it was ready, and the most memory.
    start_cpu: f64,
    memory_mb: f64,
}

impl Program {
    /// Starts `command` by the shell and waits until it is ready.
    pub fn start(command: &str, patience: Duration) -> anyhow::Result<Program> {
        let mut child = Command::new("sh")
            .args(["-c", &format!("exec {command}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| anyhow!("program `{command}` could not be started: {error}"))?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            bail!("program `{command}` has no standard input and output");
        };
        let taken = Arc::new(AtomicU64::new(0));
        let mut program = Program {
            command: command.to_owned(),
            ready: Ready {
                ready: String::new(),
                words: Vec::new(),
                hop_ms: None,
                threshold: None,
                gap_ms: 0.0,
            },
            child,
            patience,
            sound: Some(give(input, taken.clone())),
            taken,
            lines: listen(output),
            errors: Some(keep(errors)),
            streams: Vec::new(),
            given: 0,
            read: 0,
            said: Vec::new(),
            start_cpu: 0.0,
            memory_mb: 0.0,
        };
        let line = match program.lines.recv_timeout(patience) {
            Ok(Ok(line)) => line,
            Err(RecvTimeoutError::Timeout) => {
                let waited = patience.as_secs();
                return Err(program.fault(&format!("did not say that it is ready within {waited} s")));
            }
            _ => return Err(program.ended("before it was ready")),
        };
        program.read = 1;
        program.ready =
            protocol::ready(&line).map_err(|bad| anyhow!("program `{command}`, line 1: {bad}"))?;
        program.start_cpu = cpu_seconds_of(program.child.id()).unwrap_or_default();
        Ok(program)
    }

    fn gap(&self) -> Samples {
        Samples((self.ready.gap_ms * 16.0) as u64)
    }

    fn fault(&self, what: &str) -> anyhow::Error {
        let heard = Samples(self.taken.load(Ordering::Relaxed) / 2).as_duration().as_secs_f64();
        anyhow!(
            "program `{}` {what} (it had taken {heard:.1} s of sound and written {} lines)",
            self.command,
            self.read
        )
    }

    /// It ended where it should not have.
    fn ended(&mut self, when: &str) -> anyhow::Error {
        let status = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        let last = self.last_words();
        self.fault(&format!("ended {when}: {status}{last}"))
    }

    fn last_words(&mut self) -> String {
        let lines = self.errors.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        match lines.is_empty() {
            true => String::new(),
            false => format!(
                "; its last words: {}",
                lines.iter().map(|l| l.trim()).collect::<Vec<_>>().join(" / ")
            ),
        }
    }

    /// Gives sound; it may take its time, but not stop.
    fn push(&mut self, samples: &[f32]) -> anyhow::Result<()> {
        let mut bytes = Vec::with_capacity(samples.len() * 2);
        for sample in samples {
            bytes.extend(((sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16).to_le_bytes());
        }
        self.given += samples.len() as u64;
        let mut due = bytes;
        let (mut seen, mut since) = (self.taken.load(Ordering::Relaxed), Instant::now());
        loop {
            self.take_lines()?;
            let Some(sound) = &self.sound else { bail!("the program's input is closed") };
            match sound.try_send(due) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Disconnected(_)) => return Err(self.ended("while it was given sound")),
                Err(TrySendError::Full(again)) => due = again,
            }
            let taken = self.taken.load(Ordering::Relaxed);
            if taken != seen {
                (seen, since) = (taken, Instant::now());
            } else if since.elapsed() > self.patience {
                return Err(self.fault(&format!("has taken no sound for {} s", self.patience.as_secs())));
            }
            // The pipe tells nobody that it has room again.
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Reads what it has said by now.
    fn take_lines(&mut self) -> anyhow::Result<()> {
        while let Ok(line) = self.lines.try_recv() {
            self.take(line)?;
        }
        Ok(())
    }

    fn take(&mut self, line: Line) -> anyhow::Result<()> {
        self.read += 1;
        let at = format!("program `{}`, line {}", self.command, self.read);
        let line = line.map_err(|error| anyhow!("{at}: {error}"))?;
        if line.trim().is_empty() {
            return Ok(());
        }
        let last = self.said.last().map_or(0.0, |said| said.at_ms);
        let given = self.given as f64 / 16.0;
        self.said.push(
            protocol::said(&line, &self.ready.words, last, given).map_err(|bad| anyhow!("{at}: {bad}"))?,
        );
        Ok(())
    }

    /// The end of sound: waits for its last lines and its end.
    fn end(&mut self) -> anyhow::Result<()> {
        self.memory_mb = memory_mb(&self.child.id().to_string(), "VmHWM:");
        drop(self.sound.take());
        let (mut seen, mut since) = (0, Instant::now());
        loop {
            match self.lines.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => {
                    self.take(line)?;
                    since = Instant::now();
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    let taken = self.taken.load(Ordering::Relaxed);
                    if taken != seen {
                        (seen, since) = (taken, Instant::now());
                    } else if since.elapsed() > self.patience {
                        let waited = self.patience.as_secs();
                        return Err(self.fault(&format!("did not end within {waited} s of the end of sound")));
                    }
                }
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ear for Program {
    fn name(&self) -> &str {
        &self.ready.ready
    }

    fn words(&self) -> Vec<(String, Samples)> {
        self.ready.words.iter().map(|word| (word.clone(), self.gap())).collect()
    }

    fn hear(&mut self, stream: usize, samples: &[f32]) -> anyhow::Result<()> {
        self.streams.push((self.given, stream));
        // Pieces, so that its progress can be seen in long streams.
        for piece in samples.chunks(16_000) {
            self.push(piece)?;
        }
        self.push(&vec![0.0; BETWEEN.0 as usize])
    }

    fn finish(&mut self) -> anyhow::Result<(Vec<Told>, Cost)> {
        self.end()?;
        // What a process used is told until it is waited for.
        let cpu = cpu_seconds_of(self.child.id()).map(|cpu| cpu - self.start_cpu);
        let status = self.child.wait()?;
        if !status.success() {
            let last = self.last_words();
            return Err(self.fault(&format!("ended with {status}{last}")));
        }
        let audio = self.given as f64 / 16_000.0;
        let mut told = Vec::new();
        for (word, name) in self.ready.words.iter().enumerate() {
            let said: Vec<&Said> = self.said.iter().filter(|said| said.word == *name).collect();
            let hits = said.iter().map(|said| Hit { at: (said.at_ms * 16.0) as u64, score: said.score });
            let track = Track { hits: hits.collect(), gap: self.gap() };
            let own: HashSet<u64> =
                track.heard(self.ready.threshold.unwrap_or(0.0)).map(|hit| hit.at).collect();
            for (said, hit) in said.iter().zip(&track.hits) {
                let before = self.streams.partition_point(|(begin, _)| *begin < hit.at);
                let Some((begin, stream)) = self.streams[..before].last() else { continue };
                let hit = Hit { at: hit.at - begin, score: hit.score };
                let curve = Told { stream: *stream, word, hit, compute_ms: said.compute_ms, own: false };
                told.push(curve);
                if own.contains(&(begin + hit.at)) {
                    told.push(Told { own: true, ..curve });
                }
            }
        }
        told.sort_by_key(|told| told.stream);
        let cost = Cost {
            hop_ms: self.ready.hop_ms,
            core_percent: cpu.filter(|_| audio > 0.0).map(|cpu| cpu / audio * 100.0),
            memory_mb: Some(self.memory_mb),
            ..Cost::default()
        };
        Ok((told, cost))
    }
}

/// A thread that writes, so that a program which does not read can be told from one that is slow.
fn give(mut input: ChildStdin, taken: Arc<AtomicU64>) -> SyncSender<Vec<u8>> {
    let (sender, sound) = sync_channel::<Vec<u8>>(4);
    thread::spawn(move || {
        for bytes in sound {
            for piece in bytes.chunks(8192) {
                if input.write_all(piece).is_err() {
                    return;
                }
                taken.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
        }
    });
    sender
}

/// A thread that reads lines until the end.
fn listen(output: ChildStdout) -> Receiver<Line> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        loop {
            let mut line = Vec::new();
            let read = output.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
            let said = match read {
                Ok(0) => return,
                Ok(_) => Ok(String::from_utf8_lossy(&line).trim_end().to_owned()),
                Err(error) => Err(error),
            };
            let over = said.is_err();
            if sender.send(said).is_err() || over {
                return;
            }
        }
    });
    lines
}

/// A thread that keeps the last lines.
fn keep(errors: ChildStderr) -> JoinHandle<VecDeque<String>> {
    thread::spawn(move || {
        let mut last = VecDeque::new();
        for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
            if last.len() == LAST_LINES {
                last.pop_front();
            }
            last.push_back(String::from_utf8_lossy(&line).into_owned());
        }
        last
    })
}
