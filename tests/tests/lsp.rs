//! The language server as a client sees it: the real program over its standard input and output.

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::language_client::{LanguageClient, names, position, uri};
use tests::sandbox::{Sandbox, files, write};

const MAIN: &str = ".coder/main.coder";

/// A repository with one file, and a client that has it open.
fn opened(sandbox: &Sandbox, text: &str) -> (LanguageClient, String) {
    let tree = sandbox.repository("github.com/acme/root", &files(&[(MAIN, text)]));
    let mut client = LanguageClient::start(sandbox, &[&tree]);
    let uri = client.uri(MAIN);
    client.open(&uri, text);
    (client, uri)
}

/// The text of the test below after edit `number`: what an answer must be about is in every answer.
fn numbered(number: u64) -> String {
    let above = "// above\n".repeat((number % 40) as usize);
    format!(
        "{above}/// Edit {number}.\nlet counter = {number}\n\
         environment dev {{\n  replicas = counter\n  container main {{ image = \"postgres\", memry = 4GB }}\n}}\n"
    )
}

#[test]
fn two_thousand_edits_and_requests_keep_their_order() {
    let sandbox = Sandbox::new();
    let (mut client, uri) = opened(&sandbox, &numbered(0));
    let mut asked: Vec<(u64, &str, i64)> = Vec::new();
    let mut text = numbered(0);
    for number in 1..=2000 {
        let next = numbered(number);
        change(&mut client, &uri, number, &text, &next);
        text = next;
        let above = number % 40;
        let here = |line: u64, character: u64| position(&uri, above + line, character);
        let (method, params) = match number % 3 {
            0 => ("textDocument/hover", here(3, 15)),
            1 => ("textDocument/definition", here(3, 15)),
            _ => {
                let at = json!({ "line": above + 4, "character": 41 });
                let range = json!({ "start": at, "end": at });
                let document = json!({ "uri": uri });
                ("textDocument/codeAction", json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } }))
            }
        };
        let id = client.request(method, params);
        asked.push((number, method, id));
    }
    let mut answered = 0;
    for (number, method, id) in asked {
        let response = client.response(id);
        // A later edit may cancel an answer, which is then none; a wrong one is never given.
        if response["error"]["code"] == -32801 {
            continue;
        }
        answered += 1;
        let result = &response["result"];
        match method {
            "textDocument/hover" => {
                let text = result["contents"]["value"].as_str().unwrap_or_default();
                assert!(text.contains(&format!("Edit {number}.")), "edit {number}: {response}");
                assert!(text.contains(&format!("Value: `{number}`")), "edit {number}: {response}");
            }
            "textDocument/definition" => {
                assert_eq!(result["range"]["start"]["line"], number % 40 + 1, "edit {number}: {response}")
            }
            _ => {
                assert_eq!(result[0]["title"], "write `memory`", "edit {number}: {response}");
                let edits = &result[0]["edit"]["changes"][&uri];
                assert_eq!(edits[0]["range"]["start"]["line"], number % 40 + 4, "edit {number}: {response}");
            }
        }
    }
    assert!(answered > 1000, "only {answered} of 2000 requests were answered");
    assert_eq!(client.names(&uri, 2000), ["unknown-field"]);
}

