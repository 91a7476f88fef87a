/** What no page may do, whatever is in it: leave its place, open another, ask for devices, fetch from anywhere else. */
import { app, type Session, type WebContents } from 'electron';
import { isLocal, isOfWindow, REPORT_PATH } from './origin.ts';

/** Before the app is ready: switches of the whole browser. */
export function closeTheNetwork(): void {
  // A second bar behind the request filter: nothing inside Chromium finds any host, whatever asks.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  app.commandLine.appendSwitch('disable-background-networking');
  app.on('web-contents-created', (_, contents) => guardContents(contents));
}

export function guardSession(session: Session): void {
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !isLocal(url) }));
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // Chromium would fetch its word lists from the internet.
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
}

function guardContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    const isReport = isOfWindow(event.url) && new URL(event.url).pathname.startsWith(REPORT_PATH);
    // A frame may show a report of ours; a report may not lead itself anywhere else, for it has no origin of ours.
    if (event.isMainFrame || !isReport) event.preventDefault();
  });
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}
