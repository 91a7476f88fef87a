/** An exported network in a folder, or as one archive. */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { ModelFormat } from '../contract/model-export.ts';
import { writeZip } from '../reports/zip.ts';
import { writeWholeFile } from '../workspace/atomic-file.ts';
import { openStudy } from '../workspace/study.ts';
import { CARD_JSON, CARD_TEXT, exportModel, runToExport } from './export-model.ts';
import type { ModelWishes } from './export-model.ts';
import { openOnce } from './library/open-studies.ts';
import type { OpenedStudy } from './library/open-studies.ts';
import { CARD_FORMAT } from './model-card/card.ts';
import type { ModelCard } from './model-card/card.ts';
import { writingInto } from './out-folder.ts';
import type { Following } from './report-build.ts';

export interface StudyModelOptions extends Omit<ModelWishes, 'run'>, Following {
  /** Folder of the study. */
  readonly study: string;
  /** Folder for the files. */
  readonly out: string;
  /** Default: the last that is finished. */
  readonly run?: string;
}

/** As {@link writeModelFolder}, of a study that is not open. */
export async function exportStudyModel({ study, out, run, ...wishes }: StudyModelOptions): Promise<ModelCard> {
  const opened = await openOnce(await openStudy(study));
  const chosen = run ?? (await runToExport(opened.study.folder));
  return writeModelFolder(out, opened, { ...wishes, run: chosen }, wishes);
}

/** Writes the archive, whole or not at all. @throws SteadygazeError as {@link exportModel} */
export async function writeModelZip(
  path: string,
  opened: OpenedStudy,
  wishes: ModelWishes,
  following: Following = {},
): Promise<void> {
  const { signal } = following;
  const fill = async (add: Parameters<Parameters<typeof writeZip>[1]>[0]): Promise<void> => {
    await exportModel(opened, wishes, add, following);
  };
  await writeZip(path, fill, signal === undefined ? {} : { signal });
}

/**
 * Writes the files into a folder, which is made where it is missing. Files of an earlier export are replaced, and those
 * that this one has not are deleted; the card, which says what belongs together, is written last.
 * @throws SteadygazeError as {@link exportModel}; `refused` where a file of somebody else would be replaced;
 * `study-unwritable`
 */
async function writeModelFolder(
  out: string,
  opened: OpenedStudy,
  wishes: ModelWishes,
  following: Following = {},
): Promise<ModelCard> {
  const earlier = await filesOfEarlier(out);
  // Before the first file is written, as far as names are known by then.
  const names = [...wishes.formats.map((format) => FIRST_FILES[format]), CARD_TEXT, CARD_JSON];
  for (const name of names) {
    if (!earlier.has(name) && (await exists(join(out, ...name.split('/'))))) throw foreign(join(out, name));
  }
  const written = new Set<string>();
  return writingInto(out, async () => {
    const card = await exportModel(
      opened,
      wishes,
      async (name, pieces) => {
        const path = join(out, ...name.split('/'));
        if (!earlier.has(name) && (await exists(path))) throw foreign(path);
        written.add(name);
        await writeWholeFile(path, async (append) => {
          for await (const piece of pieces) await append(piece);
        });
      },
      following,
    );
    for (const name of earlier) if (!written.has(name)) await rm(join(out, ...name.split('/')), { force: true });
    return card;
  });
}

const FIRST_FILES: Readonly<Record<ModelFormat, string>> = {
  safetensors: 'model.safetensors',
  onnx: 'model.onnx',
  tfjs: 'tfjs/model.json',
};
/** Names that an export gives; nothing else is ever deleted, whatever a card in the folder says. */
const OURS = /^(model\.(safetensors|onnx)|tfjs\/(model\.json|group1-shard\d+of\d+\.bin))$/;
const Card = v.object({
  format: v.literal(CARD_FORMAT),
  files: v.array(v.object({ name: v.pipe(v.string(), v.regex(OURS)) })),
});

/** Files of the export that is in the folder already, with its card; none where there is none. */
async function filesOfEarlier(out: string): Promise<ReadonlySet<string>> {
  try {
    const card = v.safeParse(Card, JSON.parse(await readFile(join(out, CARD_JSON), 'utf8')));
    return card.success ? new Set([...card.output.files.map(({ name }) => name), CARD_JSON, CARD_TEXT]) : new Set();
  } catch {
    // Whatever is there is not ours.
    return new Set();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

const foreign = (path: string): SteadygazeError =>
  new SteadygazeError(
    'refused',
    `There is a file already that is no part of an earlier export: ${path}`,
    'Choose an empty folder with --out, or move that file away.',
  );