/// Sends the edit between two texts as one change of what differs.
fn change(client: &mut LanguageClient, uri: &str, version: u64, before: &str, after: &str) {
    let start = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - start;
    let end = before.bytes().rev().zip(after.bytes().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let at = |offset: usize| {
        let line = before[..offset].matches('\n').count();
        json!({ "line": line, "character": offset - before[..offset].rfind('\n').map_or(0, |at| at + 1) })
    };
    let range = json!({ "start": at(start), "end": at(before.len() - end) });
    let change = json!({ "range": range, "text": after[start..after.len() - end] });
    let document = json!({ "uri": uri, "version": version });
    client.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
}

#[test]
fn a_cancelled_request_is_answered_once() {
    let sandbox = Sandbox::new();
    let (mut client, uri) = opened(&sandbox, &numbered(0));
    let mut cancelled = 0;
    for _ in 0..300 {
        let id = client.request("textDocument/hover", position(&uri, 3, 15));
        client.notify("$/cancelRequest", json!({ "id": id }));
        client.notify("$/cancelRequest", json!({ "id": 999_999 }));
        let response = client.response(id);
        if response["error"]["code"] == -32800 {
            cancelled += 1;
        } else {
            assert!(response["result"]["contents"]["value"].as_str().is_some_and(|text| text.contains("Edit 0.")), "{response}");
        }
    }
    assert!(cancelled > 0, "no request was cancelled before it was answered");
    assert!(client.hover(&uri, 3, 15).is_some_and(|text| text.contains("Edit 0.")));
}

#[test]
fn malformed_messages_do_no_harm() {
    let sandbox = Sandbox::new();
    let (mut client, uri) = opened(&sandbox, &numbered(0));
    client.raw(b"Content-Length: 9\r\n\r\n{not json");
    client.raw(b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc");
    client.raw(b"Content-Length: abc\r\n\r\n");
    client.raw(b"Content-Length: 2\r\n\r\n[]");
    client.send(&json!({ "jsonrpc": "2.0", "method": 7 }));
    client.notify("textDocument/didChange", json!({ "textDocument": 1 }));
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": "file:///nowhere", "version": 1 }, "contentChanges": [] }),
    );
    client.notify("no/such/notification", json!({}));
    let wrong = client.request("textDocument/hover", json!({ "position": "here" }));
    assert_eq!(client.response(wrong)["error"]["code"], -32602);
    let unknown = client.request("no/such/request", json!({}));
    assert_eq!(client.response(unknown)["error"]["code"], -32601);
    let outside = json!({ "start": { "line": 900, "character": 900 }, "end": { "line": 901, "character": 0 } });
    let params = json!({ "textDocument": { "uri": uri, "version": 1 }, "contentChanges": [{ "range": outside, "text": "\nlet x = 1\n" }] });
    client.notify("textDocument/didChange", params);
    assert!(client.hover(&uri, 3, 15).is_some_and(|text| text.contains("Edit 0.")));
    assert_eq!(client.names(&uri, 1), ["unknown-field"]);
}

#[test]
fn it_ends_as_the_protocol_says() {
    let sandbox = Sandbox::new();
    let (mut client, _) = opened(&sandbox, "let a = 1\n");
    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    let late = client.request("textDocument/hover", position("file:///a", 0, 0));
    assert_eq!(client.response(late)["error"]["code"], -32600);
    client.notify("exit", Value::Null);
    assert_eq!(client.ended().code(), Some(0));

    let mut early = LanguageClient::start(&sandbox, &[Path::new("/")]);
    early.notify("exit", Value::Null);
    assert_eq!(early.ended().code(), Some(1), "`exit` without `shutdown`");

    let mut gone = LanguageClient::start(&sandbox, &[Path::new("/")]);
    gone.hang_up();
    assert_eq!(gone.ended().code(), Some(1), "the client is gone");

    let mut hasty = LanguageClient::silent(&sandbox, Path::new("/"));
    let id = hasty.request("textDocument/hover", position("file:///a", 0, 0));
    assert_eq!(hasty.response(id)["error"]["code"], -32002, "before `initialize`");
}

#[test]
fn diagnostics_say_all_there_is() {
    let sandbox = Sandbox::new();
    let (mut client, uri) = opened(&sandbox, "let a = 1\nlet a = 2\n");
    let params = client.diagnostics(&uri, |params| params["version"] == 0 && names(params) == ["duplicate-name"]);
    let diagnostic = &params["diagnostics"][0];
    assert_eq!(diagnostic["range"], json!({ "start": { "line": 1, "character": 4 }, "end": { "line": 1, "character": 5 } }));
    assert_eq!((&diagnostic["severity"], &diagnostic["source"]), (&json!(1), &json!("coderc")));
    assert!(diagnostic["codeDescription"]["href"].as_str().is_some_and(|url| url.ends_with("/duplicate-name.md")));
    assert_eq!(diagnostic["relatedInformation"][0]["location"]["range"]["start"], json!({ "line": 0, "character": 4 }));
    client.replace(&uri, 1, "let a = \"😀\" + 1\n");
    let params = client.diagnostics(&uri, |params| params["version"] == 1);
    assert_eq!(params["diagnostics"][0]["range"]["end"]["character"], 16, "columns are UTF-16 units: {params}");
    client.replace(&uri, 2, "let a = 1\n");
    assert_eq!(client.names(&uri, 2), [""; 0]);
}

#[test]
fn a_file_outside_of_any_package_is_left_alone() {
    let sandbox = Sandbox::new();
    let (mut client, _) = opened(&sandbox, "let a = 1\n");
    for uri in ["file:///tmp/nowhere/a.coder", "untitled:Untitled-1"] {
        client.open(uri, "let = = 1\n");
        assert_eq!(client.hover(uri, 0, 4), None);
        assert_eq!(client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })), Value::Null);
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }
}

