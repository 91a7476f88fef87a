/** Small things that are done to studies from several places. */
import { toErrorValue } from '../../../src-main/contract/errors.ts';
import type { Input } from '../../../src-main/contract/operations.ts';
import { isWorking } from '../../frame/step-notes.ts';
import { app } from '../../lib/app.svelte.ts';
import { client } from '../../lib/client.ts';
import { confirm } from '../../lib/confirm.svelte.ts';
import { navigation } from '../../lib/navigation.svelte.ts';
import { sayError } from '../../lib/say-error.ts';

function say(error: unknown): void {
  if (toErrorValue(error).code !== 'cancelled') sayError(error);
}

/** Shows something in the system's file manager. */
export async function reveal(what: Input<'folders.reveal'>['what']): Promise<void> {
  await client.call('folders.reveal', { what }).catch(say);
}

/** Milliseconds that a run may take to store where it is; one step of training and a file. */
const STOPPING_MS = 60_000;

/**
 * Stops a run that is at work, if the person agrees, so that another study can be opened.
 * @returns false where they would rather stay
 * @throws CallError
 */
export async function leaveRuns(): Promise<boolean> {
  if (!isWorking(app.launch)) return true;
  const agreed = await confirm({
    title: 'Stop the training?',
    text: 'A run of this study is at work. It is stored where it is, and you can go on with it later.',
    action: 'Stop and leave',
  });
  if (!agreed) return false;
  // It may have ended while the question was open.
  if (isWorking(app.launch)) await client.call('train.stop', {});
  const latest = Date.now() + STOPPING_MS;
  while (isWorking(app.launch) && Date.now() < latest) await new Promise((resolve) => setTimeout(resolve, 100));
  return true;
}

/** Closes the open study; what it holds is on disk already. */
export async function closeStudy(): Promise<void> {
  if (!app.study) return;
  try {
    if (!(await leaveRuns())) return;
    await client.call('study.close', {});
    navigation.go('data');
  } catch (error) {
    say(error);
  }
}

/** Takes a study off the list of recent ones. */
export async function forgetStudy(folder: string): Promise<void> {
  await client.call('study.forget', { folder }).catch(say);
}
