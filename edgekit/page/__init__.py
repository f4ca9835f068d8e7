"""Pages of HTML that hold everything they need: markup, drawings and one look for all of them."""
