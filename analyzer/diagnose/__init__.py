"""From signals to the layer that failed: joins sources, builds incidents, judges each layer."""
