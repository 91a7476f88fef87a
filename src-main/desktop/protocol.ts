/** The window's own protocol, for the whole app. */
import { protocol, type Session } from 'electron';
import { answer, type Sources } from './answer.ts';
import { answerHeaders, SCHEME, SHELL_HOST } from './origin.ts';
import { STORING_PAGE } from './storing-page.ts';

/** Before the app is ready. */
export function declareProtocol(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
}

/** A page of the shell itself. */
export const STORING_URL = `${SCHEME}://${SHELL_HOST}/storing`;

export function serveProtocol(session: Session, sources: Sources): void {
  session.protocol.handle(SCHEME, ({ url, method }) => {
    if (url !== STORING_URL) return answer(url, method, sources);
    return new Response(STORING_PAGE, { headers: answerHeaders('/storing', 'text/html; charset=utf-8', false) });
  });
}
