"""What the pages of conversations show, as values: views only parse, call and render."""
