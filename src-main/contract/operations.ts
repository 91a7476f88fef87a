/**
 * The whole surface between a window and the service, as one object. The window's client and the service's dispatcher
 * are both derived from it; there is no other list of names, and no other way in.
 */
import * as v from 'valibot';
import type { AppState, StudyState } from './app-state.ts';
import { PICTURE_ORDERS, type ComparedPicture, type CompareView } from './compare-view.ts';
import { DataEdit, EDIT_EXPORT_KINDS, type EditsView, type RefreshView } from './data-edits.ts';
import type { DataView, Inspection, PictureRef, ProblemView } from './data-view.ts';
import type { EngineExplanation } from './engine-checks.ts';
import { EVALUATION_PARTS } from './evaluation.ts';
import type { EvaluationOverview } from './evaluation-view.ts';
import type { FolderListing } from './folder-listing.ts';
import type { Interpretation } from './interpretation.ts';
import { MODEL_FORMATS } from './model-export.ts';
import { operation, type CheckedInputOf, type InputOf, type OutputOf } from './operation.ts';
import { Preferences } from './preferences.ts';
import { EXPORT_KINDS, REPORT_SECTIONS, type ExportedFile, type ReportPreview } from './report-view.ts';
import { VERDICTS, type Mark, type SampleGroup, type SampleView } from './sample-view.ts';
import { ARCHITECTURES, ARMS, PRESETS, STEMS } from './settings.ts';
import type { EngineView, Estimates, RunHistory, TrainOptions, TuningView } from './train-view.ts';
import type { PublishedWeightsView, StudyWeightsView, WeightsFileView } from './weights-view.ts';

const nothing = v.strictObject({});
const path = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(8000),
  v.check((text) => !text.includes('\0'), 'a path'),
);
const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
/** Ids of tasks are chosen by the window, so that it can follow and cancel what it has just asked for. */
const task = v.pipe(v.string(), v.regex(/^[0-9a-z-]{1,64}$/));
const run = v.pipe(v.string(), v.regex(/^[0-9a-z-]{1,80}$/));
const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
const row = whole(100_000_000);
const round = whole(1000);
const sampleIds = v.pipe(v.array(text(8000)), v.minLength(1), v.maxLength(100_000));
const engine = v.picklist(['auto', 'cuda', 'webgpu', 'native', 'wasm']);
/** That `native` computes with; null or absent: as was found to be fastest. */
const threads = v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096))));
const settingValues = v.record(text(80), v.union([text(80), v.pipe(v.number(), v.finite()), v.boolean()]));
const threeNumbers = v.pipe(v.array(v.pipe(v.number(), v.finite())), v.length(3));
const runs = v.pipe(v.array(run), v.minLength(1), v.maxLength(20));

