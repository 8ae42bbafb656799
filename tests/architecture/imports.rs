//! Which file uses what another file defines, through all re-exports.

use std::collections::BTreeSet;

use crate::source::{Name, Source, Target};

/// A path in one file to what another one defines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) line: usize,
    pub(crate) path: String,
}

/// The names that are being looked up: the first word of `use game::game` is not what that line imports.
type Open<'a> = &'a [(usize, String)];

/// All imports between files. None are: the declaration of a module, a path that ends at a module, a call of a method, and
/// the re-export of what is below the module that re-exports it.
pub(crate) fn imports(source: &Source) -> BTreeSet<Import> {
    let mut imports = BTreeSet::new();
    for path in &source.paths {
        let from = &source.modules[path.module].file;
        for target in source.resolve(path.module, &path.segments, &[]) {
            let Target::ItemOf(definer) = target else { continue };
            let to = &source.modules[definer].file;
            let is_below = source.parents(definer).any(|parent| parent == path.module);
            if to != from && !(path.is_reexport && is_below) {
                let (line, path) = (path.line, path.segments.join("::"));
                imports.insert(Import { from: from.clone(), to: to.clone(), line, path });
            }
        }
    }
    imports
}

impl Source<'_> {
    /// The module itself, the one that declares it, and so on.
    pub(crate) fn parents(&self, module: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(module), |module| self.modules[*module].parent)
    }

    /// Blocks of code, and the module around them.
    fn scopes(&self, module: usize) -> Vec<usize> {
        let blocks = self.parents(module).take_while(|module| self.modules[*module].is_block).count();
        self.parents(module).take(blocks + 1).collect()
    }

    /// Nothing for a path into another crate.
    fn resolve(&self, from: usize, path: &[String], open: Open) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let scopes = self.scopes(from);
        let mut around = self.parents(scopes[scopes.len() - 1]);
        let module = |module: Option<usize>| module.map(Target::Module).into_iter().collect();
        let mut found: Vec<_> = match first.as_str() {
            "crate" => module(around.last()),
            "self" => module(around.next()),
            "super" => module(around.nth(1)),
            name => {
                let mut meanings = scopes.into_iter().map(|scope| self.meanings(scope, name, open));
                meanings.find(|found| !found.is_empty()).unwrap_or_default()
            }
        };
        if found.is_empty() && first == self.name {
            found = module(self.modules.iter().position(|module| module.file == "lib.rs"));
        }
        for segment in rest {
            // A function can have the name of a module, but nothing is below it.
            if found.iter().any(|target| matches!(target, Target::Module(_))) {
                found.retain(|target| matches!(target, Target::Module(_)));
            }
            found = found.into_iter().flat_map(|target| self.step(target, segment, open)).collect();
        }
        found
    }

    fn step(&self, target: Target, segment: &str, open: Open) -> Vec<Target> {
        match target {
            Target::Module(module) if segment == "super" => self.resolve(module, &[segment.into()], open),
            Target::Module(module) => match self.meanings(module, segment, open) {
                // A macro has made it there.
                found if found.is_empty() => vec![Target::ItemOf(module)],
                found => found,
            },
            // A variant of an enum, or a function of a type.
            Target::ItemOf(_) => vec![target],
        }
    }

    fn meanings(&self, module: usize, name: &str, open: Open) -> Vec<Target> {
        let key = (module, name.to_owned());
        let is_open = open.contains(&key);
        let open = &[open, &[key]].concat();
        let mut found = Vec::new();
        for meaning in self.modules[module].names.get(name).into_iter().flatten() {
            match meaning {
                Name::Declared(target) => found.push(*target),
                Name::Imported(_) if is_open => {}
                Name::Imported(path) => match self.resolve(module, path, open) {
                    // It belongs to another crate, and this module gives it to ours.
                    targets if targets.is_empty() => found.push(Target::ItemOf(module)),
                    targets => found.extend(targets),
                },
            }
        }
        if found.is_empty() && !is_open {
            let globs = self.modules[module].globs.iter().flat_map(|path| self.resolve(module, path, open));
            found.extend(globs.flat_map(|target| match target {
                Target::Module(module) => self.meanings(module, name, open),
                Target::ItemOf(_) => Vec::new(),
            }));
        }
        found
    }
}
