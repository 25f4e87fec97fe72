//! A run whose models, devices or disk misbehave: everything but the models is real.
//!
//! The microphone hears a picture, one character for 50 ms: `.` a quiet room, `w` the wake word, `W` its end, `S` speech.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mynah_assistant::dialogue::{Dialogue, DialogueSettings, House, Kept};
use mynah_assistant::ports::{
    Cancel, Detection, Hints, Hypothesis, ModelError, Partial, SpeechProb, Transcriber, Vad, WakeWord,
};
use mynah_assistant::{Listener, ListenerSettings, Moment, TurnIds};
use mynah_audio::{FRAME_SAMPLES, Frame, SamplePos, Samples};
use mynah_endpoint::{Endpoints, Settings};
use mynah_home::Home;
use mynah_host::audio::{OutputSpec, Player};
use mynah_host::events::{Event, Line, Summary};
use mynah_host::runtime::{
    self, Answering, Fresh, Hearing, Options, Pace, Recording, Reload, Sound, Source, Wires,
};
use mynah_skill::Catalog;
use tokio::sync::watch;

const TURN: &str = "....wwwwWSSSSSSSSSSSS..............................";
const TIME: &str = "what time is it";

/// What the microphone hears, and what perfect models would say about it.
#[derive(Clone)]
struct Room(Arc<str>);

impl Room {
    fn at(&self, pos: SamplePos) -> u8 {
        self.0.as_bytes().get(pos.as_millis() as usize / 50).copied().unwrap_or(b'.')
    }
}

struct Microphone(Room, SamplePos);

impl Source for Microphone {
    fn next(&mut self) -> Sound {
        let Microphone(room, pos) = self;
        if pos.as_millis() as usize / 50 >= room.0.len() {
            return Sound::End { dropped: 0 };
        }
        let amplitude = if room.at(*pos) == b'.' { 0.001 } else { 0.1 };
        let frame = Frame::new(*pos, [amplitude; FRAME_SAMPLES]);
        *pos = frame.end();
        Sound::Frame(frame)
    }
}

/// Hears `W`; panics at `!`.
struct Ideal(Room);

impl WakeWord for Ideal {
    fn push(&mut self, frame: &Frame) -> Result<Option<Detection>, ModelError> {
        let (now, next) = (self.0.at(frame.pos()), self.0.at(frame.end()));
        assert!(now != b'!', "the model has a fault");
        Ok((now == b'W' && next != b'W').then(|| Detection { word: "computer".into(), score: 0.9 }))
    }
    fn delay(&self) -> Samples {
        Samples(0)
    }
    fn reset(&mut self) {}
}

impl Vad for Ideal {
    fn push(&mut self, frame: &Frame) -> Result<SpeechProb, ModelError> {
        Ok(SpeechProb(if self.0.at(frame.pos()) == b'.' { 0.0 } else { 1.0 }))
    }
    fn delay(&self) -> Samples {
        Samples(0)
    }
    fn reset(&mut self) {}
}

/// What the recogniser does in a turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Turn {
    Hears(&'static str),
    PanicsAt(Step),
    FailsAt(Step),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Begin,
    Push,
    Pause,
    Finish,
}

/// One entry a turn; and which turns were begun with a graph that has [`SONG`].
struct Scripted(VecDeque<Turn>, Turn, Arc<Mutex<Vec<bool>>>);

/// Said in no skill that is installed at the start.
const SONG: &str = "sing a song";

impl Scripted {
    fn reach(&self, step: Step) -> Result<(), ModelError> {
        assert!(self.1 != Turn::PanicsAt(step), "the recogniser has a fault");
        if self.1 == Turn::FailsAt(step) {
            return Err(ModelError::Failed("out of memory".into()));
        }
        Ok(())
    }
}

