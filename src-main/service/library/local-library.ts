/** The library itself, in the thread that reads. What it keeps in memory is kept here; what it does is in the files beside. */
import { isAbsolute, resolve } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import type { PictureOrder } from '../../contract/compare-view.ts';
import type { DataEdit, EditExportKind } from '../../contract/data-edits.ts';
import type { Correction } from '../../contract/run.ts';
import type { Preset } from '../../contract/settings.ts';
import { writeFileAtomic } from '../../workspace/atomic-file.ts';
import { lastRound, readRun } from '../../workspace/run.ts';
import { correctData, editsOfMarks, editsView, redoCorrection, undoCorrection } from '../edit-data.ts';
import type { EditedStudy } from '../edit-data.ts';
import { editsExport } from '../export-edits.ts';
import { planGiven, type BringWishes } from '../bring-model.ts';
import type { ModelWishes } from '../export-model.ts';
import { planRuns } from '../plan-runs.ts';
import { refreshData } from '../refresh-data.ts';
import { refuseUnfitStart } from '../start-weights.ts';
import { inspectWeights, studyWeights, useWeights } from '../use-weights.ts';
import type { WeightsSource } from '../use-weights.ts';
import { comparedPictures } from './compare-pictures.ts';
import { compareView } from './compare.ts';
import { copySample } from './copy-sample.ts';
import { classPictures, describeData, problemsOfKind } from './data-view.ts';
import { readOverview } from './evaluation-overview.ts';
import { groupsOf } from './groups.ts';
import { runHistory } from './history.ts';
import { Inspections } from './inspections.ts';
import type { Following, Library, MarkChange, Reading, ReportRequest, ResourceBody } from './library.ts';
import { OpenStudies, type OpenedStudy, type Pictures } from './open-studies.ts';
import { ShownPictures } from './pictures.ts';
import { Reports, writeExport, writingFile } from './reports.ts';
import { RoundColumns } from './round-columns.ts';
import { BYTES_TYPE, readExplained, readMaps } from './run-resources.ts';
import { refuseMissingRound, SampleTables } from './sample-tables.ts';
import { sampleView } from './sample-view.ts';
import { checkChange, correctionsOf, StudyMarks } from './study-marks.ts';
import { studyState } from './study-state.ts';
import { trainOptions } from './train-options.ts';

export class LocalLibrary implements Library {
  readonly #studies = new OpenStudies();
  readonly #inspections = new Inspections();
  readonly #pictures = new ShownPictures();
  readonly #columns = new RoundColumns();
  readonly #tables = new SampleTables(this.#columns);
  readonly #reports = new Reports();
  /** By the absolute path of the study. */
  readonly #marks = new Map<string, KeptMarks>();

  inspect(path: string, reading: Reading, studies: string, following?: Following) {
    return this.#inspections.inspect(path, reading, studies, following);
  }

  createStudy(inspection: string, name: string, folder: string, following?: Following) {
    return this.#inspections.createStudy(inspection, name, folder, following);
  }

  copySample(sample: string, folder: string, following?: Following) {
    return copySample(resolve(sample), resolve(folder), following);
  }

