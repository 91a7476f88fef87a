import type { Inspection } from '../../../src-main/contract/data-view.ts';
import { toErrorValue, type ErrorValue } from '../../../src-main/contract/errors.ts';
import { app } from '../../lib/app.svelte.ts';
import { client } from '../../lib/client.ts';
import type { Dropped } from '../../lib/drop.svelte.ts';
import { navigation } from '../../lib/navigation.svelte.ts';
import { LongCall } from '../../lib/tasks.svelte.ts';
import { toast } from '../../lib/toasts.svelte.ts';
import { isWeightsFile, studyWeights } from '../train/network/weights.svelte.ts';
import { chooseFolder } from './choose-folder.svelte.ts';
import { leaveRuns } from './study-actions.ts';

/** The way from a path to an open study: recognise it, read the pictures, look at what was found, make a study of it. */
class Intake {
  /** A data set that was read and is no study yet. */
  inspection = $state.raw<Inspection | null>(null);
  /** What is being read, opened or recognised. */
  path = $state('');
  recognising = $state(false);
  /** The path held nothing that can be worked with, or could not be opened. */
  refused = $state.raw<Pick<ErrorValue, 'message' | 'hint' | 'details'> | null>(null);
  readonly reading = new LongCall();
  readonly opening = new LongCall();
  /** The same place once more, as another format or with other answers. */
  readonly rereading = new LongCall();

  /** Something is under way. */
  get busy(): boolean {
    return this.recognising || this.reading.running || this.rereading.running || this.opening.running;
  }

  /** Takes whatever a person gave: a study is opened, pictures are read, anything else is answered with a sentence. */
  async take(path: string): Promise<void> {
    if (this.busy) return;
    this.#begin(path);
    this.recognising = true;
    try {
      const found = await client.call('folders.recognise', { path });
      this.recognising = false;
      if (found.kind === 'study') await this.open(found.path);
      else if (found.kind === 'pictures') await this.read(found.path);
      else this.refused = { message: found.sentence, hint: '' };
    } catch (error) {
      this.refused = toErrorValue(error);
    } finally {
      this.recognising = false;
    }
  }

  /** Reads a data set, so that it can be looked at. */
  async read(path: string): Promise<void> {
    this.#begin(path);
    const inspection = await this.reading.run((task) => client.call('data.inspect', { path, task }));
    if (inspection) {
      this.inspection = inspection;
      navigation.go('data');
    } else {
      this.refused = this.reading.error;
    }
  }

  /**
   * Reads what is looked at once more, as a person says. What is shown stays until there is something else.
   * @param choices answers to the questions of the format, by key
   */
  async reread(format: string, choices: Record<string, string>): Promise<void> {
    if (this.inspection === null || this.busy) return;
    const { path } = this.inspection;
    const inspection = await this.rereading.run((task) => client.call('data.inspect', { path, task, format, choices }));
    if (inspection) this.inspection = inspection;
  }

  /** Opens a study in the place of the one that is open. */
  async open(folder: string): Promise<void> {
    if (folder === app.study?.folder) return this.#show();
    this.#begin(folder);
    const study = await this.opening.run(async () =>
      (await leaveRuns()) ? client.call('study.open', { folder }) : null,
    );
    if (study) this.#show();
    else this.refused = this.opening.error;
  }

  /** Opens the sample with its finished result. */
  async openSample(): Promise<void> {
    if (this.busy) return;
    this.#begin('');
    const study = await this.opening.run(async (task) =>
      (await leaveRuns()) ? client.call('study.openSample', { task }) : null,
    );
    if (study) this.#show(study.runs.some((run) => run.assessments.length > 0) ? 'inspect' : 'data');
    else this.refused = this.opening.error;
  }

  /** Makes a study of what was read. */
  async create(name: string, folder: string): Promise<void> {
    const { inspection } = this;
    if (!inspection) return;
    this.refused = null;
    const study = await this.opening.run(async (task) =>
      (await leaveRuns()) ? client.call('study.create', { inspection: inspection.id, name, folder, task }) : null,
    );
    if (study) this.#show('data');
  }

  /** Goes back to choosing; on disk there is nothing to take back. */
  putAway(): void {
    this.inspection = null;
    this.refused = null;
    this.opening.error = null;
    this.rereading.error = null;
  }

  async choosePictures(): Promise<void> {
    await this.#choose('pictures');
  }

  /** An archive, a table, an annotation: no dialog of Windows or Linux chooses files and folders at once. */
  async chooseFile(): Promise<void> {
    await this.#choose('data-file');
  }

  async chooseStudy(): Promise<void> {
    await this.#choose('study');
  }

  /** Something was dropped on the window. */
  dropped(what: Dropped): void {
    if (what.path !== null) {
      if (app.study !== null && isWeightsFile(what.path)) {
        studyWeights.dropped = what.path;
        navigation.go('train');
      } else {
        void this.take(what.path);
      }
      return;
    }
    toast({
      kind: 'info',
      text: 'A browser does not tell where a dropped file lies.',
      hint: 'Choose it in the list instead, or paste its path.',
    });
    void this.choosePictures();
  }

  async #choose(purpose: 'pictures' | 'data-file' | 'study'): Promise<void> {
    if (this.busy) return;
    try {
      const path = await chooseFolder(purpose);
      if (path !== null) await this.take(path);
    } catch (error) {
      this.refused = toErrorValue(error);
      this.#showStart();
    }
  }

  #begin(path: string): void {
    this.path = path;
    this.refused = null;
    this.#showStart();
  }

  /** Where progress and refusals are shown. */
  #showStart(): void {
    if (app.study || this.inspection) navigation.go('start');
    else navigation.go('data');
  }

  #show(view = app.preferences.lastView): void {
    this.putAway();
    navigation.go(view);
  }
}

/** The one intake of the window. */
export const intake = new Intake();
