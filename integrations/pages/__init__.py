"""What the pages of connections and imports show, as values: views only parse, call and render."""
