/** Draws the reports' charts; their tables say the same for those who do not see them. */

const HEIGHT = 220;
const COLOURS = 6;
const WHOLE = [...Array(7).keys()].flatMap((power) => [1, 2, 5].map((one) => one * 10 ** power));
const charts = new Map();

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The values of each series on top of those before. @param {(number|null)[][]} values */
function stacked(values) {
  let below = values[0].map(() => 0);
  return values.map((one) => (below = one.map((value, day) => below[day] + (value ?? 0))));
}

/** Let the legend tell of the last day while the pointer is on none. */
function latest(chart) {
  if (chart.cursor.idx == null) chart.setLegend({ idx: chart.data[0].length - 1 });
}

/** @param {HTMLElement} place */
function draw(place) {
  const { kind, whole, days, series } = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const values = series.map((one) => one.values);
  const bars = kind === "bars";
  const grid = { stroke: colour("--tblr-border-color"), width: 1 };
  const axis = { stroke: colour("--tblr-secondary-color"), grid, ticks: grid };
  // The topmost of a stack is drawn first, or it would cover the others.
  const order = series.map((_, index) => index);
  if (bars) order.reverse();
  const tops = bars ? stacked(values) : values;
  const drawn = order.map((index) => {
    const ink = colour(`--chart-${(index % COLOURS) + 1}`);
    return {
      label: series[index].label,
      stroke: ink,
      width: bars ? 0 : 2,
      fill: bars ? ink : undefined,
      paths: bars ? uPlot.paths.bars({ size: [0.6, 40] }) : undefined,
      points: { show: !bars && days.length < 40 },
      value: (_chart, _value, _series, day) => (day === null ? "–" : (values[index][day] ?? "–")),
    };
  });
  const options = {
    width: Math.max(200, place.clientWidth),
    height: HEIGHT,
    scales: {
      x: { time: false, range: (_chart, low, high) => [low - 0.5, high + 0.5] },
      y: { range: (_chart, _low, high) => [0, (high || 1) * 1.1] },
    },
    axes: [
      {
        ...axis,
        incrs: [1, 2, 5, 10, 15, 30],
        space: 48,
        values: (_chart, ticks) => ticks.map((day) => days[day]?.slice(5) ?? ""),
      },
      { ...axis, size: 56, incrs: whole ? WHOLE : undefined },
    ],
    series: [{ label: place.dataset.day, value: (_chart, day) => days[day] ?? "–" }, ...drawn],
    cursor: { drag: { x: false, y: false } },
    hooks: { ready: [latest], setCursor: [latest] },
  };
  charts.get(place)?.destroy();
  const data = [days.map((_, index) => index), ...order.map((index) => tops[index])];
  const chart = new uPlot(options, data, place);
  const canvas = chart.root.querySelector("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", place.dataset.name);
  charts.set(place, chart);
}

const places = [...document.querySelectorAll("[data-chart]")];
const drawAll = () => places.forEach(draw);
drawAll();

new MutationObserver(drawAll).observe(document.documentElement, {
  attributeFilter: ["data-bs-theme"],
});
const resized = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const width = Math.max(200, Math.floor(contentRect.width));
    if (charts.get(target)?.width !== width) charts.get(target)?.setSize({ width, height: HEIGHT });
  }
});
places.forEach((place) => resized.observe(place));
