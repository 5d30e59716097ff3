// Draws <canvas data-chart="ID"> from the JSON in <script type="application/json" id="ID">:
//   {labels: [text], unit: "usd" | "tokens" | "requests", series: [{key, label, values: [number | null]}],
//    previous: [number | null] | null, unpriced: [boolean], partial_last: boolean}
// with, if wanted, titles: [text] (longer labels for the tooltip) and previous_label: text;
// and <canvas data-sparkline="[1, 2, 3]">. Bars are stacked in the order of `series`. Colours are those of
// css/tokens.css, by provider slug, and are read again when the theme changes.
(() => {
  "use strict";
  const COLOUR_OF_SLUG = { aws: "bedrock", "x-ai": "xai" };
  const PROVIDERS = ["anthropic", "openai", "google", "mistral", "openrouter", "azure", "bedrock", "xai", "deepseek"];
  const BAR_SHARE = 0.68;
  const WIDEST_BAR_PX = 44;
  const PALE = 0.6;
  const RING_PX = 3;
  const live = new Set();

  const probe = document.createElement("span");
  probe.hidden = true;

  // A custom property computes to its own text, light-dark(…) included; only a real property gives the colour.
  function token(name, alpha = 1) {
    // Going back in the history replaces the body, and the probe with it.
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = `var(--c-${name})`;
    const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g);
    return `rgb(${red} ${green} ${blue} / ${alpha})`;
  }

  function colourName(series, position) {
    const name = COLOUR_OF_SLUG[series.key] || series.key;
    if (PROVIDERS.includes(name)) return name;
    return /^\(?other\)?$/i.test(series.key) ? "other" : PROVIDERS[position % PROVIDERS.length];
  }

  function exact(value, unit) {
    if (unit !== "usd") return value.toLocaleString("en", { maximumFractionDigits: 0 });
    const digits = value !== 0 && Math.abs(value) < 1 ? 4 : 2;
    return `$${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
  }

  function tick(value, unit, largest) {
    const decimals = unit !== "usd" || largest >= 5 ? 0 : largest >= 0.05 ? 2 : 4;
    const text = value.toLocaleString("en", {
      notation: largest >= 10000 ? "compact" : "standard",
      minimumFractionDigits: decimals,
      maximumFractionDigits: largest >= 10000 ? 1 : decimals,
    });
    return unit === "usd" ? `$${text}` : text;
  }

  function barSets(data) {
    const last = data.labels.length - 1;
    return data.series.map((series, position) => {
      const name = colourName(series, position);
      const fill = token(name);
      const pale = token(name, PALE);
      return {
        type: "bar",
        label: series.label,
        data: series.values,
        stack: "now",
        order: 1,
        backgroundColor: series.values.map((_, index) => (data.partial_last && index === last ? pale : fill)),
        borderColor: token("surface"),
        borderWidth: { top: 1, right: 0, bottom: 0, left: 0 },
        borderSkipped: false,
        categoryPercentage: 1,
        barPercentage: BAR_SHARE,
        maxBarThickness: WIDEST_BAR_PX,
      };
    });
  }

  function previousSet(data) {
    return {
      type: "line",
      label: data.previous_label || "Previous period",
      data: data.previous,
      stack: "before",
      order: 0,
      borderColor: token("muted"),
      borderWidth: 1.5,
      borderDash: [2, 3],
      pointRadius: data.labels.length === 1 ? 2 : 0,
      pointHitRadius: 0,
      pointHoverRadius: 0,
    };
  }

  function rank(item) {
    return item.dataset.stack === "now" ? item.datasetIndex : -1;
  }

  function sum(items) {
    return items.reduce((total, item) => total + (item.parsed.y || 0), 0);
  }

  function tooltip(data, font) {
    return {
      backgroundColor: token("raised"),
      borderColor: token("line-strong"),
      borderWidth: 1,
      cornerRadius: 6,
      padding: 10,
      boxWidth: 8,
      boxHeight: 8,
      boxPadding: 6,
      usePointStyle: true,
      caretSize: 0,
      titleColor: token("text"),
      titleFont: { ...font, size: 12, weight: 600 },
      bodyColor: token("muted"),
      bodyFont: { ...font, size: 12 },
      footerColor: token("warn"),
      footerFont: { ...font, size: 12, weight: 500 },
      multiKeyBackground: "transparent",
      // As the eye meets them, from the top of the stack down; the previous period last.
      itemSort: (one, other) => rank(other) - rank(one),
      filter: (item) => item.raw !== null && (item.raw !== 0 || item.dataset.stack === "before"),
      callbacks: {
        title(items) {
          if (!items.length) return "";
          const now = items.filter((item) => item.dataset.stack === "now");
          const part = data.partial_last && items[0].dataIndex === data.labels.length - 1 ? ", so far" : "";
          const title = data.titles?.[items[0].dataIndex] ?? items[0].label;
          return `${title}${part}: ${exact(sum(now), data.unit)}`;
        },
        label: (item) => `${item.dataset.label}  ${exact(item.parsed.y, data.unit)}`,
        labelColor(item) {
          const fill = item.dataset.stack === "now" ? item.dataset.backgroundColor[0] : item.dataset.borderColor;
          return { backgroundColor: fill, borderColor: fill };
        },
        labelPointStyle: () => ({ pointStyle: "rectRounded", rotation: 0 }),
        footer: (items) => (items.length && data.unpriced?.[items[0].dataIndex] ? "and unpriced usage" : ""),
      },
    };
  }

  // A ring below each label whose bucket holds usage without a price.
  const rings = {
    id: "rings",
    afterDatasetsDraw(chart) {
      const { unpriced } = chart.options.plugins.rings;
      const context = chart.ctx;
      context.save();
      context.fillStyle = token("surface");
      context.strokeStyle = token("warn");
      context.lineWidth = 1.25;
      unpriced.forEach((isUnpriced, index) => {
        if (!isUnpriced) return;
        context.beginPath();
        context.arc(chart.scales.x.getPixelForValue(index), chart.scales.x.bottom + RING_PX + 1, RING_PX, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      });
      context.restore();
    },
  };

  function options(data) {
    const font = { family: getComputedStyle(document.body).fontFamily, size: 11 };
    const unpriced = data.unpriced || [];
    const ticks = { color: token("subtle"), font };
    return {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: "index", intersect: false },
      layout: { padding: { top: 4, right: 2, bottom: unpriced.some(Boolean) ? 2 * RING_PX + 4 : 0 } },
      scales: {
        x: {
          stacked: true,
          grid: { display: false },
          border: { display: false },
          ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 6, padding: 2 },
        },
        y: {
          stacked: true,
          beginAtZero: true,
          grid: { color: token("line"), drawTicks: false },
          border: { display: false },
          ticks: {
            ...ticks,
            padding: 8,
            maxTicksLimit: 5,
            callback(value) {
              return tick(value, data.unit, this.max);
            },
          },
        },
      },
      plugins: { legend: { display: false }, tooltip: tooltip(data, font), rings: { unpriced } },
    };
  }

  function datasets(data) {
    return data.previous ? [...barSets(data), previousSet(data)] : barSets(data);
  }

  function draw(canvas) {
    const source = document.getElementById(canvas.dataset.chart);
    if (!source || Chart.getChart(canvas)) return;
    const data = JSON.parse(source.textContent);
    const chart = new Chart(canvas, {
      data: { labels: data.labels, datasets: datasets(data) },
      options: options(data),
      plugins: [rings],
    });
    live.add({
      canvas,
      repaint() {
        chart.data.datasets = datasets(data);
        chart.options = options(data);
        chart.update("none");
      },
      destroy: () => chart.destroy(),
    });
  }

  function drawSparkline(canvas) {
    const values = JSON.parse(canvas.dataset.sparkline).filter((value) => value !== null);
    if (values.length < 2) return;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    const largest = Math.max(...values, 0) || 1;
    const line = new Path2D();
    values.forEach((value, index) => {
      line.lineTo((index * width) / (values.length - 1), height - 1 - (value / largest) * (height - 4));
    });
    const area = new Path2D(line);
    area.lineTo(width, height);
    area.lineTo(0, height);
    context.fillStyle = token("accent", 0.1);
    context.fill(area);
    context.strokeStyle = token("accent");
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    context.stroke(line);
  }

  function drawSparklineOnce(canvas) {
    drawSparkline(canvas);
    live.add({ canvas, repaint: () => drawSparkline(canvas), destroy() {} });
  }

  function drawAll(root) {
    for (const drawn of live) {
      if (drawn.canvas.isConnected) continue;
      drawn.destroy();
      live.delete(drawn);
    }
    const known = new Set([...live].map((drawn) => drawn.canvas));
    for (const canvas of root.querySelectorAll("canvas[data-chart], canvas[data-sparkline]")) {
      if (known.has(canvas)) continue;
      if (canvas.dataset.chart) draw(canvas);
      else drawSparklineOnce(canvas);
    }
  }

  function repaintAll() {
    for (const drawn of live) drawn.repaint();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(probe);
    drawAll(document);
    new MutationObserver(repaintAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaintAll);
    document.addEventListener("htmx:load", (event) => drawAll(event.target));
  });
})();
