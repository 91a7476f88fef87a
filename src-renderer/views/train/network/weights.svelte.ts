/** Weights that the study keeps, and the ways to more of them: published ones, and files. */
import { toErrorValue, type ErrorValue } from '../../../../src-main/contract/errors.ts';
import type { Input } from '../../../../src-main/contract/operations.ts';
import type { PublishedWeightsView, StudyWeightsView } from '../../../../src-main/contract/weights-view.ts';
import { client } from '../../../lib/client.ts';
import { LongCall } from '../../../lib/tasks.svelte.ts';
import { chooseFolder } from '../../start/choose-folder.svelte.ts';

type Source = Input<'weights.use'>['source'];

class StudyWeights {
  kept = $state.raw<readonly StudyWeightsView[]>([]);
  published = $state.raw<readonly PublishedWeightsView[] | null>(null);
  error = $state.raw<ErrorValue | null>(null);
  /** Which dialog is open. */
  asking = $state<'published' | 'file' | null>(null);
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

  /** Lets the person choose a file, or takes the one that was dropped. */
  async askFile(dropped: string | null = null): Promise<StudyWeightsView | null> {
    const path = dropped ?? (await chooseFolder('weights-file'));
    if (path === null) return null;
    this.path = path;
    return this.#ask('file');
  }

  /** Another file in the place of the one that the dialog shows. */
  async anotherFile(): Promise<void> {
    const answered = this.#answered;
    this.#answered = null;
    this.asking = null;
    const path = await chooseFolder('weights-file');
    if (path === null) {
      answered?.(null);
      return;
    }
    this.path = path;
    this.asking = 'file';
    this.#answered = answered;
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

  #ask(what: 'published' | 'file'): Promise<StudyWeightsView | null> {
    this.answer(null);
    this.asking = what;
    return new Promise((resolve) => (this.#answered = resolve));
  }
}

/** The one of the window. */
export const studyWeights = new StudyWeights();
