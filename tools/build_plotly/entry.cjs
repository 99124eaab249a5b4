"use strict";
// Only the trace kinds that the project's figures use (scatter is part of core).
// A kind missing here would be drawn as a scatter without any warning: add it before using it.
const Plotly = require("plotly.js/lib/core");
Plotly.register([
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/box"),
  require("plotly.js/lib/heatmap"),
  require("plotly.js/lib/scatterpolar"),
  require("plotly.js/lib/locales/id"),
]);
module.exports = Plotly;