impl Transcriber for Scripted {
    fn begin(&mut self, hints: &Hints) {
        self.2.lock().unwrap().push(hints.graph.accepts(SONG));
        self.1 = self.0.pop_front().unwrap_or(Turn::Hears(TIME));
        let _ = self.reach(Step::Begin);
    }
    fn push(&mut self, _: &Frame) -> Result<Option<Partial>, ModelError> {
        self.reach(Step::Push).map(|()| None)
    }
    fn pause(&mut self, _: &Cancel) -> Result<Option<Partial>, ModelError> {
        self.reach(Step::Pause).map(|()| None)
    }
    fn finish(&mut self, _: SamplePos, _: &Cancel) -> Result<Hypothesis, ModelError> {
        self.reach(Step::Finish)?;
        let Turn::Hears(text) = self.1 else { return Ok(Hypothesis::default()) };
        Ok(Hypothesis { text: text.into(), confidence: 0.9, accepted: true, ..Hypothesis::default() })
    }
}

struct Run {
    hears: String,
    recogniser: Vec<Turn>,
    home: String,
    /// A skill beside those that ship.
    skill: &'static str,
    send_within: Duration,
    recording: Option<Recording>,
    /// What is saved when the first reply is told, and so on.
    reloads: VecDeque<Reload>,
    graphs: Arc<Mutex<Vec<bool>>>,
    /// Asks for the end as soon as this event is told.
    stop_at: fn(&Event) -> bool,
}

impl Run {
    fn of(hears: &str, recogniser: &[Turn]) -> Run {
        Run {
            hears: hears.into(),
            recogniser: recogniser.into(),
            home: String::new(),
            skill: "",
            send_within: Settings::default().send_within,
            recording: None,
            reloads: VecDeque::new(),
            graphs: Arc::default(),
            stop_at: |_| false,
        }
    }

    fn go(self) -> (Vec<Line>, Summary) {
        let tokio =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let limited = async { tokio::time::timeout(Duration::from_secs(60), self.run()).await };
        tokio.block_on(limited).expect("the run hangs")
    }

    async fn run(self) -> (Vec<Line>, Summary) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let home = Arc::new(Home::parse("home.toml", &self.home).unwrap());
        let mut skills = vec![root.join("intents/en/clock.toml")];
        skills.extend((!self.home.is_empty()).then(|| root.join("intents/en/lights.toml")));
        let mut texts = mynah_skill::skill_texts(&skills).0;
        texts.extend((!self.skill.is_empty()).then(|| ("own.toml".to_owned(), self.skill.to_owned())));
        let catalog = Arc::new(Catalog::parse(&texts, &home).unwrap());
        let room = Room(self.hears.into());
        let ids = TurnIds::default();
        let hearing = Hearing {
            source: Box::new(Microphone(room.clone(), SamplePos::default())),
            listener: Listener::new(
                ListenerSettings::default(),
                vec![Box::new(Ideal(room.clone()))],
                Box::new(Ideal(room)),
                ids.clone(),
            ),
            phrases: BTreeMap::new(),
            transcriber: Box::new(Scripted(self.recogniser.into(), Turn::Hears(TIME), self.graphs.clone())),
            graph: catalog.graph().clone(),
        };
        let mut settings = Settings::default();
        settings.send_within = self.send_within;
        let endpoints = Endpoints::connect(&home, settings).unwrap();
        let now = Moment { since_start: Duration::ZERO, wall: runtime::wall_clock() };
        let mind = Box::new(House { catalog, home });
        let answering = Answering {
            dialogue: Dialogue::new(DialogueSettings::default(), mind, &Kept::default(), ids, now),
            wires: Wires::House(Arc::new(endpoints)),
            player: Player::open(OutputSpec::Null, false).unwrap(),
            speech: None,
            keep: Box::new(|_| Ok(())),
        };
        let (stop, stopped) = watch::channel(false);
        let mut lines = Vec::new();
        let (saved, reloads) = tokio::sync::mpsc::unbounded_channel();
        let mut to_save = self.reloads;
        let options = Options { recording: self.recording, replay: None, reloads: Some(reloads) };
        let summary = runtime::run(hearing, answering, Pace::LockStep, options, stopped, &mut |line| {
            if (self.stop_at)(&line.event) {
                stop.send(true).unwrap();
            }
            if matches!(line.event, Event::Reply { .. })
                && let Some(reload) = to_save.pop_front()
            {
                assert!(saved.send(reload).is_ok());
            }
            lines.push(line.clone());
        })
        .await;
        (lines, summary)
    }
}

