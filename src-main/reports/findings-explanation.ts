/** Statements about the heatmaps themselves: steady, faithful, dependent on what was learned. */
import { HARMLESS_CHANGES } from '../contract/evaluation.ts';
import { pairedInterval } from '../numeric/bootstrap.ts';
import { range, type RunFinding } from './finding.ts';
import { CHANGE_WORDS } from './kinds/explanation.ts';
import type { RunView } from './run-view.ts';
import { isTrainedHere } from './shown.ts';
import { changeText, counted, epsText, percent, printedSteps, unit, wholePercent } from './words.ts';

/** Rank correlation above which heatmaps of a model that has forgotten everything count as much the same. */
const MUCH_THE_SAME = 0.5;

export function explanationFindings(run: RunView): RunFinding[] {
  return [...consistencyFinding(run), ...orderFindings(run), ...sanityFinding(run), ...harmlessFinding(run)];
}

function consistencyFinding(run: RunView): RunFinding[] {
  const { e_mean: mean, e_below_half: lost } = run.figures;
  const details = run.parts.consistency?.details;
  if (mean === undefined || lost === undefined || details === undefined) return [];
  return [
    {
      sections: ['comparison', 'explanations'],
      main: true,
      tone: lost.low > 0.5 ? 'attention' : 'neutral',
      topic: 'Steadiness',
      number: percent(lost.value),
      sentence: `of ${counted(lost.n, 'test picture')} do not keep their explanation (E below 0.5, ${range(lost)}) when the background is changed by at most ${String(details.eps)}/255; mean E is ${unit(mean.value)}.`,
    },
  ];
}

/** Whether a curve over pixels by importance beats random order, over the same pictures. */
export function beatsRandom(run: RunView, which: 'insertion' | 'deletion'): 'yes' | 'no' | 'unknown' {
  const drawn = run.evaluation?.resampled;
  const [own, random] = [drawn?.[which], drawn?.[`${which}_random`]];
  if (own === undefined || random === undefined || own.length === 0 || own.length !== random.length) return 'unknown';
  const { low, high } = pairedInterval(random, own);
  return (which === 'insertion' ? printedSteps('number', low) > 0 : printedSteps('number', high) < 0) ? 'yes' : 'no';
}

function orderFindings(run: RunView): RunFinding[] {
  return (['insertion', 'deletion'] as const).flatMap((which): RunFinding[] => {
    const [figure, random] = [run.figures[which], run.figures[`${which}_random`]];
    if (figure === undefined || random === undefined) return [];
    const beats = beatsRandom(run, which);
    const [action, good] =
      which === 'insertion'
        ? (['pixels return', 'recognises pictures earlier than'] as const)
        : (['pixels go', 'loses pictures earlier than'] as const);
    const verdict = {
      yes: `The heatmap names pixels that matter: the model ${good} in random order`,
      no: `The heatmap is not measurably better than a random order, so it does not explain the answers`,
      unknown: 'Whether that is better than random order was not tested',
    }[beats];
    return [
      {
        sections: ['explanations'],
        main: false,
        tone: beats === 'no' ? 'attention' : 'neutral',
        topic: which === 'insertion' ? 'Insertion' : 'Deletion',
        number: unit(figure.value),
        sentence: `area under the curve when important ${action} first, ${unit(random.value)} in random order (${counted(figure.n, 'picture')}, difference ${changeText('number', figure.value - random.value)}). ${verdict}.`,
      },
    ];
  });
}

function sanityFinding(run: RunView): RunFinding[] {
  const last = run.parts.faithfulness?.details.sanity.at(-1);
  if (last === undefined) return [];
  const { value, low, high, n } = last.similarity;
  const same = value > MUCH_THE_SAME;
  return [
    {
      sections: ['explanations'],
      main: false,
      tone: same ? 'attention' : 'neutral',
      topic: 'Sanity check',
      number: unit(value),
      sentence: `is how alike the heatmaps still are when all layers have forgotten what they learned (rank correlation, 95% interval ${unit(low)} to ${unit(high)}, ${counted(n, 'picture')}). ${
        same
          ? 'They hardly change, so they show the picture more than what the model has learned.'
          : 'They change, so they do depend on what the model has learned.'
      }`,
    },
  ];
}

function harmlessFinding(run: RunView): RunFinding[] {
  const measured = HARMLESS_CHANGES.flatMap((change) => {
    const figure = run.figures[`map_${change}`];
    return figure === undefined ? [] : [{ change, figure }];
  });
  if (measured.length === 0) return [];
  const { change, figure } = measured.reduce((a, b) => (b.figure.value < a.figure.value ? b : a));
  return [
    {
      sections: ['explanations'],
      main: false,
      tone: 'neutral',
      topic: 'Stability',
      number: unit(figure.value),
      sentence: `is the likeness of its heatmaps (1: the same) under the harmless change they survive least: pictures ${CHANGE_WORDS[change]} (95% interval ${unit(figure.low)} to ${unit(figure.high)}).`,
    },
  ];
}

/** E of the last assessment, on training pictures. */
export function steadinessFinding(run: RunView): RunFinding[] {
  const last = run.rounds.at(-1);
  if (last === undefined) return [];
  const measured = run.parts.consistency !== undefined;
  const pictures = isTrainedHere([run]) ? 'In training' : 'Training pictures';
  return [
    {
      sections: measured ? ['hard-samples'] : ['comparison', 'explanations', 'hard-samples'],
      main: true,
      tone: 'neutral',
      topic: measured ? pictures : 'Steadiness',
      number: percent(last.eBelowHalf),
      sentence: `of ${counted(last.samples, 'training picture')} do not keep their explanation (E below 0.5) when the background is changed by at most ${epsText(last.eps)}. Under it, ${wholePercent(last.survived)} of the correct predictions stay the same.`,
    },
  ];
}
