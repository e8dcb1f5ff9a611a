//! MQTT, in and out: what is wrong with a broker, in words for whoever runs the daemon.

use rumqttc::{ConnectionError, StateError, mqttbytes};

use crate::tls;

/// Why a connection ended, or did not come about.
pub fn describe(error: &ConnectionError) -> String {
    if let Some(fault) = tls::certificate_fault(error) {
        return fault;
    }
    match error {
        ConnectionError::ConnectionRefused(code) => format!("the broker refuses the connection: {code:?}"),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => "the broker does not answer".to_owned(),
        ConnectionError::SessionStateMismatch { .. } => {
            "the broker goes on from a session that there never was".to_owned()
        }
        ConnectionError::MqttState(error) => packet(error),
        error => error.to_string(),
    }
}

fn packet(error: &StateError) -> String {
    match error {
        StateError::ConnectionAborted => "closed by the broker".to_owned(),
        StateError::Unsolicited(number) => {
            format!("the broker acknowledges packet {number}, which waits for no such thing")
        }
        StateError::Deserialization(mqttbytes::Error::Io(error)) => format!("the broker broke off: {error}"),
        StateError::Deserialization(mqttbytes::Error::PayloadSizeLimitExceeded(bytes)) => {
            format!("the broker announces a packet of {bytes} bytes, which is more than is taken")
        }
        StateError::Deserialization(error) => format!("the broker sends what is not MQTT 3.1.1: {error}"),
        error => error.to_string(),
    }
}