/// Stage and message of the errors.
fn errors(lines: &[Line]) -> Vec<(&str, &str)> {
    let errors = lines.iter().filter_map(|line| match &line.event {
        Event::Error { stage, message } => Some((stage.as_str(), message.as_str())),
        _ => None,
    });
    errors.collect()
}

/// What was answered, and whether it was done.
fn replies(lines: &[Line]) -> Vec<bool> {
    let replies = lines.iter().filter_map(|line| match line.event {
        Event::Reply { ok, .. } => Some(ok),
        _ => None,
    });
    replies.collect()
}

#[test]
fn a_turn_works() {
    let (lines, summary) = Run::of(TURN, &[Turn::Hears(TIME)]).go();
    assert_eq!(errors(&lines), []);
    assert_eq!(replies(&lines), [true]);
    assert_eq!((summary.turns, summary.done), (1, 1));
    assert!(matches!(lines.last().unwrap().event, Event::Summary(_)));
}

#[test]
fn a_recogniser_that_panics_loses_one_turn() {
    for step in [Step::Begin, Step::Push, Step::Pause, Step::Finish] {
        let (lines, summary) = Run::of(&TURN.repeat(2), &[Turn::PanicsAt(step), Turn::Hears(TIME)]).go();
        let [("recognition", message)] = errors(&lines)[..] else { panic!("{step:?}: {lines:#?}") };
        assert!(message.contains("panicked"), "{message}");
        assert_eq!((summary.turns, summary.done), (2, 1), "{step:?}");
        assert_eq!(replies(&lines).last(), Some(&true), "{step:?}");
    }
}

#[test]
fn a_recogniser_that_fails_loses_one_turn() {
    let (lines, summary) = Run::of(&TURN.repeat(2), &[Turn::FailsAt(Step::Finish), Turn::Hears(TIME)]).go();
    assert_eq!(errors(&lines), [("recognition", "out of memory")]);
    assert_eq!((summary.turns, summary.done), (2, 1));
    let said = lines.iter().find_map(|line| match &line.event {
        Event::Reply { speech, ok: false } => Some(speech.as_str()),
        _ => None,
    });
    assert_eq!(said, Some("Sorry, something went wrong with my hearing."));
}

/// Nobody can hear without ears: the run ends and says why, so that whoever supervises it starts it afresh.
#[test]
fn a_wake_word_model_that_panics_ends_the_run() {
    for hears in ["....!....", "....wwwwWSSSSSS!.."] {
        let (lines, _) = Run::of(hears, &[]).go();
        let [("ears", message)] = errors(&lines)[..] else { panic!("{lines:#?}") };
        assert!(message.contains("the model has a fault"), "{message}");
        assert!(matches!(lines.last().unwrap().event, Event::Summary(_)));
    }
}

/// A house with a lamp that takes orders and never answers.
fn hanging_lamp() -> (TcpListener, String) {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    let home = format!(
        "[[area]]\nname = \"kitchen\"\n[[device]]\nname = \"kitchen lamp\"\nkind = \"light\"\narea = \"kitchen\"\n\
         capabilities = [\"power\"]\n[device.http]\nurl = \"http://{address}\"\ntimeout_ms = 60000\n\
         [device.http.power]\nset = {{ path = \"/on\", json = {{ on = \"{{value}}\" }} }}\nget = {{ path = \"/on\" }}\n"
    );
    (nobody, home)
}

#[test]
fn stopped_in_the_middle_of_a_plan_its_end_is_told() {
    let (_nobody, home) = hanging_lamp();
    let (lines, summary) = Run {
        home,
        send_within: Duration::from_millis(300),
        stop_at: |event| matches!(event, Event::Plan { .. }),
        // Another turn would follow: it is not begun.
        ..Run::of(&TURN.repeat(2), &[Turn::Hears("turn on the kitchen lamp")])
    }
    .go();
    assert!(lines.iter().any(|line| matches!(line.event, Event::Outcome { .. })), "{lines:#?}");
    assert_eq!(replies(&lines), [false]);
    assert_eq!((summary.turns, summary.failed), (1, 1));
}

