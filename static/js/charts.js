// Turns each <figure data-chart> into an interactive chart when it comes into view. The page already
// holds an SVG and a table of the same numbers; they stay if anything here fails.
(() => {
  "use strict";

  const figures = document.querySelectorAll("figure[data-chart]");
  if (!figures.length) return;
  const config = {
    displaylogo: false, displayModeBar: false, responsive: true,
    locale: document.documentElement.lang, topojsonURL: "/", showTips: false,
  };
  const tokens = getComputedStyle(document.documentElement);
  const fonts = tokens.getPropertyValue("--font-text").trim();
  const ink = tokens.getPropertyValue("--ink").trim();
  const nonce = (document.querySelector("script[nonce]") || {}).nonce || "";
  let library = null;

  // A link with this id and class keeps plotly.js from writing rules a strict style policy refuses.
  function loadStyles(address) {
    const link = document.createElement("link");
    link.id = "plotly.js-style-global";
    link.className = "no-inline-styles";
    link.rel = "stylesheet";
    link.href = address;
    return new Promise((resolve, reject) => {
      link.onload = resolve;
      link.onerror = () => reject(new Error("chart styles did not load"));
      document.head.append(link);
    });
  }

  function loadScript(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.nonce = nonce;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error("chart script did not load"));
      document.head.append(script);
    });
  }

  function load(figure) {
    const { bundle, styles } = figure.dataset;
    library = library || loadStyles(styles).then(() => loadScript(bundle));
    return library;
  }

  async function draw(figure) {
    const place = figure.querySelector(".chart-plot");
    const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const live = document.createElement("div");
    live.className = "chart-live";
    try {
      const Plotly = await load(figure);
      const before = [...place.children];
      place.append(live);
      before.forEach((node) => { node.style.display = "none"; });
      const layout = Object.assign({
        autosize: true, height: 320, font: { family: fonts, size: 13, color: ink },
        paper_bgcolor: "rgba(0,0,0,0)",
        separators: config.locale === "id" ? ",." : ".,",
      }, spec.layout);
      delete layout.width;
      try {
        await Plotly.newPlot(live, spec.data, layout, Object.assign({}, config, spec.config));
        live.setAttribute("role", "img");
        live.setAttribute("aria-labelledby", `${figure.id}-title`);
        before.forEach((node) => node.remove());
        figure.dataset.chart = "live";
      } catch (error) {
        before.forEach((node) => { node.style.display = ""; });
        throw error;
      }
    } catch (error) {
      live.remove();
      figure.dataset.chart = "static";
      console.warn(error);
    }
  }

  function start() {
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watch.unobserve(entry.target);
        draw(entry.target);
      }
    }, { rootMargin: "200px" });
    figures.forEach((figure) => watch.observe(figure));
  }

  if (document.readyState === "complete") start();
  else window.addEventListener("load", start, { once: true });
})();
