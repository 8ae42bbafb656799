//! The inspector's window: its views. A model in, intents out.
