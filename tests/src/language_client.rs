//! A client of `coderc lsp` by hand: JSON-RPC over its standard input and output, so that tests choose every message and its order.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::binary::coderc;
use crate::sandbox::Sandbox;

/// How long an answer may take on a machine that builds at the same time.
const LONGEST: Duration = Duration::from_secs(120);

pub struct LanguageClient {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    last_id: i64,
    responses: HashMap<i64, Value>,
    /// Requests and notifications of the server, oldest first.
    pub said: Vec<Value>,
    root: PathBuf,
}

impl LanguageClient {
    /// Starts a server and introduces a client that can do whatever a modern one can, with these folders open.
    ///
    /// # Panics
    /// When the server does not start or does not answer in time, here and below.
    pub fn start(sandbox: &Sandbox, folders: &[&Path]) -> LanguageClient {
        let mut client = LanguageClient::silent(sandbox, folders[0]);
        let capabilities = json!({
            "textDocument": {
                "publishDiagnostics": {
                    "relatedInformation": true, "codeDescriptionSupport": true, "versionSupport": true,
                    "tagSupport": { "valueSet": [1, 2] },
                },
                "hover": { "contentFormat": ["markdown", "plaintext"] },
                "definition": { "linkSupport": false },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            },
            "workspace": { "workspaceFolders": true, "didChangeWatchedFiles": { "dynamicRegistration": true } },
        });
        let folders: Vec<Value> =
            folders.iter().map(|folder| json!({ "uri": uri(folder), "name": folder.to_string_lossy() })).collect();
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders });
        let id = client.request("initialize", params);
        let answer = client.response(id);
        assert!(answer["result"]["capabilities"]["hoverProvider"].as_bool().unwrap_or_default(), "{answer}");
        client.notify("initialized", json!({}));
        client
    }

    /// Starts a server and says nothing yet.
    pub fn silent(sandbox: &Sandbox, folder: &Path) -> LanguageClient {
        let mut command = sandbox.command(coderc(), folder);
        command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("coderc runs");
        let (input, output) = (child.stdin.take(), child.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let root = folder.to_owned();
        LanguageClient { child, input, messages, last_id: 0, responses: HashMap::new(), said: Vec::new(), root }
    }

    /// The URI of a file below the first folder.
    pub fn uri(&self, path: &str) -> String {
        uri(&self.root.join(path))
    }

    /// Sends a request; its answer is for [`LanguageClient::response`].
    pub fn request(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    /// The whole response to a request.
    pub fn response(&mut self, id: i64) -> Value {
        self.until(|client| client.responses.remove(&id))
    }

    /// A request and its result.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        let mut response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].take()
    }

    /// Waits for something that the server says, or has said.
    pub fn until<T>(&mut self, mut found: impl FnMut(&mut LanguageClient) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            let left = LONGEST.saturating_sub(start.elapsed());
            match self.messages.recv_timeout(left) {
                Ok(message) => self.take(message),
                Err(error) => panic!("the server did not say it ({error}); it said {:#?}", self.said),
            }
        }
    }

    /// Asks until there is something to say: what is asked about may still be on its way.
    pub fn eventually<T>(&mut self, mut ask: impl FnMut(&mut LanguageClient) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(answer) = ask(self) {
                return answer;
            }
            assert!(start.elapsed() < LONGEST, "there was no answer; the server said {:#?}", self.said);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn take(&mut self, message: Value) {
        match (message.get("method"), message["id"].as_i64()) {
            (None, Some(id)) => {
                let before = self.responses.insert(id, message);
                assert!(before.is_none(), "two answers to one request: {before:?}");
            }
            (Some(_), Some(id)) => {
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
                self.said.push(message);
            }
            _ => self.said.push(message),
        }
    }

    pub fn open(&mut self, uri: &str, text: &str) {
        let item = json!({ "uri": uri, "languageId": "coder", "version": 0, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Replaces the whole text.
    pub fn replace(&mut self, uri: &str, version: i64, text: &str) {
        let params = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] });
        self.notify("textDocument/didChange", params);
    }

    /// The diagnostics that were published last of a file, once they hold.
    pub fn diagnostics(&mut self, uri: &str, holds: impl Fn(&Value) -> bool) -> Value {
        self.until(|client| {
            let published =
                |message: &&Value| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri;
            client.said.iter().rev().find(published).map(|message| message["params"].clone()).filter(|params| holds(params))
        })
    }

    /// The names of the diagnostics of a version of a file.
    pub fn names(&mut self, uri: &str, version: i64) -> Vec<String> {
        let params = self.diagnostics(uri, |params| params["version"] == version);
        names(&params)
    }

    /// The file and the line (from 0) that a position's definition is at.
    pub fn definition(&mut self, uri: &str, line: u64, character: u64) -> Option<(PathBuf, u64)> {
        let found = self.ask("textDocument/definition", position(uri, line, character));
        let path = found["uri"].as_str()?.strip_prefix("file://")?;
        Some((PathBuf::from(path), found["range"]["start"]["line"].as_u64()?))
    }

    pub fn hover(&mut self, uri: &str, line: u64, character: u64) -> Option<String> {
        let found = self.ask("textDocument/hover", position(uri, line, character));
        found["contents"]["value"].as_str().map(str::to_owned)
    }

    /// Closes the input.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// Waits for the server's end.
    pub fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            assert!(start.elapsed() < LONGEST, "the server does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for LanguageClient {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The parameters of a request about a position, both from 0.
pub fn position(uri: &str, line: u64, character: u64) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

/// The names of published diagnostics.
pub fn names(params: &Value) -> Vec<String> {
    let all = params["diagnostics"].as_array().into_iter().flatten();
    all.filter_map(|diagnostic| diagnostic["code"].as_str().map(str::to_owned)).collect()
}

pub fn uri(path: &Path) -> String {
    format!("file://{}", path.canonicalize().unwrap_or_else(|_| path.to_owned()).display())
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
