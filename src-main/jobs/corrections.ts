/**
 * Corrections applied: before a run, a person may give training pictures another class or leave them out. What is
 * measured on validation and test pictures stays what it is, so only training pictures may be corrected. A picture of
 * several classes that is given one is of that one alone.
 */
import { SteadygazeError } from '../contract/errors.ts';
import type { Correction } from '../contract/run.ts';
import type { Dataset, Sample } from '../datasets/dataset.ts';

/**
 * The corrections that change something, sorted by id.
 * @throws SteadygazeError `bad-argument` for a picture that is unknown, named twice or not trained on, for a class
 * that does not exist, and where a class would lose all its training pictures; `data-one-class` where fewer than two
 * classes would be left
 */
export function checkCorrections(dataset: Dataset, corrections: readonly Correction[]): Correction[] {
  const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  const seen = new Set<string>();
  const effective = corrections.filter(({ id, label }) => {
    const sample = samples.get(id);
    if (sample === undefined) throw refusal(`There is no picture "${id}" in this study.`);
    if (seen.has(id)) throw refusal(`The picture ${id} is corrected twice.`);
    seen.add(id);
    if (sample.split !== 'train') {
      throw refusal(`The picture ${id} is not trained on, so its label cannot be corrected for a run.`);
    }
    if (label !== null && !(Number.isInteger(label) && label >= 0 && label < dataset.classes.length)) {
      throw refusal(`The picture ${id} cannot be given class number ${String(label)}, because there is none.`);
    }
    // In multi-label data a correction says that the picture is of this class and of no other.
    return label !== sample.label || (sample.labels ?? []).length > 1;
  });
  const sorted = effective.sort((a, b) => (a.id < b.id ? -1 : 1));
  refuseEmptied(dataset, applyCorrections(dataset, sorted));
  return sorted;
}

/**
 * The data set that a run with these corrections sees. Its fingerprint stays that of the study's data.
 * @param corrections checked ones, see {@link checkCorrections}
 */
export function applyCorrections(dataset: Dataset, corrections: readonly Correction[]): Dataset {
  if (corrections.length === 0) return dataset;
  const labels = new Map(corrections.map(({ id, label }) => [id, label]));
  const samples = dataset.samples.flatMap((sample): Sample[] => {
    const label = sample.split === 'train' ? labels.get(sample.id) : undefined;
    if (label === undefined) return [sample];
    if (label === null) return [];
    if (sample.labels === undefined) return [{ ...sample, label }];
    const unsure = (sample.unsure ?? []).filter((each) => each !== label);
    return [{ ...sample, label, labels: [label], ...(sample.unsure === undefined ? {} : { unsure }) }];
  });
  return { ...dataset, samples };
}

function refuseEmptied(before: Dataset, after: Dataset): void {
  const left = trainedClasses(after);
  const lost = [...trainedClasses(before)].filter((label) => !left.has(label)).map((label) => before.classes[label]);
  if (lost.length === 0) return;
  if (left.size < 2) {
    throw new SteadygazeError(
      'data-one-class',
      'After these corrections fewer than two classes have pictures for training, so there is nothing to tell apart.',
      'Take some of the corrections back.',
    );
  }
  throw refusal(`After these corrections there is no picture left to train on in: ${lost.join(', ')}.`);
}

function trainedClasses({ samples }: Dataset): Set<number> {
  return new Set(samples.filter(({ split }) => split === 'train').flatMap(({ label, labels }) => labels ?? [label]));
}

function refusal(sentence: string): SteadygazeError {
  return new SteadygazeError('bad-argument', sentence, 'Take this correction back; nothing was started.');
}
