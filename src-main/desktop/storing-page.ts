/** What is on the screen while the app ends and a run is being stored: its only page without a script. */

export const STORING_SIZE = { width: 360, height: 120 } as const;

export const STORING_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>Steadygaze</title>
<style>
  body { margin: 0; height: 100vh; display: grid; place-content: center; gap: 6px; text-align: center;
    font: 15px system-ui, sans-serif; background: light-dark(#f3f2f0, #191817); color: light-dark(#23211e, #ece9e4); }
  small { font-size: 13px; color: light-dark(#605c56, #a8a29b); }
</style>
<body role="status">Storing where the training is …<small>You can go on from here next time.</small></body>
</html>`;
