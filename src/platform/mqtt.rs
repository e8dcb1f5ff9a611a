//! Errors of MQTT connections, for inputs and sinks, described for the operator. The library's own texts name its types, not the cause.

use rumqttc::{ConnectionError, StateError, mqttbytes};

use crate::platform::tls;

/// Describes why a connection ended or could not be made.
pub fn describe(error: &ConnectionError) -> String {
    if let Some(fault) = tls::certificate_fault(error) {
        return fault;
    }
    match error {
        ConnectionError::ConnectionRefused(code) => format!("the broker refuses the connection: {code:?}"),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => "the broker does not respond".to_owned(),
        // The broker claims to remember us, but we asked for a new session.
        ConnectionError::SessionStateMismatch { .. } => "the broker resumes a session that never existed".to_owned(),
        ConnectionError::MqttState(error) => packet(error),
        error => error.to_string(),
    }
}

/// Describes a fault of the protocol.
fn packet(error: &StateError) -> String {
    match error {
        StateError::ConnectionAborted => "closed by the broker".to_owned(),
        StateError::Unsolicited(number) => {
            format!("the broker acknowledges packet {number}, which was not awaiting an acknowledgement")
        }
        StateError::Deserialization(mqttbytes::Error::Io(error)) => format!("connection to the broker lost: {error}"),
        StateError::Deserialization(mqttbytes::Error::PayloadSizeLimitExceeded(bytes)) => {
            format!("the broker announces a packet of {bytes} bytes, more than is accepted")
        }
        StateError::Deserialization(error) => format!("the broker sends what is not MQTT 3.1.1: {error}"),
        error => error.to_string(),
    }
}
