//! Tokens as text.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

pub(crate) struct Token {
    /// A word, a literal, a sign (`::` and `..` are one), or the bracket that opens a group.
    pub(crate) text: String,
    pub(crate) line: usize,
    /// Of a group.
    pub(crate) inside: Vec<Token>,
}

pub(crate) fn tokens_of(stream: TokenStream) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut is_joint = false;
    for tree in stream {
        let (line, sign) = (tree.span().start().line, tree.to_string());
        let (text, inside) = match &tree {
            TokenTree::Group(group) => (bracket(group.delimiter()), tokens_of(group.stream())),
            _ => (sign.as_str(), Vec::new()),
        };
        match tokens.last_mut() {
            Some(last) if is_joint && [":", ".", "'"].contains(&last.text.as_str()) => last.text += text,
            _ => tokens.push(Token { text: text.into(), line, inside }),
        }
        is_joint = matches!(tree, TokenTree::Punct(sign) if sign.spacing() == Spacing::Joint);
    }
    tokens
}

fn bracket(delimiter: Delimiter) -> &'static str {
    match delimiter {
        Delimiter::Brace => "{",
        Delimiter::Bracket => "[",
        Delimiter::Parenthesis | Delimiter::None => "(",
    }
}
