/** Statements about backgrounds and the place of the gaze. */
import type { GroupsDetails } from '../contract/evaluation.ts';
import type { Figure } from '../contract/run.ts';
import { className, range, side, type RunFinding } from './finding.ts';
import type { RunView } from './run-view.ts';
import { counted, percent, points, signedPoints, unit } from './words.ts';

export function backgroundFindings(run: RunView): RunFinding[] {
  const { top1, bg_gap: gap, acc_mixed_same: same, acc_mixed_rand: rand } = run.figures;
  if (gap === undefined || same === undefined || rand === undefined) {
    if (top1 === undefined) return [];
    return [
      {
        sections: ['comparison', 'debiasing'],
        main: true,
        tone: 'open',
        topic: 'Background',
        number: null,
        sentence:
          run.record.task === 'multi-label'
            ? 'Not measured: a background of the same class or of another takes pictures of exactly one class each.'
            : 'Not measured: exchanging backgrounds needs to know where objects are, from masks, boxes, or the heatmaps of at least two models.',
      },
      ...groupFindings(run),
    ];
  }
  const where = side(gap);
  const loss = `BG-Gap, 95% interval of the loss ${signedPoints(gap.low)} to ${signedPoints(gap.high)} points`;
  return [
    {
      sections: ['comparison', 'debiasing'],
      main: true,
      tone: where === 'above' ? 'attention' : 'neutral',
      topic: 'Background',
      number: signedPoints(-gap.value),
      sentence:
        where === 'zero'
          ? `points when the background is that of a random class (${percent(same.value)} to ${percent(rand.value)}). The interval contains zero: no measurable reliance on the background (${loss}).`
          : `points when the background is that of a random class rather than of the object\u2019s own: ${percent(same.value)} correct becomes ${percent(rand.value)} (${loss}).`,
    },
    ...withoutObject(run),
    ...challengeFindings(run),
    ...groupFindings(run),
  ];
}

function withoutObject(run: RunView): RunFinding[] {
  const { acc_only_bg_t: alone, bg_reliance: reliance } = run.figures;
  const chance = run.parts.debiasing?.details.chance;
  if (alone === undefined || reliance === undefined || chance === undefined) return [];
  const verdict = {
    above: 'The background alone gives answers away.',
    zero: 'That is not measurably different from guessing.',
    below: 'That is less than by guessing.',
  }[side(reliance)];
  return [
    {
      sections: ['debiasing'],
      main: false,
      tone: side(reliance) === 'above' ? 'attention' : 'neutral',
      topic: 'Without object',
      number: percent(alone.value),
      sentence: `are still named correctly when the object is tiled over (${range(alone)}); guessing reaches ${percent(chance)}. ${verdict}`,
    },
  ];
}

function challengeFindings(run: RunView): RunFinding[] {
  const { challenge } = run.figures;
  const part = run.parts.challenge;
  if (challenge === undefined || part === undefined) return [];
  return [
    {
      sections: ['debiasing'],
      main: false,
      tone: 'neutral',
      topic: 'Challenge',
      number: percent(challenge.value),
      sentence: `of ${counted(challenge.n, 'test object')} keep their answer before every one of ${counted(part.details.backgrounds.length, 'other background')} (${range(challenge)}).`,
    },
  ];
}

/** The group with the smallest accuracy among those that count. */
export function worstCell({ cells, least }: GroupsDetails): GroupsDetails['cells'][number] | null {
  const counting = cells.filter(({ figure }) => figure.n >= least);
  return counting.length < 2 ? null : counting.reduce((a, b) => (b.figure.value < a.figure.value ? b : a));
}

