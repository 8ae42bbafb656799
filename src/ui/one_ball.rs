//! One ball on the screen, although each window paints when it can: where this window may draw it. The rule, and the words
//! that the windows have for it, are in [`crate::protocol::Picture`].

use crate::game::{Ball, Court, PaneId};
use crate::protocol::{Picture, Region, Spot};

/// What keeps this window from drawing the ball keeps it no longer than this.
const LONGEST_NS: u64 = 250_000_000;
/// Between where the ball is and where another window has it, so many places are tried.
const PLACES: u32 = 8;

/// What this window shows of the ball.
#[derive(Debug, Default)]
pub(super) struct OneBall {
    /// What its word says.
    picture: Picture,
    /// Where the ball is in a picture that is being painted.
    painting: Option<Option<Spot>>,
    /// Since when it has not drawn the ball where it is.
    held_since_ns: Option<u64>,
}

/// Where the ball may be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Drawn {
    /// Where it is, be that in this window or not.
    Exactly,
    /// Here, for the moment.
    At(Spot),
    /// Nowhere in this window, for the moment.
    Nowhere,
}

/// Another window's picture of the ball, and the pane that it is of.
type Other = (PaneId, Spot);

impl OneBall {
    /// Decides where a ball that is there `now_ns` (`CLOCK_MONOTONIC`) is drawn in the picture that is going to be painted, and
    /// publishes it.
    pub(super) fn paint(
        &mut self,
        region: &Region,
        court: &Court,
        me: PaneId,
        ball: Option<&Ball>,
        now_ns: u64,
    ) -> Drawn {
        // One frame comes after another, whether it was reported or not.
        self.is_presented(region, me);
        let ball = ball.filter(|ball| ball.overlaps(me));
        self.is_painting(region, me, ball.map(Spot::of));
        let Some(ball) = ball else {
            self.held_since_ns = None;
            return Drawn::Exactly;
        };
        let others = court.all_panes().filter(|pane| *pane != me);
        let others = others.flat_map(|pane| {
            region.pane(pane).status.window.picture(court).spots().map(move |spot| (pane, spot))
        });
        let others: Vec<Other> = others.collect();
        let drawn = place(me, ball, &others);
        if drawn == Drawn::Exactly {
            self.held_since_ns = None;
            return drawn;
        }
        let since_ns = *self.held_since_ns.get_or_insert(now_ns);
        if now_ns.saturating_sub(since_ns) > LONGEST_NS {
            return Drawn::Exactly;
        }
        self.is_painting(region, me, if let Drawn::At(spot) = drawn { Some(spot) } else { None });
        drawn
    }

    fn is_painting(&mut self, region: &Region, me: PaneId, painted: Option<Spot>) {
        self.painting = Some(painted);
        self.publish(region, me, Picture { painted, ..self.picture });
    }

    /// The screen shows what was painted last.
    pub(super) fn is_presented(&mut self, region: &Region, me: PaneId) {
        if let Some(shown) = self.painting.take() {
            self.publish(region, me, Picture { shown, painted: None });
        }
    }

    /// Nobody can see the window.
    pub(super) fn is_hidden(&mut self, region: &Region, me: PaneId) {
        self.painting = None;
        self.publish(region, me, Picture::default());
    }

    fn publish(&mut self, region: &Region, me: PaneId, picture: Picture) {
        if self.picture != picture {
            self.picture = picture;
            region.pane(me).status.window.set_picture(picture);
        }
    }
}

/// Where the window of `me` may draw its part of a ball, beside what the others show of it.
fn place(me: PaneId, ball: &Ball, others: &[Other]) -> Drawn {
    let is_one = |spot: Spot| others.iter().all(|other| touches(me, spot, *other, ball.radius()));
    let wanted = Spot::of(ball);
    if is_one(wanted) {
        return Drawn::Exactly;
    }
    let between = |other: Spot, step: u32| {
        let part = f64::from(step) / f64::from(PLACES);
        Spot { x: wanted.x + (other.x - wanted.x) * part, y: wanted.y + (other.y - wanted.y) * part }
    };
    let spots = others.iter().flat_map(|(_, other)| (1..=PLACES).map(|step| between(*other, step)));
    spots.into_iter().find(|spot| is_one(*spot)).map_or(Drawn::Nowhere, Drawn::At)
}

/// Whether the part in the window of `me` of a ball at `spot`, and the part that another window shows of it, are one: both
/// reach the border between the two panes, at about the same height.
fn touches(me: PaneId, spot: Spot, (pane, other): Other, radius: f64) -> bool {
    let border = if pane < me { me.left() } else { me.right() };
    let reaches = |x: f64| (x - border).abs() <= radius;
    pane.0.abs_diff(me.0) == 1 && reaches(spot.x) && reaches(other.x) && (spot.y - other.y).abs() <= radius
}

#[cfg(test)]
#[cfg(not(any(feature = "model", miri)))]
mod tests {
    use super::*;
    use crate::protocol::Setup;
    use crate::shm::Mapping;

    const COURT: Court = Court { panes: 3, seed: 7 };
    const GIVER: PaneId = PaneId(0);
    const TAKER: PaneId = PaneId(1);
    /// What the ball flies in a frame, in court units.
    const FRAME: f64 = 0.08;

    fn ball(x: f64) -> Ball {
        Ball { x, y: 1.5, ..COURT.serve(GIVER, None) }
    }

