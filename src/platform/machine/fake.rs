//! A kernel's files for tests, without a kernel.

use std::collections::BTreeMap;

/// Files by their paths.
#[derive(Debug, Default, Clone)]
pub(crate) struct Fake(BTreeMap<String, String>);

impl Fake {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        files.iter().fold(Self::default(), |fake, (path, text)| fake.with(path, text))
    }

    /// With one more file, or another text in it.
    pub(crate) fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    /// Without the files whose path has this in it.
    pub(crate) fn without(mut self, part: &str) -> Self {
        self.0.retain(|path, _| !path.contains(part));
        self
    }

    /// What the kernel's files are read by: an empty one is none, as in the real one.
    pub(crate) fn read(&self) -> impl Fn(&str) -> Option<String> {
        |path| self.0.get(path).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