#[test]
fn several_packages_are_open_at_once() {
    let sandbox = Sandbox::new();
    let one = sandbox.repository("github.com/acme/one", &files(&[(MAIN, "let a = b\n")]));
    let two = sandbox.repository(
        "github.com/acme/two",
        &files(&[(MAIN, "import \"./inner\" as inner\nlet a = inner.b\n"), ("inner/.coder/x.coder", "let b = 1\n")]),
    );
    let mut client = LanguageClient::start(&sandbox, &[&one, &two]);
    let (first, second, inner) = (uri(&one.join(MAIN)), uri(&two.join(MAIN)), uri(&two.join("inner/.coder/x.coder")));
    client.diagnostics(&first, |params| names(params) == ["unknown-name"]);
    client.open(&second, "import \"./inner\" as inner\nlet a = inner.b\n");
    assert_eq!(client.names(&second, 0), [""; 0]);
    // An unsaved edit of one package reaches the other that imports it.
    client.open(&inner, "let c = 1\n");
    assert_eq!(client.names(&inner, 0), [""; 0]);
    client.diagnostics(&second, |params| names(params) == ["unknown-name"]);
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": inner } }));
    client.diagnostics(&second, |params| names(params).is_empty());
    let event = json!({ "added": [], "removed": [{ "uri": uri(&one), "name": "one" }] });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    client.diagnostics(&first, |params| names(params).is_empty());
}

const PLATFORM: &str = "/// Ubuntu with tools.\nimage ubuntu { repository = \"acme/ubuntu\", context = \"dev\" }\n\n/// The sizes.\nlet sizes = { small = { memory = 2GB } }\n";

/// A repository that others import, and the tree of one that does.
fn importing(sandbox: &Sandbox, text: &str) -> PathBuf {
    let platform = [(".coder/images.coder", PLATFORM), ("dev/Dockerfile", "FROM debian:12\n")];
    sandbox.repository("github.com/acme/platform", &files(&platform));
    sandbox.repository("github.com/acme/root", &files(&[(MAIN, text)]))
}

const IMPORTER: &str = "import \"github.com/acme/platform\" at \"main\" as platform\n\nenvironment dev {\n  container main {\n    image  = platform.image.ubuntu\n    memory = platform.sizes.small.memory\n  }\n}\n";

#[test]
fn definitions_lead_into_other_repositories() {
    let sandbox = Sandbox::new();
    let tree = importing(&sandbox, IMPORTER);
    let mut client = LanguageClient::start(&sandbox, &[&tree]);
    let uri = client.uri(MAIN);
    client.open(&uri, IMPORTER);
    let found = client.eventually(|client| client.hover(&uri, 4, 32).filter(|text| text.contains("Ubuntu with tools.")));
    assert!(found.contains("image ubuntu") && found.contains("github.com/acme/platform"), "{found}");
    assert!(!tree.join(".coder/coder.lock").exists(), "a server writes no lock");
    let (copy, line) = client.definition(&uri, 4, 32).expect("a definition");
    assert_eq!((std::fs::read_to_string(&copy).unwrap().as_str(), line), (PLATFORM, 1));
    assert!(copy.to_string_lossy().contains("github.com/acme/platform@"), "{}", copy.display());
    assert!(std::fs::metadata(&copy).unwrap().permissions().readonly());
    // Where the value was set, across the repositories.
    assert_eq!(client.definition(&uri, 5, 40), Some((copy.clone(), 4)));
    assert!(client.hover(&uri, 5, 40).is_some_and(|text| text.contains("Value: `2GB`")));
    // The import's address leads to its package, its alias to the import.
    assert_eq!(client.definition(&uri, 0, 20), Some((copy.clone(), 0)));
    assert_eq!(client.definition(&uri, 4, 15), Some((tree.canonicalize().unwrap().join(MAIN), 0)));
    // A field leads to the schema, which is a file too.
    let (schema, _) = client.definition(&uri, 5, 6).expect("a definition");
    assert!(schema.ends_with("prelude/schema.coder"), "{}", schema.display());
    // The copy can be asked about in turn, and is no package of its own.
    let copied = tests::language_client::uri(&copy);
    client.open(&copied, PLATFORM);
    assert!(client.hover(&copied, 4, 5).is_some_and(|text| text.contains("The sizes.")));
    assert!(client.hover(&copied, 1, 20).is_some_and(|text| text.contains("Where the image is pushed")));
}

#[test]
fn yaml_templates_are_served_too() {
    let sandbox = Sandbox::new();
    let text =
        "name: dev\ntype: environment\nspec:\n  - name: main\n    github: acme/platform\n    image: ubuntu\n    memry: 4GB\n";
    importing(&sandbox, "let a = 1\n");
    let tree = sandbox.repository("github.com/acme/yaml", &files(&[(".coder/dev.yaml", text)]));
    let mut client = LanguageClient::start(&sandbox, &[&tree]);
    let uri = client.uri(".coder/dev.yaml");
    client.open(&uri, text);
    let params = client.diagnostics(&uri, |params| names(params) == ["unknown-field"]);
    assert_eq!(params["diagnostics"][0]["range"]["start"], json!({ "line": 6, "character": 4 }));
    let found = client.eventually(|client| client.definition(&uri, 5, 13));
    assert_eq!((std::fs::read_to_string(found.0).unwrap().as_str(), found.1), (PLATFORM, 1));
    let range = params["diagnostics"][0]["range"].clone();
    let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", params);
    assert_eq!((&actions[0]["title"], &actions[0]["isPreferred"]), (&json!("write `memory`"), &json!(true)));
}

