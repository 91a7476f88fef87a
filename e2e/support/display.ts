/** Before all tests: a display for the desktop app where the machine has none. */
import { openDisplay } from '../../src-main/desktop/display.fixture.ts';

/** @returns what ends the display again */
export default async function setUp(): Promise<() => void> {
  const display = await openDisplay();
  // The tests' own processes begin with what is set here.
  if (display?.env['DISPLAY'] !== undefined) process.env['DISPLAY'] = display.env['DISPLAY'];
  return () => display?.close();
}
