/**
 * Everything that reads much: data sets, tables, pictures, reports. It runs in a worker (worker.ts): a thread, or under Electron a process of its own, so that the
 * process which answers the window never waits for a disk or a long loop; `LibraryClient` (client.ts) is the same
 * interface on the other side. Paths are absolute; ids were checked by the contract.
 */
import type { StudyState } from '../../contract/app-state.ts';
import type { ComparedPicture, CompareView, PictureOrder } from '../../contract/compare-view.ts';
import type { DataEdit, EditExportKind, EditsView, RefreshView } from '../../contract/data-edits.ts';
import type { DataView, Inspection, PictureRef, ProblemView } from '../../contract/data-view.ts';
import type { EvaluationOverview } from '../../contract/evaluation-view.ts';
import type { ExportKind, ReportPreview, ReportSection } from '../../contract/report-view.ts';
import type { Resource } from '../../contract/resources.ts';
import type { DataState } from '../../contract/run.ts';
import type { Mark, SampleGroup, SampleView } from '../../contract/sample-view.ts';
import type { Preset, RunSettings } from '../../contract/settings.ts';
import type { TrainOptions, RunHistory } from '../../contract/train-view.ts';
import type { StudyWeightsView, WeightsFileView } from '../../contract/weights-view.ts';
import type { BringWishes } from '../bring-model.ts';
import type { ModelWishes } from '../export-model.ts';
import type { RunPlans } from '../plan-runs.ts';
import type { Printed } from '../report-zip.ts';
import type { WeightsSource } from '../use-weights.ts';

/** Of a long call. */
export interface Following {
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/** How a place is to be read; null and {}: as the readers think best. */
export interface Reading {
  readonly format: string | null;
  readonly choices: Readonly<Record<string, string>>;
}

/** A change of marks: what is absent stays as it is, null takes back. */
export interface MarkChange {
  readonly verdict?: Mark['verdict'];
  readonly note?: string;
  readonly correction?: Mark['correction'];
}

/** Bytes that a shell sends as they are. */
export interface ResourceBody {
  /** MIME type. */
  readonly type: string;
  readonly body: Uint8Array;
  /** The bytes of this address never change. */
  readonly immutable: boolean;
}

export interface ReportRequest {
  readonly study: string;
  readonly runs: readonly string[];
  readonly sections: readonly ReportSection[];
  readonly title: string;
  /** ISO time that the report bears. Default: now. */
  readonly created?: string;
  /** For the archive: path of the printed report, or why there is none. */
  readonly printed?: Printed;
}

export interface Library {
  /** Looks at a place with pictures; keeps what it found for `createStudy`. `studies`: where new studies go. */
  inspect(path: string, reading: Reading, studies: string, following?: Following): Promise<Inspection>;
  /** Makes the study of an inspection. */
  createStudy(inspection: string, name: string, folder: string, following?: Following): Promise<void>;
  /** Copies the sample study that comes with the app to `folder`. */
  copySample(sample: string, folder: string, following?: Following): Promise<void>;
  /**
   * Opens a study (or reads it again). `active`: ids of runs that this app works on now; every other run that says it is
   * being worked on was interrupted, unless another process holds its lock.
   */
  openStudy(folder: string, active: readonly string[]): Promise<StudyState>;
  /** Forgets what it keeps of a study. */
  closeStudy(folder: string): Promise<void>;

  dataView(study: string): Promise<DataView>;
  /** `of`: the folder of a study, or the id of an inspection. */
  classPictures(
    of: string,
    label: number,
    split: 'train' | 'val' | 'test' | null,
    offset: number,
    limit: number,
  ): Promise<{ readonly total: number; readonly pictures: readonly PictureRef[] }>;
  problems(
    of: string,
    kind: string,
    offset: number,
    limit: number,
  ): Promise<{ readonly total: number; readonly problems: readonly ProblemView[] }>;

  /** The corrections of the data that are in force. */
  edits(study: string): Promise<EditsView>;
  /** Corrects the data; the pictures stay as they are. */
  editData(study: string, edit: DataEdit): Promise<EditsView>;
  /** Takes the last correction back, or does it again. Says what it was; null where there is none. */
  undoEdit(study: string): Promise<string | null>;
  redoEdit(study: string): Promise<string | null>;
  /** Makes corrections of the data of what the marks ask of the next run. */
  editFromMarks(study: string): Promise<EditsView>;
  /** Reads the pictures again. */
  refreshData(study: string, following?: Following): Promise<RefreshView>;
  /** Writes the corrections as a file; the path's folder exists. */
  exportEdits(study: string, kind: EditExportKind, path: string): Promise<void>;

  /** Presets fitted to the pictures, every setting with its definition, and the corrections at hand. */
  trainOptions(study: string): Promise<TrainOptions>;
  /** What is in a file of weights. */
  inspectWeights(path: string): Promise<WeightsFileView>;
  /** Copies weights into the study. */
  useWeights(study: string, source: WeightsSource): Promise<StudyWeightsView>;
  /** Settles the run that measures a network as it is; with the state of the data, as {@link planRuns}. */
  planGiven(study: string, wishes: BringWishes): Promise<{ readonly settings: RunSettings; readonly data?: DataState }>;
  /** What the study keeps. */
  studyWeights(study: string): Promise<readonly StudyWeightsView[]>;
  history(study: string, run: string): Promise<RunHistory>;
  /**
   * Settles what runs are to do, one for each of `sets` ("name=value", over the preset), and checks it.
   * @param corrected with the corrections that the marks ask for
   * @returns with the state of the data that they are planned for: all of them begin with it
   */
  planRuns(
    study: string,
    preset: Preset,
    sets: readonly (readonly string[])[],
    corrected: boolean,
  ): Promise<RunPlans & { readonly data?: DataState }>;

  sample(study: string, run: string, round: number, row: number): Promise<SampleView>;
  groups(study: string, run: string, round: number): Promise<readonly SampleGroup[]>;
  marks(study: string): Promise<readonly Mark[]>;
  /** Returns the marks of these pictures as they are now. */
  setMarks(study: string, ids: readonly string[], change: MarkChange): Promise<readonly Mark[]>;
  undoMarks(study: string): Promise<string | null>;
  redoMarks(study: string): Promise<string | null>;

  /** @param baseline one of `runs` */
  compare(study: string, runs: readonly string[], baseline: string): Promise<CompareView>;
  /** What has been measured on these runs, and what could be. */
  evaluationOverview(study: string, runs: readonly string[]): Promise<EvaluationOverview>;
  comparePictures(
    study: string,
    a: string,
    b: string,
    order: PictureOrder,
    limit: number,
  ): Promise<readonly ComparedPicture[]>;

  /** Builds a report and keeps its HTML for {@link resource} (the last few). */
  previewReport(request: ReportRequest, following?: Following): Promise<ReportPreview>;
  /** Writes a file of a report, or of the samples; the path's folder exists. */
  writeExport(
    kind: Exclude<ExportKind, 'pdf'>,
    request: ReportRequest,
    path: string,
    following?: Following,
  ): Promise<void>;

  /** Writes a trained network with its card as an archive; the path's folder exists. */
  exportModel(study: string, wishes: ModelWishes, path: string, following?: Following): Promise<void>;

  /** @throws SteadygazeError `not-found` */
  resource(study: string | null, resource: Exclude<Resource, { kind: 'download' }>): Promise<ResourceBody>;
}
