use tripong_model::links::Via;
use tripong_model::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let n: Vec<u8> = a[1].split(',').map(|x| x.parse().unwrap()).collect();
    let c: &'static [Via] = match &*a[2] {
        "s" => &[Via::Shared],
        "p" => &[Via::Pipe],
        "sp" => &[Via::Shared, Via::Pipe],
        "pq" => &[Via::Pipe, Via::Socket],
        _ => &[Via::Shared, Via::Pipe, Via::Socket],
    };
    let m = {
        use Mutant::*;
        [
            None,
            FrameWakesWhoIsRung,
            ArmByStore,
            TimidSupervisor,
            SendAfterTheSwap,
            EarlySleeperNotWoken,
            KindOfLinkTrusted,
            WakesByItsOwnCarrier,
            FrameBelieved,
            FrameJudgedByAnOlderLook,
            FrameAheadThrownAway,
            LinksNotReplaced,
            RefusedGiverDoesNotRing,
            RefusedGiverDoesNotLook,
            FrameBeforeTheRecord,
            TakeRingsOnlyTheReceiver,
            BellHeardAfterTheBaton,
            NoRingAtADeath,
        ]
        .into_iter()
        .find(|m| format!("{m:?}") == std::env::var("M").unwrap_or("None".into()))
        .unwrap()
    };
    let law = Law {
        bounds: Bounds { hops: n[0], kills: n[1], stops: n[2], starts: n[3] },
        crossing: n[4],
        timeouts: n[5] > 0,
        carriers: c,
        mutant: m,
        panes: n.get(6).copied().unwrap_or(3),
        room: n.get(7).copied().unwrap_or(1).into(),
    };
    if let Some(l) = a.get(3) {
        let l = Box::leak(l.clone().into_boxed_str());
        let w = law.counterexample(l).expect("no");
        law.show(&w);
        return;
    }
    let v = law.check();
    println!(
        "{a:?} {} states depth {} {:.1?}\nunseen {:?}\nbroken {:#?}",
        v.states, v.depth, v.took, v.unseen, v.broken
    );
}
