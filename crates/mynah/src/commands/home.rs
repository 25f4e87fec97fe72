//! `mynah home`: the house by hand.

use std::process::ExitCode;

use mynah_home::{Capability, Device, Resolution};
use mynah_skill::{Action, Outcome};
use serde_json::json;

use super::show_json;
use crate::Misuse;
use crate::cli::{Common, Home as Args};
use crate::setup::Household;
use crate::timeline::outcome_text;

pub async fn home(common: &Common, args: Args) -> anyhow::Result<ExitCode> {
    match args {
        Args::List => list(common),
        Args::Get { device, capability } => get(common, &device, capability.as_deref()).await,
        Args::Set { device, capability, value } => set(common, &device, &capability, &value).await,
    }
}

fn list(common: &Common) -> anyhow::Result<ExitCode> {
    let household = Household::load(common)?;
    let mut rows = Vec::new();
    for device in household.home.devices() {
        let area = device.area.as_ref().and_then(|id| household.home.area(id)).map(|area| area.name.as_str());
        let capabilities: Vec<&str> = device.capabilities.iter().map(|c| c.name()).collect();
        let wires: Vec<&str> = device.endpoint.keys().map(String::as_str).collect();
        if common.json {
            rows.push(json!({
                "id": device.id, "name": device.name, "area": area, "capabilities": capabilities, "wires": wires,
            }));
        } else {
            let (capabilities, wires) = (capabilities.join(", "), wires.join(", "));
            let area = area.unwrap_or("no room");
            println!("{:<26} {:<20} {area:<14} {capabilities} ({wires})", device.id.to_string(), device.name);
        }
    }
    if common.json {
        show_json(&rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn get(common: &Common, name: &str, capability: Option<&str>) -> anyhow::Result<ExitCode> {
    let household = Household::load(common)?;
    let device = find(&household, name)?;
    let wanted = capability.map(|name| known(device, name)).transpose()?;
    let endpoints = household.endpoints()?;
    let mut failed = false;
    let mut states = serde_json::Map::new();
    for capability in device.capabilities.iter().copied().filter(|c| wanted.is_none_or(|wanted| wanted == *c))
    {
        match endpoints.get(&device.id, capability).await {
            Ok(state) if common.json => _ = states.insert(capability.name().into(), json!(state)),
            Ok(state) => println!("{:<20} {state}", capability.name()),
            Err(failure) => {
                eprintln!("mynah: {}: {failure}", capability.name());
                failed = true;
            }
        }
    }
    if common.json {
        show_json(&states)?;
    }
    endpoints.shutdown().await;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn set(common: &Common, name: &str, capability: &str, value: &str) -> anyhow::Result<ExitCode> {
    let household = Household::load(common)?;
    let device = find(&household, name)?;
    let capability = known(device, capability)?;
    let to = capability.parse_state(value).map_err(|error| Misuse(error.to_string()))?;
    let endpoints = household.endpoints()?;
    let outcome = endpoints.execute(&Action::Set { device: device.id.clone(), capability, to }).await;
    match common.json {
        true => show_json(&outcome)?,
        false => println!("{}", outcome_text(&outcome)),
    }
    endpoints.shutdown().await;
    Ok(if matches!(outcome, Outcome::Confirmed { .. }) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn find<'h>(household: &'h Household, name: &str) -> anyhow::Result<&'h Device> {
    let home = &household.home;
    if let Some(device) = home.devices().iter().find(|device| &*device.id.0 == name) {
        return Ok(device);
    }
    match home.find(name, household.area.as_ref()) {
        Resolution::One(device) => Ok(device),
        Resolution::Many(devices) => {
            let ids: Vec<&str> = devices.iter().map(|device| &*device.id.0).collect();
            Err(Misuse(format!("{name:?} may be any of {}; give the id", ids.join(", "))).into())
        }
        Resolution::None => {
            Err(Misuse(format!("no device is called {name:?}; `mynah home list` shows all")).into())
        }
    }
}

fn known(device: &Device, name: &str) -> anyhow::Result<Capability> {
    let found = Capability::from_name(name).filter(|capability| device.capabilities.contains(capability));
    found.ok_or_else(|| {
        let known: Vec<&str> = device.capabilities.iter().map(|c| c.name()).collect();
        Misuse(format!("{} has no {name:?}; it has {}", device.name, known.join(", "))).into()
    })
}
