/** Whether the shards of an assessment are all there, once each, and belong together; else what to do, in a sentence. */
import { SteadygazeError } from '../contract/errors.ts';
import { shardSlice } from '../method/shards.ts';
import type { Assessment, DamagedShard, ShardAbout, ShardFile } from './shards.ts';

/** What a shard can be of that does not belong here, in the order in which it is told. */
const OTHERWISE: Readonly<Record<keyof Assessment, string>> = {
  run: 'for another run',
  round: 'for another round',
  data: 'of other pictures than the run has',
  corrections: 'with other corrections of the labels',
  settings: 'with other settings',
  weights: 'with other weights than the run has now',
  eps: 'with another strength of the attack',
};

/** What the shards must be of. */
export interface Wanted {
  readonly assessment: Assessment;
  /** Samples that the round assesses. */
  readonly total: number;
  /** `assessBatch` of the settings. */
  readonly batch: number;
}

/**
 * @returns one file for each shard, in their order, and plain sentences: what came twice
 * @throws SteadygazeError `refused`, naming the shards
 */
export function completeShards(
  files: readonly (ShardFile | DamagedShard)[],
  wanted: Wanted,
): { readonly shards: readonly ShardFile[]; readonly notes: readonly string[] } {
  const { round } = wanted.assessment;
  if (files.length === 0) {
    throw refusal(
      `There are no shards of the assessment of round ${round} yet.`,
      'Make them first: steadygaze train STUDY --assess-shard 1/8, and so on up to 8/8.',
    );
  }
  const whole = files.map((file) => {
    if ('about' in file) return file;
    throw refusal(
      `The shard ${file.name} cannot be used: ${file.reason}.`,
      'Delete the file and make this shard again.',
    );
  });
  refuseForeign(whole, wanted);
  const of = theOneNumber(whole);
  const notes: string[] = [];
  const byIndex = new Map<number, ShardFile>();
  for (const file of whole) {
    const { index } = file.about;
    const other = byIndex.get(index);
    if (other === undefined) byIndex.set(index, file);
    else if (other.content === file.content) {
      notes.push(`Shard ${index} of ${of} is there twice and both are the same: ${other.name}, ${file.name}.`);
    } else {
      throw refusal(
        `Shard ${index} of ${of} is there twice, and the two are not the same: ${other.name} and ${file.name}.`,
        'Delete one of them: the one that was made on another machine or engine than the other shards.',
      );
    }
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !byIndex.has(index));
  if (missing.length > 0) {
    throw refusal(
      `${shardsInWords(missing, of)} ${missing.length === 1 ? 'is' : 'are'} missing.`,
      `Make what is missing and merge again: steadygaze train STUDY --assess-shard ${missing[0]}/${of}` +
        (missing.length === 1 ? '' : ` (as an array: ${ranges(missing)})`),
    );
  }
  const shards = [...byIndex.values()].sort((a, b) => a.about.index - b.about.index);
  return { shards, notes };
}

function refuseForeign(files: readonly ShardFile[], { assessment, total, batch }: Wanted): void {
  for (const [key, how] of Object.entries(OTHERWISE) as [keyof Assessment, string][]) {
    refuseWhere(files, how, (about) => about.assessment[key] !== assessment[key]);
  }
  refuseWhere(files, 'of other pictures than the shard of this number has', (about) => {
    if (about.index < 1 || about.index > about.of || about.total !== total) return true;
    const { first, count } = shardSlice(about, total, batch);
    return about.first !== first || about.count !== count;
  });
}

function refuseWhere(files: readonly ShardFile[], how: string, isWrong: (about: ShardAbout) => boolean): void {
  const wrong = files.filter(({ about }) => isWrong(about));
  if (wrong.length === 0) return;
  const names = wrong.slice(0, 5).map(({ name }) => name);
  const more = wrong.length > names.length ? ` and ${wrong.length - names.length} more` : '';
  throw refusal(
    wrong.length === 1
      ? `This shard was made ${how}: ${names.join()}.`
      : `These shards were made ${how}: ${names.join(', ')}${more}.`,
    'Delete these files and make the shards again.',
  );
}

/** Into how many shards the assessment was divided. */
function theOneNumber(files: readonly ShardFile[]): number {
  const numbers = [...new Set(files.map(({ about }) => about.of))].sort((a, b) => a - b);
  if (numbers.length === 1) return numbers[0];
  const found = numbers.map((of) => {
    const indices = new Set(files.filter(({ about }) => about.of === of).map(({ about }) => about.index));
    return `${ranges([...indices].sort((a, b) => a - b))} of ${of}`;
  });
  throw refusal(
    `The assessment was divided in more than one way: there are the shards ${found.join(', and ')}.`,
    'Delete the files of all but one of them.',
  );
}

/** "Shard 3 of 8", "Shards 3 and 7 of 8", "Shards 3, 5-12 and 900 of 1000". */
function shardsInWords(indices: readonly number[], of: number): string {
  const parts = ranges(indices).split(',');
  const last = parts.pop() ?? '';
  const list = parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
  return `${indices.length === 1 ? 'Shard' : 'Shards'} ${list} of ${of}`;
}

/** Ascending numbers as schedulers write them: "3,5-12,900". */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const first = numbers[i];
    while (numbers[i + 1] === numbers[i] + 1) i++;
    const last = numbers[i];
    if (last === first) parts.push(String(first));
    else parts.push(last === first + 1 ? `${first},${last}` : `${first}-${last}`);
  }
  return parts.join(',');
}

function refusal(sentence: string, hint: string): SteadygazeError {
  return new SteadygazeError('refused', sentence, hint);
}
