//! Events as JSON, one a line, on standard output: for programs that show or record a run themselves.
//!
//! `event` says which; the last line is the `summary`.

use serde_json::{Value, json};

use super::Printer;
use crate::execute::{Event, Failure, Outcome, Phase, Summary};
use crate::ui;

pub struct Json;

impl Printer for Json {
    fn event(&mut self, event: &Event) {
        write(&value(event));
    }

    fn end(&mut self, summary: &Summary) {
        write(&json!({
            "event": "summary",
            "done": summary.done,
            "unchanged": summary.skipped,
            "failed": summary.failed.iter().map(|(address, failure)| failed(address, failure)).collect::<Vec<_>>(),
            "stopped": summary.cancelled,
            "not_tried": summary.not_tried.iter().map(|(address, because)| json!({ "address": address, "because": because }))
                .collect::<Vec<_>>(),
        }));
    }
}

fn write(value: &Value) {
    // Whoever read it has seen enough.
    let _ = ui::output(None, &format!("{value}\n"));
}

fn value(event: &Event) -> Value {
    match event {
        Event::Started { address, kind } => json!({ "event": "started", "address": address, "kind": kind }),
        Event::Phase { address, phase } => {
            let mut value = json!({ "event": "phase", "address": address });
            let (name, detail) = phase_of(phase);
            value["phase"] = name.into();
            if let (Some(object), Value::Object(detail)) = (value.as_object_mut(), detail) {
                object.extend(detail);
            }
            value
        }
        Event::Log { address, line } => json!({ "event": "log", "address": address, "line": line }),
        Event::Retrying { address, reason } => json!({ "event": "retrying", "address": address, "reason": reason }),
        Event::Ended { address, outcome, took } => {
            let mut value = match outcome {
                Outcome::Done { remark } => json!({ "outcome": "done", "remark": remark }),
                Outcome::Skipped { proof } => json!({ "outcome": "unchanged", "proof": proof }),
                Outcome::Failed(failure) => json!({ "outcome": "failed", "failure": failed(address, failure) }),
                Outcome::Cancelled => json!({ "outcome": "stopped" }),
                Outcome::NotTried { because } => json!({ "outcome": "not_tried", "because": because }),
            };
            value["event"] = "ended".into();
            value["address"] = address.as_str().into();
            value["milliseconds"] = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).into();
            value
        }
        Event::Note { text } => json!({ "event": "note", "text": text }),
    }
}

fn phase_of(phase: &Phase) -> (&'static str, Value) {
    match phase {
        Phase::Waiting { what } => ("waiting", json!({ "what": what })),
        Phase::Fetching { what } => ("fetching", json!({ "what": what })),
        Phase::Step { number, of, instruction } => ("step", json!({ "number": number, "of": of, "instruction": instruction })),
        Phase::Pushing { bytes } => ("pushing", json!({ "bytes": bytes })),
        Phase::Settling { what } => ("settling", json!({ "what": what })),
    }
}

fn failed(address: &str, failure: &Failure) -> Value {
    let (file, line) = failure.source.as_ref().map(|(file, line)| (file.as_str(), *line)).unzip();
    json!({
        "address": address, "name": failure.info.name, "message": failure.message, "help": failure.help,
        "file": file, "line": line, "log": failure.log,
    })
}
