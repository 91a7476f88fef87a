/** Weights that the study keeps, and the ways to more of them: published ones, and files. */
import { toErrorValue, type ErrorValue } from '../../../../src-main/contract/errors.ts';
import type { Input } from '../../../../src-main/contract/operations.ts';
import type { PublishedWeightsView, StudyWeightsView } from '../../../../src-main/contract/weights-view.ts';
import { client } from '../../../lib/client.ts';
import { sayError } from '../../../lib/say-error.ts';
import { LongCall } from '../../../lib/tasks.svelte.ts';
import { chooseFolder } from '../../start/choose-folder.svelte.ts';

type Source = Input<'weights.use'>['source'];

class StudyWeights {
  kept = $state.raw<readonly StudyWeightsView[]>([]);
  published = $state.raw<readonly PublishedWeightsView[] | null>(null);
  error = $state.raw<ErrorValue | null>(null);
  /** Which dialog is open; `choosing`: that for files. */
  asking = $state<'published' | 'file' | 'choosing' | null>(null);
  /** A file of weights that was dropped on the window, for Train to take up. */
  dropped = $state<string | null>(null);
  /** The file that the dialog is about. */
  path = $state<string | null>(null);
  readonly using = new LongCall();
  #answered: ((weights: StudyWeightsView | null) => void) | null = null;

  async load(): Promise<void> {
    try {
      this.kept = await client.call('weights.list', {});
    } catch (thrown) {
      this.error = toErrorValue(thrown);
    }
  }

  async loadPublished(): Promise<void> {
    this.error = null;
    try {
      this.published = await client.call('weights.published', {});
    } catch (thrown) {
      this.error = toErrorValue(thrown);
    }
  }

  /** Opens the list of published weights. @returns what the study keeps now; null where the person changed their mind */
  askPublished(): Promise<StudyWeightsView | null> {
    void this.loadPublished();
    return this.#ask('published');
  }

  /** Lets the person choose a file. @returns as {@link askPublished} */
  askFile(): Promise<StudyWeightsView | null> {
    const answer = this.#ask('choosing');
    void this.anotherFile();
    return answer;
  }

  /** The same for a file that is known. */
  askFileAt(path: string): Promise<StudyWeightsView | null> {
    const answer = this.#ask('file');
    this.path = path;
    return answer;
  }

  /** Chooses a file in the place of what a dialog shows. */
  async anotherFile(): Promise<void> {
    this.asking = 'choosing';
    try {
      this.path = await chooseFolder('weights-file');
    } catch (thrown) {
      this.path = null;
      sayError(thrown);
    }
    if (this.path === null) this.answer(null);
    else this.asking = 'file';
  }

  /** Copies weights into the study, and answers whoever asked for some. */
  async use(source: Source): Promise<void> {
    const weights = await this.using.run((task) => client.call('weights.use', { source, task }));
    if (weights === null) return;
    await this.load();
    this.answer(weights);
  }

  answer(weights: StudyWeightsView | null): void {
    const answered = this.#answered;
    this.#answered = null;
    this.asking = null;
    this.using.error = null;
    answered?.(weights);
  }

  #ask(what: 'published' | 'choosing' | 'file'): Promise<StudyWeightsView | null> {
    this.answer(null);
    this.asking = what;
    return new Promise((resolve) => (this.#answered = resolve));
  }
}

/** Whether a file is one of weights, by its name. */
export function isWeightsFile(path: string): boolean {
  return /\.(pth|pt|safetensors|h5|keras)$/i.test(path);
}

/** The one of the window. */
export const studyWeights = new StudyWeights();
