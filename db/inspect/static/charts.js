// Draws the charts of a page: each specification in the page's own colours, again when these change.
"use strict";
(() => {
  const specs = [...document.querySelectorAll("script[data-spec]")].map((script) => ({
    name: script.dataset.spec,
    spec: JSON.parse(script.textContent),
  }));
  const views = [];
  const { failed } = document.currentScript.dataset;
  const timeLocale = JSON.parse(document.getElementById("time-locale").textContent);

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const config = () => ({
    background: "transparent",
    font: "system-ui, sans-serif",
    view: { stroke: null },
    axis: {
      labelColor: colour("--faint"), titleColor: colour("--faint"), gridColor: colour("--rule"), domainColor: colour("--rule"),
      tickColor: colour("--rule"), labelFontSize: 11, grid: false,
    },
    axisQuantitative: { grid: true, domain: false, ticks: false },
    axisTemporal: { grid: true },
    legend: { labelColor: colour("--ink"), orient: "top", symbolType: "square", labelFontSize: 12, labelLimit: 240, offset: 6, padding: 0 },
    rule: { color: colour("--hatch") },
    rect: { stroke: colour("--paper"), strokeWidth: 1.5 },
    range: {
      category: [colour("--chart-1"), colour("--chart-2"), colour("--chart-3"), colour("--chart-4")],
      heatmap: [colour("--heat-0"), colour("--heat-1"), colour("--heat-2")],
    },
  });

  async function draw() {
    while (views.length) views.pop().finalize();
    for (const { name, spec } of specs) {
      const place = document.querySelector(`.chart[data-chart="${name}"]`);
      const whole = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", autosize: { type: "fit-x", contains: "padding" }, ...spec };
      const result = await vegaEmbed(place, whole, {
        actions: false, ast: true, defaultStyle: false, renderer: "canvas", tooltip: { disableDefaultStyle: true }, config: config(), timeFormatLocale: timeLocale,
      });
      views.push(result.view);
    }
    document.documentElement.dataset.drawn = "yes";
  }

  const quiet = () => draw().catch((error) => { for (const place of document.querySelectorAll(".chart")) place.textContent = `${failed} ${error.message}`; });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", quiet);
  quiet();
})();
