"""Charts: drawings of the campaign as SVG, without a script, and their numbers as tables."""
