/** From our series to what uPlot draws. */
import type uPlot from 'uplot';

/** One line of a chart. */
export interface LineSeries {
  name: string;
  points: readonly { x: number; y: number }[];
  /** A token, e.g. `--series-2`. */
  color: string;
  dashed?: boolean | undefined;
}

/** All series over one common x axis, with holes where a series has no point. */
export function aligned(series: readonly LineSeries[]): (number | null)[][] & { 0: number[] } {
  const xs = [...new Set(series.flatMap((line) => line.points.map((point) => point.x)))].sort((a, b) => a - b);
  const rows = series.map((line) => {
    const at = new Map(line.points.map((point) => [point.x, point.y]));
    return xs.map((x) => {
      const y = at.get(x);
      return y !== undefined && Number.isFinite(y) ? y : null;
    });
  });
  return [xs, ...rows];
}

/** What the chart looks like; colours as the canvas understands them. */
export interface LinePlotLook {
  width: number;
  height: number;
  /** One a series. */
  colours: string[];
  text: string;
  grid: string;
  /** Of the x axis. */
  line: string;
  font: string;
  /** Size of the text in px. */
  fontSize: number;
  yRange?: [number, number] | undefined;
  format: (value: number) => string;
  xFormat: (value: number) => string;
}

/** Distances of the marks of an axis of whole numbers. */
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** The options of uPlot: two quiet axes, horizontal hairlines only, a crosshair that snaps to points. */
export function linePlotOptions(
  series: readonly LineSeries[],
  look: LinePlotLook,
  onpoint: (index: number | null) => void,
): uPlot.Options {
  const font = `${look.fontSize}px ${look.font}`;
  const few = Math.max(0, ...series.map((line) => line.points.length)) <= 24;
  const axis: uPlot.Axis = { stroke: look.text, font, ticks: { show: false }, gap: 6 };
  return {
    width: look.width,
    height: look.height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: (_, min, max) => (min === max ? [min - 0.5, max + 0.5] : [min, max]) },
      y: look.yRange ? { range: look.yRange } : {},
    },
    cursor: {
      drag: { x: false, y: false },
      y: false,
      points: { size: 7, width: 2 },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        border: { show: true, stroke: look.line, width: 1 },
        size: look.fontSize * 2,
        space: 56,
        // Epochs, rounds and assessments: there is nothing between two of them.
        incrs: WHOLE_STEPS,
        values: (_, splits) => splits.map(look.xFormat),
      },
      {
        ...axis,
        grid: { stroke: look.grid, width: 1 },
        size: (_, values) =>
          Math.max(24, 10 + Math.max(0, ...(values ?? []).map((v) => v.length)) * look.fontSize * 0.6),
        space: 32,
        values: (_, splits) => splits.map(look.format),
      },
    ],
    series: [
      {},
      ...series.map((line, i): uPlot.Series => {
        const stroke = look.colours[i] ?? look.text;
        return {
          label: line.name,
          stroke,
          width: 1.75,
          spanGaps: true,
          ...(line.dashed ? { dash: [5, 4] } : {}),
          points: { show: few, size: 5, fill: stroke, stroke },
        };
      }),
    ],
    hooks: { setCursor: [(plot) => onpoint(plot.cursor.idx ?? null)] },
  };
}
