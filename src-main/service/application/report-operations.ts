/** Reports and other files that leave the app. */
import type { Handlers } from './checked-input.ts';
import { exportFile, exportModel } from './exports.ts';
import type { Parts } from './parts.ts';

type ReportHandlers = Pick<Handlers, 'report.preview' | 'report.export' | 'model.export'>;

export function reportOperations({ desk, library, shell, store, tasks }: Parts): ReportHandlers {
  return {
    'report.preview': async ({ runs, sections, title, task }) => {
      const request = { study: desk.study.folder, runs, sections, title };
      return tasks.run(task, 'Building the report', (following) => library.previewReport(request, following));
    },
    'report.export': async (input) => exportFile({ library, shell, tasks }, desk.study, input),
    'model.export': async (input) => exportModel({ library, shell, tasks }, desk.study, store.state.app.version, input),
  };
}
