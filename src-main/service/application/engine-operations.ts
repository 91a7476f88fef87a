/** Why engines can or cannot be used. */
import type { EngineView } from '../../contract/train-view.ts';
import { explainTrials } from '../list-engines.ts';
import type { Handlers } from './checked-input.ts';

/** @param tried every engine, tried once a session: starting them again would disturb a run that works */
export function engineOperations(tried: () => Promise<readonly EngineView[]>): Pick<Handlers, 'engines.explain'> {
  return { 'engines.explain': async () => explainTrials(await tried()) };
}
