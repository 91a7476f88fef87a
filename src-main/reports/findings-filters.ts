/** Statements about single filters, class gates and prototypes. */
import { pairedInterval } from '../numeric/bootstrap.ts';
import { range, type RunFinding } from './finding.ts';
import type { RunView } from './run-view.ts';
import { counted, oneDecimalText, percent, printedSteps, unit } from './words.ts';

export function filterFindings(run: RunView): RunFinding[] {
  return [...localityFinding(run), ...selectivityFinding(run), ...gateFinding(run), ...prototypeFinding(run)];
}

const about = { sections: ['explanations'], main: false } as const;

/** Whether one figure of a run lies measurably above another one of it, over the same pictures. */
function liesAbove(run: RunView, key: string, other: string): boolean {
  const drawn = run.evaluation?.resampled;
  const [a, b] = [drawn?.[other], drawn?.[key]];
  if (a === undefined || b === undefined || a.length === 0 || a.length !== b.length) return false;
  return printedSteps('share', pairedInterval(a, b).low) > 0;
}

function localityFinding(run: RunView): RunFinding[] {
  const { filter_locality: locality, uniform_locality: even } = run.figures;
  if (locality === undefined || even === undefined) return [];
  const marks = liesAbove(run, 'filter_locality', 'uniform_locality');
  return [
    {
      ...about,
      tone: marks ? 'neutral' : 'attention',
      topic: 'Filters',
      number: percent(locality.value),
      sentence: `of what a filter shows lies around its peak (${range(locality)}); of filters that show the same everywhere it would be ${percent(even.value)}. ${
        marks
          ? 'The nearer to 100%, the more a filter marks one place.'
          : 'So its filters do not measurably mark places.'
      }`,
    },
  ];
}

function selectivityFinding(run: RunView): RunFinding[] {
  const { filter_selectivity: selectivity } = run.figures;
  const details = run.parts.interpretability?.details;
  if (selectivity === undefined || details === undefined) return [];
  const measured = details.filters - details.silent;
  return [
    {
      ...about,
      tone: 'neutral',
      topic: 'Classes of filters',
      number: unit(selectivity.value),
      sentence: `is how much its ${counted(measured, 'filter')} answer to one class (class selectivity, 0 to all alike, 1 to one class alone; 95% interval ${unit(selectivity.low)} to ${unit(selectivity.high)}).`,
    },
  ];
}

function gateFinding(run: RunView): RunFinding[] {
  const { gated_accuracy: only, complement_accuracy: without, gate_misled: misled } = run.figures;
  const gate = run.parts.interpretability?.details.gate ?? null;
  if (only === undefined || without === undefined || misled === undefined || gate === null) return [];
  const needed =
    liesAbove(run, 'gated_accuracy', 'complement_accuracy') && liesAbove(run, 'gated_accuracy', 'gate_misled');
  return [
    {
      ...about,
      tone: needed ? 'neutral' : 'attention',
      topic: 'Class gate',
      number: percent(without.value),
      sentence: `of ${counted(without.n, 'test picture')} are still named correctly without the filters of their class (${range(without)}), ${percent(only.value)} with these alone; the filters of another class make it name that class in ${percent(misled.value)}. ${
        needed
          ? 'So the filters of a class answer to it more than the gate alone explains.'
          : 'That does not measurably tell the filters of the class from others, so they do not stand for it.'
      } The gate is closed to ${percent(gate.sparsity)}; a filter serves ${oneDecimalText(gate.classesPerFilter)} classes on average.`,
    },
  ];
}

function prototypeFinding(run: RunView): RunFinding[] {
  const { prototype_purity: purity, prototype_on_object: on, uniform_on_object: even } = run.figures;
  const prototypes = run.parts.interpretability?.details.prototypes ?? null;
  if (purity === undefined || prototypes === null) return [];
  const better = printedSteps('share', purity.low - prototypes.chance) > 0;
  const objects =
    on === undefined || even === undefined
      ? ''
      : ` Of these places ${percent(on.value)} lie on an object (${range(on)}); of places chosen at random it would be ${percent(even.value)}.`;
  return [
    {
      ...about,
      tone: better ? 'neutral' : 'attention',
      topic: 'Prototypes',
      number: percent(purity.value),
      sentence: `of the pictures that are most like one of its ${counted(prototypes.count, 'prototype')} are of the class of the prototype (${range(purity)}); of pictures chosen at random ${percent(prototypes.chance)} would be.${
        better ? '' : ' So its prototypes do not measurably stand for their classes.'
      }${objects}`,
    },
  ];
}