#[test]
fn a_slow_remote_keeps_nothing_waiting() {
    let sandbox = Sandbox::new();
    let slow = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = slow.local_addr().expect("an address");
    // Takes connections, and never answers.
    std::thread::spawn(move || {
        let held: Vec<_> = slow.incoming().flatten().inspect(|mut stream| drop(stream.read(&mut [0; 1]))).collect();
        drop(held);
    });
    let text = "import \"https://slow.example/a/b\" as slow\nlet a = slow.x\n";
    let tree = sandbox.repository("github.com/acme/root", &files(&[(MAIN, text)]));
    let instead = format!("url.http://{address}/.insteadOf");
    sandbox.git(&tree, &["config", "--global", &instead, "https://slow.example/"]);
    let mut client = LanguageClient::start(&sandbox, &[&tree]);
    let uri = client.uri(MAIN);
    client.open(&uri, text);
    assert_eq!(client.names(&uri, 0), [""; 0], "nothing is said of what is not known yet");
    for version in 1..20 {
        client.replace(&uri, version, &format!("{text}let b = c{version}\n"));
        assert_eq!(client.names(&uri, version), ["unknown-name"]);
    }
    assert!(client.hover(&uri, 0, 10).is_some_and(|text| text.contains("not at hand")));
}

#[test]
fn a_changed_lock_is_picked_up() {
    let sandbox = Sandbox::new();
    let tree = importing(&sandbox, IMPORTER);
    assert!(sandbox.coderc(&tree, &["check"]).status.success());
    let text = IMPORTER.replace("image.ubuntu", "image.fedora");
    let mut client = LanguageClient::start(&sandbox, &[&tree]);
    let uri = client.uri(MAIN);
    client.open(&uri, &text);
    client.diagnostics(&uri, |params| names(params) == ["unknown-name"]);
    let platform = sandbox.clone_of("github.com/acme/platform");
    write(&platform, &files(&[(".coder/more.coder", "image fedora { repository = \"acme/fedora\", context = \"dev\" }\n")]));
    sandbox.git(&platform, &["add", "--all"]);
    sandbox.git(&platform, &["commit", "--quiet", "--message", "Add Fedora"]);
    sandbox.git(&platform, &["push", "--quiet", "origin", "HEAD:main"]);
    let commit = sandbox.git(&platform, &["rev-parse", "HEAD"]);
    let lock = tree.join(".coder/coder.lock");
    std::fs::remove_file(&lock).expect("a lock");
    let made = sandbox.coderc(&tree, &["check"]);
    let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
    let locked = std::fs::read_to_string(&lock).unwrap_or_default();
    assert!(locked.contains(&commit), "{locked}\n{}", String::from_utf8_lossy(&made.stderr));
    let event = json!({ "uri": tests::language_client::uri(&lock), "type": 2 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [event] }));
    client.diagnostics(&uri, |params| names(params).is_empty());
    std::fs::write(&lock, "[[import]\n").expect("a lock");
    let event = json!({ "uri": tests::language_client::uri(&lock), "type": 2 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [event] }));
    let lock = tests::language_client::uri(&lock);
    client.diagnostics(&lock, |params| names(params) == ["lock-syntax"]);
}

#[test]
fn dockerfiles_are_checked_while_they_are_edited() {
    let sandbox = Sandbox::new();
    let text = "image dev { repository = \"acme/dev\", context = \"dev\" }\n";
    let tree = sandbox.repository("github.com/acme/root", &files(&[(MAIN, text), ("dev/Dockerfile", "FROM debian:12\n")]));
    let mut client = LanguageClient::start(&sandbox, &[&tree]);
    let dockerfile = client.uri("dev/Dockerfile");
    client.open(&dockerfile, "FROM debian:12\nRUNN echo\n");
    client.diagnostics(&dockerfile, |params| params["version"] == 0 && names(params) == ["unknown-instruction"]);
    client.replace(&dockerfile, 1, "FROM debian:12\nRUN echo\n");
    client.diagnostics(&dockerfile, |params| params["version"] == 1 && names(params).is_empty());
    // A file that appears on disk is found when the client says so.
    client.replace(&dockerfile, 2, "FROM debian:12\nCOPY new /\n");
    client.diagnostics(&dockerfile, |params| names(params) == ["missing-context-file"]);
    write(&tree, &files(&[("dev/new", "")]));
    let event = json!({ "uri": client.uri("dev/new"), "type": 1 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [event] }));
    client.diagnostics(&dockerfile, |params| names(params).is_empty());
}
