//! The modules of a package as its files declare them: the names in each, and every path that is written there.
//!
//! The source is read as tokens, not as syntax: so the same few lines find the paths in types, patterns, attributes and
//! calls of macros. What is compiled only for tests (`#[cfg(test)]`) is left out.

use std::collections::{BTreeMap, HashMap};

use crate::message::{Token, tokens_of};

/// Source files by their paths below `src/`.
pub(crate) type Files = BTreeMap<String, String>;

/// What a path leads to: a module, or something that a module defines.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Module(usize),
    ItemOf(usize),
}

/// What a name stands for in a module.
pub(crate) enum Name {
    Declared(Target),
    Imported(Vec<String>),
}

#[derive(Default)]
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) parent: Option<usize>,
    /// A block of code, with imports of its own; `self` and `super` mean those of the module around it.
    pub(crate) is_block: bool,
    pub(crate) names: HashMap<String, Vec<Name>>,
    pub(crate) globs: Vec<Vec<String>>,
}

/// A path as it is written somewhere.
pub(crate) struct Path {
    pub(crate) module: usize,
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
    pub(crate) is_reexport: bool,
}

/// A library, an executable, or both of one package.
pub(crate) struct Source<'a> {
    /// How the executable calls the library.
    pub(crate) name: &'a str,
    pub(crate) modules: Vec<Module>,
    pub(crate) paths: Vec<Path>,
    files: &'a Files,
    /// From the attribute `path` of the module that is declared next.
    given_file: Option<String>,
}

/// What is being read, and in which folder the files are of the modules that it declares.
#[derive(Clone, Copy)]
struct Place<'f> {
    module: usize,
    folder: &'f str,
}

impl<'a> Source<'a> {
    pub(crate) fn of(name: &'a str, files: &'a Files) -> Self {
        let mut source = Self { name, modules: Vec::new(), paths: Vec::new(), files, given_file: None };
        for root in ["lib.rs", "main.rs"].into_iter().filter(|root| files.contains_key(*root)) {
            let module = source.add(Module { file: root.into(), ..Module::default() });
            source.read_file(Place { module, folder: "" });
        }
        source
    }

    fn add(&mut self, module: Module) -> usize {
        self.modules.push(module);
        self.modules.len() - 1
    }

    fn name(&mut self, module: usize, name: &str, meaning: Name) {
        self.modules[module].names.entry(name.into()).or_default().push(meaning);
    }

    fn read_file(&mut self, place: Place) {
        let file = &self.modules[place.module].file;
        let text =
            self.files.get(file).unwrap_or_else(|| panic!("src/{file} is declared as a module and missing"));
        let tokens = text.parse().unwrap_or_else(|error| panic!("src/{file}: {error}"));
        self.read(place, &tokens_of(tokens));
    }

    fn read(&mut self, place: Place, tokens: &[Token]) {
        let Place { module, folder } = place;
        let mut at = 0;
        while at < tokens.len() {
            let inside = &tokens[at].inside;
            let next = tokens.get(at + 1).map_or("", |token| &token.text);
            at += match tokens[at].text.as_str() {
                "#" if next == "[" => self.read_attribute(place, &tokens[at..]),
                "mod" => {
                    self.read_module(place, next, tokens.get(at + 2));
                    3
                }
                "use" if next != "<" => {
                    let length = tokens[at..].iter().take_while(|token| token.text != ";").count();
                    self.read_import(module, is_public(&tokens[..at]), &[], &tokens[at + 1..at + length]);
                    length
                }
                word @ ("const" | "enum" | "fn" | "macro_rules" | "static" | "struct" | "trait" | "type"
                | "union") => self.read_declaration(module, word, &tokens[at + 1..]),
                "{" => {
                    let file = self.modules[module].file.clone();
                    let block = Module { file, parent: Some(module), is_block: true, ..Module::default() };
                    let module = self.add(block);
                    self.read(Place { module, folder }, inside);
                    1
                }
                "(" | "[" => {
                    self.read(place, inside);
                    1
                }
                word if is_word(word) => self.read_path(module, tokens, at),
                _ => 1,
            };
        }
    }

    fn read_declaration(&mut self, module: usize, word: &str, tokens: &[Token]) -> usize {
        let name = tokens.iter().find(|token| token.text != "!");
        let name = name.map_or("", |token| &token.text);
        if !self.modules[module].is_block {
            self.name(module, name, Name::Declared(Target::ItemOf(module)));
        }
        // Where `#[macro_export]` puts it.
        if word == "macro_rules"
            && let Some(root) = self.parents(module).last()
        {
            self.name(root, name, Name::Declared(Target::ItemOf(module)));
        }
        2
    }

