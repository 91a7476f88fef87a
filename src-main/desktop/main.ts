/** The desktop app's main program. */
import { Application } from '../service/application/application.ts';
import { startDesktop } from './desktop.ts';

startDesktop((options) => Application.open(options));
