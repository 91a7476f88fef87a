/** Figures of robustness: a family of keys for attacks, and the corruption suite. */
import {
  ATTACK_REGIONS,
  ATTACK_SUITES,
  CORRUPTION_FAMILIES,
  type AttackRegion,
  type AttackSuite,
  type CorruptionFamily,
} from '../../contract/evaluation.ts';
import type { FigureKind } from './kind.ts';

const common = { group: 'robustness', unit: 'share', reference: null } as const;

/** How the attacks are called, and what they do. */
export const ATTACK_WORDS: Readonly<Record<AttackSuite, { readonly name: string; readonly how: string }>> = {
  fgsm: { name: 'FGSM', how: 'one step in the direction that hurts most' },
  pgd10: { name: 'PGD-10', how: 'ten small steps, each in the direction that hurts most' },
  pgd50: { name: 'PGD-50', how: 'fifty small steps from several random starts, the worst outcome counting' },
};

export const REGION_WORDS: Readonly<Record<AttackRegion, { readonly where: string; readonly heading: string }>> = {
  all: { where: 'the whole picture', heading: 'Whole picture' },
  background: { where: 'the background only', heading: 'Background only' },
};

export interface AttackCell {
  readonly attack: AttackSuite;
  readonly region: AttackRegion;
  /** Of 255. */
  readonly eps: number;
}

/** Both kinds of one attack at one strength. */
export function attackKinds({ attack, region, eps }: AttackCell, headline: boolean): FigureKind[] {
  const { name, how } = ATTACK_WORDS[attack];
  const { where, heading } = REGION_WORDS[region];
  const strength = `${String(eps)}/255`;
  const under = `under ${name} on ${where}, ${strength}`;
  const suffix = `${attack}_${region}_${String(eps)}`;
  const attacked = `${how}, on ${where}, changing no colour value by more than ${strength}`;
  return [
    {
      ...common,
      part: 'robustness',
      key: `acc_${suffix}`,
      headline,
      label: `Still correct under attack: ${heading.toLowerCase()}`,
      subject: `accuracy ${under}`,
      term: `accuracy under ${name}, ${region === 'all' ? 'whole picture' : 'background'}, eps ${strength}`,
      explanation: `The share of pictures named correctly although they were changed on purpose: ${attacked}.`,
      definition: `Accuracy ${under}, on the attacked test pictures.`,
      better: 'higher',
      rises: `is right {} more often ${under}`,
      falls: `is right {} less often ${under}`,
    },
    {
      ...common,
      part: 'robustness',
      key: `same_${suffix}`,
      headline,
      label: `Keeps its answer under attack: ${heading.toLowerCase()}`,
      subject: `how often it keeps its answer ${under}`,
      term: `same prediction under ${name}, ${region === 'all' ? 'whole picture' : 'background'}, eps ${strength}`,
      explanation: `The share of pictures, right or wrong, whose answer survives: ${attacked}.`,
      definition: `Share of test pictures whose prediction is the same before and ${under}.`,
      better: 'higher',
      rises: `keeps its answer {} more often ${under}`,
      falls: `keeps its answer {} less often ${under}`,
    },
  ];
}

/** The order in which attacks are listed: by suite, region, strength. */
export function orderedCells(cells: readonly AttackCell[]): AttackCell[] {
  const rank = ({ attack, region, eps }: AttackCell): number =>
    (ATTACK_SUITES.indexOf(attack) * ATTACK_REGIONS.length + ATTACK_REGIONS.indexOf(region)) * 1000 + eps;
  return [...cells].sort((a, b) => rank(a) - rank(b));
}

export const FAMILY_WORDS: Readonly<Record<CorruptionFamily, string>> = {
  noise: 'noise',
  blur: 'blur',
  weather: 'weather',
  digital: 'compression and the like',
};

const familyKind = (family: CorruptionFamily): FigureKind => ({
  ...common,
  part: 'corruptions',
  key: `mce_${family}`,
  headline: false,
  label: `Wrong with ${FAMILY_WORDS[family]}`,
  subject: `errors with ${FAMILY_WORDS[family]}`,
  term: `mean corruption error, ${family}`,
  explanation: `The share of wrong names when pictures suffer from ${FAMILY_WORDS[family]}, averaged over kinds and five strengths.`,
  definition: `Mean of 1 \u2212 accuracy over the kinds of the family \u201c${family}\u201d and severities 1 to 5.`,
  better: 'lower',
  rises: `is wrong {} more often with ${FAMILY_WORDS[family]}`,
  falls: `is wrong {} less often with ${FAMILY_WORDS[family]}`,
});

export const CORRUPTION_KINDS: readonly FigureKind[] = [
  {
    ...common,
    part: 'corruptions',
    key: 'mce',
    headline: true,
    label: 'Wrong with bad pictures',
    subject: 'errors with bad pictures',
    term: 'mean corruption error (mCE)',
    explanation:
      'The share of wrong names when pictures suffer from noise, blur, weather or compression, averaged over kinds and five strengths. Nobody means harm here; it is what cameras and networks do.',
    definition:
      'Mean of 1 \u2212 accuracy over all kinds of corruption (or those of one family: noise, blur, weather, digital) and severities 1 to 5, with generators of our own; not divided by a reference network.',
    better: 'lower',
    rises: 'is wrong {} more often with bad pictures',
    falls: 'is wrong {} less often with bad pictures',
  },
  {
    ...common,
    part: 'corruptions',
    key: 'corruption_same',
    headline: true,
    label: 'Keeps its answer with bad pictures',
    subject: 'how often it keeps its answer with bad pictures',
    term: 'same prediction under corruptions',
    explanation: 'The share of answers, right or wrong, that noise, blur, weather and compression leave as they are.',
    definition: 'Share of unchanged predictions, mean over all kinds of corruption and severities 1 to 5.',
    better: 'higher',
    rises: 'keeps its answer {} more often with bad pictures',
    falls: 'keeps its answer {} less often with bad pictures',
  },
  ...CORRUPTION_FAMILIES.map(familyKind),
];
