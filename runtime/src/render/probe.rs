//! A container's `health` as the probe that says when it is ready.
//!
//! It never becomes a liveness probe: a development environment that is busy, or stopped in a debugger, is not to be killed.

use compiler::model::{Health, Probe as Check, ProbePort};
use k8s_openapi::api::core::v1::{ExecAction, HTTPGetAction, Probe, TCPSocketAction};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

pub fn readiness(health: &Health) -> Probe {
    let mut probe = Probe {
        initial_delay_seconds: health.delay.map(seconds),
        period_seconds: health.period.map(seconds),
        timeout_seconds: health.timeout.map(seconds),
        ..Probe::default()
    };
    match &health.probe {
        Check::Command(command) => {
            probe.exec = Some(ExecAction { command: Some(command.iter().map(ToString::to_string).collect()) });
        }
        Check::Http { port, path } => {
            probe.http_get =
                Some(HTTPGetAction { port: number_or_name(port), path: Some(path.to_string()), ..HTTPGetAction::default() });
        }
        Check::Tcp { port } => {
            probe.tcp_socket = Some(TCPSocketAction { port: number_or_name(port), ..TCPSocketAction::default() });
        }
    }
    probe
}

fn number_or_name(port: &ProbePort) -> IntOrString {
    match port {
        ProbePort::Number(number) => IntOrString::Int(i32::from(*number)),
        ProbePort::Name(name) => IntOrString::String(name.to_string()),
    }
}

fn seconds(seconds: u64) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}
