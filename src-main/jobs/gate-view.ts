/** A class gate as a picture shows it: the filters of a class beside each other, so that the gate is a staircase. */
import type { ClassGateView } from '../contract/interpretation.ts';
import { argMax } from '../numeric/statistics.ts';

/** Of more classes those are shown that share most filters with the picture's: more rows cannot be told apart. */
const MOST_CLASSES = 24;

/**
 * @param gate       [classes,filters] in [0,1]
 * @param classes    their names
 * @param label      the picture's class, always shown
 * @param prediction always shown
 * @returns the view, and the column of each filter in it
 */
export function gateView(
  gate: Float32Array,
  classes: readonly string[],
  label: number,
  prediction: number,
): { readonly view: ClassGateView; readonly columns: Int32Array } {
  const filters = gate.length / classes.length;
  const labels = shownClasses(gate, classes.length, label, prediction);
  const at = (each: number, filter: number): number => gate[each * filters + filter];
  const serves = Array.from({ length: filters }, (_, filter) => {
    const most = argMax(labels.map((each) => at(each, filter)));
    return {
      filter,
      most,
      gate: at(labels[most], filter),
      sum: labels.reduce((sum, each) => sum + at(each, filter), 0),
    };
  });
  // Within a class first the filters that serve it most and others least.
  serves.sort((a, b) => a.most - b.most || b.gate - a.gate || a.sum - b.sum || a.filter - b.filter);
  const columns = new Int32Array(filters);
  serves.forEach(({ filter }, column) => (columns[filter] = column));
  const values = labels.flatMap((each) => serves.map(({ filter }) => Math.round(255 * at(each, filter))));
  return { view: { labels, names: labels.map((each) => classes[each]), filters, values }, columns };
}

function shownClasses(gate: Float32Array, classes: number, label: number, prediction: number): number[] {
  const all = Array.from({ length: classes }, (_, each) => each);
  if (classes <= MOST_CLASSES) return all;
  const filters = gate.length / classes;
  const own = gate.subarray(label * filters, (label + 1) * filters);
  const shared = all.map((each) => own.reduce((sum, value, k) => sum + value * gate[each * filters + k], 0));
  const others = all.filter((each) => each !== label && each !== prediction).sort((a, b) => shared[b] - shared[a]);
  const first = label === prediction ? [label] : [label, prediction];
  return [...first, ...others].slice(0, MOST_CLASSES).sort((a, b) => a - b);
}