#[test]
fn stopped_with_a_plan_that_does_not_end_it_is_said_that_it_did_not() {
    let (_nobody, home) = hanging_lamp();
    let (lines, summary) = Run {
        home,
        send_within: Duration::from_secs(60),
        stop_at: |event| matches!(event, Event::Plan { .. }),
        ..Run::of(TURN, &[Turn::Hears("turn on the kitchen lamp")])
    }
    .go();
    assert_eq!(errors(&lines), [("endpoint", "1 plan(s) had no answer when the run was stopped")]);
    assert!(replies(&lines).is_empty());
    assert_eq!((summary.turns, summary.done), (1, 0));
}

/// From the turn after it was saved, a new skill is understood; a broken one changes nothing and is told.
#[test]
fn saved_skills_are_live_and_broken_ones_are_told() {
    let home = Arc::new(Home::parse("home.toml", "").unwrap());
    let song = "[skill]\nname = \"song\"\n[[intent]]\nname = \"song\"\nsentences = [\"sing a song\"]\nreply = \"la\"\n";
    let catalog = Arc::new(Catalog::parse(&[("song.toml".into(), song.into())], &home).unwrap());
    let fresh = Fresh {
        graph: catalog.graph().clone(),
        mind: Box::new(House { catalog, home }),
        wires: None,
        configuration: "new".into(),
        message: "1 skill".into(),
    };
    let run = Run {
        reloads: [Reload::Broken { message: "song.toml: no".into() }, Reload::Fresh(Box::new(fresh))].into(),
        ..Run::of(&TURN.repeat(4), &[Turn::Hears(SONG); 4])
    };
    let graphs = run.graphs.clone();
    let (lines, summary) = run.go();
    let told = lines.iter().filter_map(|line| match &line.event {
        Event::Reload { ok, message } => Some((*ok, message.as_str())),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [(false, "song.toml: no"), (true, "1 skill")]);
    // The first does not know it; after it comes the broken file, after the second the good one.
    assert_eq!(replies(&lines), [false, false, true, true]);
    assert_eq!((summary.turns, summary.done), (4, 2));
    let graphs = graphs.lock().unwrap();
    assert_eq!((graphs[0], graphs[1], graphs[3]), (false, false, true));
}

/// Lamps that do as they are told but for those that are broken, and note every order, `PUT /one`, before they answer it.
struct Lamps {
    address: SocketAddr,
    orders: Arc<Mutex<Vec<String>>>,
}

impl Lamps {
    fn serve(broken: &'static [&'static str]) -> Lamps {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let orders: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = orders.clone();
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut read = BufReader::new(stream.try_clone().unwrap());
                let (mut first, mut length) = (String::new(), 0);
                read.read_line(&mut first).unwrap();
                loop {
                    let mut line = String::new();
                    if read.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
                        break;
                    }
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                }
                read.read_exact(&mut vec![0; length]).unwrap();
                let order = first.rsplit_once(' ').map_or("", |(order, _)| order).to_owned();
                let good = !broken.iter().any(|lamp| order.ends_with(lamp));
                if order.starts_with("PUT") {
                    noted.lock().unwrap().push(order);
                }
                let status = if good { "200 OK" } else { "409 Conflict" };
                let body = r#"{"on":true}"#;
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
                     content-length: {}\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Lamps { address, orders }
    }

    fn home(&self) -> String {
        let lamp = |name: &str| {
            format!(
                "[[device]]\nname = \"lamp {name}\"\nkind = \"light\"\nid = \"light.{name}\"\n[device.http]\n\
                 url = \"http://{}\"\n[device.http.power]\nget = {{ path = \"/{name}\", at = \"/on\" }}\n\
                 set = {{ method = \"PUT\", path = \"/{name}\", json = {{ on = \"{{value}}\" }} }}\n\
                 values = {{ on = true, off = false }}\n",
                self.address
            )
        };
        lamp("one") + &lamp("two")
    }

    fn orders(&self) -> Vec<String> {
        self.orders.lock().unwrap().clone()
    }
}

