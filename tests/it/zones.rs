//! timing
use atalaia::geo::*;
use atalaia::zones::*;
use std::time::Instant;

#[test]
fn timing() {
    let t = Instant::now();
    let coast = Coast::built_in();
    println!("coast {:?}", t.elapsed());
    let t = Instant::now();
    let ports = Ports::built_in();
    println!("ports {:?}", t.elapsed());
    let mut random = fastrand::Rng::with_seed(1);
    let rss = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", rss.lines().filter(|l| l.starts_with("VmRSS") || l.starts_with("VmHWM")).collect::<String>());
    let all: Vec<LatLon> = (0..200_000).map(|_| LatLon::new((random.f64() * 2.0 - 1.0f64).asin().to_degrees() * 0.8, random.f64() * 360.0 - 180.0)).collect();
    let sea: Vec<LatLon> = all.iter().copied().filter(|p| !coast.on_land(*p)).collect();
    let near: Vec<LatLon> = all.iter().filter_map(|p| { let s = coast.nearest_shore(*p)?; let q = s.destination(random.f64() * 360.0, random.f64() * 40_000.0); (!coast.on_land(q)).then_some(q) }).collect();
    for (name, points) in [("sea", &sea), ("near", &near)] {
        let t = Instant::now();
        let sum: f64 = points.iter().map(|p| coast.shore_nm(*p)).sum();
        println!("{name} shore {:?} {}", t.elapsed() / points.len() as u32, sum / points.len() as f64);
        let t = Instant::now();
        let n = points.iter().filter(|p| coast.on_land(**p)).count();
        println!("{name} land {:?} {n}", t.elapsed() / points.len() as u32);
        let t = Instant::now();
        let n = points.iter().filter(|p| ports.nearest_point_nm(**p) < 5.4).count();
        println!("{name} ports {:?} {n}", t.elapsed() / points.len() as u32);
        let t = Instant::now();
        let n = points.iter().filter(|p| ports.calm_round(**p).is_some()).count();
        println!("{name} calm {:?} {n}", t.elapsed() / points.len() as u32);
    }
    let t = Instant::now();
    let zones = ZoneSet::built_in();
    println!("zones {:?} {}", t.elapsed(), zones.zones().len());
    let mut out = Vec::new();
    for (name, points) in [("sea", &sea), ("near", &near)] {
        let t = Instant::now();
        let mut n = 0;
        for p in points { zones.at(*p, &mut out); n += out.len(); }
        println!("{name} zones {:?} {n}", t.elapsed() / points.len() as u32);
    }
    let inside: Vec<LatLon> = (0..200_000).map(|_| LatLon::new(10.0 + 40.0 * random.f64(), -30.0 + 45.0 * random.f64())).collect();
    let t = Instant::now();
    let mut n = 0;
    for p in &inside { zones.at(*p, &mut out); n += out.len(); }
    println!("inside zones {:?} {n}", t.elapsed() / inside.len() as u32);
}
