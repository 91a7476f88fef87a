/** Corrections in force applied to what was read from the disk. A pure function: the same always gives the same data set. */
import type { DataEdit } from '../../contract/data-edits.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import { DataEditor } from './data-editor.ts';
import type { Dataset, Split } from '../dataset.ts';

/** A correction in force. */
export interface EditStep {
  readonly edit: DataEdit;
  /** Of a new parting that was made when other pictures were there: where each of them belonged. */
  readonly parts?: ReadonlyMap<string, Split>;
}

export interface EditedData {
  readonly dataset: Dataset;
  /** Plain sentences: what could not be applied, because the pictures it was about are not there any more. */
  readonly warnings: readonly string[];
}

/**
 * The data set with these corrections, oldest first. Those that find nothing to change any more are passed over with a
 * warning, so that a study can always be opened.
 */
export function applyEdits(dataset: Dataset, steps: readonly EditStep[]): EditedData {
  const { editor, warnings } = editorAfter(dataset, steps);
  return { dataset: editor.dataset(), warnings };
}

/** An editor in which these corrections have been applied, for one more. */
export function editorAfter(
  dataset: Dataset,
  steps: readonly EditStep[],
): { readonly editor: DataEditor; readonly warnings: readonly string[] } {
  const editor = new DataEditor(dataset);
  const warnings: string[] = [];
  for (const { edit, parts } of steps) {
    try {
      const { missing, sentence } = editor.apply(edit, parts);
      if (missing.length > 0) warnings.push(`${missingSentence(missing)} a correction names: ${sentence}`);
    } catch (error) {
      if (!(error instanceof SteadygazeError)) throw error;
      warnings.push(`A correction (${KIND_WORDS[edit.kind]}) could not be applied any more. ${error.message}`);
    }
  }
  return { editor, warnings };
}

const KIND_WORDS: Readonly<Record<DataEdit['kind'], string>> = {
  relabel: 'another class for some pictures',
  exclude: 'some pictures left out',
  merge: 'classes merged or renamed',
  'drop-class': 'a class left out',
  move: 'pictures moved to another part',
  resplit: 'all pictures parted anew',
};

const missingSentence = (missing: readonly string[]): string =>
  missing.length === 1
    ? `The picture ${missing[0]} is not there any more, which`
    : `${missing.length.toLocaleString('en-US')} pictures are not there any more, ${missing[0]} for one, which`;