const SHOW: &str = r#"
[skill]
name = "show"
[permissions]
devices = ["light.*"]
[[intent]]
name = "show"
sentences = ["start the show"]
do = [
  { set = "power", to = "on", on = "light.one" },
  { delay = 0.01 },
  { set = "power", to = "on", on = "light.two" },
]
"#;

/// What stands behind a delay is done after what stands before it, and not at all when that did not work.
#[test]
fn what_follows_a_delay_waits_for_what_was_before() {
    for (broken, orders, done) in
        [(&[][..], &["PUT /one", "PUT /two"][..], true), (&["/one"], &["PUT /one"], false)]
    {
        let lamps = Lamps::serve(broken);
        let run = Run { home: lamps.home(), skill: SHOW, ..Run::of(TURN, &[Turn::Hears("start the show")]) };
        let (lines, summary) = run.go();
        assert_eq!(lamps.orders(), orders, "{lines:#?}");
        assert_eq!(replies(&lines), [done]);
        assert_eq!((summary.turns, summary.done), (1, u64::from(done)));
    }
}

/// From the turn after it was saved, a new home.toml is what orders go to.
#[test]
fn a_saved_home_is_live() {
    let (before, after) = (Lamps::serve(&[]), Lamps::serve(&[]));
    let home = Arc::new(Home::parse("home.toml", &after.home()).unwrap());
    let catalog = Arc::new(Catalog::parse(&[("show.toml".into(), SHOW.into())], &home).unwrap());
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let endpoints = tokio.block_on(async { Endpoints::connect(&home, Settings::default()) }).unwrap();
    let fresh = Fresh {
        graph: catalog.graph().clone(),
        mind: Box::new(House { catalog, home }),
        wires: Some(Wires::House(Arc::new(endpoints))),
        configuration: "new".into(),
        message: "2 devices".into(),
    };
    let run = Run {
        home: before.home(),
        skill: SHOW,
        reloads: [Reload::Fresh(Box::new(fresh))].into(),
        ..Run::of(&TURN.repeat(2), &[Turn::Hears("start the show"); 2])
    };
    let (lines, summary) = run.go();
    assert_eq!((summary.turns, summary.done), (2, 2), "{lines:#?}");
    assert_eq!(before.orders(), ["PUT /one", "PUT /two"]);
    assert_eq!(after.orders(), ["PUT /one", "PUT /two"]);
}

#[test]
fn a_turn_that_cannot_be_recorded_is_told_and_the_run_goes_on() {
    let folder = tempfile::TempDir::new().unwrap();
    let gone = folder.path().join("gone").join("turn.wav");
    let recording = Recording {
        configuration: String::new(),
        write: Box::new(move |record, audio| {
            mynah_host::turn_file::write(&gone, audio, record).map_err(|error| error.to_string())
        }),
    };
    let (lines, summary) = Run { recording: Some(recording), ..Run::of(&TURN.repeat(2), &[]) }.go();
    let errors = errors(&lines);
    assert_eq!(errors.len(), 2, "{errors:?}");
    for (stage, message) in errors {
        assert_eq!(stage, "record");
        assert!(message.contains("turn.wav"), "{message}");
    }
    assert_eq!((summary.turns, summary.done), (2, 2));
}

#[test]
fn a_record_holds_the_turn_from_before_its_wake_word() {
    let (wrote, records) = std::sync::mpsc::channel();
    let recording = Recording {
        configuration: "configuration".into(),
        write: Box::new(move |record, audio| {
            wrote.send((record.clone(), audio.len())).map_err(|error| error.to_string())
        }),
    };
    Run { recording: Some(recording), ..Run::of(&TURN.repeat(2), &[]) }.go();
    let kept: Vec<_> = records.iter().collect();
    assert_eq!(kept.len(), 2);
    for (record, samples) in kept {
        assert_eq!(record.configuration, "configuration");
        assert_eq!(record.hypothesis.unwrap().text, TIME);
        assert!(samples as u64 > Samples::from_millis(1_500).0, "{samples}");
    }
}