function groupFindings(run: RunView): RunFinding[] {
  const { worst_group: worst, group_mean: mean } = run.figures;
  const details = run.parts.groups?.details;
  if (worst === undefined || details === undefined) return [];
  const cell = worstCell(details);
  if (cell === null) return [];
  const average = mean === undefined ? '' : `; the average group has ${percent(mean.value)}`;
  return [
    {
      sections: ['debiasing'],
      main: false,
      tone: mean !== undefined && worst.high < mean.low ? 'attention' : 'neutral',
      topic: 'Worst group',
      number: percent(worst.value),
      sentence: [
        'of ',
        className(run, cell.label),
        ` before backgrounds of kind ${String(cell.cluster + 1)} are named correctly (${
          // An interval without width would look like certainty.
          worst.low === worst.high
            ? `all ${counted(cell.figure.n, 'picture')} came out alike, too few for an interval`
            : `${range(worst)}, ${counted(cell.figure.n, 'picture')}`
        })${average}.`,
      ],
    },
  ];
}

/** Energy beside a map that is the same everywhere, MaxBoxAcc beside a centred box. */
export function gazeFindings(run: RunView): RunFinding[] {
  const { energy, uniform_energy: even, maxboxacc, centre_box: centre, top1 } = run.figures;
  const details = run.parts.localization?.details;
  if (details === undefined || energy === undefined) {
    if (top1 === undefined) return [];
    return [
      {
        sections: ['comparison', 'localization'],
        main: true,
        tone: 'open',
        topic: 'Gaze',
        number: null,
        sentence:
          'Localization could not be measured, because nothing says where the objects are: the data has neither masks nor boxes. How steady the gaze is can be told without them.',
      },
    ];
  }
  const object = details.target === 'mask' ? 'on the object' : 'in the box around the object';
  let sentence = `of its gaze lies ${object} (${range(energy)}).`;
  let tone: RunFinding['tone'] = 'neutral';
  if (even !== undefined) {
    const map = `a map that is the same everywhere: ${percent(even.value)}`;
    if (energy.low > even.high) sentence += ` That is more than ${map}.`;
    else {
      tone = 'attention';
      sentence += ` That is ${energy.high < even.low ? 'less than' : 'not measurably more than'} ${map}.`;
    }
  }
  if (details.thresholdFrom === 'test') {
    sentence +=
      ' No validation picture says where its object is, so the brightness border of the boxes was chosen on the test pictures themselves, which flatters the figures of the boxes.';
  }
  if (centre !== undefined && maxboxacc !== undefined) {
    const boxes = `A box around it finds ${percent(maxboxacc.value)} of the objects; always guessing a box in the middle finds ${percent(centre.value)}`;
    if (maxboxacc.low > centre.high) sentence += ` ${boxes}.`;
    else {
      tone = 'attention';
      sentence += ` ${boxes}, so its gaze does not tell measurably better where objects are.`;
    }
  }
  const main: RunFinding = {
    sections: ['comparison', 'localization'],
    main: true,
    tone,
    topic: 'Gaze',
    number: percent(energy.value),
    sentence,
  };
  return [main, ...boxFindings(run, maxboxacc)];
}

function boxFindings({ parts, figures }: RunView, maxboxacc: Figure | undefined): RunFinding[] {
  const details = parts.localization?.details;
  if (details === undefined || maxboxacc === undefined) return [];
  const { pointing } = figures;
  const first: RunFinding[] =
    pointing === undefined
      ? []
      : [
          {
            sections: ['localization'],
            main: false,
            tone: 'neutral',
            topic: 'First look',
            number: percent(pointing.value),
            sentence: `of the pictures have their strongest point on the object (${range(pointing)}).`,
          },
        ];
  const flattered = details.best - maxboxacc.value;
  return [
    ...first,
    {
      sections: ['localization'],
      main: false,
      tone: 'neutral',
      topic: 'Box',
      number: percent(maxboxacc.value),
      sentence:
        `of the objects are found by a box around the gaze at the brightness border ${unit(details.threshold)}, chosen on the ${details.thresholdFrom === 'val' ? 'validation' : 'test'} pictures (${range(maxboxacc)}). ${
          details.thresholdFrom === 'val'
            ? `The best border on the test pictures themselves would find ${percent(details.best)}, ${points(flattered)} points more; it is not used.`
            : ''
        }`.trim(),
    },
  ];
}