export const OPERATIONS = {
  // The app
  'app.state': operation(nothing).answers<AppState>(),
  'app.setPreferences': operation(v.partial(Preferences)).answers<Preferences>(),
  /** Cancels a task, whoever began it. False where it has ended already. */
  'app.cancelTask': operation(v.strictObject({ task })).answers<boolean>(),
  /** What went wrong in a window, for the log. */
  'app.reportProblem': operation(v.strictObject({ text: text(20_000) })).answers<null>(),

  // Places. `folders.pick` is for the desktop only, `folders.list` takes its place in a browser.
  'folders.pick': operation(
    v.strictObject({ purpose: v.picklist(['pictures', 'data-file', 'study', 'place-for-study', 'weights-file']) }),
  ).answers<string | null>(),
  'folders.list': operation(v.strictObject({ path: v.nullable(path) })).answers<FolderListing>(),
  /** What a dropped or opened path is. */
  'folders.recognise': operation(v.strictObject({ path })).answers<{
    readonly kind: 'study' | 'pictures' | 'nothing';
    /** Of the study, or of the pictures. */
    readonly path: string;
    readonly sentence: string;
  }>(),
  /** Shows something of ours in the system's file manager (desktop only). */
  'folders.reveal': operation(
    v.strictObject({ what: v.picklist(['study', 'pictures', 'sample', 'log']), id: v.optional(text(8000), '') }),
  ).answers<null>(),

  // Studies
  'study.open': operation(v.strictObject({ folder: path })).answers<StudyState>(),
  'study.openSample': operation(v.strictObject({ task })).answers<StudyState>(),
  'study.create': operation(
    v.strictObject({
      inspection: v.pipe(v.string(), v.maxLength(80)),
      name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(120)),
      folder: path,
      task,
    }),
  ).answers<StudyState>(),
  'study.close': operation(nothing).answers<null>(),
  /** Takes a study off the list of recent ones; nothing is deleted. */
  'study.forget': operation(v.strictObject({ folder: path })).answers<null>(),

  // Data
  /** Reads a folder, archive or file. The surest format, or the one that is named; `choices` answer its questions. */
  'data.inspect': operation(
    v.strictObject({
      path,
      task,
      format: v.optional(v.nullable(text(60)), null),
      choices: v.optional(v.record(text(60), text(2000)), {}),
    }),
  ).answers<Inspection>(),
  'data.view': operation(nothing).answers<DataView>(),
  /** Pictures of a class, in the order of their names; of the inspection where one is given. */
  'data.pictures': operation(
    v.strictObject({
      label: row,
      split: v.nullable(v.picklist(['train', 'val', 'test'])),
      offset: row,
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
      inspection: v.nullable(text(80)),
    }),
  ).answers<{ readonly total: number; readonly pictures: readonly PictureRef[] }>(),
  'data.problems': operation(
    v.strictObject({
      kind: text(60),
      offset: row,
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
      inspection: v.nullable(text(80)),
    }),
  ).answers<{ readonly total: number; readonly problems: readonly ProblemView[] }>(),
  /** Corrects labels, classes or parts; the pictures stay as they are, and runs keep the data that they saw. */
  'data.edit': operation(v.strictObject({ edit: DataEdit })).answers<EditsView>(),
  'data.edits': operation(nothing).answers<EditsView>(),
  /** Takes back the last correction; says what it was, null where there is none left. */
  'data.undo': operation(nothing).answers<string | null>(),
  'data.redo': operation(nothing).answers<string | null>(),
  /** Makes corrections of the data of what the marks ask of the next run. */
  'data.editFromMarks': operation(nothing).answers<EditsView>(),
  /** Reads the pictures again; what was corrected stays corrected. Not while a run is worked on. */
  'data.refresh': operation(v.strictObject({ task })).answers<RefreshView>(),
  /** Asks for a place (desktop) or offers a download (browser). Null: the person changed their mind. */
  'data.exportEdits': operation(
    v.strictObject({ kind: v.picklist(EDIT_EXPORT_KINDS), task }),
  ).answers<ExportedFile | null>(),

  // Weights to start from
  /** What is in a file of weights, and which networks could use it. */
  'weights.inspectFile': operation(v.strictObject({ path, task })).answers<WeightsFileView>(),
  /** Copies weights into the open study, from a file or from what was downloaded. */
  'weights.use': operation(
    v.strictObject({
      source: v.variant('kind', [
        v.strictObject({
          kind: v.literal('file'),
          path,
          architecture: v.picklist(ARCHITECTURES),
          /** What is null or absent is what the file says, or what is usual. */
          size: v.optional(v.nullable(whole(4096)), null),
          mean: v.optional(v.nullable(threeNumbers), null),
          std: v.optional(v.nullable(threeNumbers), null),
          stem: v.optional(v.nullable(v.picklist(STEMS)), null),
          lastStride: v.optional(v.nullable(v.picklist([1, 2])), null),
        }),
        v.strictObject({ kind: v.literal('published'), id: text(100) }),
      ]),
      task,
    }),
  ).answers<StudyWeightsView>(),
  /** What can be downloaded, and what of it is here. */
  'weights.published': operation(nothing).answers<readonly PublishedWeightsView[]>(),
  /** Fetches published weights: the only operation that reaches another computer. Goes on with what is here. */
  'weights.download': operation(v.strictObject({ id: text(100), task })).answers<null>(),
  /** What the open study keeps. */
  'weights.list': operation(nothing).answers<readonly StudyWeightsView[]>(),

  // Training
  'train.options': operation(nothing).answers<TrainOptions>(),
  'train.engines': operation(nothing).answers<readonly EngineView[]>(),
  /** Why each engine can or cannot be used here, and what to do about it. */
  'engines.explain': operation(nothing).answers<readonly EngineExplanation[]>(),
  /** Measures this machine with the presets, changed by `settings`. Remembered for as long as nothing changes. */
  'train.measure': operation(
    v.strictObject({ engine, threads, presets: v.array(v.picklist(PRESETS)), settings: settingValues, task }),
  ).answers<Estimates>(),
  /**
   * What is fastest on this machine for a preset changed by `settings`; null: it is not known, and was not measured.
   * Without anybody asking for it, it is measured only where an engine is to be chosen and the choice can be remembered.
   */
  'train.tune': operation(
    v.strictObject({
      engine,
      preset: v.picklist(PRESETS),
      settings: settingValues,
      measure: v.picklist(['never', 'unless-known', 'again']),
      task,
    }),
  ).answers<TuningView | null>(),
  'train.launch': operation(
    v.strictObject({
      preset: v.picklist(PRESETS),
      arms: v.pipe(v.array(v.picklist(ARMS)), v.minLength(1), v.maxLength(ARMS.length)),
      seeds: v.pipe(v.array(whole(2 ** 31 - 1)), v.minLength(1), v.maxLength(20)),
      engine,
      threads,
      settings: settingValues,
      applyCorrections: v.boolean(),
      /** Seconds, as it was estimated for all runs together. */
      estimate: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0))),
    }),
  ).answers<null>(),
  /**
   * Assesses and measures a network as it is, without training it: a run of the arm `given`. `classes[c]` is the output of
   * the network that is class c of the study; null in its place: by the names of the classes, or in order where the
   * numbers are equal.
   */
  'train.bring': operation(
    v.strictObject({
      weights: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
      classes: v.nullable(v.pipe(v.array(v.nullable(whole(1_000_000))), v.maxLength(10_000))),
      engine,
    }),
  ).answers<null>(),
  'train.pause': operation(nothing).answers<null>(),
  /** Goes on after a pause. */
  'train.resume': operation(nothing).answers<null>(),
  /** Stores where the run is and ends; it can be gone on with. */
  'train.stop': operation(nothing).answers<null>(),
  /** Goes on with runs that were stopped, interrupted or failed, in the order they began; all of them where none is named. */
  'train.goOn': operation(v.strictObject({ runs: v.pipe(v.array(run), v.maxLength(100)) })).answers<null>(),
  /** Deletes a run and everything it computed. */
  'train.deleteRun': operation(v.strictObject({ run })).answers<null>(),
  'train.history': operation(v.strictObject({ run })).answers<RunHistory>(),

  // Inspecting. The rows themselves come as a resource: see resources.ts.
  'inspect.sample': operation(v.strictObject({ run, round, row })).answers<SampleView>(),
  /** Computes the attacked pictures of some rows again; answers when they can be fetched. */
  'inspect.explain': operation(
    v.strictObject({ run, round, rows: v.pipe(v.array(row), v.minLength(1), v.maxLength(16)) }),
  ).answers<null>(),
  /** What the network of the round itself says of a picture; computed where nobody has asked before. */
  'inspect.interpretation': operation(v.strictObject({ run, round, row })).answers<Interpretation>(),
  'inspect.groups': operation(v.strictObject({ run, round })).answers<readonly SampleGroup[]>(),
  'marks.list': operation(nothing).answers<readonly Mark[]>(),
  /** Sets what is given and leaves the rest; null takes back. */
  'marks.set': operation(
    v.strictObject({
      ids: sampleIds,
      verdict: v.optional(v.nullable(v.picklist(VERDICTS))),
      note: v.optional(text(4000)),
      correction: v.optional(
        v.nullable(
          v.variant('kind', [
            v.strictObject({ kind: v.literal('relabel'), label: row }),
            v.strictObject({ kind: v.literal('leave-out') }),
          ]),
        ),
      ),
    }),
  ).answers<readonly Mark[]>(),
  /** Takes back the last change of marks; says what it was, null where there is none left. */
  'marks.undo': operation(nothing).answers<string | null>(),
  'marks.redo': operation(nothing).answers<string | null>(),

  // Comparing
  /** The baseline is one of the runs. */
  'compare.view': operation(v.strictObject({ runs, baseline: run })).answers<CompareView>(),
  'compare.pictures': operation(
    v.strictObject({ a: run, b: run, order: v.picklist(PICTURE_ORDERS), limit: whole(200) }),
  ).answers<readonly ComparedPicture[]>(),

  // Measuring finished runs
  'evaluation.overview': operation(v.strictObject({ runs })).answers<EvaluationOverview>(),
  /** Measures what is missing or outdated; with `again` all that was asked for. What was measured before it ends stays. */
  'evaluation.measure': operation(
    v.strictObject({
      runs,
      parts: v.pipe(v.array(v.picklist(EVALUATION_PARTS)), v.minLength(1), v.maxLength(EVALUATION_PARTS.length)),
      again: v.boolean(),
      engine,
      task,
    }),
  ).answers<null>(),

  // Reports
  'report.preview': operation(
    v.strictObject({ runs, sections: v.array(v.picklist(REPORT_SECTIONS)), title: text(200), task }),
  ).answers<ReportPreview>(),
  /** Asks for a place (desktop) or offers a download (browser). Null: the person changed their mind. */
  'report.export': operation(
    v.strictObject({
      kind: v.picklist(EXPORT_KINDS),
      runs,
      sections: v.array(v.picklist(REPORT_SECTIONS)),
      title: text(200),
      task,
    }),
  ).answers<ExportedFile | null>(),
  /** A trained network as an archive of files for other programs, with its card; otherwise as `report.export`. */
  'model.export': operation(
    v.strictObject({ run, formats: v.pipe(v.array(v.picklist(MODEL_FORMATS)), v.minLength(1)), task }),
  ).answers<ExportedFile | null>(),
} as const;

export type OperationName = keyof typeof OPERATIONS;
export type Input<Name extends OperationName> = InputOf<(typeof OPERATIONS)[Name]>;
export type CheckedInput<Name extends OperationName> = CheckedInputOf<(typeof OPERATIONS)[Name]>;
export type Output<Name extends OperationName> = OutputOf<(typeof OPERATIONS)[Name]>;

/** Whether a name that came from outside is one of ours (and not `__proto__`). */
export const isOperation = (name: unknown): name is OperationName =>
  typeof name === 'string' && Object.hasOwn(OPERATIONS, name);
