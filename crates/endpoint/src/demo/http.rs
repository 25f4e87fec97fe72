//! Simulated devices with a web server inside.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use mynah_home::{Capability, Color, State};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::Fail;
use super::model::Model;

/// What the device is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Lamp,
    Plug,
    Thermostat,
}

impl Kind {
    pub(super) fn model(self) -> Arc<Model> {
        match self {
            Kind::Lamp => Model::new(
                "light.kitchen_lamp",
                "kitchen lamp",
                [
                    (Capability::Power, false.into()),
                    (Capability::Brightness, 100.0.into()),
                    (Capability::Color, "warm white".into()),
                ],
            ),
            Kind::Plug => Model::new("plug.fan", "fan", [(Capability::Power, false.into())]),
            Kind::Thermostat => Model::new(
                "climate.thermostat",
                "thermostat",
                [(Capability::TargetTemperature, 20.0.into()), (Capability::Temperature, 19.5.into())],
            ),
        }
    }
}

/// Serves the device on a free port. Returns its `host:port`.
pub(super) async fn start(kind: Kind, model: Arc<Model>, tasks: &mut JoinSet<()>) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tasks.spawn(serve(kind, model, listener, address));
    Ok(address.to_string())
}

async fn serve(kind: Kind, model: Arc<Model>, first: TcpListener, address: SocketAddr) {
    let mut listener = Some(first);
    let mut wanted = model.wanted();
    loop {
        let listening = match listener.take() {
            Some(listener) => Ok(listener),
            None => TcpListener::bind(address).await,
        };
        let listening = match listening {
            Ok(listening) => listening,
            Err(e) => {
                tracing::warn!(%address, "cannot listen again: {e}");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let device = model.clone();
        let router = Router::new().fallback(move |method: Method, uri: Uri, body: Bytes| {
            let device = device.clone();
            async move { answer(kind, &device, &method, &uri, &body).await }
        });
        let mut until_offline = model.wanted();
        let offline = async move {
            // An error means that the house is gone, which ends this task too.
            let _ = until_offline.wait_for(|fail| *fail == Fail::Offline).await;
        };
        let mut serving =
            std::pin::pin!(axum::serve(listening, router).with_graceful_shutdown(offline).into_future());
        loop {
            let now = *wanted.borrow_and_update();
            if now != Fail::Offline {
                model.settle(Some(now));
            }
            tokio::select! {
                _ = &mut serving => break,
                changed = wanted.changed() => if changed.is_err() { return },
            }
        }
        model.settle(Some(Fail::Offline));
        if wanted.wait_for(|fail| *fail != Fail::Offline).await.is_err() {
            return;
        }
    }
}

async fn answer(kind: Kind, model: &Model, method: &Method, uri: &Uri, body: &[u8]) -> Response {
    model.count();
    match model.failing() {
        Fail::Answer500 => {
            let error = json!({ "error": "the relay is stuck" }).to_string();
            return (StatusCode::INTERNAL_SERVER_ERROR, error).into_response();
        }
        Fail::Hang => {
            let mut wanted = model.wanted();
            // Whoever asked has gone long before.
            let _ = wanted.wait_for(|fail| *fail != Fail::Hang).await;
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Fail::Garbage => return "<html>\u{1}router login</html>".into_response(),
        Fail::None | Fail::AcceptButIgnore | Fail::Offline => {}
    }
    match serve_one(kind, model, method, uri, body) {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json.to_string()).into_response(),
        Err((status, message)) => (status, json!({ "error": message }).to_string()).into_response(),
    }
}

fn serve_one(
    kind: Kind,
    model: &Model,
    method: &Method,
    uri: &Uri,
    body: &[u8],
) -> Result<Value, (StatusCode, &'static str)> {
    let bad = |message| (StatusCode::BAD_REQUEST, message);
    let order = || serde_json::from_slice::<Value>(body).map_err(|_| bad("this is not JSON"));
    match (kind, method.as_str(), uri.path()) {
        (Kind::Lamp, "PUT", "/state") => {
            let order = order()?;
            if let Some(on) = order.get("on") {
                let on = on.as_bool().ok_or(bad("on is true or false"))?;
                model.set(Capability::Power, &on.into());
            }
            if let Some(level) = order.get("brightness") {
                let level =
                    level.as_u64().filter(|level| *level <= 255).ok_or(bad("brightness is 0 to 255"))?;
                model.set(Capability::Brightness, &(level as f64 / 2.55).into());
            }
            if let Some(color) = order.get("color") {
                let color =
                    color.as_str().filter(|color| color.starts_with('#')).ok_or(bad("color is #rrggbb"))?;
                if !model.set(Capability::Color, &color.into()) {
                    return Err(bad("color is #rrggbb"));
                }
            }
            Ok(lamp(model))
        }
        (Kind::Lamp, "GET", "/state") => Ok(lamp(model)),
        (Kind::Plug, "POST", "/relay/0") => {
            let on = match uri.query() {
                Some("turn=on") => true,
                Some("turn=off") => false,
                _ => return Err(bad("turn is on or off")),
            };
            model.set(Capability::Power, &on.into());
            Ok(json!({ "ison": model.is_on() }))
        }
        (Kind::Plug, "GET", "/relay/0") => Ok(json!({ "ison": model.is_on() })),
        (Kind::Thermostat, "PUT", "/target") => {
            let celsius = order()?.get("celsius").and_then(Value::as_f64).ok_or(bad("celsius is missing"))?;
            // It knows half degrees.
            let celsius = (celsius * 2.0).round() / 2.0;
            if !model.set(Capability::TargetTemperature, &State::Number(celsius)) {
                return Err(bad("5 to 35 degrees"));
            }
            Ok(json!({ "target": celsius }))
        }
        (Kind::Thermostat, "GET", "/status") => Ok(json!({
            "target": model.number(Capability::TargetTemperature),
            "measured": model.number(Capability::Temperature),
        })),
        _ => Err((StatusCode::NOT_FOUND, "no such path")),
    }
}

fn lamp(model: &Model) -> Value {
    json!({
        "on": model.is_on(),
        "brightness": (model.number(Capability::Brightness) * 2.55).round() as i64,
        "color": Color::parse(&model.text(Capability::Color)).map(Color::hex),
    })
}
