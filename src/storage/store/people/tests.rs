//! What must hold across the rows of people, tokens, sessions and links.
