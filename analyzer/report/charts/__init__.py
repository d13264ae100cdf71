"""Pictures as SVG that templates write from numbers: bars, strips, ladders, waterfalls."""
