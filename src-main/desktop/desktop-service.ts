/** What the desktop shell needs of the application service: it knows nothing else of it. */
import type { Application } from '../service/application/application.ts';

export type DesktopService = Pick<
  Application,
  'invoke' | 'onEvent' | 'resource' | 'state' | 'offer' | 'command' | 'working' | 'close'
>;
