mod clock; mod error; mod frame; mod placement; mod player; mod rival; mod rivals; mod row; mod run; mod spawn;
fn main() {
    let args: Vec<_> = std::env::args().collect();
    if args[1] == "--role" { let role: spawn::Role = serde_json::from_str(&args[2]).unwrap(); role.live().unwrap(); return; }
    let signals = spawn::Signals::block().unwrap();
    let plan = run::Plan { bytes: 64, hops: args[2].parse().unwrap(), corrupt: args.len() > 3, cpus: placement::allowed_cpus().unwrap() };
    let mut n = 0;
    for p in [placement::Placement::SameCore, placement::Placement::DistinctCores] {
    for rival in &rival::ALL {
        if args[1] != "all" && args[1] != rival.name { continue; }
        if rival.wait == rival::Wait::Spin && p == placement::Placement::SameCore { continue; }
        n += 1;
        match run::repetition(rival, p, &plan, n, &signals) { Ok(s) => { let r = s.row(&row::Title { carrier: rival.name, wait: "", placement: p.name(), bytes: 64 }); println!("{} {} {} {} {:.0} {:.0} {:.2}", r.carrier, r.placement, r.p50_ns, r.p99_ns, r.handoffs_per_s, r.cpu_ns_per_handoff, r.ctx_switches_per_handoff) }, Err(e) => println!("{} {e} {}", rival.name, e.exit_code()) }
    } }
}