  async openStudy(folder: string, active: readonly string[]) {
    const opened = await this.#studies.get(folder);
    return studyState(opened, (await this.#marksOf(opened)).list(), active);
  }

  async closeStudy(folder: string) {
    this.#studies.forget(folder);
    this.#tables.forget(resolve(folder));
    this.#columns.forget(resolve(folder));
    this.#marks.delete(resolve(folder));
  }

  async dataView(study: string) {
    return describeData(await this.#studies.get(study));
  }

  async classPictures(
    of: string,
    label: number,
    split: 'train' | 'val' | 'test' | null,
    offset: number,
    limit: number,
  ) {
    const { total, items } = classPictures(await this.#picturesOf(of), label, split, offset, limit);
    return { total, pictures: items };
  }

  async problems(of: string, kind: string, offset: number, limit: number) {
    const { total, items } = problemsOfKind(await this.#picturesOf(of), kind, offset, limit);
    return { total, problems: items };
  }

  async edits(study: string) {
    return editsView((await this.#studies.get(study)).read);
  }

  async editData(study: string, edit: DataEdit) {
    return correctData(await this.#edited(study), async () => [edit]);
  }

  async undoEdit(study: string) {
    return undoCorrection(await this.#edited(study));
  }

  async redoEdit(study: string) {
    return redoCorrection(await this.#edited(study));
  }

  async editFromMarks(study: string) {
    const marks = (await this.#marksOf(await this.#studies.get(study))).list();
    return correctData(await this.#edited(study), async (present) => editsOfMarks(present, marks));
  }

  async refreshData(study: string, { onProgress, signal }: Following = {}) {
    return refreshData(resolve(study), {
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async exportEdits(study: string, kind: EditExportKind, path: string) {
    const { read } = await this.#studies.get(study);
    await writingFile(path, () => writeFileAtomic(path, editsExport(kind, read)));
  }

  async trainOptions(study: string) {
    const { dataset } = await this.#studies.get(study);
    return trainOptions(dataset, await this.#corrections(study));
  }

  async planRuns(study: string, preset: Preset, sets: readonly (readonly string[])[], corrected: boolean) {
    const { dataset, read } = await this.#studies.get(study);
    const corrections = corrected ? await this.#corrections(study) : [];
    const plans = planRuns(dataset, { preset, sets, corrections });
    await refuseUnfitStart(resolve(study), plans.settings);
    return { ...plans, data: read.state };
  }

  async inspectWeights(path: string) {
    return inspectWeights(path);
  }

  async useWeights(study: string, source: WeightsSource) {
    const { dataset } = await this.#studies.get(study);
    return useWeights(resolve(study), dataset.classes.length, source);
  }

  async planGiven(study: string, wishes: BringWishes) {
    const { dataset, read } = await this.#studies.get(study);
    return { settings: await planGiven(resolve(study), dataset, wishes), data: read.state };
  }

  async studyWeights(study: string) {
    return studyWeights(resolve(study));
  }

  async history(study: string, run: string) {
    return runHistory(resolve(study), await readRun(study, run));
  }

  async sample(study: string, run: string, round: number, row: number) {
    const record = await readRun(resolve(study), run);
    const opened = await this.#studies.ofRun(study, record);
    const marks = await this.#marksOf(await this.#studies.get(study));
    return sampleView(opened, this.#columns, record, round, row, (id) => marks.get(id));
  }

  async groups(study: string, run: string, round: number) {
    const { folder } = (await this.#studies.get(study)).study;
    const record = await readRun(folder, run);
    refuseMissingRound(record, round);
    return groupsOf(await this.#columns.get(folder, run, round), record.classes);
  }

  async marks(study: string) {
    return (await this.#marksOf(await this.#studies.get(study))).list();
  }

  async setMarks(study: string, ids: readonly string[], change: MarkChange) {
    const opened = await this.#studies.get(study);
    checkChange(ids, change, opened.byId, opened.dataset);
    return (await this.#marksOf(opened)).change(ids, change);
  }

  async undoMarks(study: string) {
    return (await this.#marksOf(await this.#studies.get(study))).undo();
  }

  async redoMarks(study: string) {
    return (await this.#marksOf(await this.#studies.get(study))).redo();
  }

  async compare(study: string, runs: readonly string[], baseline: string) {
    const { study: found, data } = await this.#studies.get(study);
    return compareView(found, data, runs, baseline);
  }

  async evaluationOverview(study: string, runs: readonly string[]) {
    const { study: found, dataset, data } = await this.#studies.get(study);
    return readOverview(found, data, dataset, runs);
  }

  async comparePictures(study: string, a: string, b: string, order: PictureOrder, limit: number) {
    const folder = resolve(study);
    const assessed = async (run: string) => {
      const record = await readRun(folder, run);
      const round = lastRound(record);
      return { record, round, table: await this.#columns.get(folder, run, round) };
    };
    const [one, other] = [await assessed(a), await assessed(b)];
    const { byId } = await this.#studies.ofRun(study, other.record);
    return comparedPictures(one, other, byId, order, limit);
  }

  async previewReport(request: ReportRequest, following?: Following) {
    return this.#reports.preview(await this.#studies.get(request.study), request, following);
  }

  async writeExport(
    kind: Parameters<Library['writeExport']>[0],
    request: ReportRequest,
    path: string,
    following?: Following,
  ) {
    await writeExport(await this.#studies.get(request.study), kind, request, path, following);
  }

  async exportModel(study: string, wishes: ModelWishes, path: string, following?: Following) {
    const opened = await this.#studies.get(study);
    // The formats are loaded by whoever exports a network.
    const { writeModelZip } = await import('../write-model.ts');
    await writingFile(path, () => writeModelZip(path, opened, wishes, following));
  }

  async resource(study: string | null, resource: Parameters<Library['resource']>[1]): Promise<ResourceBody> {
    if (resource.kind === 'report') return this.#reports.get(resource.id);
    if (resource.kind === 'picture') return this.#picture(study, resource.hash, resource.size);
    if (study === null) throw noStudy();
    switch (resource.kind) {
      case 'table': {
        const record = await readRun(resolve(study), resource.run);
        const opened = await this.#studies.ofRun(study, record);
        return { type: BYTES_TYPE, body: await this.#tables.get(opened, record, resource.round), immutable: false };
      }
      case 'maps':
        return readMaps(resolve(study), resource);
      case 'explained':
        return readExplained(resolve(study), resource);
    }
  }

  /** What the marks ask of the next run. */
  async #corrections(study: string): Promise<readonly Correction[]> {
    const opened = await this.#studies.get(study);
    return correctionsOf((await this.#marksOf(opened)).list(), opened.byId, opened.dataset);
  }

  async #picture(study: string | null, hash: string, size: number): Promise<ResourceBody> {
    if (study !== null) {
      return this.#pictures.get(await this.#studies.holding(study, hash), resolve(study), hash, size);
    }
    const [pictures] = this.#inspections.holding(hash);
    if (pictures !== undefined) return this.#pictures.get(pictures, null, hash, size);
    throw new SteadygazeError('not-found', 'This picture is not at hand any more.', 'Choose the folder again.');
  }

  async #picturesOf(of: string): Promise<Pictures> {
    return isAbsolute(of) ? this.#studies.get(of) : this.#inspections.get(of);
  }

  async #edited(study: string): Promise<EditedStudy> {
    const { study: found, data } = await this.#studies.get(study);
    return { folder: found.folder, data };
  }

  #marksOf({ study: { folder }, dataset: { classes } }: OpenedStudy): Promise<StudyMarks> {
    const key = JSON.stringify(classes);
    const known = this.#marks.get(folder);
    // Marks name classes by number: whoever corrected the classes has written them anew.
    if (known?.classes === key) return known.marks;
    const marks = StudyMarks.open(folder);
    this.#marks.set(folder, { classes: key, marks });
    marks.catch(() => this.#marks.delete(folder));
    return marks;
  }
}

/** The marks of a study with these classes. */
interface KeptMarks {
  readonly classes: string;
  readonly marks: Promise<StudyMarks>;
}

const noStudy = () => new SteadygazeError('not-found', 'No study is open.', 'Open a study first.');
