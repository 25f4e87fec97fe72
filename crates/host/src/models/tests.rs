use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use expect_test::{Expect, expect};

use super::*;

/// A server of one file. It breaks off after `limit` bytes of each answer and knows ranges unless told.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

fn serve(body: &'static [u8], limit: usize, ranges: bool) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/model", listener.local_addr().expect("bound"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                request.push(byte[0]);
            }
            let request = String::from_utf8_lossy(&request).to_lowercase();
            let from = request
                .lines()
                .find_map(|l| l.strip_prefix("range: bytes="))
                .and_then(|r| r.trim_end_matches('-').parse::<usize>().ok())
                .filter(|_| ranges);
            log.lock().expect("log").push(from.map_or("all".to_owned(), |n| format!("from {n}")));
            let rest = &body[from.unwrap_or(0).min(body.len())..];
            let status = if from.is_some() { "206 Partial Content" } else { "200 OK" };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                rest.len()
            );
            let _ = stream.write_all(&rest[..rest.len().min(limit)]);
        }
    });
    Server { address, asked }
}

fn manifest(urls: &[&str], sha256: &str) -> String {
    let sources: String =
        urls.iter().map(|url| format!("[[model.source]]\nurl = {{ \"small.bin\" = \"{url}\" }}\n")).collect();
    format!(
        "[[model]]\nid = \"small\"\nkind = \"whisper\"\nlanguage = \"en\"\nsummary = \"\"\nlicence = \"MIT\"\n\
         [[model.file]]\nname = \"small.bin\"\nsize = 11\nsha256 = [\"{sha256}\"]\n{sources}"
    )
}

/// SHA-256 of `hello world`.
const HELLO: &str = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

fn store(folder: &Path, urls: &[&str], sha256: &str) -> ModelStore {
    ModelStore::at(folder).with_manifest(&manifest(urls, sha256)).expect("a good manifest")
}

fn fetch(store: &ModelStore) -> String {
    let mut passed = Vec::new();
    let result = store.fetch("small", &mut |p| {
        if let Progress::PassedOver { why, .. } = p {
            passed.push(why);
        }
    });
    let state = match result {
        Ok(path) => format!("got {}", fs::read_to_string(path).expect("text")),
        Err(_) => "nothing".to_owned(),
    };
    let why = passed.join("; ");
    if why.is_empty() { state } else { format!("{state} ({why})") }
}

#[test]
fn the_shipped_manifest_is_good() {
    let entries = manifest::parse(include_str!("../../../../models/manifest.toml")).expect("a good manifest");
    let ids: Vec<_> = entries.iter().map(|e| e.id.as_str()).collect();
    expect![[r#"["whisper-tiny.en", "whisper-base", "piper-en_US-joe-medium", "mynah-wake"]"#]]
        .assert_eq(&format!("{ids:?}"));
}

#[test]
fn a_fetched_model_is_whole_and_found_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = serve(b"hello world", usize::MAX, true);
    let store = store(folder.path(), &[&server.address], HELLO);
    assert!(matches!(store.path("small"), Err(ModelsError::Absent { .. })));
    assert_eq!(fetch(&store), "got hello world");
    assert_eq!(fetch(&store), "got hello world");
    assert_eq!(*server.asked.lock().expect("log"), ["all"], "the second fetch finds the first one's file");
    assert!(store.verify("small").is_ok());
    assert_eq!(store.path("small").expect("present"), folder.path().join("small.bin"));

    fs::write(folder.path().join("small.bin"), "hello worle").expect("written");
    assert!(matches!(store.verify("small"), Err(ModelsError::Damaged { .. })));
    fs::write(folder.path().join("small.bin"), "hello").expect("written");
    assert!(matches!(store.path("small"), Err(ModelsError::Damaged { .. })));
    assert_eq!(fetch(&store), "got hello world", "a damaged file is replaced");
}

#[test]
fn a_broken_download_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = serve(b"hello world", 6, true);
    let store = store(folder.path(), &[&server.address], HELLO);
    assert!(fetch(&store).starts_with("nothing"));
    assert_eq!(fetch(&store), "got hello world");
    assert_eq!(*server.asked.lock().expect("log"), ["all", "from 6"]);
}

#[test]
fn a_server_without_ranges_starts_again() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("small.bin.part"), "hell").expect("written");
    let server = serve(b"hello world", usize::MAX, false);
    let store = store(folder.path(), &[&server.address], HELLO);
    assert_eq!(fetch(&store), "got hello world");
}

#[test]
fn a_bad_source_is_passed_over_and_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let closed = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nobody = format!("http://{}/", closed.local_addr().expect("bound"));
    drop(closed);
    let wrong = serve(b"hello worle", usize::MAX, true);
    let good = serve(b"hello world", usize::MAX, true);
    let store = store(folder.path(), &[&nobody, &wrong.address, &good.address], HELLO);
    let said = fetch(&store);
    assert!(said.starts_with("got hello world"), "{said}");
    assert!(said.contains("which the manifest does not know"), "{said}");
    assert!(!folder.path().join("small.bin.part").exists());
}

fn check_manifest(text: &str, expected: Expect) {
    expected.assert_eq(&manifest::parse(text).expect_err("a faulty manifest"));
}

#[test]
fn faults_of_a_manifest_are_said_together() {
    check_manifest(
        &manifest(&[], "abc").replace("small.bin", "../small.bin"),
        expect![[r#"
            small: a model that is not embedded needs a file and a source
            small: "abc" is not a SHA-256
            small: "../small.bin" is not a file name"#]],
    );
}

#[test]
fn an_unknown_model_names_the_known() {
    let error = ModelStore::at("/nowhere").path("whisper-tiny").expect_err("unknown").to_string();
    expect![[r#"no model "whisper-tiny"; there are whisper-tiny.en, whisper-base, piper-en_US-joe-medium, mynah-wake"#]]
        .assert_eq(&error);
}
