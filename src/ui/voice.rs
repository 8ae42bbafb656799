//! What is read aloud by a screen reader without being asked: by one window, the one that has the keyboard.
//!
//! Every window shows the whole game, so if each announced it, each thing would be heard as often as there are windows. Goals,
//! deaths, the end of a match and the pause are always announced; hops only if users want it, and no more often than a voice can
//! follow. An announcement is a change of the text of the window's one live node: see [`Voice::follow`].

use std::time::Duration;

use egui::Context;

use super::score;
use crate::game::{Court, PaneId};
use crate::protocol::News;
use crate::protocol::snapshot::Snapshot;

/// From one hop that is announced to the next, in seconds: so long it takes to read one.
const BETWEEN_HOPS_SECS: f64 = 2.0;

/// What a window announces.
#[derive(Debug, Default)]
pub(super) struct Voice {
    /// The text of the live node.
    said: String,
    /// How it was in the last frame.
    before: Option<Moment>,
    /// When the last hop was announced, in seconds as egui counts them.
    hop_said_at: f64,
    /// A hop waits until the one before it was read.
    hop_waits: bool,
}

/// What is announced when it changes.
#[derive(Debug, PartialEq)]
struct Moment {
    is_focused: bool,
    is_readable: bool,
    holder: Option<PaneId>,
    /// What has just happened. How it goes on is no other thing.
    news: Option<String>,
    /// Why nothing flies, after the first serve.
    banner: Option<[String; 2]>,
}

impl Moment {
    fn of(snapshot: &Snapshot, is_focused: bool, news: Option<&News>, pause_key: &str) -> Self {
        let holder = snapshot.holder();
        Self {
            is_focused,
            is_readable: snapshot.ball.is_some(),
            holder,
            news: news.map(|news| news.what.clone()),
            banner: score::banner(snapshot, pause_key).filter(|_| holder.is_some()),
        }
    }
}

impl Voice {
    /// Follows the game. Returns the text of the live node, and whether a change of it is to be read: in a window without the
    /// keyboard it neither changes nor is live. The window that gets the keyboard says once how the game stands.
    /// `pause_key` is the name of that key.
    pub(super) fn follow(
        &mut self,
        ctx: &Context,
        snapshot: &Snapshot,
        court: &Court,
        pause_key: &str,
    ) -> (&str, bool) {
        let (is_focused, now) = ctx.input(|input| (input.focused, input.time));
        let news = snapshot.news(court);
        let moment = Moment::of(snapshot, is_focused, news.as_ref(), pause_key);
        let announces_hops = snapshot.live_settings.announces_hops;
        let state = || score::state(snapshot, court, pause_key);
        match self.before.take() {
            Some(_) if !is_focused => self.hop_waits = false,
            Some(before) if before.is_focused => {
                self.announce(&before, &moment, news.as_ref(), announces_hops, &state);
                self.announce_hop(ctx, now, &state);
            }
            _ => {
                let sentences = news.as_ref().map(sentence).into_iter().chain([state()]);
                self.say(sentences.collect::<Vec<_>>().join(" "));
            }
        }
        self.before = Some(moment);
        (&self.said, is_focused)
    }

    /// What is always announced.
    fn announce(
        &mut self,
        before: &Moment,
        now: &Moment,
        news: Option<&News>,
        announces_hops: bool,
        state: &dyn Fn() -> String,
    ) {
        let mut sentences = Vec::new();
        if now.news != before.news {
            sentences.extend(news.map(sentence));
        }
        let is_served = before.holder.is_none() && now.holder.is_some();
        match &now.banner {
            Some([what, todo]) if now.banner != before.banner => sentences.push(format!("{what}. {todo}.")),
            None if before.banner.is_some() || is_served || now.is_readable != before.is_readable => {
                sentences.push(state());
            }
            _ => {}
        }
        if !sentences.is_empty() {
            self.hop_waits = false;
            self.say(sentences.join(" "));
        } else if announces_hops && now.holder != before.holder {
            self.hop_waits = true;
        }
    }

    /// The last hop, as soon as the one before it was read.
    fn announce_hop(&mut self, ctx: &Context, now: f64, state: &dyn Fn() -> String) {
        if !self.hop_waits {
            return;
        }
        let left = BETWEEN_HOPS_SECS - (now - self.hop_said_at);
        if left > 0.0 {
            return ctx.request_repaint_after(Duration::from_secs_f64(left));
        }
        (self.hop_waits, self.hop_said_at) = (false, now);
        self.say(state());
    }

    /// The same text again is a change as well.
    fn say(&mut self, text: String) {
        let is_repeated = text == self.said;
        self.said = text;
        if is_repeated {
            self.said.push(' ');
        }
    }
}

fn sentence(News { what, more, .. }: &News) -> String {
    if more.is_empty() { format!("{what}.") } else { format!("{what}: {more}.") }
}
