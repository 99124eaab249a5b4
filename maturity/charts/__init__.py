"""Charts: one plain Plotly figure each, drawn by Plotly on screen and by ``svg`` elsewhere."""