    fn region() -> Mapping<Region> {
        Mapping::create(&Setup::headless(COURT, 1)).unwrap().1
    }

    /// A window of `pane`, and how it draws the ball there.
    fn draw(window: &mut OneBall, region: &Region, pane: PaneId, x: f64) -> Drawn {
        window.paint(region, &COURT, pane, Some(&ball(x)), 0)
    }

    #[test]
    fn windows_that_get_their_frames_draw_the_ball_where_it_is_while_it_crosses() {
        let mapping = region();
        let (mut giver, mut taker) = <(OneBall, OneBall)>::default();
        for phase in 0..8 {
            let start = 3.7 + f64::from(phase) * FRAME / 8.0;
            for frame in 0..8 {
                // One window paints half a frame after the other.
                let x = start + f64::from(frame) * FRAME;
                assert_eq!(draw(&mut giver, mapping.region(), GIVER, x), Drawn::Exactly, "{x}");
                giver.is_presented(mapping.region(), GIVER);
                let drawn = draw(&mut taker, mapping.region(), TAKER, x + FRAME / 2.0);
                if let Drawn::At(spot) = drawn {
                    assert!(x + FRAME / 2.0 - spot.x < FRAME, "a frame late at most: {spot:?} at {x}");
                }
                assert!(drawn != Drawn::Nowhere || x + ball(x).radius() < 4.001, "{x}: not drawn");
                taker.is_presented(mapping.region(), TAKER);
            }
            let elsewhere = |window: &mut OneBall, pane| {
                assert_eq!(draw(window, mapping.region(), pane, 11.0), Drawn::Exactly);
                window.is_presented(mapping.region(), pane);
            };
            elsewhere(&mut giver, GIVER);
            elsewhere(&mut taker, TAKER);
        }
    }

    #[test]
    fn a_ball_is_drawn_at_the_late_windows_part_of_it_and_not_at_all_where_that_is_none() {
        let mapping = region();
        let (mut giver, mut taker) = <(OneBall, OneBall)>::default();
        assert_eq!(draw(&mut giver, mapping.region(), GIVER, 3.95), Drawn::Exactly);
        giver.is_presented(mapping.region(), GIVER);
        let radius = ball(0.0).radius();
        for x in [4.1, 4.5, 6.0] {
            let Drawn::At(spot) = draw(&mut taker, mapping.region(), TAKER, x) else {
                panic!("{x}: not drawn")
            };
            assert!((3.949..=4.0 + radius).contains(&spot.x), "{x}: {spot:?}");
        }
        // The giver begins to paint a picture without it; the old one is still on the screen.
        assert_eq!(draw(&mut giver, mapping.region(), GIVER, 6.0), Drawn::Exactly);
        assert!(matches!(draw(&mut taker, mapping.region(), TAKER, 6.0), Drawn::At(_)));
        giver.is_presented(mapping.region(), GIVER);
        assert_eq!(draw(&mut taker, mapping.region(), TAKER, 6.0), Drawn::Exactly);
        // Whole in one window it can be in no other.
        taker.is_hidden(mapping.region(), TAKER);
        draw(&mut giver, mapping.region(), GIVER, 2.0);
        assert_eq!(draw(&mut taker, mapping.region(), TAKER, 6.0), Drawn::Nowhere);
        assert_eq!(draw(&mut taker, mapping.region(), TAKER, 3.95), Drawn::Nowhere);
    }

    #[test]
    fn of_two_windows_that_begin_at_once_one_sees_the_other() {
        let mapping = region();
        let (mut giver, mut taker) = <(OneBall, OneBall)>::default();
        draw(&mut giver, mapping.region(), GIVER, 2.0);
        assert_eq!(
            draw(&mut taker, mapping.region(), TAKER, 6.0),
            Drawn::Nowhere,
            "it is being painted there"
        );
        assert_eq!(
            mapping.region().pane(TAKER).status.window.picture(&COURT),
            Picture::default(),
            "and says so"
        );
    }

    #[test]
    fn a_window_that_is_hidden_or_stands_still_keeps_the_ball_from_no_other_for_long() {
        let mapping = region();
        let (mut giver, mut taker) = <(OneBall, OneBall)>::default();
        let mut taken = |now_ns| taker.paint(mapping.region(), &COURT, TAKER, Some(&ball(6.0)), now_ns);
        draw(&mut giver, mapping.region(), GIVER, 2.0);
        giver.is_presented(mapping.region(), GIVER);
        assert_eq!([0, 100_000_000].map(&mut taken), [Drawn::Nowhere; 2]);
        assert_eq!([300_000_000, 9_000_000_000].map(&mut taken), [Drawn::Exactly; 2], "it stands still");
        giver.is_hidden(mapping.region(), GIVER);
        assert_eq!(taken(9_100_000_000), Drawn::Exactly);
        taker.is_hidden(mapping.region(), TAKER);
        draw(&mut giver, mapping.region(), GIVER, 2.0);
        giver.is_presented(mapping.region(), GIVER);
        let mut taken = |now_ns| taker.paint(mapping.region(), &COURT, TAKER, Some(&ball(6.0)), now_ns);
        assert_eq!(taken(9_200_000_000), Drawn::Nowhere, "it is seen again, and late anew");
        giver.is_hidden(mapping.region(), GIVER);
        assert_eq!(taken(9_210_000_000), Drawn::Exactly, "at once");
    }
}
