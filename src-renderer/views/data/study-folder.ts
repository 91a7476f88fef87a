/**
 * A folder for a study within a place that was chosen.
 * @param place absolute path, of any system
 * @param name of the study, as a person wrote it
 */
export function studyFolder(place: string, name: string): string {
  const separator = place.includes('\\') && !place.includes('/') ? '\\' : '/';
  // What no system allows in a name, and what some do not at its end.
  const forbidden = /[<>:"/\\|?*\p{Cc}]+/gu;
  const safe = name
    .replace(forbidden, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[. ]+$/, '');
  return `${place.replace(/[/\\]+$/, '')}${separator}${safe === '' ? 'study' : safe}`;
}
