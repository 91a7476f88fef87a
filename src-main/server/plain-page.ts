/** The pages for people who get no window: they say what happened and what to do. */

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;color-scheme:light dark}h1{font-size:1.25rem}';

const TEXTS: Readonly<Record<number, readonly [title: string, text: string]>> = {
  400: ['This request makes no sense here', 'Open the address that the terminal shows.'],
  401: [
    'This browser is not let in yet',
    'Open the address that the terminal shows. It works once: press Enter in the terminal for a new one.',
  ],
  403: [
    'This request came from another page',
    'Copy the address that the terminal shows, and paste it into the address bar.',
  ],
  404: ['There is nothing at this address', 'Open the address that the terminal shows.'],
  405: ['This address cannot be used in this way', 'Open the address that the terminal shows.'],
  421: [
    'This is not the address of Steadygaze',
    'Open the address that the terminal shows; it begins with http://127.0.0.1. Through a tunnel, use the same port on both sides.',
  ],
};

/** @returns HTML that loads nothing */
export function plainPage(status: number): string {
  const [title, text] = TEXTS[status] ?? ['This was refused', 'Open the address that the terminal shows.'];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title} - Steadygaze</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;
}