    /// How many tokens were read. What follows an attribute for tests is passed over with it.
    fn read_attribute(&mut self, place: Place, tokens: &[Token]) -> usize {
        let words = &tokens[1].inside;
        match words[0].text.as_str() {
            "cfg" if is_for_tests(words) => {
                let end = tokens.iter().position(|token| token.text == ";" || token.text == "{");
                return end.map_or(tokens.len(), |end| end + 1);
            }
            "path" => self.given_file = Some(words[2].text.replace('"', "")),
            _ => self.read_strings(place, words),
        }
        1
    }

    /// Derives are given functions as strings: `with = "crate::hex"`.
    fn read_strings(&mut self, place: Place, tokens: &[Token]) {
        for Token { text, line, inside } in tokens {
            if text.starts_with('"')
                && !text.contains(' ')
                && let Ok(path) = text.replace('"', "").parse()
            {
                let at_its_line = |token| Token { line: *line, ..token };
                let path: Vec<_> = tokens_of(path).into_iter().map(at_its_line).collect();
                self.read(place, &path);
            }
            self.read_strings(place, inside);
        }
    }

    fn read_module(&mut self, place: Place, name: &str, content: Option<&Token>) {
        let below = format!("{}{name}/", place.folder);
        let inside = content.filter(|token| token.text == "{").map(|token| &token.inside);
        let around = &self.modules[place.module].file;
        let file = match self.given_file.take() {
            _ if inside.is_some() => around.clone(),
            Some(given) => around[..around.rfind('/').map_or(0, |at| at + 1)].to_owned() + &given,
            None if self.files.contains_key(&format!("{below}mod.rs")) => format!("{below}mod.rs"),
            None => format!("{}{name}.rs", place.folder),
        };
        let module = self.add(Module { file, parent: Some(place.module), ..Module::default() });
        self.name(place.module, name, Name::Declared(Target::Module(module)));
        let place = Place { module, folder: &below };
        match inside {
            Some(tokens) => self.read(place, tokens),
            None => self.read_file(place),
        }
    }

    /// `tokens` are what follows `use`, or what is in one of its braces.
    fn read_import(&mut self, module: usize, is_reexport: bool, prefix: &[String], tokens: &[Token]) {
        for tree in tokens.split(|token| token.text == ",") {
            let mut parts = tree.split(|token| token.text == "as");
            let Some([first, rest @ ..]) = parts.next() else { continue };
            let last = rest.last().unwrap_or(first);
            // In a brace, `self` is what stands before it. `::std` is another crate, by an empty name that none of ours has.
            let is_segment =
                |token: &&Token| is_word(&token.text) && (token.text != "self" || prefix.is_empty());
            let absolute = (first.text == "::").then(String::new);
            let words = std::iter::once(first).chain(rest).filter(is_segment).map(|token| token.text.clone());
            let segments: Vec<_> = prefix.iter().cloned().chain(absolute).chain(words).collect();
            match last.text.as_str() {
                "{" => {
                    self.read_import(module, is_reexport, &segments, &last.inside);
                    continue;
                }
                "*" => self.modules[module].globs.push(segments.clone()),
                _ => {
                    let alias = parts.next().and_then(|alias| alias.first()).map(|alias| &alias.text);
                    let name = alias.or(segments.last()).cloned().unwrap_or_default();
                    self.name(module, &name, Name::Imported(segments.clone()));
                }
            }
            self.paths.push(Path { module, line: first.line, segments, is_reexport });
        }
    }

    /// How many tokens were read.
    fn read_path(&mut self, module: usize, tokens: &[Token], start: usize) -> usize {
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
        let mut end = start + 1;
        while text(end) == "::" && is_word(text(end + 1)) {
            end += 2;
        }
        let before = start.checked_sub(1).map_or("", text);
        let is_part = before == "." || before == "::" || before == "$" && text(start) != "crate";
        let is_field = end == start + 1 && text(end) == ":";
        if !is_part && !is_field {
            let segments = tokens[start..end].iter().step_by(2).map(|token| token.text.clone()).collect();
            self.paths.push(Path { module, line: tokens[start].line, segments, is_reexport: false });
        }
        end - start
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Whether it ends with `pub`, or with `pub` and to whom.
fn is_public(tokens: &[Token]) -> bool {
    matches!(tokens, [.., last] if last.text == "pub")
        || matches!(tokens, [.., public, whom] if public.text == "pub" && whom.text == "(")
}

/// Whether `test` stands in a `cfg`, and not in a `not`.
fn is_for_tests(words: &[Token]) -> bool {
    let is_negated = |at: usize| at > 0 && words[at - 1].text == "not";
    let mut words_with_places = words.iter().enumerate();
    words_with_places.any(|(at, word)| word.text == "test" || !is_negated(at) && is_for_tests(&word.inside))
}
