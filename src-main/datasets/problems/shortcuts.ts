/**
 * Early warnings of shortcuts: where a very simple rule that never sees the object tells the classes apart, a network may
 * learn that rule (R. Geirhos et al., "Shortcut learning in deep neural networks", Nature Machine Intelligence 2020).
 *
 * When a warning is given. Photographs of different things always differ a little in colour: cars stand on grey, birds
 * before blue. A rule is worth a warning where it comes, surely (lower bound of 97.5 %), at least 40 % of the way from
 * guessing to certainty over all classes, that is 70 of 100 pictures for two classes and 46 for ten; or, where that is
 * not so, where it knows a single class: finds 60 % more of its pictures than it wrongly takes of others.
 */
import type { ClassSkill, Skill } from '../../numeric/class-skill.ts';
import type { Inspected } from '../build-dataset.ts';
import type { Problem, ProblemKind, Sample } from '../dataset.ts';
import { borderOf, colourNumber, COLOURS, coloursOf, levelsOf, LOOK_BYTES } from '../pictures/picture-look.ts';
import { chooseTrial, tryKeys, tryNumbers } from './simple-rules.ts';
import type { Trial } from './simple-rules.ts';

const ALL_CLASSES = 0.4;
const ONE_CLASS = 0.6;
/** Classes that are told of one by one, the clearest first. */
const MOST_TOLD = 5;

interface Rule {
  readonly kind: ProblemKind;
  /** "A rule that ... names the right class for": what the rule sees. */
  readonly sees: string;
  readonly trial: (trial: Trial) => Skill;
  /** What most pictures of a class have in common, where that can be said in words. */
  readonly typical?: (label: number) => string;
}

export function findShortcuts(
  samples: readonly Sample[],
  classes: readonly string[],
  pictures: readonly Inspected[],
): Problem[] {
  const trial = chooseTrial(samples, classes.length);
  if (trial === null) return [];
  return rulesFor(samples, pictures).flatMap((rule) => problemsOf(rule, rule.trial(trial), trial, samples, classes));
}

function rulesFor(samples: readonly Sample[], pictures: readonly Inspected[]): Rule[] {
  const nothing = new Uint8Array(LOOK_BYTES);
  const lookOf = (i: number): Uint8Array => pictures[i]?.facts.look ?? nothing;
  const cameraOf = (i: number): string => pictures[i]?.facts.camera ?? '';
  const sizeOf = (i: number): string => `${samples[i].width} x ${samples[i].height} pixels`;
  const rules: Rule[] = [
    {
      kind: 'border-tells-class',
      sees: 'sees only the outermost pixels',
      trial: (trial) => tryNumbers(trial, (i) => borderFeatures(lookOf(i))),
    },
    {
      kind: 'colour-tells-class',
      sees: 'sees colours and no shapes',
      trial: (trial) => tryNumbers(trial, (i) => colourFeatures(lookOf(i))),
    },
    {
      kind: 'size-tells-class',
      sees: 'knows only the width and height of the file',
      trial: (trial) => tryKeys(trial, (i) => [sizeOf(i), roughSize(samples[i])]),
      typical: (label) => mostUsual(samples, label, sizeOf),
    },
  ];
  if (!pictures.some(({ facts }) => facts.camera !== null)) return rules;
  const camera: Rule = {
    kind: 'camera-tells-class',
    sees: 'knows only which camera took the picture',
    trial: (trial) => tryKeys(trial, (i) => [cameraOf(i)]),
    typical: (label) => mostUsual(samples, label, (i) => cameraOf(i) || 'no camera named'),
  };
  return [...rules, camera];
}

/** Square roots: a colour that is rare counts too (Hellinger's distance between histograms). */
const colourFeatures = (look: Uint8Array): number[] => [
  ...Array.from(coloursOf(look), (share) => Math.sqrt(share / 255)),
  ...Array.from(levelsOf(look), (level) => level / 255),
];

/** How often each colour occurs along the border, and mean, square of the mean and deviation of its channels. */
function borderFeatures(look: Uint8Array): number[] {
  const border = borderOf(look);
  const parts = border.length / 3;
  const shares = new Array<number>(COLOURS).fill(0);
  for (let at = 0; at < border.length; at += 3) shares[colourNumber(border[at], border[at + 1], border[at + 2])]++;
  const levels = [0, 1, 2].flatMap((channel) => {
    const values = Float64Array.from({ length: parts }, (_, part) => border[3 * part + channel] / 255);
    const mean = values.reduce((sum, value) => sum + value, 0) / parts;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / parts;
    return [mean, mean ** 2, Math.sqrt(Math.max(0, square - mean ** 2))];
  });
  return [...shares.map((count) => Math.sqrt(count / parts)), ...levels];
}

/** Half an octave of each side: photographs that were cropped by hand are alike in no pixel. */
const roughSize = ({ width, height }: Sample): string =>
  `${Math.round(2 * Math.log2(width))} ${Math.round(2 * Math.log2(height))}`;

/** "93 of 100: 640 x 480 pixels" */
function mostUsual(samples: readonly Sample[], label: number, valueOf: (sample: number) => string): string {
  const counts = new Map<string, number>();
  let total = 0;
  samples.forEach((sample, i) => {
    if (sample.label !== label) return;
    const value = valueOf(i);
    counts.set(value, (counts.get(value) ?? 0) + 1);
    total++;
  });
  const [value, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return `${value} in ${of100(count / Math.max(1, total))} of 100 of them`;
}

function problemsOf(
  { kind, sees, typical }: Rule,
  skill: Skill,
  trial: Trial,
  samples: readonly Sample[],
  classes: readonly string[],
): Problem[] {
  /** Index in the trial: name, a picture, and what is typical. */
  const words = (c: number): { readonly name: string; readonly such: string } => {
    const label = trial.classes[c];
    const example = samples.find((sample) => sample.label === label)?.id ?? '';
    const common = typical === undefined ? '' : `: ${typical(label)}`;
    return { name: classes[label] ?? '', such: `such as ${example}${common}` };
  };
  const clearest = skill.classes
    .map((found, c): readonly [ClassSkill, number] => [found, c])
    .sort(([a], [b]) => b.found - b.mistaken - (a.found - a.mistaken));
  const best = clearest[0];
  if (best !== undefined && (skill.low - skill.chance) / (1 - skill.chance) >= ALL_CLASSES) {
    const { name, such } = words(best[1]);
    const reason =
      `A rule that ${sees} names the right class for ${of100(skill.accuracy)} of 100 pictures; ` +
      `guessing would be ${of100(skill.chance)}. It knows "${name}" best (${of100(best[0].found)} of 100), ${such}.`;
    return [{ file: '', kind, reason, figures: { right: skill.accuracy, chance: skill.chance, clearest: name } }];
  }
  return clearest
    .filter(([{ low }]) => low >= ONE_CLASS)
    .slice(0, MOST_TOLD)
    .map(([{ found, mistaken }, c]) => {
      const { name, such } = words(c);
      const reason =
        `A rule that ${sees} finds ${of100(found)} of 100 pictures of "${name}", ${such}; ` +
        `of all other pictures it takes ${of100(mistaken)} of 100 for it.`;
      return { file: name, kind, reason, figures: { right: found, chance: mistaken, clearest: name } };
    });
}

const of100 = (share: number): number => Math.round(100 * share);
