"""One check per layer: a module's stem is the layer, its check looks at a Scene and gives an Opinion."""
